import C360Diagnostics

/// What policies and compositions show as tables: the one list of which queries, outputs and explanations are
/// made. Whose decision it is, and when, stands in the first three columns.
extension Program {
  /// One row a decision, in a slate one a position.
  public func decisionColumns(
    of id: PolicyID, at exposure: ExposureID, _ span: Span
  ) -> [Query.Projection] {
    let policy = self[id]
    let position = policy.slate == nil ? nil : DecisionField("position", .position, .int)
    return DecisionFields(
      action: actionType(policy.actions), detail: position, terms: policy.terms.map(\.name),
      isBound: !policy.constraints.isEmpty, policyHash: .text
    ).all(of: self[exposure]).map { projection(of: $0, at: exposure, span) }
  }

  /// One row a decision, with the arm where arms are drawn; one chosen by no policy has no policy's hash.
  public func decisionColumns(
    of id: CompositionID, at exposure: ExposureID, _ span: Span
  ) -> [Query.Projection] {
    let composition = self[id]
    return DecisionFields(
      action: composition.policies.first.map { actionType(self[$0].actions) } ?? .int,
      detail: hasArms(id) ? DecisionField("arm", .arm, Type.text.optional) : nil,
      terms: composition.terms,
      isBound: !composition.constraints.isEmpty
        || composition.policies.contains { !self[$0].constraints.isEmpty },
      policyHash: Type.text.optional
    ).all(of: self[exposure]).map { projection(of: $0, at: exposure, span) }
  }

  /// One row an exposure and candidate.
  public func candidateColumns(
    of id: PolicyID, at exposure: ExposureID, _ span: Span
  ) -> [Query.Projection] {
    let policy = self[id]
    let fields =
      DecisionFields.place(of: self[exposure]) + [
        DecisionField("action", .action, actionType(policy.actions)),
        DecisionField("eligible", .isEligible, .bool),
        DecisionField("reasons", .reasons, .text),
        DecisionField("value", .value, Type.float.optional),
      ] + DecisionFields.terms(policy.terms.map(\.name)) + [
        DecisionField("rank", .rank, Type.int.optional),
        DecisionField("propensity", .propensity, .float),
        DecisionField("chosen", .isChosen, .bool),
      ]
    return fields.map { projection(of: $0, at: exposure, span) }
  }

  /// Of the column that names actions: `int` where keys are integers and no no-op has a name.
  public func actionType(_ id: TableID) -> Type {
    let table = self[id]
    guard case .actions(let roles) = table.kind, roles.none == nil,
      table.columns[roles.key].type.base != .text
    else { return .text }
    return .int
  }

  /// Whether an experiment says who acts in it.
  private func hasArms(_ id: CompositionID) -> Bool {
    if case .experiment = self[id].kind { return true }
    return self[id].members.contains { member in
      if case .composition(let inner) = member { hasArms(inner) } else { false }
    }
  }

  private func projection(
    of field: DecisionField, at exposure: ExposureID, _ span: Span
  ) -> Query.Projection {
    Query.Projection(
      name: field.name,
      expression: Expression(
        .decision(field.column), type: field.type, span: span,
        facts: Facts(phase: .before, grain: Grain(.exposure(exposure)))))
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

  func all(of exposure: Exposure) -> [DecisionField] {
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
  static func place(of exposure: Exposure) -> [DecisionField] {
    [
      DecisionField(exposure.entity, .entity, exposure.columns[exposure.key].type),
      DecisionField("at", .time, .time),
      DecisionField("number", .number, .int),
    ]
  }

  static func terms(_ names: [String]) -> [DecisionField] {
    names.enumerated().map { DecisionField("term_\($1)", .term($0), Type.float.optional) }
  }
}
