import C360Diagnostics
import C360Syntax

extension Checker {
  /// The outcomes of a block, each with a name of its own.
  func outcomes(of syntax: ExposureSyntax, columns: [String]) -> [ExposureInfo.Outcome] {
    var outcomes: [ExposureInfo.Outcome] = []
    for case .outcome(let view) in syntax.items {
      guard let token = view.name else { continue }
      let name = token.identifierText
      if let first = outcomes.first(where: { $0.name == name }) {
        report(
          SemanticError.duplicateItem(token.span, name, noun: "outcome", first: first.nameSpan))
        continue
      }
      if columns.contains(name) {
        report(SemanticError.duplicateItem(token.span, name, noun: "column", first: nil))
        continue
      }
      outcomes.append(ExposureInfo.Outcome(name: name, nameSpan: token.span, syntax: view))
    }
    return outcomes
  }

  /// Checks all outcomes and puts them into the program's exposure.
  func completeOutcomes(of info: ExposureInfo) {
    var outcomes: [Exposure.Outcome] = []
    for (index, outcome) in info.outcomes.enumerated() {
      guard let expression = outcomeExpression(info, index, mask: nil, at: outcome.nameSpan) else {
        continue
      }
      outcomes.append(
        Exposure.Outcome(name: outcome.name, expression: expression, span: outcome.nameSpan))
    }
    let e = info.exposure
    program.exposures[info.id.index] = Exposure(
      name: e.name, entity: e.entity, origin: e.origin, columns: e.columns, key: e.key,
      time: e.time, action: e.action, propensity: e.propensity, loggedOutcomes: e.loggedOutcomes,
      keep: e.keep, isKeepDeclared: e.isKeepDeclared, outcomes: outcomes, timezone: e.timezone,
      span: e.span)
  }

  /// An outcome as seen under a mask; always nullable, because it can be censored.
  func outcomeExpression(
    _ info: ExposureInfo, _ index: Int, mask: MaskInfo?, at span: Span
  ) -> Expression? {
    let outcome = info.outcomes[index]
    if let known = outcome.seen[mask?.id] { return known }
    if outcome.isInProgress {
      report(SemanticError.cycle(span, outcome.name))
      return nil
    }
    if mask != nil, outcomeExpression(info, index, mask: nil, at: span) == nil { return nil }
    outcome.isInProgress = true
    defer { outcome.isInProgress = false }
    let declaration = info.declaration
    let result = visiting(declaration.environment.sites, mask: mask) { () -> Expression? in
      guard let body = outcome.syntax.expression else { return nil }
      let use = Scope.Use(
        .outcome, "outcome `\(outcome.name)`", owner: "\(info.name).\(outcome.name)")
      let scope = Scope(.decision(info), for: use, mask: mask, in: declaration.environment)
      guard let value = expression(body, scope) else { return nil }
      guard value.type.base != .null else {
        report(SemanticError.onlyNull(body.span))
        return nil
      }
      guard join(value.facts.grain, Grain(.exposure(info.id))) != nil else {
        report(
          SemanticError.grainsDoNotFit(
            value.span, outcome.nameSpan, words(value.facts.grain),
            words(Grain(.exposure(info.id)))))
        return nil
      }
      return value.typed(value.type.optional)
    }
    outcome.seen[mask?.id] = .some(result)
    return result
  }

  /// The window of an outcome in the words of a complaint.
  static func windowWords(_ outcome: ExposureInfo.Outcome) -> String {
    guard let body = outcome.syntax.expression,
      let clauses = firstWindow(in: body.node)?.clauses,
      let within = clauses.first(where: { $0.keyword?.text == "within" })?.value
    else { return "an outcome: known only after the decision" }
    let after = clauses.first { $0.keyword?.text == "after" }?.value.map { "+\($0.span.text)" }
    return "observed in (t\(after ?? ""), t+\(within.span.text)]"
  }

  /// What to write instead, when the outcome is one aggregate.
  static func backwardHelp(_ outcome: ExposureInfo.Outcome) -> String? {
    guard case .windowed(let windowed)? = outcome.syntax.expression,
      let call = windowed.call?.span.text,
      let within = windowed.clauses.first(where: { $0.keyword?.text == "within" })?.value
    else { return nil }
    return "for what was known before, write  feature \(outcome.name)_before = \(call) over "
      + within.span.text
  }

  private static func firstWindow(in node: SyntaxNode) -> WindowedSyntax? {
    if case .windowed(let windowed) = ExpressionSyntax(node) { return windowed }
    for element in node.elements {
      if case .node(let index) = element.child,
        let found = firstWindow(in: SyntaxNode(tree: node.tree, index: index))
      {
        return found
      }
    }
    return nil
  }
}
