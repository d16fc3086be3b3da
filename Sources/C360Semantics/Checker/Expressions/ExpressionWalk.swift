/// The parts of an expression, without those of the features and scores that it names.
package enum ExpressionWalk {
  package static func children(_ expression: Expression) -> [Expression] {
    switch expression.kind {
    case .literal, .parameter, .decisionTime, .tableColumn, .profileColumn, .actionColumn,
      .accumulator, .exposureColumn, .kept, .feature, .score, .consent, .coverage,
      .confidence, .arm, .queryColumn, .decision:
      []
    case .outcome(_, _, let inner): [inner]
    case .call(_, let arguments), .model(_, let arguments): arguments
    case .and(let left, let right), .or(let left, let right), .coalesce(let left, let right):
      [left, right]
    case .not(let operand), .isNull(let operand), .isIn(let operand, _),
      .throughout(let operand, _):
      [operand]
    case .conditional(let condition, let first, let second): [condition, first, second]
    case .aggregate(let aggregate):
      [
        aggregate.argument, aggregate.second, aggregate.filter, aggregate.permitted,
        aggregate.marker?.filter, aggregate.marker?.permitted,
      ]
      .compactMap { $0 } + aggregate.actionMatches.map(\.event)
    case .rowAggregate(let aggregate):
      [aggregate.argument, aggregate.second, aggregate.filter].compactMap { $0 }
    }
  }

  static func contains(_ expression: Expression, where test: (Expression) -> Bool) -> Bool {
    test(expression) || children(expression).contains { contains($0, where: test) }
  }

  /// Levels of an expression; nil when there are more than `limit`.
  static func height(_ expression: Expression, atMost limit: Int) -> Int? {
    guard limit > 0 else { return nil }
    var highest = 0
    for child in children(expression) {
      guard let height = height(child, atMost: limit - 1) else { return nil }
      highest = max(highest, height)
    }
    return highest + 1
  }

  package static func forEach(_ expression: Expression, _ body: (Expression) -> Void) {
    body(expression)
    for child in children(expression) { forEach(child, body) }
  }
}
