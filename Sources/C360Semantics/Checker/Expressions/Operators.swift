import C360Diagnostics
import C360Syntax

extension Checker {
  func unary(_ syntax: UnarySyntax, _ scope: Scope) -> Expression? {
    if let least = leastInteger(syntax) { return least }
    guard let sign = syntax.operator, let operandSyntax = syntax.operand,
      let operand = expression(operandSyntax, scope)
    else { return nil }
    if sign.text == "not" {
      guard operand.type.base == .bool else {
        report(SemanticError.notACondition(operand.span, operand.type, "`not`"))
        return nil
      }
      return make(.not(operand), operand.type, syntax.span, over: [operand])
    }
    if case .literal(let value) = operand.kind, let negated = Self.negated(value) {
      return .literal(negated, operand.type, span: syntax.span)
    }
    switch operand.type.base {
    case .int, .float, .duration:
      return make(.call(.negate, [operand]), operand.type, syntax.span, over: [operand])
    default:
      report(SemanticError.operatorType(syntax.span, "-", operand.type, nil))
      return nil
    }
  }

  private static func negated(_ value: Value) -> Value? {
    switch value {
    case .int(let number): number == .min ? nil : .int(-number)
    case .float(let number): .float(-number)
    case .duration(let length): length == .min ? nil : .duration(-length)
    default: nil
    }
  }

  func binary(_ syntax: BinarySyntax, _ scope: Scope) -> Expression? {
    guard let token = syntax.operator, let leftSyntax = syntax.left, let rightSyntax = syntax.right
    else { return nil }
    // Both sides, so that each has its complaints.
    let left = expression(leftSyntax, scope)
    let right = expression(rightSyntax, scope)
    guard let left, let right else { return nil }
    let span = syntax.span
    switch token.text {
    case "and", "or": return logical(token.text, left, right, span)
    case "??": return coalesce(left, right, span)
    case "==", "!=", "<", "<=", ">", ">=": return comparison(token, left, right, span)
    default:
      guard let builtin = Builtin(rawValue: token.text) else { return nil }
      return arithmetic(builtin, left, right, at: token.span, span)
    }
  }

  private func logical(
    _ word: String, _ left: Expression, _ right: Expression, _ span: Span
  ) -> Expression? {
    for side in [left, right] where side.type.base != .bool {
      report(SemanticError.notACondition(side.span, side.type, "`\(word)`"))
      return nil
    }
    let type = Type(.bool, optional: left.type.isOptional || right.type.isOptional)
    return make(
      word == "and" ? .and(left, right) : .or(left, right), type, span, over: [left, right])
  }

  private func coalesce(_ left: Expression, _ right: Expression, _ span: Span) -> Expression? {
    guard let (first, second) = unify(left, right) else {
      if complainOfWidths(left, right, at: span) { return nil }
      report(
        SemanticError.branchTypes(
          left.span, left.type, right.span, right.type, what: "the sides of `??`"))
      return nil
    }
    let type = Type(first.type.base, optional: first.type.isOptional && second.type.isOptional)
    return make(.coalesce(first, second), type, span, over: [first, second])
  }

  func comparison(
    _ token: SyntaxToken, _ left: Expression, _ right: Expression, _ span: Span
  ) -> Expression? {
    guard let builtin = Builtin(rawValue: token.text) else { return nil }
    let isEquality = builtin == .equal || builtin == .notEqual
    if isEquality, left.type.base == .null || right.type.base == .null {
      report(SemanticError.comparedWithNull(span, isNegated: builtin == .notEqual))
      return nil
    }
    guard let (first, second) = unify(left, right) else {
      report(SemanticError.operands(token.text, left, right, at: token.span))
      return nil
    }
    let base = first.type.base
    guard isEquality ? base.isComparable : base.isOrdered else {
      report(SemanticError.operatorType(token.span, token.text, left.type, right.type))
      return nil
    }
    let type = Type(.bool, optional: first.type.isOptional || second.type.isOptional)
    return make(.call(builtin, [first, second]), type, span, over: [first, second])
  }

  func arithmetic(
    _ builtin: Builtin, _ left: Expression, _ right: Expression, at operatorSpan: Span,
    _ span: Span
  ) -> Expression? {
    var (left, right) = (left, right)
    if left.type.base.isCollection, right.type.base.isCollection {
      if complainOfWidths(left, right, at: operatorSpan) { return nil }
      if let same = unify(left, right) { (left, right) = same }
    }
    guard let form = ArithmeticForm(builtin, left, right, exponent: constantExponent(right)) else {
      report(SemanticError.operands(builtin.rawValue, left, right, at: operatorSpan))
      return nil
    }
    let arguments = form.arguments
    let type = Type(
      form.result, optional: arguments.contains { $0.type.isOptional })
    return make(.call(builtin, arguments), type, span, over: arguments)
  }

