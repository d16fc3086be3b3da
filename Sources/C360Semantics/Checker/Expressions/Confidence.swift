import C360Diagnostics
import C360Syntax

extension Checker {
  /// `confidence(customer)`: the greatest probability with which an identifier is the entity's, over all
  /// identities that link identifiers to it with one.
  func confidence(_ syntax: CallSyntax, _ scope: Scope) -> Expression? {
    guard syntax.arguments.count == 1, let argument = syntax.arguments.first,
      argument.label == nil, argument.filter == nil, let value = argument.value
    else {
      report(
        SemanticError.argumentCount(
          syntax.span, "confidence", wanted: 1, found: syntax.arguments.count, declared: nil))
      return nil
    }
    switch scope.rows {
    case .decision: break
    case .query(let query):
      return query.demand(syntax.span.text, syntax.span) { self.confidence(syntax, $0) }
    case .event(let table):
      report(SemanticError.notInAggregate(syntax.span, "`confidence`", table: table.name))
      return nil
    default:
      report(SemanticError.noDecisionHere(syntax.span, scope.use.noun))
      return nil
    }
    if scope.use.kind == .hide {
      report(SemanticError.hideReads(syntax.span, "`confidence`"))
      return nil
    }
    guard let entity = entity(named: value, scope) else { return nil }
    let all = identities.compactMap { identity in
      table(identity).map { (declaration: identity, info: $0) }
    }.filter { $0.info.table.entity == entity }
    let weighed = all.filter { identity in
      if case .identity(let roles) = identity.info.table.kind {
        roles.rule != .clusters
      } else {
        false
      }
    }
    let parts = weighed.map { identity in
      Expression(
        .confidence(identity.info.id), type: .float.optional, span: syntax.span,
        facts: Facts(
          phase: .before, grain: Grain(.decision(entity: entity)),
          labels: labels(ofIdentity: identity.info.id)))
    }
    guard let first = parts.first else {
      if hasFailedTable { return nil }
      report(
        SemanticError.confidenceOfNothing(
          syntax.span, entity: entity,
          clusters: all.map { LabeledSpan($0.declaration.nameSpan, "resolves clusters") }))
      return nil
    }
    if parts.count == 1 { return first }
    return make(.call(.greatest, parts), .float.optional, syntax.span, over: parts)
  }

  /// The entity that an argument names.
  private func entity(named value: ExpressionSyntax, _ scope: Scope) -> String? {
    guard case .reference(let reference) = value, let name = reference.name?.dotted,
      let found = declaration(named: name, scope)
    else {
      if !poisonedNames.contains(value.span.text) {
        report(SemanticError.unknownName(value.span, value.span.text, known: program.entities))
      }
      return nil
    }
    guard case .entity = found.kind else {
      report(
        SemanticError.wrongKind(
          value.span, name, noun: found.noun, wanted: "an entity", declared: found.nameSpan))
      return nil
    }
    return found.name
  }
}
