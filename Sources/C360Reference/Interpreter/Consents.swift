import C360Semantics

/// One grant or withdrawal.
private struct LedgerEntry {
  let time: Int64
  let isGrant: Bool
}

extension ReferenceInterpreter {
  /// semantics.md C1, C2.
  func isHeld(_ question: ConsentQuestion, _ scope: Scope) -> Bool {
    let entries = entries(for: question, scope)
    switch question.clock {
    case .decision, .event: return isGranted(by: entries, at: scope.time)
    case .run: return isGranted(by: entries, at: program.runTime)
    case .throughout(let length):
      // The state changes only at entries; the end of the stretch belongs to it.
      let end = calendar.moved(scope.time, by: length, times: 1)
      let changes = entries.map(\.time).filter { $0 > scope.time && $0 <= end }
      return ([scope.time] + changes).allSatisfy { isGranted(by: entries, at: $0) }
    }
  }

  /// Whether a condition holds at the decision, and at each change of a ledger that it asks until the
  /// end of the stretch, which belongs to it (semantics.md C3).
  func held(_ condition: Expression, throughout length: Offset, _ scope: Scope) -> Evaluated {
    let end = calendar.moved(scope.time, by: length, times: 1)
    var times = [scope.time]
    ExpressionWalk.forEach(condition) { part in
      guard case .consent(let question) = part.kind else { return }
      times += changes(of: question, scope).filter { $0 > scope.time && $0 <= end }
    }
    return times.reduce(.success(.bool(true))) { soFar, time in
      kleene(soFar, holds(condition, at: time, scope), decidedBy: false)
    }
  }

  /// Only consents are asked anew at a time after the decision.
  private func holds(_ condition: Expression, at time: Int64, _ scope: Scope) -> Evaluated {
    switch condition.kind {
    case .and(let left, let right):
      return kleene(
        holds(left, at: time, scope), holds(right, at: time, scope), decidedBy: false)
    case .or(let left, let right):
      return kleene(holds(left, at: time, scope), holds(right, at: time, scope), decidedBy: true)
    case .consent(let question) where question.clock == .decision:
      var moment = scope
      moment.time = time
      return .success(.bool(isHeld(question, moment)))
    default: return evaluate(condition, scope)
    }
  }

  /// When the ledger says something of it.
  func changes(of question: ConsentQuestion, _ scope: Scope) -> [Int64] {
    entries(for: question, scope).map(\.time)
  }

  /// By the last entry at or before the instant; at equal times withdrawal wins; no entry means no.
  private func isGranted(by entries: [LedgerEntry], at time: Int64) -> Bool {
    let past = entries.filter { $0.time <= time }
    guard let last = past.map(\.time).max() else { return false }
    return past.filter { $0.time == last }.allSatisfy(\.isGrant)
  }

  /// The entries of the entity for the purpose that hold for the channel.
  private func entries(for question: ConsentQuestion, _ scope: Scope) -> [LedgerEntry] {
    guard case .consents(let roles) = program[question.ledger].kind, !scope.entity.isNull else {
      return []
    }
    let channel: Value =
      switch question.channel {
      case .every: .null
      case .named(let name): .text(name)
      case .ofAction(_, let column): scope.action?[column] ?? .null
      }
    var entries: [LedgerEntry] = []
    for row in rows[question.ledger.index]
    where row[roles.key] == scope.entity && row[roles.purpose] == .text(question.purpose) {
      let own = roles.channel.map { row[$0] } ?? .null
      guard own.isNull || own == channel else { continue }
      if let time = row[roles.from].integer {
        entries.append(LedgerEntry(time: time, isGrant: true))
      }
      if let column = roles.until, let time = row[column].integer {
        entries.append(LedgerEntry(time: time, isGrant: false))
      }
    }
    return entries
  }
}
