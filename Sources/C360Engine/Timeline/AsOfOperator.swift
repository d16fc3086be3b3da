import C360Columns
import C360Plan

/// The version of a profile that holds at each row of a frame (semantics.md S3).
package enum AsOfOperator {
  package static func run(
    _ step: AsOfStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    let entities = state.timelines.entities(of: step.frameKey, state)
    let events = try state.timelines.clusters(
      key: step.key, time: step.from, tieBreak: step.tieBreak, for: entities, state, context)
    let search = VersionSearch(
      clusters: events.clusters, times: state.vector(step.frameTime),
      known: step.known.map { state.vector($0) }, until: step.until.map { state.vector($0) },
      hasStart: step.from != nil, expiresAfter: step.expiresAfter,
      zone: try ZoneTable(step.timezone))
    let count = state.rowCount(step.frame)
    let found = Buffer(byteCount: count * 4)
    let rows = found.elements(Int32.self)
    rows.update(repeating: -1, count: count)
    let chunks = ChunkLayout.plan(events.clusters, rowCount: count, context)
    try Parallel.forEach(chunks.count, threads: context.threads) {
      (index: Int) throws(EngineError) in
      try context.checkCancelled()
      search.run(chunks[index], into: rows)
    }
    var isMissing = false
    for row in 0..<count { isMissing = isMissing || rows[row] < 0 }
    for column in step.columns {
      state.set(
        column.to,
        try state.vector(column.from).gathered(
          rows, count: count, hasMissing: isMissing, threads: context.threads))
    }
  }
}

/// Finds versions, one merge an entity.
private struct VersionSearch: @unchecked Sendable {
  let clusters: EventClusters
  /// Of the frame.
  let times: Vector
  let known: Vector?
  let until: Vector?
  /// Without a start versions hold since ever.
  let hasStart: Bool
  let expiresAfter: TimeOffset?
  let zone: ZoneTable

  func run(_ layout: ChunkLayout, into rows: UnsafeMutablePointer<Int32>) {
    let decisions = times.int64s
    for entity in layout.entities {
      let start = Int(clusters.starts[entity])
      let end = Int(clusters.ends[entity])
      var position = start
      for row in clusters.entities.rows(entity).clamped(to: layout.rows) {
        if times.isNull(row) { continue }
        let decision = decisions[row]
        position =
          hasStart
          ? gallop(UnsafePointer(clusters.times), position, end, decision) : end
        var candidate = position
        while candidate > start {
          candidate -= 1
          // Versions before one that expired expired too.
          if hasExpired(clusters.times[candidate], at: decision) { break }
          let version = clusters.row(candidate)
          if holds(version, at: decision) {
            rows[row] = Int32(truncatingIfNeeded: version)
            break
          }
        }
      }
    }
  }

  private func hasExpired(_ start: Int64, at decision: Int64) -> Bool {
    guard let expiresAfter, hasStart else { return false }
    return zone.moved(start, by: expiresAfter, times: 1) < decision
  }

  /// Whether a version that started in time was known in time and has not ended.
  @inline(__always)
  private func holds(_ row: Int, at decision: Int64) -> Bool {
    if let known, known.isNull(row) || known.int64s[row] >= decision { return false }
    if let until, !until.isNull(row), until.int64s[row] <= decision { return false }
    return true
  }
}
