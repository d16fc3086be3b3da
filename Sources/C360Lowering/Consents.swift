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
