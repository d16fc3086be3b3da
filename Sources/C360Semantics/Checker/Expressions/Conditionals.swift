import C360Diagnostics
import C360Syntax

extension Checker {
  func isNull(_ syntax: IsNullSyntax, _ scope: Scope) -> Expression? {
    guard let operandSyntax = syntax.operand, let operand = expression(operandSyntax, scope),
      let test = make(.isNull(operand), .bool, syntax.span, over: [operand])
    else { return nil }
    return syntax.isNegated ? make(.not(test), .bool, syntax.span, over: [test]) : test
  }

  func conditional(_ syntax: ConditionalSyntax, _ scope: Scope) -> Expression? {
    guard let conditionSyntax = syntax.condition, let valueSyntax = syntax.value,
      let otherwiseSyntax = syntax.otherwise
    else { return nil }
    let condition = condition(conditionSyntax, scope, of: "`if`")
    let value = expression(valueSyntax, scope)
    let otherwise = expression(otherwiseSyntax, scope)
    guard let condition, let value, let otherwise else { return nil }
    warnIfDecided(condition)
    return branch(condition, value, otherwise, syntax.span)
  }

  func caseOf(_ syntax: CaseSyntax, _ scope: Scope) -> Expression? {
    let branches = syntax.branches
    guard let last = branches.last else { return nil }
    let values = branches.map { $0.value.flatMap { expression($0, scope) } }
    let conditions = branches.map { branch in
      branch.condition.flatMap { condition($0, scope, of: "`case`") }
    }
    guard branches.count <= Limits.expressionHeight else {
      reportLimit(SemanticError.tooDeep(syntax.span))
      return nil
    }
    guard last.condition == nil else {
      report(SemanticError.caseWithoutElse(syntax.span))
      return nil
    }
    for early in branches.dropLast() where early.condition == nil {
      report(SemanticError.elseNotLast(early.span))
      return nil
    }
    guard var result = values[branches.count - 1] else { return nil }
    // All branches were looked at; the first with a complaint silences the whole.
    for index in (0..<(branches.count - 1)).reversed() {
      guard let condition = conditions[index], let value = values[index] else { return nil }
      warnIfDecided(condition)
      guard let next = branch(condition, value, result, syntax.span) else { return nil }
      result = next
    }
    return result
  }

  private func branch(
    _ condition: Expression, _ value: Expression, _ otherwise: Expression, _ span: Span
  ) -> Expression? {
    guard let (first, second) = unify(value, otherwise) else {
      report(
        SemanticError.branchTypes(
          value.span, value.type, otherwise.span, otherwise.type, what: "the branches"))
      return nil
    }
    let type = Type(first.type.base, optional: first.type.isOptional || second.type.isOptional)
    return make(
      .conditional(condition, first, second), type, span, over: [condition, first, second])
  }

  /// A condition that literals decide makes a branch unreachable.
  private func warnIfDecided(_ condition: Expression) {
    guard case .bool(let value)? = literalConstant(condition) else { return }
    report(SemanticWarning.decidedBranch(condition.span, value))
  }

  /// `x in [a, b]`, `x in low..high`
  func isIn(_ syntax: IsInSyntax, _ scope: Scope) -> Expression? {
    guard let operandSyntax = syntax.operand, let operand = expression(operandSyntax, scope),
      let collection = syntax.collection
    else { return nil }
    let inside: Expression?
    switch unwrapped(collection) {
    case .list(let list): inside = isIn(operand, list, scope, syntax.span)
    case .range(let range): inside = isIn(operand, range, scope, syntax.span)
    case .malformed: inside = nil
    default:
      guard let list = expression(collection, scope) else { return nil }
      if let found = contains(list, operand, syntax.span) {
        inside = found
      } else {
        report(SemanticError.notACollection(collection.span))
        inside = nil
      }
    }
    guard let inside else { return nil }
    return syntax.isNegated ? make(.not(inside), inside.type, syntax.span, over: [inside]) : inside
  }

  func unwrapped(_ syntax: ExpressionSyntax) -> ExpressionSyntax {
    guard case .parenthesized(let view) = syntax, let inner = view.expression else { return syntax }
    return unwrapped(inner)
  }

  private func isIn(
    _ operand: Expression, _ list: ListSyntax, _ scope: Scope, _ span: Span
  ) -> Expression? {
    var subject = operand
    var elements: [Expression] = []
    for element in list.elements {
      guard let typed = expression(element, scope) else { return nil }
      guard let (left, right) = unify(subject, typed), left.type.base.isComparable else {
        report(SemanticError.operands("in", operand, typed, at: element.span))
        return nil
      }
      subject = left
      elements.append(right)
    }
    var values: [Value] = []
    for element in elements {
      guard let fitted = unify(subject, element)?.1, let value = constant(fitted), value != .null
      else {
        report(SemanticError.notConstant(element.span, "an element of a list after `in`"))
        return nil
      }
      values.append(value)
    }
    let type = Type(.bool, optional: subject.type.isOptional)
    return make(.isIn(subject, values), type, span, over: [subject])
  }

  private func isIn(
    _ operand: Expression, _ range: RangeSyntax, _ scope: Scope, _ span: Span
  ) -> Expression? {
    guard let lowerSyntax = range.lower, let upperSyntax = range.upper,
      let lower = expression(lowerSyntax, scope), let upper = expression(upperSyntax, scope)
    else { return nil }
    guard let (a, low) = unify(operand, lower), let (b, high) = unify(operand, upper),
      a.type.base.isOrdered
    else {
      report(SemanticError.operands("in", operand, lower, at: range.span))
      return nil
    }
    // Half-open for times, closed otherwise.
    let above: Builtin = operand.type.base == .time ? .less : .lessEqual
    func test(_ builtin: Builtin, _ x: Expression, _ y: Expression) -> Expression? {
      let type = Type(.bool, optional: x.type.isOptional || y.type.isOptional)
      return make(.call(builtin, [x, y]), type, span, over: [x, y])
    }
    guard let first = test(.greaterEqual, a, low), let second = test(above, b, high) else {
      return nil
    }
    let type = Type(.bool, optional: first.type.isOptional || second.type.isOptional)
    return make(.and(first, second), type, span, over: [first, second])
  }
}
