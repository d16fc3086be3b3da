import C360Diagnostics
import C360Syntax

extension Checker {
  /// What an aggregate is told besides its values; nil when it was complained of.
  func setting(
    _ syntax: ExpressionSyntax, _ aggregation: Catalogue.Aggregation, _ scope: Scope
  ) -> AggregateSetting? {
    switch aggregation.parameter {
    case .position:
      guard let number = integer(syntax, scope, "the position of `nth`"), number != 0,
        let exact = Int(exactly: number)
      else {
        report(SemanticError.badPosition(syntax.span))
        return nil
      }
      return .position(exact)
    case .probability:
      guard let p = number(syntax, scope, "which quantile") else { return nil }
      guard (0...1).contains(p) else {
        report(SemanticError.badProbability(syntax.span))
        return nil
      }
      return .quantile(billionths: Int64((p * 1e9).rounded()))
    // Where a half-life has no place, the length is read all the same, and then refused.
    case .halfLife, .none:
      guard let length = duration(syntax, scope, "a half-life") else { return nil }
      guard length > 0 else {
        report(SemanticError.notPositive(syntax.span, "a half-life"))
        return nil
      }
      return .halfLife(length)
    case .alpha:
      guard let alpha = number(syntax, scope, "`alpha`") else { return nil }
      guard alpha > 0, alpha <= 1 else {
        report(SemanticError.badAlpha(syntax.span))
        return nil
      }
      return .smoothing(alpha)
    }
  }

  /// Whether an aggregate was told what it has to be told, and nothing else.
  func isTold(
    _ setting: AggregateSetting, _ aggregation: Catalogue.Aggregation, _ syntax: CallSyntax
  ) -> Bool {
    let name = aggregation.function.rawValue
    switch (aggregation.parameter, setting) {
    case (.halfLife, .none):
      report(SemanticError.halfLife(syntax.span, name, isNeeded: true))
    case (.none, .halfLife), (.position, .halfLife), (.probability, .halfLife):
      report(SemanticError.halfLife(syntax.span, name, isNeeded: false))
    case (.alpha, .none): report(SemanticError.noAlpha(syntax.span))
    default: return true
    }
    return false
  }
}
