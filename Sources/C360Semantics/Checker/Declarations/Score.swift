import C360Diagnostics
import C360Syntax

extension Checker {
  /// A score as seen under a mask.
  func score(_ declaration: Declaration, mask: MaskInfo?, at span: Span) -> ScoreID? {
    switch seen(declaration, mask, at: span) {
    case .index(let index)?: return ScoreID(index)
    case .failed?, .inProgress?: return nil
    case nil: break
    }
    guard case .score(let syntax) = declaration.kind else { return nil }
    if mask != nil, score(declaration, mask: nil, at: span) == nil { return nil }
    guard mayResolve(declaration) else { return nil }
    resolutionDepth += 1
    defer { resolutionDepth -= 1 }
    declaration.seen[mask?.id] = .inProgress
    let id = visiting(declaration.environment.sites, mask: mask) {
      checkScore(syntax, declaration, mask)
    }
    declaration.seen[mask?.id] = id.map { .index($0.index) } ?? .failed
    return id
  }

  private func checkScore(
    _ syntax: ScoreSyntax, _ declaration: Declaration, _ mask: MaskInfo?
  ) -> ScoreID? {
    guard let body = syntax.expression else { return nil }
    var actions: TableInfo?
    if let name = syntax.actions {
      guard let found = actionsTable(name) else { return nil }
      actions = found
    }
    let use = Scope.Use(.score, "score `\(declaration.name)`", owner: declaration.name)
    let scope = Scope(
      .decision(nil), for: use, actions: actions, mask: mask, in: declaration.environment)
    guard let value = expression(body, scope) else { return nil }
    guard value.type.base.isNumber else {
      report(SemanticError.scoreType(body.span, value.type, declaration.name))
      return nil
    }
    let id = ScoreID(program.scores.count)
    program.scores.append(
      Score(
        name: declaration.name, mask: mask?.id, actions: actions?.id, expression: value.widened,
        span: declaration.nameSpan))
    return id
  }
}
