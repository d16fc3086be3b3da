import C360Diagnostics
import C360Syntax

extension Checker {
  /// An experiment or an arbitration as a table: one row a decision, with the columns of a policy.
  func compositionSource(
    _ declaration: Declaration, _ syntax: QuerySyntax, _ environment: Environment
  ) -> QuerySource? {
    if let mask = syntax.mask {
      report(SemanticError.policyHasMask(mask.span, declaration.name))
      return nil
    }
    guard let info = composition(declaration) else { return nil }
    var exposure = exposureInfos.first { $0.id == info.composition.exposure }
    if let name = syntax.exposure {
      guard let other = exposureInfo(name) else { return nil }
      let site = LabeledSpan(declaration.nameSpan, "`\(declaration.name)`")
      for policy in info.policies {
        guard let home = namespace[policy.policy.name],
          moves(policy, to: other, at: name.span, home)
        else { return nil }
      }
      guard
        isOf(program[info.composition.exposure].entity, other, name),
        (info.conditions + info.composition.constraints.flatMap(\.expressions)).allSatisfy({
          isDecided($0, at: other, noun: "`\(declaration.name)`", user: site)
        })
      else { return nil }
      exposure = other
    }
    guard let exposure else { return nil }
    let use = Scope.Use(.query, "the query", owner: declaration.name)
    let decisions = Scope(.decision(exposure), for: use, mask: info.mask, in: environment)
    let columns = columns(of: info, at: exposure, syntax.span)
    return QuerySource(
      source: .composition(info.id, at: exposure.id), name: declaration.name, mask: info.mask,
      unmaskedBecause: nil, exposure: nil, decisions: info.hasOneMask ? decisions : nil,
      defaults: columns, keys: columns.map { _ in nil }, environment: environment)
  }

  private func columns(
    of info: CompositionInfo, at exposure: ExposureInfo, _ span: Span
  ) -> [Query.Projection] {
    let key = exposure.exposure.columns[exposure.exposure.key].type
    var action = Type.int
    if let policy = info.policies.first,
      case .actions(let roles) = program[policy.policy.actions].kind,
      roles.none != nil || program[policy.policy.actions].columns[roles.key].type.base == .text
    {
      action = .text
    }
    func column(_ name: String, _ decision: DecisionColumn, _ type: Type) -> Query.Projection {
      Query.Projection(
        name: name,
        expression: Expression(
          .decision(decision), type: type, span: span,
          facts: Facts(phase: .before, grain: Grain(.exposure(exposure.id)))))
    }
    let terms = info.composition.terms.enumerated().map { index, term in
      column("term_\(term)", .term(index), Type.float.optional)
    }
    // Repaired decisions have no propensity.
    let isBound =
      !info.composition.constraints.isEmpty
      || info.policies.contains { !$0.policy.constraints.isEmpty }
    let repaired = isBound ? [column("repaired", .repaired, .bool)] : []
    let arm = info.draws.isEmpty ? [] : [column("arm", .arm, Type.text.optional)]
    return [
      column(exposure.exposure.entity, .entity, key),
      column("at", .time, .time),
      column("number", .number, .int),
    ] + arm + [
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
      column("policy_hash", .policyHash, Type.text.optional),
    ]
  }
}
