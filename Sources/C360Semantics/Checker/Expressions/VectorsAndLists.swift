import C360Diagnostics
import C360Syntax

extension Checker {
  /// `[a, b]` where a value stands: a list of constants, and a vector where one is wanted.
  func collection(_ syntax: ListSyntax, _ scope: Scope) -> Expression? {
    var elements: [Expression] = []
    for element in syntax.elements {
      guard let typed = expression(element, scope) else { return nil }
      elements.append(typed)
    }
    guard let first = elements.first else {
      // Of any type: it fits wherever a list is wanted.
      return .literal(.list([]), Type(.list(.text)), span: syntax.span)
    }
    var common = first
    for element in elements.dropFirst() {
      guard let (left, _) = unify(common, element) else {
        report(
          SemanticError.branchTypes(
            first.span, first.type, element.span, element.type, what: "the elements of a list"))
        return nil
      }
      common = left
    }
    guard common.type.base.canBeElement else {
      report(SemanticError.badElement(common.span, common.type))
      return nil
    }
    var values: [Value] = []
    for element in elements {
      guard let fitted = unify(common, element)?.1, let value = constant(fitted), value != .null
      else {
        report(SemanticError.notConstant(element.span, "an element of a list"))
        return nil
      }
      values.append(value)
    }
    return .literal(.list(values), Type(.list(common.type.base)), span: syntax.span)
  }

  /// A written list as the vector or list that is wanted; nil when it is none, or does not fit.
  func fit(collection expression: Expression, to wanted: Type.Base) -> Expression? {
    guard case .literal(.list(let values)) = expression.kind else { return nil }
    // A vector has no unit, so money does not fit it.
    if case .list(.float(let unit)) = expression.type.base, unit != .none { return nil }
    let numbers = values.compactMap { value -> Double? in
      switch value {
      case .int(let number): Double(number)
      case .float(let number): number
      default: nil
      }
    }
    guard numbers.count == values.count else { return nil }
    switch wanted {
    case .vector(let width) where width == numbers.count:
      return .literal(.vector(numbers), Type(wanted), span: expression.span)
    case .list(.float(.none)):
      return .literal(.list(numbers.map { .float($0) }), Type(wanted), span: expression.span)
    case .list where values.isEmpty:
      return .literal(.list([]), Type(wanted), span: expression.span)
    default: return nil
    }
  }

  /// Complains when two vectors, or a vector and a written list, differ in length; whether it did.
  func complainOfWidths(_ left: Expression, _ right: Expression, at span: Span) -> Bool {
    guard let first = left.width, let second = right.width, first != second,
      left.type.base.isVector || right.type.base.isVector
    else { return false }
    report(SemanticError.widths(span, left, first, right, second))
    return true
  }

  // MARK: Functions

  /// A function of vectors or lists; `.some(nil)` when something was complained of, nil when the
  /// arguments are for other functions of that name.
  func collectionCall(
    _ builtin: Builtin, _ arguments: [Expression], _ span: Span
  ) -> Expression?? {
    switch (builtin, arguments.count) {
    case (.dot, 2), (.cosine, 2):
      guard let (a, b) = vectors(arguments[0], arguments[1]) else {
        return complainOfWidths(arguments[0], arguments[1], at: span) ? .some(nil) : nil
      }
      let isOptional = builtin == .cosine || a.type.isOptional || b.type.isOptional
      return .some(
        make(
          .call(builtin, [a, b]), Type(.float(.none), optional: isOptional), span, over: [a, b]))
    case (.norm, 1):
      guard let vector = asVector(arguments[0]) else { return nil }
      return .some(
        make(
          .call(.norm, [vector]), Type(.float(.none), optional: vector.type.isOptional), span,
          over: [vector]))
    case (.length, 1):
      guard case .list = arguments[0].type.base else { return nil }
      return .some(
        make(
          .call(.length, arguments), Type(.int, optional: arguments[0].type.isOptional), span,
          over: arguments))
    case (.contains, 2): return contains(arguments[0], arguments[1], span)
    case (.element, 2): return element(arguments[0], arguments[1], span)
    default: return nil
    }
  }

  private func asVector(_ expression: Expression) -> Expression? {
    if expression.type.base.isVector { return expression }
    return expression.width.flatMap { fit(collection: expression, to: .vector($0)) }
  }

  /// Two vectors of one width; a written list takes the width of the other.
  private func vectors(_ left: Expression, _ right: Expression) -> (Expression, Expression)? {
    guard let a = asVector(left), let b = asVector(right), a.type.base == b.type.base else {
      return nil
    }
    return (a, b)
  }

  /// `contains(list, x)`, `x in list`: equality as `==` has it; null in, null out.
  func contains(_ list: Expression, _ value: Expression, _ span: Span) -> Expression?? {
    guard case .list(let element) = list.type.base else { return nil }
    guard let fitted = fit(value, to: Type(element, optional: true)) else {
      report(
        SemanticError.typeMismatch(
          value.span, found: value.type, wanted: Type(element),
          because: LabeledSpan(list.span, "`\(list.type)`")))
      return .some(nil)
    }
    let type = Type(.bool, optional: list.type.isOptional || value.type.isOptional)
    return .some(
      make(
        .call(
          .contains, [list, fitted.typed(value.type.isOptional ? fitted.type : Type(element))]),
        type, span, over: [list, value]))
  }

  /// `element(v, i)`: from 1, negative from the end; null where there is none.
  private func element(_ source: Expression, _ place: Expression, _ span: Span) -> Expression?? {
    guard place.type.base == .int else { return nil }
    let base: Type.Base
    var isOptional = true
    switch source.type.base {
    case .list(let element): base = element
    case .vector(let width):
      base = .float(.none)
      if case .int(let number)? = literalConstant(place) {
        guard number != 0, number.magnitude <= UInt64(width) else {
          report(SemanticError.elementBeyond(place.span, number, of: source))
          return .some(nil)
        }
        isOptional = source.type.isOptional
      }
    default: return nil
    }
    return .some(
      make(
        .call(.element, [source, place]), Type(base, optional: isOptional), span,
        over: [source, place]))
  }

  /// `zeros(16)`
  func zeros(_ syntax: CallSyntax, _ scope: Scope) -> Expression? {
    guard syntax.arguments.count == 1, let written = syntax.arguments[0].value,
      syntax.arguments[0].label == nil
    else {
      report(
        SemanticError.argumentCount(
          syntax.span, "zeros", wanted: 1, found: syntax.arguments.count, declared: nil))
      return nil
    }
    guard let number = integer(written, scope, "the length of `zeros`") else { return nil }
    guard let width = Int(exactly: number), Self.vectorWidths.contains(width) else {
      report(SemanticError.badVectorType(written.span))
      return nil
    }
    return .literal(
      .vector(Array(repeating: 0, count: width)), Type(.vector(width)), span: syntax.span)
  }
}

extension Expression {
  /// The number of elements of a vector or of a written list.
  var width: Int? {
    if case .vector(let width) = type.base { return width }
    if case .literal(.list(let values)) = kind { return values.count }
    return nil
  }
}

extension Type.Base {
  var isVector: Bool { if case .vector = self { true } else { false } }

  /// Whether lists may be made of it.
  var canBeElement: Bool {
    switch self {
    case .bool, .int, .float, .text, .time, .date, .duration: true
    case .calendarSpan, .vector, .list, .null: false
    }
  }
}
