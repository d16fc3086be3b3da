import C360Diagnostics
import C360Syntax

/// The words that a constraint may measure by.
enum ConstraintWord {
  static let all: Set<String> = [
    "sum", "count", "share", "rate", "mean", "difference", "ratio", "entropy", "kl",
  ]
}

/// A measure and the type of its bound.
struct Measured {
  let measure: Constraint.Measure
  let type: Type
}

extension Checker {
  func measure(
    _ call: CallSyntax, _ scope: Scope, _ declaration: Declaration, _ context: ConstraintContext
  ) -> Measured? {
    switch call.callee?.dotted {
    case "sum":
      guard let (quantity, type) = quantity(call, scope, needsValue: true) else { return nil }
      return Measured(measure: .total(quantity), type: type)
    case "count":
      guard let (quantity, _) = quantity(call, scope, needsValue: false) else { return nil }
      return Measured(measure: .total(quantity), type: .float)
    case "share":
      guard let (quantity, _) = quantity(call, scope, needsValue: false) else { return nil }
      let treated = Expression.literal(.float(1), .float, span: call.span)
      return Measured(measure: .proportion(quantity, of: treated), type: .float)
    case "rate":
      guard let (quantity, _) = quantity(call, scope, needsValue: false) else { return nil }
      return Measured(measure: .rate(quantity), type: .float)
    case "mean":
      guard let (quantity, type) = quantity(call, scope, needsValue: true),
        let counted = indicator(call.arguments.first?.filter, scope, call.span)
      else { return nil }
      // A mean of whole numbers is none.
      return Measured(
        measure: .proportion(quantity, of: counted), type: type.base == .int ? .float : type)
    case "difference", "ratio": return parity(call, scope, context)
    case "entropy":
      guard call.arguments.isEmpty else { break }
      return Measured(measure: .entropy, type: .float)
    case "kl": return divergence(call, declaration, context)
    default: break
    }
    report(SemanticError.constraintForm(call.span))
    return nil
  }

  // MARK: Quantities

  /// `(x where c)` or `(where c)`: x, or 1, where c holds, else 0; and the type of x.
  private func quantity(
    _ call: CallSyntax, _ scope: Scope, needsValue: Bool
  ) -> (Expression, Type)? {
    let arguments = call.arguments
    guard arguments.count <= 1, arguments.first?.label == nil,
      needsValue == (arguments.first?.value != nil)
    else {
      report(
        SemanticError.constraintArguments(
          call.span, call.callee?.dotted ?? "", needsValue: needsValue))
      return nil
    }
    guard needsValue, let body = arguments.first?.value else {
      return indicator(arguments.first?.filter, scope, call.span).map { ($0, .float) }
    }
    guard let value = expression(body, scope) else { return nil }
    guard value.type.base.isNumber else {
      report(SemanticError.constraintQuantity(value.span, value.type))
      return nil
    }
    guard !value.type.isOptional else {
      let way = nullPath(from: value)
      report(
        SemanticError.nullableQuantity(
          way.first ?? LabeledSpan(value.span, "`\(value.type)`"), path: Array(way.dropFirst())))
      return nil
    }
    guard let filter = arguments.first?.filter else { return (value.widened, value.type) }
    guard let condition = condition(filter, scope, of: "`where`") else { return nil }
    return `where`(condition, value.widened, call.span).map { ($0, value.type) }
  }

  /// 1 where the condition holds, else 0; 1 without one.
  private func indicator(
    _ filter: ExpressionSyntax?, _ scope: Scope, _ span: Span
  ) -> Expression? {
    let one = Expression.literal(.float(1), .float, span: span)
    guard let filter else { return one }
    guard let condition = condition(filter, scope, of: "`where`") else { return nil }
    return `where`(condition, one, span)
  }

  private func `where`(
    _ condition: Expression, _ value: Expression, _ span: Span
  ) -> Expression? {
    if case .literal(.bool(true)) = condition.kind { return value }
    let zero = Expression.literal(.float(0), value.type, span: span)
    return make(
      .conditional(condition, value, zero), value.type, span, over: [condition, value])
  }

  // MARK: Groups of decisions against each other

  private func parity(
    _ call: CallSyntax, _ scope: Scope, _ context: ConstraintContext
  ) -> Measured? {
    let word = call.callee?.dotted ?? ""
    var by: ExpressionSyntax?
    var to: ExpressionSyntax?
    var rate: CallSyntax?
    for argument in call.arguments {
      switch argument.label?.text {
      case nil:
        if let value = argument.value, case .call(let inner) = unwrapped(value),
          inner.callee?.dotted == "rate"
        {
          rate = inner
        }
      case "by": by = argument.value
      case "to": to = argument.value
      default: break
      }
    }
    let references: [String: Constraint.Parity.Reference] = [
      "overall": .overall, "groups": .groups,
    ]
    var reference: Constraint.Parity.Reference?
    if let to, case .reference(let name) = unwrapped(to) {
      reference = references[name.name?.dotted ?? ""]
    }
    guard let rate, let by, let reference, call.arguments.count == 3 else {
      report(SemanticError.parityForm(call.span, word))
      return nil
    }
    guard let (quantity, _) = quantity(rate, scope, needsValue: false),
      let group = group(by, scope)
    else { return nil }
    guard group.facts.grain.actions == nil else {
      report(SemanticError.groupOfActions(group.span))
      return nil
    }
    return Measured(
      measure: .parity(
        Constraint.Parity(
          quantity: quantity, group: group, reference: reference, isRatio: word == "ratio")),
      type: .float)
  }

