import C360Diagnostics
import C360Syntax

/// What keeps checking, and all that walks a program, within bounds of time and stack.
enum Limits {
  static let expressionDepth = 1_500
  /// Levels of one expression after functions are put in place; the parser's own limit for text.
  static let expressionHeight = 600
  static let featureDepth = 100
  static let suggestions = 30
  static let substitutions = 50_000
  static let declarations = 20_000
}

extension Checker {
  /// The typed expression, or nil when something in it was complained of: its users stay silent.
  func expression(_ syntax: ExpressionSyntax, _ scope: Scope) -> Expression? {
    expressionDepth += 1
    defer { expressionDepth -= 1 }
    guard expressionDepth <= Limits.expressionDepth else {
      reportLimit(SemanticError.tooDeep(syntax.span))
      return nil
    }
    return switch syntax {
    case .reference(let view): reference(view, scope)
    case .literal(let view): literal(view, scope)
    case .money(let view): money(view)
    case .list(let view): collection(view, scope)
    case .range(let view): misplaced(view.span, "a range")
    case .parenthesized(let view): view.expression.flatMap { expression($0, scope) }
    case .unary(let view): unary(view, scope)
    case .binary(let view): binary(view, scope)
    case .isNull(let view): isNull(view, scope)
    case .isIn(let view): isIn(view, scope)
    case .call(let view): call(view, windows: [], span: view.span, scope)
    case .windowed(let view):
      view.call.flatMap { call($0, windows: view.clauses, span: view.span, scope) }
    case .conditional(let view): conditional(view, scope)
    case .caseOf(let view): caseOf(view, scope)
    case .malformed: nil
    }
  }

  private func misplaced(_ span: Span, _ what: String) -> Expression? {
    report(SemanticError.misplacedCollection(span, what))
    return nil
  }

  /// A condition: bool, nulls allowed.
  func condition(
    _ syntax: ExpressionSyntax, _ scope: Scope, of gate: String
  ) -> Expression? {
    guard let found = expression(syntax, scope) else { return nil }
    guard found.type.base == .bool else {
      report(SemanticError.notACondition(found.span, found.type, gate))
      return nil
    }
    return found
  }

  /// The parts of `a and b and c`.
  static func conjuncts(_ expression: Expression) -> [Expression] {
    guard case .and(let left, let right) = expression.kind else { return [expression] }
    return conjuncts(left) + conjuncts(right)
  }
}