  private func constantExponent(_ expression: Expression) -> Int? {
    switch constant(expression) {
    case .int(let value)?: Int(exactly: value)
    case .float(let value)?: Int(exactly: value)
    default: nil
    }
  }
}

/// How an arithmetic operator applies to two types.
struct ArithmeticForm {
  let arguments: [Expression]
  let result: Type.Base

  init?(_ builtin: Builtin, _ left: Expression, _ right: Expression, exponent: Int?) {
    let (a, b) = (left.type.base, right.type.base)
    switch builtin {
    case .add: self.init(adding: left, right, a, b)
    case .subtract: self.init(subtracting: left, right, a, b)
    case .multiply: self.init(multiplying: left, right, a, b)
    case .divide: self.init(dividing: left, right, a, b)
    case .power: self.init(raising: left, right, a, b, exponent)
    default: return nil
    }
  }

  private init(_ arguments: [Expression], _ result: Type.Base) {
    self.arguments = arguments
    self.result = result
  }

  /// Both as numbers of one kind: two ints, or two floats with their units.
  private static func numbers(_ left: Expression, _ right: Expression) -> (Expression, Expression)?
  {
    guard left.type.base.isNumber, right.type.base.isNumber else { return nil }
    if left.type.base == .int, right.type.base == .int { return (left, right) }
    return (left.widened, right.widened)
  }

  private init?(adding left: Expression, _ right: Expression, _ a: Type.Base, _ b: Type.Base) {
    if let (x, y) = Self.numbers(left, right) {
      guard x.type.base == y.type.base else { return nil }
      self.init([x, y], x.type.base)
      return
    }
    switch (a, b) {
    case (.time, .duration), (.time, .calendarSpan): self.init([left, right], .time)
    case (.duration, .time), (.calendarSpan, .time): self.init([right, left], .time)
    case (.duration, .duration): self.init([left, right], .duration)
    case (.text, .text): self.init([left, right], .text)
    case (.vector, .vector) where a == b: self.init([left, right], a)
    default: return nil
    }
  }

  private init?(subtracting left: Expression, _ right: Expression, _ a: Type.Base, _ b: Type.Base) {
    if let (x, y) = Self.numbers(left, right) {
      guard x.type.base == y.type.base else { return nil }
      self.init([x, y], x.type.base)
      return
    }
    switch (a, b) {
    case (.time, .time), (.date, .date), (.duration, .duration):
      self.init([left, right], .duration)
    case (.time, .duration), (.time, .calendarSpan): self.init([left, right], .time)
    case (.vector, .vector) where a == b: self.init([left, right], a)
    default: return nil
    }
  }

  private init?(multiplying left: Expression, _ right: Expression, _ a: Type.Base, _ b: Type.Base) {
    if let (x, y) = Self.numbers(left, right) {
      guard let u = x.type.base.unit, let v = y.type.base.unit else {
        self.init([x, y], .int)
        return
      }
      self.init([x, y], .float(u * v))
      return
    }
    switch (a, b) {
    case (.duration, .int), (.duration, .float(.none)): self.init([left, right], .duration)
    case (.int, .duration), (.float(.none), .duration): self.init([right, left], .duration)
    case (.vector, .int), (.vector, .float(.none)): self.init([left, right.widened], a)
    case (.int, .vector), (.float(.none), .vector): self.init([right, left.widened], b)
    default: return nil
    }
  }

  private init?(dividing left: Expression, _ right: Expression, _ a: Type.Base, _ b: Type.Base) {
    if a.isNumber, b.isNumber {
      let (x, y) = (left.widened, right.widened)
      self.init([x, y], .float((x.type.base.unit ?? .none) / (y.type.base.unit ?? .none)))
      return
    }
    switch (a, b) {
    case (.duration, .duration): self.init([left, right], .float(.none))
    case (.duration, .int), (.duration, .float(.none)):
      self.init([left, right.widened], .duration)
    default: return nil
    }
  }

  private init?(
    raising left: Expression, _ right: Expression, _ a: Type.Base, _ b: Type.Base, _ exponent: Int?
  ) {
    guard a.isNumber, b.isNumber else { return nil }
    let (x, y) = (left.widened, right.widened)
    guard y.type.base.unit == Unit.none, let unit = x.type.base.unit else { return nil }
    if unit == .none {
      self.init([x, y], .float(.none))
    } else if let exponent {
      self.init([x, y], .float(unit.raised(to: exponent)))
    } else {
      return nil
    }
  }
}
