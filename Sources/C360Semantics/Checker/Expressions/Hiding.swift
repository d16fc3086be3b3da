import C360Diagnostics
import C360Syntax

extension Checker {
  /// The `hide` of a mask that covers a target, or the table that it belongs to.
  func hide(of target: MaskTarget, _ table: MaskTarget?, _ mask: MaskInfo?) -> Hide? {
    guard let mask else { return nil }
    return mask.hides[target] ?? table.flatMap { mask.hides[$0] }
  }

  /// A value as a mask leaves it: itself where the condition holds, else the `else` value or null.
  func hidden(_ value: Expression, by hide: Hide, unless: Expression? = nil) -> Expression? {
    var otherwise = Expression.null(value.type, span: hide.span)
    if let (syntax, environment) = hide.otherwise {
      let scope = Scope(
        .constant, for: Scope.Use(.constant, "the value after `else`"), in: environment)
      guard let typed = expression(syntax, scope),
        let fitted = coerce(
          typed, to: value.type.optional,
          because: LabeledSpan(value.span, "it takes the place of this, of type \(value.type)"))
      else { return nil }
      otherwise =
        fitted.type.isOptional && isTotal(typed) ? fitted.typed(value.type.nonOptional) : fitted
    }
    guard let condition = unless ?? hide.unless else { return otherwise }
    let type = Type(
      value.type.base, optional: value.type.isOptional || otherwise.type.isOptional)
    return make(
      .conditional(condition, value, otherwise), type, value.span,
      over: [condition, value, otherwise])
  }

  private func isTotal(_ expression: Expression) -> Bool { !expression.type.isOptional }
}
