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
    let columns = program.decisionColumns(of: info.id, at: exposure.id, syntax.span)
    return QuerySource(
      source: .composition(info.id, at: exposure.id), name: declaration.name, mask: info.mask,
      unmaskedBecause: nil, exposure: nil, decisions: info.hasOneMask ? decisions : nil,
      defaults: columns, keys: columns.map { _ in nil }, environment: environment)
  }
}
