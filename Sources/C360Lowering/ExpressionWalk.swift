import C360Semantics

extension Expression {
  /// The expressions directly inside, those over other rows (in aggregates) left out.
  package var operands: [Expression] {
    switch kind {
    case .literal, .parameter, .decisionTime, .tableColumn, .profileColumn, .actionColumn,
      .accumulator, .exposureColumn, .kept, .feature, .score, .aggregate, .coverage, .consent,
      .confidence, .arm, .queryColumn, .rowAggregate, .decision:
      []
    case .outcome(_, _, let inner), .not(let inner), .isNull(let inner), .isIn(let inner, _),
      .throughout(let inner, _):
      [inner]
    case .call(_, let arguments), .model(_, let arguments): arguments
    case .and(let left, let right), .or(let left, let right), .coalesce(let left, let right):
      [left, right]
    case .conditional(let test, let then, let otherwise): [test, then, otherwise]
    }
  }

  /// The windowed aggregates in it, not those behind the names of features.
  func forEachAggregate(_ body: (Aggregate) -> Void) {
    if case .aggregate(let aggregate) = kind { body(aggregate) }
    for operand in operands { operand.forEachAggregate(body) }
  }

  /// The columns of a query's previous stage that it reads, those in aggregates over groups too.
  func forEachQueryColumn(_ body: (Int) -> Void) {
    switch kind {
    case .queryColumn(let position): body(position)
    case .rowAggregate(let aggregate):
      aggregate.argument?.forEachQueryColumn(body)
      aggregate.second?.forEachQueryColumn(body)
      aggregate.filter?.forEachQueryColumn(body)
    default: for operand in operands { operand.forEachQueryColumn(body) }
    }
  }
}
