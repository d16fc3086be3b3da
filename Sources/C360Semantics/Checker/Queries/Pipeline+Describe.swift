import C360Diagnostics
import C360Syntax

/// `describe`: a group of all rows with aggregates of every column, then a row a column.
extension CheckedStages {
  mutating func describe(_ stage: StageSyntax) {
    let span = stage.span
    let parts = Self.parts
    var aggregates: [Query.Projection] = []
    var rows: [[Int]] = []
    for (place, index) in scope.visibleIndices.enumerated() {
      let column = scope.reference(index, span)
      for (name, make) in parts {
        aggregates.append(
          Query.Projection(
            name: "\(name) \(place + 1)",
            expression: make(ColumnSummary(column: column, name: scope.columns[index].name))))
      }
      rows.append(Array(place * parts.count..<(place + 1) * parts.count))
    }
    stages.append(.group(keys: [], aggregates: aggregates))
    stages.append(.stack(rows))
    scope.columns = parts.enumerated().map { place, part in
      QueryScope.Column(
        name: part.name, key: nil, type: aggregates[place].expression.type,
        facts: aggregates[place].expression.facts, span: span, isVisible: true)
    }
    scope.isConnected = false
  }

  private static var parts: [(name: String, make: (ColumnSummary) -> Expression)] {
    [
      ("column", { $0.literal(.text($0.name), .text) }),
      ("type", { $0.literal(.text($0.column.type.description), .text) }),
      ("rows", { $0.aggregate(.count, nil, .int) }),
      ("nulls", { $0.nulls }),
      ("null_share", { $0.nullShare }),
      ("distinct", { $0.distinct }),
      ("min", { $0.ordered(.min) }),
      ("q25", { $0.ordered(.quantile, .quantile(billionths: 250_000_000)) }),
      ("median", { $0.ordered(.median) }),
      ("q75", { $0.ordered(.quantile, .quantile(billionths: 750_000_000)) }),
      ("max", { $0.ordered(.max) }),
      ("mean", { $0.number(.mean) }),
      ("stddev", { $0.number(.standardDeviation) }),
      ("histogram", { $0.histogram }),
    ]
  }
}

/// What there is to tell of one column, as expressions over all rows.
private struct ColumnSummary {
  let column: Expression
  let name: String

  private func make(_ kind: Expression.Kind, _ type: Type) -> Expression {
    Expression(
      kind, type: type, span: column.span,
      facts: Facts(phase: column.facts.phase, grain: Grain(.query), labels: column.facts.labels))
  }

  func literal(_ value: Value, _ type: Type) -> Expression { make(.literal(value), type) }

  func aggregate(
    _ function: AggregateFunction, _ argument: Expression?, _ type: Type, filter: Expression? = nil,
    _ setting: AggregateSetting = .none
  ) -> Expression {
    make(
      .rowAggregate(
        RowAggregate(
          function: function, argument: argument, second: nil, filter: filter, setting: setting)),
      type)
  }

  private var isNull: Expression { make(.isNull(column), .bool) }

  var nulls: Expression { aggregate(.count, nil, .int, filter: isNull) }

  var nullShare: Expression { aggregate(.share, nil, Type.float.optional, filter: isNull) }

  /// Of all values that can be told apart; nil of vectors and lists.
  var distinct: Expression {
    guard column.type.base.isComparable else { return literal(.null, Type.int.optional) }
    return make(
      .conditional(
        literal(.bool(true), .bool), aggregate(.distinct, column, .int),
        literal(.null, Type.int.optional)), Type.int.optional)
  }

  /// As text, since columns differ in types.
  func ordered(_ function: AggregateFunction, _ setting: AggregateSetting = .none) -> Expression {
    guard column.type.base.isOrdered else { return literal(.null, Type.text.optional) }
    let value = aggregate(function, column, column.type.optional, setting)
    return make(.call(.text, [value]), Type.text.optional)
  }

  /// As a plain number, since columns differ in units.
  func number(_ function: AggregateFunction) -> Expression {
    let base = column.type.base
    guard base.isNumber else { return literal(.null, Type.float.optional) }
    let value = aggregate(function, column, Type(.float(base.unit ?? .none), optional: true))
    if base == .int || base.unit == Unit.none { return value }
    return make(.call(.float, [value]), Type.float.optional)
  }

  /// Counts from the least value to the greatest; of texts from the most frequent.
  var histogram: Expression {
    let type = Type(.list(.int), optional: true)
    guard column.type.base.isComparable else { return literal(.null, type) }
    return aggregate(.histogram, column, type, .limit(16))
  }
}
