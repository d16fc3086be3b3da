import C360Diagnostics

extension Expression {
  /// The same value said to have another type; for `T` to `T?` and the literal `null` only.
  func typed(_ type: Type) -> Expression {
    self.type == type ? self : Expression(kind, type: type, span: span, facts: facts)
  }

  /// An int as a float.
  var widened: Expression {
    guard type.base == .int else { return self }
    if case .literal(.int(let value)) = kind {
      return Expression(
        .literal(.float(Double(value))), type: Type(.float(.none), optional: type.isOptional),
        span: span, facts: facts)
    }
    return Expression(
      .call(.toFloat, [self]), type: Type(.float(.none), optional: type.isOptional), span: span,
      facts: facts)
  }

  static func null(_ type: Type, span: Span) -> Expression {
    Expression(
      .literal(.null), type: type.optional, span: span,
      facts: Facts(phase: .constant, grain: Grain(.constant)))
  }

  static func literal(_ value: Value, _ type: Type, span: Span) -> Expression {
    Expression(
      .literal(value), type: type, span: span,
      facts: Facts(phase: .constant, grain: Grain(.constant)))
  }
}

extension Checker {
  /// The expression as a value of `wanted`: ints widen, a total value fits a nullable type; anything
  /// else is complained of with the reason why that type was expected.
  func coerce(
    _ expression: Expression, to wanted: Type, because reason: LabeledSpan? = nil
  ) -> Expression? {
    guard let fitted = fit(expression, to: wanted) else {
      if let width = expression.width, case .vector(let expected) = wanted.base, width != expected {
        report(SemanticError.width(expression.span, width, wanted: expected, because: reason))
        return nil
      }
      let units = (expression.type.base.unit, wanted.base.unit)
      let unitsClash = units.0 != nil && units.1 != nil && units.0 != units.1
      report(
        unitsClash
          ? SemanticError.unitMismatch(
            expression.span, found: expression.type, wanted: wanted, because: reason)
          : SemanticError.typeMismatch(
            expression.span, found: expression.type, wanted: wanted, because: reason))
      return nil
    }
    return fitted
  }

  /// As `coerce`, without a word.
  func fit(_ expression: Expression, to wanted: Type) -> Expression? {
    let type = expression.type
    if type.base == .null {
      return wanted.isOptional ? expression.typed(wanted) : nil
    }
    guard wanted.isOptional || !type.isOptional else { return nil }
    if type.base == wanted.base { return expression.typed(wanted) }
    if wanted.base.isCollection {
      return fit(collection: expression, to: wanted.base)?.typed(wanted)
    }
    if type.base == .int, wanted.base == .float(.none) { return expression.widened.typed(wanted) }
    return nil
  }

  /// Two expressions with one base: ints widen beside floats, `null` takes the other's type. Nulls
  /// stay as they are.
  func unify(_ left: Expression, _ right: Expression) -> (Expression, Expression)? {
    let (a, b) = (left.type.base, right.type.base)
    if a == b { return (left, right) }
    if a == .null { return (left.typed(right.type.optional), right) }
    if b == .null { return (left, right.typed(left.type.optional)) }
    if a == .int, b == .float(.none) { return (left.widened, right) }
    if b == .int, a == .float(.none) { return (left, right.widened) }
    if b.isCollection, let fitted = fit(collection: left, to: b) { return (fitted, right) }
    if a.isCollection, let fitted = fit(collection: right, to: a) { return (left, fitted) }
    return nil
  }
}
