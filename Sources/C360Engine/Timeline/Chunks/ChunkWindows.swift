/// A window at every row, as events of the chunk: those of `from ..< sure` count, those of
/// `max(from, sure) ..< end` when they are known.
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
    var sure = end
    var hasTails = false
    if window.waits, let unknown = unknownPositions() {
      let bound = scratch.take(chunk.rowCount, of: Int32.self)
      for row in 0..<chunk.rowCount {
        bound[row] = min(unknown[row], end[row])
        hasTails = hasTails || unknown[row] < end[row]
      }
      sure = UnsafePointer(bound)
    }
    let from = starts(window, ends: (sure, end, hasTails))
    return ChunkWindow(from: from, sure: sure, end: end, hasTails: hasTails)
  }

  private func starts(
    _ window: TimelineProgram.Window,
    ends: (sure: UnsafePointer<Int32>, end: UnsafePointer<Int32>, hasTails: Bool)
  ) -> UnsafePointer<Int32> {
    let result = scratch.take(chunk.rowCount, of: Int32.self)
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
      let known = ends.hasTails ? self.known(in: stream) : nil
      let events = self.stream(stream)
      for group in 0..<chunk.groupCount {
        let first = events.rank(chunk.groupFrom[group])
        for row in chunk.rows(group) {
          let start = lastStart(
            count, first: first, sure: events.rank(ends.sure[row]),
            end: events.rank(ends.end[row]), known, decision: chunk.decisions[row])
          // The start of the entity and the first event that passes are equally good.
          result[row] =
            start < events.rank(ends.end[row])
            ? Int32(truncatingIfNeeded: events.event(Int(start))) : ends.end[row]
        }
      }
    }
    return UnsafePointer(result)
  }

  /// The stream position where the last `count` events that are visible begin.
  @inline(__always)
  func lastStart(
    _ count: Int, first: Int32, sure: Int32, end: Int32, _ known: UnsafePointer<Int64>?,
    decision: Int64
  ) -> Int32 {
    var left = count
    var start = end
    if let known, sure < end {
      while left > 0, start > sure {
        start &-= 1
        if known[Int(start)] < decision { left &-= 1 }
      }
      if left == 0 { return start }
    } else {
      start = end
    }
    let bound = min(start, sure)
    return left >= Int(bound - first) ? first : bound - Int32(truncatingIfNeeded: left)
  }
}
