import C360Diagnostics

/// What policies and compositions show as tables.
extension Checker {
  /// One row a decision.
  func decisionColumns(
    of info: PolicyInfo, at exposure: ExposureInfo, _ span: Span
  ) -> [Query.Projection] {
    let position = info.policy.slate == nil ? nil : DecisionField("position", .position, .int)
    return DecisionFields(
      action: actionType(of: info.policy), detail: position, terms: info.policy.terms.map(\.name),
      isBound: !info.policy.constraints.isEmpty, policyHash: .text
    ).all(of: exposure).map { projection(of: $0, at: exposure, span) }
  }

  /// One row a decision, with the arm where arms are drawn; one chosen by no policy has no policy's hash.
  func decisionColumns(
    of info: CompositionInfo, at exposure: ExposureInfo, _ span: Span
  ) -> [Query.Projection] {
    DecisionFields(
      action: info.policies.first.map { actionType(of: $0.policy) } ?? .int,
      detail: info.draws.isEmpty ? nil : DecisionField("arm", .arm, Type.text.optional),
      terms: info.composition.terms,
      isBound: !info.composition.constraints.isEmpty
        || info.policies.contains { !$0.policy.constraints.isEmpty },
      policyHash: Type.text.optional
    ).all(of: exposure).map { projection(of: $0, at: exposure, span) }
  }

  /// One row an exposure and candidate.
  func candidateColumns(
    of info: PolicyInfo, at exposure: ExposureInfo, _ span: Span
  ) -> [Query.Projection] {
    let fields =
      DecisionFields.place(of: exposure) + [
        DecisionField("action", .action, actionType(of: info.policy)),
        DecisionField("eligible", .isEligible, .bool),
        DecisionField("reasons", .reasons, .text),
        DecisionField("value", .value, Type.float.optional),
      ] + DecisionFields.terms(info.policy.terms.map(\.name)) + [
        DecisionField("rank", .rank, Type.int.optional),
        DecisionField("propensity", .propensity, .float),
        DecisionField("chosen", .isChosen, .bool),
      ]
    return fields.map { projection(of: $0, at: exposure, span) }
  }

  private func actionType(of policy: Policy) -> Type {
    let actions = program[policy.actions]
    guard case .actions(let roles) = actions.kind, roles.none == nil,
      actions.columns[roles.key].type.base != .text
    else { return .text }
    return .int
  }

  private func projection(
    of field: DecisionField, at exposure: ExposureInfo, _ span: Span
  ) -> Query.Projection {
    Query.Projection(
      name: field.name,
      expression: Expression(
        .decision(field.column), type: field.type, span: span,
        facts: Facts(phase: .before, grain: Grain(.exposure(exposure.id)))))
  }
}

private struct DecisionField {
  let name: String
  let column: DecisionColumn
  let type: Type

  init(_ name: String, _ column: DecisionColumn, _ type: Type) {
    self.name = name
    self.column = column
    self.type = type
  }
}

/// The columns of decisions, in their order.
private struct DecisionFields {
  let action: Type
  /// Which of several a row of a decision is: the position of a slate, the arm of an experiment.
  let detail: DecisionField?
  let terms: [String]
  /// Repaired decisions have no propensity.
  let isBound: Bool
  let policyHash: Type

  func all(of exposure: ExposureInfo) -> [DecisionField] {
    let repaired = isBound ? [DecisionField("repaired", .repaired, .bool)] : []
    return Self.place(of: exposure) + [detail].compactMap { $0 } + [
      DecisionField("action", .action, action),
      DecisionField("rank", .rank, Type.int.optional),
      DecisionField("propensity", .propensity, isBound ? Type.float.optional : .float),
      DecisionField("value", .value, Type.float.optional),
      DecisionField("expected_value", .expectedValue, Type.float.optional),
    ] + Self.terms(terms) + [
      DecisionField("eligible", .eligible, .int),
      DecisionField("reasons", .reasons, .text),
      DecisionField("is_fallback", .isFallback, .bool),
    ] + repaired + [
      DecisionField("policy", .policy, .text),
      DecisionField("policy_hash", .policyHash, policyHash),
    ]
  }

  /// Whose decision it is, and when.
  static func place(of exposure: ExposureInfo) -> [DecisionField] {
    let key = exposure.exposure.columns[exposure.exposure.key].type
    return [
      DecisionField(exposure.exposure.entity, .entity, key),
      DecisionField("at", .time, .time),
      DecisionField("number", .number, .int),
    ]
  }

  static func terms(_ names: [String]) -> [DecisionField] {
    names.enumerated().map { DecisionField("term_\($1)", .term($0), Type.float.optional) }
  }
}
