import C360Diagnostics
import C360Syntax

extension Checker {
  // MARK: Members with bounds of their own

  /// What a draw lets act is known before, so bounds count what it does there; but with what
  /// probability it would have taken an action elsewhere must not hang on bounds.
  func mayBeDrawn(_ members: [MemberInfo]) -> Bool {
    for member in members {
      for policy in member.policies where !policy.policy.constraints.isEmpty {
        if policy.policy.isCertain { continue }
        report(SemanticError.boundAndDrawn(member.span, policy.policy.name))
        return false
      }
    }
    return true
  }

  /// What is compared is worth the same whoever acts.
  func mayBeCompared(_ members: [MemberInfo]) -> Bool {
    guard members.count > 1 else { return true }
    for member in members {
      for policy in member.policies where !policy.policy.constraints.isEmpty {
        report(SemanticError.boundUnderBest(member.span, policy.policy.name))
        return false
      }
    }
    return true
  }

  // MARK: Bounds on all members together

  /// - Returns: nil when they make no sense; that is then reported.
  func bounds(
    _ clause: ClauseSyntax?, on members: [MemberInfo], _ choices: [Composition.Turn.Choice],
    _ exposure: ExposureInfo, _ mask: MaskInfo?, _ permits: [String: [String]],
    _ declaration: Declaration
  ) -> [Constraint]? {
    guard let clause else { return [] }
    guard let first = members.flatMap(\.policies).first,
      let actions = tableInfos.first(where: { $0.id == first.policy.actions }),
      areAlike(members, to: first.policy, choices)
    else { return members.contains { !$0.policies.isEmpty } ? nil : [] }
    let context = ConstraintContext(
      actions: actions, exposure: exposure, mask: mask, subject: declaration.name)
    guard let found = constraints(clause, context, declaration.environment) else { return nil }
    if let odd = found.first(where: \.isDistributional) {
      report(SemanticError.distributionOfMany(clause.span, odd.name, odd.measure.word))
      return nil
    }
    for member in members {
      guard let policy = member.policies.first?.policy, let bound = found.first else { continue }
      guard case .threshold = policy.choice, policy.explore > 0 else { continue }
      report(SemanticError.thresholdExplores(member.span, bound.name, at: bound.span))
      return nil
    }
    let site = LabeledSpan(declaration.nameSpan, "`\(declaration.name)` decides here")
    for constraint in found {
      let noun = "constraint `\(constraint.name)`"
      for part in constraint.expressions + (constraint.limits == nil ? [] : [constraint.bound]) {
        let isOfRow = constraint.limits != nil && part.facts.grain == constraint.bound.facts.grain
        guard isOfRow || isDecided(part, at: exposure, noun: noun, user: site) else { continue }
        checkLabels(
          of: part, entering: constraint.name, noun: noun, permits: permits, policy: site.span)
      }
    }
    return found
  }

  /// Bounds find one price for all, so members choose from one table and in one way.
  private func areAlike(
    _ members: [MemberInfo], to first: Policy, _ choices: [Composition.Turn.Choice]
  ) -> Bool {
    for member in members where member.member != .none {
      guard case .policy = member.member, let policy = member.policies.first?.policy else {
        report(SemanticError.boundsOverComposition(member.span, member.name))
        return false
      }
      guard policy.constraints.isEmpty else {
        report(SemanticError.boundsTwice(member.span, policy.name))
        return false
      }
      if let stability = policy.stabilities.first {
        report(SemanticError.stability(.together, member.span, policy.name, see: stability.span))
        return false
      }
      guard policy.actions == first.actions else {
        report(
          SemanticError.boundsOverTables(
            member.span, policy.name, program[policy.actions].name,
            other: program[first.actions].name))
        return false
      }
      guard policy.explore == first.explore, policy.temperature == first.temperature else {
        report(SemanticError.boundsOverChoices(member.span, policy.name, other: first.name))
        return false
      }
      let isAlone = choices.allSatisfy { $0.members.count == 1 }
      guard isAlone || policy.isCertain else {
        report(SemanticError.boundsOverDraws(member.span, policy.name))
        return false
      }
    }
    return true
  }
}

extension Policy.Choice {
  /// Whether it gives several actions a probability.
  var draws: Bool {
    if case .softmax = self { return true }
    return false
  }
}

extension Policy {
  /// 0: greedy, or by a threshold.
  fileprivate var temperature: Double {
    if case .softmax(let temperature) = choice { return temperature }
    return 0
  }

  /// Whether one action has probability 1.
  var isCertain: Bool {
    explore == 0 && temperature == 0 && !constraints.contains(where: \.isDistributional)
  }
}
