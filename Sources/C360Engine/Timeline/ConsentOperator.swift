import C360Columns
import C360Plan

/// Whether purposes are granted at each row of a frame (semantics.md C1, C2).
package enum ConsentOperator {
  package static func run(
    _ step: ConsentStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    let zone = try ZoneTable(step.timezone)
    let entities = state.timelines.entities(of: step.frameKey, state)
    // A row without a grant may still hold a withdrawal, so rows are not ordered by the grant.
    let ledger = try state.timelines.clusters(
      key: step.key, time: nil, tieBreak: [], for: entities, state, context)
    let count = state.rowCount(step.frame)
    for test in step.tests {
      let check = ConsentCheck(
        clusters: ledger.clusters, times: state.vector(step.frameTime),
        purposes: state.vector(step.purpose), purpose: context.pool.code(of: test.purpose) ?? -1,
        from: state.vector(step.from), until: step.until.map { state.vector($0) },
        throughout: test.throughout, zone: zone)
      let values = Buffer(byteCount: count)
      let granted = values.elements(UInt8.self)
      granted.update(repeating: 0, count: count)
      let chunks = ChunkLayout.plan(ledger.clusters, rowCount: count, context)
      try Parallel.forEach(chunks.count, threads: context.threads) {
        (index: Int) throws(EngineError) in
        try context.checkCancelled()
        check.run(chunks[index], into: granted)
      }
      state.set(test.column, Vector(type: .bool, count: count, values: values))
    }
  }
}

/// Reads one purpose out of a ledger, entity by entity.
private struct ConsentCheck: @unchecked Sendable {
  let clusters: EventClusters
  /// Of the frame.
  let times: Vector
  let purposes: Vector
  /// Code of the text; −1: the ledger cannot hold it.
  let purpose: Int32
  let from: Vector
  let until: Vector?
  let throughout: TimeOffset?
  let zone: ZoneTable

  /// At equal times a withdrawal stands behind the grant, so that it wins.
  private struct Entry {
    let time: Int64
    let isGrant: Bool
  }

  func run(_ layout: ChunkLayout, into granted: UnsafeMutablePointer<UInt8>) {
    let decisions = times.int64s
    var entries: [Entry] = []
    for entity in layout.entities {
      collect(entity, &entries)
      var next = 0
      // Entries before this one end no grant at or after it.
      var nextWithdrawal = 0
      for row in clusters.entities.rows(entity).clamped(to: layout.rows) {
        if times.isNull(row) { continue }
        let decision = decisions[row]
        while next < entries.count, entries[next].time <= decision { next += 1 }
        guard next > 0, entries[next - 1].isGrant else { continue }
        guard let throughout else {
          granted[row] = 1
          continue
        }
        nextWithdrawal = max(nextWithdrawal, next)
        while nextWithdrawal < entries.count, entries[nextWithdrawal].isGrant {
          nextWithdrawal += 1
        }
        let end = zone.moved(decision, by: throughout, times: 1)
        let isKept = nextWithdrawal == entries.count || entries[nextWithdrawal].time > end
        granted[row] = isKept ? 1 : 0
      }
    }
  }

  private func collect(_ entity: Int, _ entries: inout [Entry]) {
    entries.removeAll(keepingCapacity: true)
    for position in Int(clusters.starts[entity])..<Int(clusters.ends[entity]) {
      let row = clusters.row(position)
      if purposes.isNull(row) || purposes.codes[row] != purpose { continue }
      if !from.isNull(row) { entries.append(Entry(time: from.int64s[row], isGrant: true)) }
      if let until, !until.isNull(row) {
        entries.append(Entry(time: until.int64s[row], isGrant: false))
      }
    }
    entries.sort { $0.time != $1.time ? $0.time < $1.time : $0.isGrant && !$1.isGrant }
  }
}
