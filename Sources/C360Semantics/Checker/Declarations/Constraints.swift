import C360Diagnostics
import C360Syntax

/// What a constraint is checked against: the policy that is subject to it.
struct ConstraintContext {
  let actions: TableInfo
  let exposure: ExposureInfo
  let mask: MaskInfo?
  /// Qualified name of who is subject to it.
  let subject: String
}

extension Checker {
  /// The constraints that a `subject to` names, each checked as this policy sees it.
  /// - Returns: nil when one of them makes no sense; it is then reported.
  func constraints(
    _ clause: ClauseSyntax?, _ context: ConstraintContext, _ environment: Environment
  ) -> [Constraint]? {
    guard let clause else { return [] }
    var found: [Constraint] = []
    var isComplete = true
    for name in clause.names {
      guard let declaration = constraintDeclaration(name, environment) else {
        isComplete = false
        continue
      }
      if found.contains(where: { $0.name == declaration.name }) {
        report(SemanticError.constraintListedTwice(name.span, declaration.name))
        isComplete = false
        continue
      }
      listedConstraints.insert(declaration.name)
      guard case .constraint(let syntax) = declaration.kind else { continue }
      let constraint = visiting(declaration.environment.sites, mask: context.mask) {
        self.constraint(syntax, declaration, context)
      }
      if let constraint { found.append(constraint) } else { isComplete = false }
    }
    for second in found.dropFirst() where second.isDistributional {
      if let first = found.first(where: { $0.isDistributional && $0.name != second.name }),
        first.measure.word == second.measure.word
      {
        report(SemanticError.constraintTwice(clause.span, first.name, second.name))
        isComplete = false
        break
      }
    }
    return isComplete ? found : nil
  }

  private func constraintDeclaration(
    _ name: NameSyntax, _ environment: Environment
  ) -> Declaration? {
    let written = name.dotted
    let found = environment.prefix.flatMap { namespace["\($0).\(written)"] } ?? namespace[written]
    guard let found else {
      if !poisonedNames.contains(written) {
        let known = declarations.filter { if case .constraint = $0.kind { true } else { false } }
        report(SemanticError.unknownName(name.span, written, known: known.map(\.name)))
      }
      return nil
    }
    guard case .constraint = found.kind else {
      report(
        SemanticError.wrongKind(
          name.span, written, noun: found.noun, wanted: "a constraint", declared: found.nameSpan))
      return nil
    }
    return found
  }

  private func constraint(
    _ syntax: ConstraintSyntax, _ declaration: Declaration, _ context: ConstraintContext
  ) -> Constraint? {
    guard let (call, sense, bound) = bounded(syntax) else { return nil }
    let scope = constraintScope(declaration, context)
    guard let measured = measure(call, scope, declaration, context) else { return nil }
    if case .parity(let parity) = measured.measure,
      sense != (parity.isRatio ? .atLeast : .atMost)
    {
      report(
        SemanticError.paritySense(syntax.condition?.span ?? declaration.nameSpan, parity.isRatio))
      return nil
    }
    if measured.measure.isDistributional, sense != measured.measure.sense {
      report(
        SemanticError.distributionSense(
          syntax.condition?.span ?? declaration.nameSpan, measured.measure.word))
      return nil
    }
    guard let per = per(syntax.groups, measured.measure, scope, context) else { return nil }
    if per.isPerEntity, !measured.measure.isTotal || sense == .atLeast {
      report(SemanticError.perEntityForm(syntax.condition?.span ?? declaration.nameSpan))
      return nil
    }
    if per.isPerEntity, context.actions.actionRoles?.none == nil {
      report(
        SemanticError.perEntityNeedsNoOp(
          declaration.nameSpan, actions: context.actions.table))
      return nil
    }
    let limit =
      per.isPerEntity
      ? entityBound(bound, measured, scope) : groupBound(bound, measured, per, scope, context)
    let penalty = penalty(syntax, per.isPerEntity, measured.measure, declaration.environment)
    guard let limit, let penalty else { return nil }
    guard
      limit.limits != nil
        || checkReach(of: limit.bound, bound.span, sense, call.callee?.dotted ?? "")
    else { return nil }
    let constraint = Constraint(
      name: declaration.name, measure: measured.measure, sense: sense, bound: limit.bound,
      limits: limit.limits, isPerEntity: per.isPerEntity, period: per.period, groups: per.groups,
      penalty: penalty.value, words: words(syntax), because: syntax.because?.text?.textValue,
      span: declaration.nameSpan)
    let noun = "constraint `\(declaration.name)`"
    guard constraint.expressions.allSatisfy({ isSafe($0, noun, under: context.mask) }) else {
      return nil
    }
    return constraint
  }

  /// What stands behind the name, without its reason.
  private func words(_ syntax: ConstraintSyntax) -> String {
    let reason = syntax.because?.span.text ?? ""
    let text = syntax.span.text.dropLast(reason.count)
    return text.drop { $0 != ":" }.dropFirst().split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
  }

