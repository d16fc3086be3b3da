import C360Columns
import C360Plan
import C360Semantics

extension Lowering {
  /// Whether a consent is held at each moment; by the channel of the action, at each moment and action
  /// of the decision.
  func consent(
    _ question: ConsentQuestion, at moments: Moments, _ decision: Decision?
  ) -> ScalarID {
    var channel = ConsentStep.Test.Channel.every
    var acting: Decision?
    switch question.channel {
    case .every: break
    case .named(let name): channel = .named(name)
    case .ofAction(let actions, let position):
      channel = .ofAction(column(position, of: rows(actions)))
      acting = decision
    }
    let clock: ConsentStep.Test.Clock =
      switch question.clock {
      case .decision, .event: .moment
      case .run: .instant(program.runTime)
      case .throughout(let length): .throughout(length.offset)
      }
    let key = MomentRequests.ConsentKey(
      ledger: question.ledger, relation: moments.relation, decision: acting?.index)
    if requests.consents[key] == nil {
      requests.consents[key] = MomentRequests.ConsentLookup(moments: moments)
      requests.consentOrder.append(key)
    }
    if let test = requests.consents[key]?.tests.first(where: {
      $0.purpose == question.purpose && $0.channel == channel && $0.clock == clock
    }) {
      return scalar(test.column)
    }
    let column = addColumn(
      "consent(\"\(question.purpose)\")", .bool, in: acting?.relation ?? moments.relation,
      nullable: false)
    requests.consents[key]?.tests.append(
      ConsentStep.Test(purpose: question.purpose, channel: channel, clock: clock, column: column))
    return scalar(column)
  }

  func consentStep(_ key: MomentRequests.ConsentKey) -> ConsentStep? {
    requests.consents[key].flatMap { consentStep(key.ledger, $0.moments, $0.tests) }
  }

  /// A consent that is asked at every instant of a window.
  func permission(
    _ question: ConsentQuestion, at moments: Moments, _ column: ColumnID
  ) -> ConsentStep? {
    let channel: ConsentStep.Test.Channel =
      if case .named(let name) = question.channel { .named(name) } else { .every }
    return consentStep(
      question.ledger, moments,
      [
        ConsentStep.Test(
          purpose: question.purpose, channel: channel, clock: .moment, column: column)
      ])
  }

  // MARK: Conditions that hold throughout

  /// Whether a condition holds from each moment until so much later.
  func hold(
    _ condition: Expression, _ length: Offset, at moments: Moments, _ scope: Scope
  ) -> ScalarID {
    var parts: [HoldKey.Part] = []
    addParts(of: condition, at: moments, scope, to: &parts)
    let key = HoldKey(relation: moments.relation, parts: parts, length: length.offset)
    if let known = requests.holdColumns[key] { return scalar(known) }
    let column = addColumn(
      condition.span.text.singleLine, .bool, in: moments.relation, nullable: false)
    requests.holdColumns[key] = column
    var rest = parts[...]
    let planned = consentCondition(&rest, at: moments, column)
    let level = planned.columns.reduce(0) { max($0, levels[$1] ?? 0) }
    requests.holds.append(
      MomentRequests.HoldLookup(
        moments: moments,
        hold: CoverageStep.Hold(condition: planned, within: length.offset, column: column),
        level: level))
    // What else is computed at that level is computed before.
    levels[column] = level + 1
    return scalar(column)
  }

  func holdStep(_ lookup: MomentRequests.HoldLookup) -> CoverageStep {
    CoverageStep(
      frame: lookup.moments.relation, time: lookup.moments.time, windows: [],
      holds: [lookup.hold], timezone: lookup.moments.timezone)
  }

  /// Each `and` and `or` before its two sides.
  private func addParts(
    of expression: Expression, at moments: Moments, _ scope: Scope, to parts: inout [HoldKey.Part]
  ) {
    switch expression.kind {
    case .consent(let question) where expression.asksAtDecision: parts.append(.consent(question))
    case .and(let left, let right) where expression.asksAtDecision:
      parts.append(.and)
      for side in [left, right] { addParts(of: side, at: moments, scope, to: &parts) }
    case .or(let left, let right) where expression.asksAtDecision:
      parts.append(.or)
      for side in [left, right] { addParts(of: side, at: moments, scope, to: &parts) }
    default:
      parts.append(
        .column(
          derivedColumn(
            lower(expression, as: .bool, scope), in: moments.relation,
            named: expression.span.text.singleLine, .bool)))
    }
  }

  /// - Parameters:
  ///   - parts: the condition is taken from its front.
  ///   - column: stands for the columns of tests, which are not computed.
  private func consentCondition(
    _ parts: inout ArraySlice<HoldKey.Part>, at moments: Moments, _ column: ColumnID
  ) -> ConsentCondition {
    switch parts.popFirst() {
    case .consent(let question):
      permission(question, at: moments, column).map { .consent($0) } ?? .any([])
    case .column(let column): .column(column)
    case .and:
      .all([
        consentCondition(&parts, at: moments, column),
        consentCondition(&parts, at: moments, column),
      ])
    case .or:
      .any([
        consentCondition(&parts, at: moments, column),
        consentCondition(&parts, at: moments, column),
      ])
    case nil: preconditionFailure("every `and` and `or` has two sides")
    }
  }

  private func consentStep(
    _ table: TableID, _ moments: Moments, _ tests: [ConsentStep.Test]
  ) -> ConsentStep? {
    guard case .consents(let roles) = program[table].kind else { return nil }
    let ledger = rows(table)
    return ConsentStep(
      ledger: ledger.relation, key: column(roles.key, of: ledger),
      purpose: column(roles.purpose, of: ledger),
      channel: roles.channel.map { column($0, of: ledger) }, from: column(roles.from, of: ledger),
      until: roles.until.map { column($0, of: ledger) }, frame: moments.relation,
      frameKey: moments.key, frameTime: moments.time, tests: tests, timezone: moments.timezone)
  }
}
