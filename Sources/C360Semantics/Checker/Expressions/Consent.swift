import C360Diagnostics
import C360Syntax

extension Checker {
  /// `consent("purpose")`: held at the decision.
  func consent(_ syntax: CallSyntax, _ scope: Scope) -> Expression? {
    let arguments = syntax.arguments
    guard let first = arguments.first, first.label == nil, let purposeSyntax = first.value else {
      report(
        SemanticError.argumentCount(
          syntax.span, "consent", wanted: 1, found: arguments.count, declared: nil))
      return nil
    }
    for extra in arguments.dropFirst() {
      report(
        extra.label?.text == "at"
          ? SemanticError.notInThisVersion(extra.span, "`consent(…, at: …)`")
          : SemanticError.badArgument(extra.span, "consent"))
      return nil
    }
    switch scope.rows {
    case .decision: break
    case .query(let query):
      return query.demand(syntax.span.text, syntax.span) { self.consent(syntax, $0) }
    case .event(let table):
      report(SemanticError.notInAggregate(syntax.span, "`consent`", table: table.name))
      return nil
    default:
      report(SemanticError.noDecisionHere(syntax.span, scope.use.noun))
      return nil
    }
    guard let (value, type) = constantValue(purposeSyntax, scope, "the purpose of a consent") else {
      return nil
    }
    guard case .text(let purpose) = value else {
      report(
        SemanticError.typeMismatch(
          purposeSyntax.span, found: type, wanted: .text, because: nil, what: "a purpose"))
      return nil
    }
    guard let ledger = ledger(syntax.span) else { return nil }
    return Expression(
      .consent(ledger.id, purpose: purpose, .decision), type: .bool, span: syntax.span,
      facts: Facts(
        phase: .before, grain: Grain(.decision(entity: ledger.table.entity ?? ""))))
  }

  private func ledger(_ span: Span) -> TableInfo? {
    let candidates = ledgers
    guard let only = candidates.first, candidates.count == 1 else {
      report(
        SemanticError.consentLedger(
          span, candidates.map { LabeledSpan($0.nameSpan, "a consents table") }))
      return nil
    }
    return table(only)
  }

  /// `declassify(x, sensitive(age), because: "…")`
  func declassify(_ syntax: CallSyntax, _ scope: Scope) -> Expression? {
    let arguments = syntax.arguments
    guard arguments.count == 3, let valueSyntax = arguments[0].value,
      case .call(let labelCall)? = arguments[1].value, labelCall.callee?.dotted == "sensitive",
      case .reference(let labelName)? = labelCall.arguments.first?.value,
      let label = labelName.name?.dotted, arguments[2].label?.text == "because",
      case .literal(let reason)? = arguments[2].value, let because = reason.token,
      because.kind == .text
    else {
      report(SemanticError.declassifyForm(syntax.span))
      return nil
    }
    guard let value = expression(valueSyntax, scope) else { return nil }
    guard value.facts.labels.contains(label) || scope.use.kind == .function else {
      report(
        SemanticError.declassifyNothing(
          arguments[1].span, label, carried: value.facts.labels.sorted()))
      return nil
    }
    var facts = value.facts
    facts.labels.remove(label)
    noteDeclassification(label, because.textValue, syntax.span)
    return Expression(value.kind, type: value.type, span: syntax.span, facts: facts)
  }

  private func noteDeclassification(_ label: String, _ because: String, _ span: Span) {
    let isNew = !program.declassifications.contains { $0.span == span && $0.label == label }
    guard isNew, mutes == 0 else { return }
    program.declassifications.append(
      Declassification(label: label, because: because, span: span))
  }
}