  /// What nothing is subject to has a form all the same; its names mean nothing yet.
  func checkUnusedConstraints() {
    for declaration in declarations where !listedConstraints.contains(declaration.name) {
      guard case .constraint(let syntax) = declaration.kind else { continue }
      visiting(declaration.environment.sites, mask: nil) {
        if bounded(syntax) != nil {
          report(SemanticWarning.unusedConstraint(declaration.nameSpan, declaration.name))
        }
      }
    }
  }

  private func bounded(
    _ syntax: ConstraintSyntax
  ) -> (CallSyntax, Constraint.Sense, ExpressionSyntax)? {
    guard let condition = syntax.condition else { return nil }
    if case .binary(let binary) = unwrapped(condition), let left = binary.left,
      let right = binary.right, case .call(let call) = unwrapped(left),
      ConstraintWord.all.contains(call.callee?.dotted ?? "")
    {
      switch binary.operator?.text {
      case "<=": return (call, .atMost, right)
      case ">=": return (call, .atLeast, right)
      default: break
      }
    }
    if case .malformed = unwrapped(condition) { return nil }
    report(SemanticError.constraintForm(condition.span))
    return nil
  }

  /// `treated` holds wherever a quantity is asked for, since the no-op is never asked.
  private func constraintScope(_ declaration: Declaration, _ context: ConstraintContext) -> Scope {
    var bindings = declaration.environment.bindings
    bindings["treated"] = .value(
      Expression.literal(.bool(true), .bool, span: declaration.nameSpan))
    let environment = Environment(
      module: declaration.environment.module, bindings: bindings,
      prefix: declaration.environment.prefix, sites: declaration.environment.sites)
    let use = Scope.Use(
      .constraint, "constraint `\(declaration.name)`",
      owner: "\(context.subject).\(declaration.name)")
    return Scope(
      .decision(context.exposure), for: use, actions: context.actions, mask: context.mask,
      in: environment)
  }

  // MARK: Bounds

  /// Of each entity: read at its decisions.
  private func entityBound(
    _ syntax: ExpressionSyntax, _ measured: Measured, _ scope: Scope
  ) -> Limit? {
    guard let found = expression(syntax, scope), let fitted = coerce(found, to: measured.type)
    else { return nil }
    guard fitted.facts.grain.actions == nil else {
      report(SemanticError.boundOfAction(found.span))
      return nil
    }
    return Limit(bound: fitted.widened)
  }

  /// Refuses a constant bound that is no number; warns of one that holds always or never.
  private func checkReach(
    of limit: Expression, _ at: Span, _ sense: Constraint.Sense, _ word: String
  ) -> Bool {
    guard case .literal(.float(let value)) = limit.kind else { return true }
    if value.isNaN {
      report(SemanticError.boundIsNoNumber(at))
      return false
    }
    let greatest: Double? =
      switch word {
      case "share", "rate", "difference", "ratio": 1
      case "count", "entropy", "kl": .infinity
      default: nil
      }
    guard let greatest else { return true }
    let isOut = sense == .atMost ? value < 0 : value > greatest
    let isVoid = sense == .atMost ? value > greatest : value < 0
    if isOut || isVoid {
      report(SemanticWarning.boundOutOfReach(at, word, to: greatest, holds: isVoid))
    }
    return true
  }

  private func penalty(
    _ syntax: ConstraintSyntax, _ isPerEntity: Bool, _ measure: Constraint.Measure,
    _ environment: Environment
  ) -> (value: Double?, Void)? {
    guard let weight = syntax.penalty else { return (nil, ()) }
    if isPerEntity || measure.isDistributional {
      report(SemanticError.cannotBeSoft(weight.span, measure.word, isPerEntity: isPerEntity))
      return nil
    }
    let scope = Scope(.constant, for: Scope.Use(.constant, "a penalty"), in: environment)
    guard let (value, type) = constantValue(weight, scope, "a penalty") else { return nil }
    let number: Double? =
      switch value {
      case .int(let whole): Double(whole)
      case .float(let number): number
      default: nil
      }
    guard let number, type.base.isNumber, number.isFinite, number >= 0 else {
      report(SemanticError.penalty(weight.span))
      return nil
    }
    return (number, ())
  }
}

extension Constraint {
  /// About the probabilities of each decision rather than about what choices use.
  var isDistributional: Bool { measure.isDistributional }
}

extension Constraint.Measure {
  var isDistributional: Bool {
    switch self {
    case .entropy, .divergence: true
    default: false
    }
  }

  /// The one in which a bound on a distribution is convex.
  var sense: Constraint.Sense { if case .divergence = self { .atMost } else { .atLeast } }

  var isTotal: Bool { if case .total = self { true } else { false } }

  /// Its kind, for complaints.
  var word: String {
    switch self {
    case .total: "sum"
    case .proportion: "share"
    case .rate: "rate"
    case .parity(let parity): parity.isRatio ? "ratio" : "difference"
    case .entropy: "entropy"
    case .divergence: "kl"
    }
  }
}