  // MARK: Another policy

  private func divergence(
    _ call: CallSyntax, _ declaration: Declaration, _ context: ConstraintContext
  ) -> Measured? {
    guard call.arguments.count == 1, call.arguments[0].label == nil,
      let value = call.arguments[0].value, case .reference(let reference) = unwrapped(value),
      let name = reference.name
    else {
      report(SemanticError.constraintForm(call.span))
      return nil
    }
    guard let found = namespace[name.dotted] else {
      let known = declarations.filter { if case .policy = $0.kind { true } else { false } }
      report(SemanticError.unknownName(name.span, name.dotted, known: known.map(\.name)))
      return nil
    }
    guard case .policy = found.kind else {
      report(
        SemanticError.wrongKind(
          name.span, name.dotted, noun: found.noun, wanted: "a policy", declared: found.nameSpan))
      return nil
    }
    if case .inProgress = found.resolution {
      report(SemanticError.divergenceFromItself(name.span, found.name))
      return nil
    }
    guard let other = policy(found) else { return nil }
    guard other.policy.actions == context.actions.id else {
      report(
        SemanticError.otherActions(
          name.span, "policy `\(found.name)`", theirs: program[other.policy.actions].name,
          ours: context.actions.name, declared: found.nameSpan))
      return nil
    }
    guard other.policy.constraints.isEmpty else {
      report(SemanticError.divergenceFromConstrained(name.span, found.name, found.nameSpan))
      return nil
    }
    if let slate = other.policy.slate {
      report(SemanticError.divergenceFromSlate(name.span, found.name, slots: slate.span))
      return nil
    }
    return Measured(measure: .divergence(from: other.id), type: .float)
  }

  // MARK: per

  struct Per {
    var isPerEntity = false
    var period: Constraint.Period?
    var groups: [Expression] = []
  }

  func per(
    _ items: [PerSyntax], _ measure: Constraint.Measure, _ scope: Scope,
    _ context: ConstraintContext
  ) -> Per? {
    var per = Per()
    if let first = items.first, measure.isDistributional {
      report(SemanticError.perOfDistribution(first.node.span, measure.word))
      return nil
    }
    for item in items {
      guard let value = item.value else { return nil }
      if let period = period(item, value, scope) {
        guard let period = period.found else { return nil }
        guard per.period == nil else {
          report(SemanticError.twoPeriods(item.node.span))
          return nil
        }
        per.period = period
      } else if case .reference(let reference) = unwrapped(value),
        reference.name?.dotted == context.exposure.exposure.entity
      {
        per.isPerEntity = true
      } else {
        guard let group = group(value, scope) else { return nil }
        per.groups.append(group)
      }
    }
    if per.isPerEntity, let group = per.groups.first {
      report(SemanticError.groupsPerEntity(group.span))
      return nil
    }
    if case .rolling = per.period, !per.isPerEntity, !measure.isTotal {
      report(SemanticError.rollingTotalsOnly(items[0].node.span, measure.word))
      return nil
    }
    return per
  }

  /// nil: not a period.
  private func period(
    _ item: PerSyntax, _ value: ExpressionSyntax, _ scope: Scope
  ) -> (found: Constraint.Period?, Void)? {
    if item.rule != nil { return (calendarPeriod(value, scope).map { .calendar($0) }, ()) }
    switch unwrapped(value) {
    case .literal: break
    case .reference(let reference):
      guard let name = reference.name?.dotted, case .param = namespace[name]?.kind else {
        return nil
      }
    default: return nil
    }
    guard let (constant, _) = constantValue(value, scope, "a period") else { return (nil, ()) }
    guard case .duration(let length) = constant, length > 0 else {
      report(SemanticError.period(value.span))
      return (nil, ())
    }
    return (held(.exact(length), value, "a period").map { _ in .rolling(length) }, ())
  }

  /// What decisions or actions are grouped by.
  private func group(_ syntax: ExpressionSyntax, _ scope: Scope) -> Expression? {
    guard let value = expression(syntax, scope) else { return nil }
    guard value.type.base.isComparable, value.type.base != .null else {
      report(SemanticError.groupType(value.span, value.type))
      return nil
    }
    let grain = value.facts.grain
    if grain.actions != nil, grain.row != .constant {
      report(SemanticError.groupOfPairs(value.span))
      return nil
    }
    return value
  }
}
