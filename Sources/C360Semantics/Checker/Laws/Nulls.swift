import C360Diagnostics
import C360Syntax

extension Checker {
  /// Law 2: a condition that must be true or false, never null. One that can be null is reported and
  /// still returned, so that what else is wrong with it (labels, grains) shows in the same run.
  func totalCondition(
    _ syntax: ExpressionSyntax, _ scope: Scope, gate: String, label: String
  ) -> Expression? {
    guard let found = condition(syntax, scope, of: gate) else { return nil }
    guard found.type.isOptional else { return found }
    report(
      SemanticError.nullAtGate(
        found.span, label: label, path: Array(nullPath(from: found).dropFirst()),
        source: nullSource(of: found)))
    return found
  }

  /// From an expression to the first thing that can be null in it, through features and scores.
  func nullPath(from expression: Expression) -> [LabeledSpan] {
    path(from: expression, words: Self.nullWords) { $0.type.isOptional }
  }

  /// The innermost part that can be null and stands in the same text.
  private func nullSource(of expression: Expression) -> Expression {
    for child in ExpressionWalk.children(expression) where child.type.isOptional {
      if case .literal = child.kind { continue }
      return nullSource(of: child)
    }
    return expression
  }

  private static func nullWords(_ expression: Expression, _ program: Program) -> String {
    switch expression.kind {
    case .feature(let id):
      "`\(program[id].name)` is `\(expression.type)`"
    case .score(let id): "`\(program[id].name)` is `\(expression.type)`"
    case .profileColumn(let table, let column):
      "`\(program[table].name).\(program[table].columns[column].name)` is `\(expression.type)`"
    case .aggregate(let aggregate) where aggregate.marker?.orAll == false:
      "`\(aggregate.function.rawValue)` is null before the first event of "
        + "`\(program[aggregate.marker?.table ?? aggregate.table].name)`"
    case .aggregate(let aggregate): "`\(aggregate.function.rawValue)` over no events is null"
    case .conditional: "this can be null"
    default: "this is `\(expression.type)`"
    }
  }
}
