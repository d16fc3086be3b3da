import C360Columns
import C360Plan
import Synchronization

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
    let ties = Atomic<Int>(0)
    try Parallel.forEach(chunks.count, threads: context.threads) {
      (index: Int) throws(EngineError) in
      try context.checkCancelled()
      ties.add(search.run(chunks[index], into: rows), ordering: .relaxed)
    }
    let name = state.plan.name(of: step.versions)
    state.counts.resolvedTies[name, default: 0] += ties.load(ordering: .relaxed)
    if let known = step.known { state.counts.neverKnown[name] = state.vector(known).nullCount }
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

  /// - Returns: answers that hang on versions that begin at the same time.
  func run(_ layout: ChunkLayout, into rows: UnsafeMutablePointer<Int32>) -> Int {
    var ties = 0
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
            ties += isTied(candidate, from: start, at: decision) ? 1 : 0
            break
          }
        }
      }
    }
    return ties
  }

  /// Whether another version that holds begins when this one does, the last of them.
  private func isTied(_ position: Int, from start: Int, at decision: Int64) -> Bool {
    guard hasStart else { return false }
    var other = position - 1
    while other >= start, clusters.times[other] == clusters.times[position] {
      if holds(clusters.row(other), at: decision) { return true }
      other -= 1
    }
    return false
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
