/// A window at every row, as events of the chunk: those of `from ..< sure` count, those of
/// `max(from, sure) ..< end` when they are known and not gone.
struct ChunkWindow {
  let from: UnsafePointer<Int32>
  let sure: UnsafePointer<Int32>
  let end: UnsafePointer<Int32>
  /// Whether `sure` is before `end` anywhere.
  let hasTails: Bool
}

extension ChunkEvaluator {
  func makeWindow(_ window: TimelineProgram.Window) -> ChunkWindow {
    let end = positions(of: window.end)
    let departures = window.waits ? departures(by: window.clock) : nil
    guard window.waits, chunk.known != nil || departures != nil else {
      let from = starts(window, ends: (end, end, false))
      return ChunkWindow(from: from, sure: end, end: end, hasTails: false)
    }
    // Where the last n events or a session begin is not known before it is known which are sure.
    var from: UnsafePointer<Int32>?
    switch window.start {
    case .last, .session: break
    case .beginning, .moment: from = starts(window, ends: (end, end, false))
    }
    let sure = scratch.take(chunk.rowCount, of: Int32.self)
    sure.update(from: end, count: chunk.rowCount)
    if let unknown = unknownPositions(by: window.clock) {
      for row in 0..<chunk.rowCount { sure[row] = min(sure[row], unknown[row]) }
    }
    if let departures {
      chunk.bound(sure, byGone: departures, from: from, decisions(by: window.clock))
    }
    var hasTails = false
    for row in 0..<chunk.rowCount { hasTails = hasTails || sure[row] < end[row] }
    return ChunkWindow(
      from: from ?? starts(window, ends: (UnsafePointer(sure), end, hasTails)),
      sure: UnsafePointer(sure), end: end, hasTails: hasTails)
  }

  private func starts(
    _ window: TimelineProgram.Window,
    ends: (sure: UnsafePointer<Int32>, end: UnsafePointer<Int32>, hasTails: Bool)
  ) -> UnsafePointer<Int32> {
    let result = scratch.take(chunk.rowCount, of: Int32.self)
    let decisions = decisions(by: window.clock)
    switch window.start {
    case .beginning:
      for group in 0..<chunk.groupCount {
        let first = chunk.groupFrom[group]
        for row in chunk.rows(group) { result[row] = first }
      }
    case .moment(let moment):
      let positions = positions(of: moment)
      for row in 0..<chunk.rowCount { result[row] = min(positions[row], ends.end[row]) }
    case .last(let count, let stream):
      // With classes the start is found class by class.
      if !program.streams[stream].matches.isEmpty {
        for row in 0..<chunk.rowCount { result[row] = 0 }
        break
      }
      let clocks = ends.hasTails ? self.clocks(in: stream) : nil
      let events = self.stream(stream)
      for group in 0..<chunk.groupCount {
        let first = events.rank(chunk.groupFrom[group])
        for row in chunk.rows(group) {
          let start = lastStart(
            count, first: first, sure: events.rank(ends.sure[row]),
            end: events.rank(ends.end[row]), clocks, decision: decisions[row])
          // The start of the entity and the first event that passes are equally good.
          result[row] =
            start < events.rank(ends.end[row])
            ? Int32(truncatingIfNeeded: events.event(Int(start))) : ends.end[row]
        }
      }
    case .session(let gap, let lag, let stream):
      fillSessionStarts(result, gap, lag: lag, delay: window.lag, stream, decisions, ends)
    }
    return UnsafePointer(result)
  }

  /// The stream position where the last `count` events that are visible begin.
  @inline(__always)
  func lastStart(
    _ count: Int, first: Int32, sure: Int32, end: Int32, _ clocks: EventClocks?,
    decision: Int64
  ) -> Int32 {
    var left = count
    var start = end
    if let clocks, sure < end {
      while left > 0, start > sure {
        start &-= 1
        if clocks.shows(Int(start), decision) { left &-= 1 }
      }
      if left == 0 { return start }
    } else {
      start = end
    }
    let bound = min(start, sure)
    return left >= Int(bound - first) ? first : bound - Int32(truncatingIfNeeded: left)
  }
}
