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
    let ties = Mutex(MonthCounts())
    try Parallel.forEach(chunks.count, threads: context.threads) {
      (index: Int) throws(EngineError) in
      try context.checkCancelled()
      let found = search.run(chunks[index], into: rows)
      if found.total > 0 { ties.withLock { $0.add(found) } }
    }
    let name = state.plan.name(of: step.versions)
    state.counts.addTies(ties.withLock { $0 }, of: name)
    if let known = step.known { state.counts.neverKnown[name] = state.vector(known).nullCount }
    if let from = step.from, let until = step.until {
      let (starts, ends) = (state.vector(from), state.vector(until))
      state.counts.reversedVersions[name] = (0..<starts.count).count { row in
        !starts.isNull(row) && !ends.isNull(row) && ends.int64s[row] < starts.int64s[row]
      }
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

  /// Versions looked at one by one before all of an entity are put in order.
  private static let steps = 16

  /// - Returns: answers that hang on versions that begin at the same time, or have no beginning.
  func run(_ layout: ChunkLayout, into rows: UnsafeMutablePointer<Int32>) -> MonthCounts {
    var ties = MonthCounts()
    let decisions = times.int64s
    for entity in layout.entities {
      let start = Int(clusters.starts[entity])
      let end = Int(clusters.ends[entity])
      var position = start
      var living: LivingVersions?
      for row in clusters.entities.rows(entity).clamped(to: layout.rows) {
        if times.isNull(row) { continue }
        let decision = decisions[row]
        position =
          hasStart
          ? gallop(UnsafePointer(clusters.times), position, end, decision) : end
        var answer = living == nil ? latest(before: position, from: start, at: decision) : nil
        if answer == nil {
          living = living ?? LivingVersions(lives(start..<end))
          answer = living?.latest(at: decision)
        }
        guard let answer, answer.position >= 0,
          !hasExpired(clusters.times[answer.position], at: decision)
        else { continue }
        rows[row] = Int32(truncatingIfNeeded: clusters.row(answer.position))
        if answer.second >= 0,
          !hasStart || clusters.times[answer.second] == clusters.times[answer.position]
        {
          ties.add(decision)
        }
      }
    }
    return ties
  }

  /// The last two versions that hold, where few steps find them, and the second only where it begins
  /// when the first does, or none has a beginning; −1 for none. Nil where it takes more steps.
  private func latest(
    before position: Int, from start: Int, at decision: Int64
  ) -> LivingVersions.Answer? {
    var answer = LivingVersions.Answer()
    var candidate = position
    var stepsLeft = Self.steps
    while candidate > start {
      candidate -= 1
      // Versions before one that expired expired too.
      if answer.position < 0, hasExpired(clusters.times[candidate], at: decision) { return answer }
      if answer.position >= 0, hasStart,
        clusters.times[candidate] != clusters.times[answer.position]
      {
        return answer
      }
      if stepsLeft == 0 { return nil }
      stepsLeft -= 1
      if !holds(clusters.row(candidate), at: decision) { continue }
      if answer.position >= 0 {
        answer.second = candidate
        return answer
      }
      answer.position = candidate
    }
    return answer
  }

  /// When each of an entity's versions holds.
  private func lives(_ positions: Range<Int>) -> [LivingVersions.Life] {
    positions.compactMap { position in
      let row = clusters.row(position)
      if let known, known.isNull(row) { return nil }
      let begin = max(hasStart ? clusters.times[position] : .min, known?.int64s[row] ?? .min)
      let end = until.flatMap { $0.isNull(row) ? nil : $0.int64s[row] }
      return LivingVersions.Life(position: position, after: begin, before: end)
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
