import C360Columns
import C360Plan

/// For how much of a stretch of time a row's entity holds all of some consents (semantics.md N2).
struct PermittedTime: @unchecked Sendable {
  private struct Condition {
    let ledger: ConsentLedger
    let keys: Vector
    let channel: Int32
  }
  private let conditions: [Condition]

  init(_ steps: [ConsentStep], _ state: inout ExecutionState, _ pool: TextPool) {
    var conditions: [Condition] = []
    for step in steps {
      for test in step.tests {
        conditions.append(
          Condition(
            ledger: .of(step, purpose: test.purpose, &state, pool),
            keys: state.vector(step.frameKey),
            channel: ConsentOperator.channel(test.channel, pool)))
      }
    }
    self.conditions = conditions
  }

  var isAlways: Bool { conditions.isEmpty }

  func isHeld(_ row: Int, at time: Int64) -> Bool {
    conditions.allSatisfy {
      $0.ledger.isGranted(entries(of: row, $0), at: time, channel: $0.channel)
    }
  }

  /// µs of [start, end). Consents change at entries only.
  func held(_ row: Int, from start: Int64, to end: Int64) -> Int128 {
    guard start < end else { return 0 }
    if isAlways { return Int128(end) - Int128(start) }
    var times = [start]
    for condition in conditions {
      condition.ledger.addChanges(
        entries(of: row, condition), after: start, before: end, channel: condition.channel,
        to: &times)
    }
    times.sort()
    var sum: Int128 = 0
    for (index, time) in times.enumerated() where isHeld(row, at: time) {
      sum += Int128(index + 1 < times.count ? times[index + 1] : end) - Int128(time)
    }
    return sum
  }

  private func entries(of row: Int, _ condition: Condition) -> Range<Int> {
    condition.keys.isNull(row) ? 0..<0 : condition.ledger.entries(of: condition.keys.key(row))
  }
}
