import C360Diagnostics
import C360Syntax

extension Checker {
  /// `consent(["ledger",] "purpose" [, channel: c] [, at: event | run])`: whether it is held at the
  /// decision, and when the event happened or the program runs.
  func consent(_ syntax: CallSyntax, _ scope: Scope) -> Expression? {
    guard let parts = ConsentCall(syntax) else {
      report(
        SemanticError.argumentCount(
          syntax.span, "consent", wanted: 1, found: syntax.arguments.count, declared: nil))
      return nil
    }
    if let stray = parts.stray {
      report(SemanticError.badArgument(stray, "consent"))
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
    guard let clock = consentClock(parts.clock, scope),
      let (value, type) = constantValue(parts.purpose, scope, "the purpose of a consent")
    else { return nil }
    guard case .text(let purpose) = value else {
      report(
        SemanticError.typeMismatch(
          parts.purpose.span, found: type, wanted: .text, because: nil, what: "a purpose"))
      return nil
    }
    guard let ledger = ledger(parts.ledger, scope, syntax.span),
      let (channel, facts) = channel(parts.channel, of: ledger, scope)
    else { return nil }
    func asked(_ clock: ConsentClock) -> Expression {
      Expression(
        .consent(
          ConsentQuestion(ledger.id, purpose: purpose, channel: channel, clock)), type: .bool,
        span: syntax.span,
        facts: Facts(
          phase: .before,
          grain: Grain(
            .decision(entity: ledger.table.entity ?? ""), actions: facts.grain.actions),
          labels: facts.labels))
    }
    guard clock == .run else { return asked(clock) }
    let both = [asked(.decision), asked(.run)]
    return make(.and(both[0], both[1]), .bool, syntax.span, over: both)
  }

  /// What stands in the parentheses.
  private struct ConsentCall {
    var ledger: ReferenceSyntax?
    let purpose: ExpressionSyntax
    var channel: ExpressionSyntax?
    var clock: ExpressionSyntax?
    /// An argument that `consent` does not take.
    var stray: Span?

    init?(_ syntax: CallSyntax) {
      let plain = syntax.arguments.filter { $0.label == nil }
      guard let last = plain.last?.value, plain.count <= 2 else { return nil }
      purpose = last
      if plain.count == 2 {
        guard case .reference(let name)? = plain[0].value else { return nil }
        ledger = name
      }
      for argument in syntax.arguments {
        switch argument.label?.text {
        case nil where argument.filter == nil: break
        case "at" where clock == nil: clock = argument.value
        case "channel" where channel == nil: channel = argument.value
        default: stray = argument.span
        }
      }
    }
  }

  private func consentClock(_ syntax: ExpressionSyntax?, _ scope: Scope) -> ConsentClock? {
    guard let syntax else { return .decision }
    guard case .reference(let word) = syntax, let name = word.name?.dotted,
      name == "event" || name == "run"
    else {
      report(SemanticError.consentClock(syntax.span))
      return nil
    }
    guard name == "event" else { return .run }
    guard scope.use.kind == .hide else {
      report(SemanticError.eventConsentHere(syntax.span, user: scope.use.noun))
      return nil
    }
    return .event
  }

  /// The ledger that is named; else the only one, of the entity where that is known.
  private func ledger(_ name: ReferenceSyntax?, _ scope: Scope, _ span: Span) -> TableInfo? {
    if let name {
      let words = name.name?.dotted ?? ""
      guard let found = declaration(named: words, scope) else {
        if !poisonedNames.contains(words) {
          report(SemanticError.unknownName(name.span, words, known: ledgers.map(\.name)))
        }
        return nil
      }
      guard found.noun == "a consents table" else {
        report(
          SemanticError.wrongKind(
            name.span, words, noun: found.noun, wanted: "a consents table",
            declared: found.nameSpan))
        return nil
      }
      return table(found)
    }
    var candidates = ledgers
    if candidates.count > 1, let entity = scope.entity {
      candidates = candidates.filter { table($0)?.table.entity == entity }
    }
    guard let only = candidates.first, candidates.count == 1 else {
      report(
        SemanticError.consentLedger(
          span, candidates.map { LabeledSpan($0.nameSpan, "a consents table") },
          names: candidates.map(\.name)))
      return nil
    }
    return table(only)
  }

  /// A text that is known, or a column of the action; and what holds for it.
  private func channel(
    _ syntax: ExpressionSyntax?, of ledger: TableInfo, _ scope: Scope
  ) -> (ConsentQuestion.Channel, Facts)? {
    guard let syntax else { return (.every, .constant) }
    guard case .consents(let roles) = ledger.table.kind, roles.channel != nil else {
      report(
        SemanticError.noChannels(syntax.span, ledger: ledger.name, declared: ledger.table.span))
      return nil
    }
    guard let value = expression(syntax, scope) else { return nil }
    guard value.type.base == .text else {
      report(
        SemanticError.typeMismatch(
          syntax.span, found: value.type, wanted: .text, because: nil, what: "a channel"))
      return nil
    }
    if case .actionColumn(let table, let column) = value.kind {
      return (.ofAction(table, column), value.facts)
    }
    guard case .text(let name)? = constant(value) else {
      report(SemanticError.channelForm(syntax.span))
      return nil
    }
    return (.named(name), value.facts)
  }

  // MARK: Consent at the event

  /// Parts a condition of `hide` into what is asked at the decision and what is asked of each event.
  /// A consent at the event stands by itself or behind `and`: then an event is visible when both
  /// hold.
  func eventConsents(
    in unless: Expression, of target: MaskTarget
  ) -> (unless: Expression, permitted: Expression?)? {
    func isEvent(_ part: Expression) -> Bool {
      if case .consent(let question) = part.kind { return question.clock == .event }
      return false
    }
    guard ExpressionWalk.contains(unless, where: isEvent) else { return (unless, nil) }
    let table: TableID
    switch target {
    case .table(let id) where program[id].isEvents: table = id
    case .eventColumn(let id, _): table = id
    default:
      report(SemanticError.hideWithoutEvents(unless.span))
      return nil
    }
    var atDecision: [Expression] = []
    var atEvent: [Expression] = []
    for part in Self.conjuncts(unless) {
      if case .consent(let question) = part.kind, question.clock == .event {
        atDecision.append(
          Expression(
            .consent(question.asked(.decision)), type: .bool, span: part.span, facts: part.facts))
        atEvent.append(
          Expression(
            .consent(question), type: .bool, span: part.span,
            facts: Facts(phase: .before, grain: Grain(.row(table)))))
      } else if ExpressionWalk.contains(part, where: isEvent) {
        report(SemanticError.eventConsentAlone(part.span))
        return nil
      } else {
        atDecision.append(part)
      }
    }
    return conjunction(atDecision).map { ($0, conjunction(atEvent)) }
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
