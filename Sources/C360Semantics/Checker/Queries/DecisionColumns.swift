import C360Diagnostics

/// What a policy shows as a table.
extension Checker {
  func decisionColumns(
    of info: PolicyInfo, at exposure: ExposureInfo, _ span: Span
  ) -> [Query.Projection] {
    let key = exposure.exposure.columns[exposure.exposure.key].type
    let action = actionType(of: info.policy)
    func column(_ name: String, _ decision: DecisionColumn, _ type: Type) -> Query.Projection {
      self.column(name, decision, type, at: exposure, span)
    }
    // Repaired decisions have no propensity.
    let isBound = !info.policy.constraints.isEmpty
    let repaired = isBound ? [column("repaired", .repaired, .bool)] : []
    let position = info.policy.slate == nil ? [] : [column("position", .position, .int)]
    let terms = info.policy.terms.enumerated().map { index, term in
      column("term_\(term.name)", .term(index), Type.float.optional)
    }
    return [
      column(exposure.exposure.entity, .entity, key),
      column("at", .time, .time),
      column("number", .number, .int),
    ] + position + [
      column("action", .action, action),
      column("rank", .rank, Type.int.optional),
      column("propensity", .propensity, isBound ? Type.float.optional : .float),
      column("value", .value, Type.float.optional),
      column("expected_value", .expectedValue, Type.float.optional),
    ] + terms + [
      column("eligible", .eligible, .int),
      column("reasons", .reasons, .text),
      column("is_fallback", .isFallback, .bool),
    ] + repaired + [
      column("policy", .policy, .text),
      column("policy_hash", .policyHash, .text),
    ]
  }

  /// One row an exposure and candidate.
  func candidateColumns(
    of info: PolicyInfo, at exposure: ExposureInfo, _ span: Span
  ) -> [Query.Projection] {
    func column(_ name: String, _ decision: DecisionColumn, _ type: Type) -> Query.Projection {
      self.column(name, decision, type, at: exposure, span)
    }
    let terms = info.policy.terms.enumerated().map { index, term in
      column("term_\(term.name)", .term(index), Type.float.optional)
    }
    return [
      column(
        exposure.exposure.entity, .entity, exposure.exposure.columns[exposure.exposure.key].type),
      column("at", .time, .time),
      column("number", .number, .int),
      column("action", .action, actionType(of: info.policy)),
      column("eligible", .isEligible, .bool),
      column("reasons", .reasons, .text),
      column("value", .value, Type.float.optional),
    ] + terms + [
      column("rank", .rank, Type.int.optional),
      column("propensity", .propensity, .float),
      column("chosen", .isChosen, .bool),
    ]
  }

  private func actionType(of policy: Policy) -> Type {
    let actions = program[policy.actions]
    guard case .actions(let roles) = actions.kind, roles.none == nil,
      actions.columns[roles.key].type.base != .text
    else { return .text }
    return .int
  }

  private func column(
    _ name: String, _ decision: DecisionColumn, _ type: Type, at exposure: ExposureInfo,
    _ span: Span
  ) -> Query.Projection {
    Query.Projection(
      name: name,
      expression: Expression(
        .decision(decision), type: type, span: span,
        facts: Facts(phase: .before, grain: Grain(.exposure(exposure.id)))))
  }
}
