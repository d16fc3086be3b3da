import C360Columns
import C360Plan

/// Whether purposes are granted at each row of a relation (semantics.md C1, C2).
package enum ConsentOperator {
  package static func run(
    _ step: ConsentStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    let zone = try ZoneTable(step.timezone)
    let count = state.rowCount(step.frame)
    for test in step.tests {
      let check = ConsentCheck(
        ledger: .of(step, purpose: test.purpose, &state, context.pool),
        keys: state.vector(step.frameKey), times: state.vector(step.frameTime),
        channel: channel(test.channel, context.pool), clock: test.clock, zone: zone)
      let values = Buffer(byteCount: count)
      let granted = values.elements(UInt8.self)
      let pieces = Parallel.ranges(count, size: 16 * context.batchSize)
      try Parallel.forEach(pieces.count, threads: context.threads) {
        (index: Int) throws(EngineError) in
        try context.checkCancelled()
        check.run(pieces[index], into: granted)
      }
      state.set(test.column, Vector(type: .bool, count: count, values: values))
    }
  }

  static func channel(_ channel: ConsentStep.Test.Channel, _ pool: TextPool) -> Int32 {
    switch channel {
    case .every: ConsentLedger.everyChannel
    case .named(let name): pool.code(of: name) ?? ConsentLedger.unknownChannel
    case .ofAction: preconditionFailure("a channel of actions is asked by decisions")
    }
  }
}

/// One test at rows in any order; rows of one entity side by side are found once.
private struct ConsentCheck: @unchecked Sendable {
  let ledger: ConsentLedger
  let keys: Vector
  let times: Vector
  let channel: Int32
  let clock: ConsentStep.Test.Clock
  let zone: ZoneTable

  func run(_ rows: Range<Int>, into granted: UnsafeMutablePointer<UInt8>) {
    let moments = times.int64s
    var key: Int64?
    var entries = 0..<0
    for row in rows {
      granted[row] = 0
      if keys.isNull(row) || times.isNull(row) { continue }
      if key != keys.key(row) {
        key = keys.key(row)
        entries = ledger.entries(of: keys.key(row))
      }
      if entries.isEmpty { continue }
      granted[row] = isGranted(entries, at: moments[row]) ? 1 : 0
    }
  }

  private func isGranted(_ entries: Range<Int>, at moment: Int64) -> Bool {
    switch clock {
    case .moment: return ledger.isGranted(entries, at: moment, channel: channel)
    case .instant(let instant): return ledger.isGranted(entries, at: instant, channel: channel)
    case .throughout(let length):
      guard ledger.isGranted(entries, at: moment, channel: channel) else { return false }
      let end = zone.moved(moment, by: length, times: 1)
      return !ledger.isWithdrawn(entries, after: moment, through: end, channel: channel)
    }
  }
}
