extension ChunkEvaluator {
  /// Where the session that is open at each row begins; its end where none is.
  ///
  /// Sessions of a stream without late events are the same for every row: each event's first
  /// companion is found once. Behind the first event that may be unknown the chain is followed back
  /// event by event, never further than the session reaches.
  ///
  /// - Parameter stream: all events that may be seen at all.
  func fillSessionStarts(
    _ result: UnsafeMutablePointer<Int32>, _ gap: Int64, lag: Int64, _ stream: Int,
    _ decisions: UnsafePointer<Int64>,
    _ ends: (sure: UnsafePointer<Int32>, end: UnsafePointer<Int32>, hasTails: Bool)
  ) {
    let events = self.stream(stream)
    let times = times(in: stream)
    let clocks = ends.hasTails ? self.clocks(in: stream) : nil
    for group in 0..<chunk.groupCount {
      let first = Int(events.rank(chunk.groupFrom[group]))
      let firsts = sessionFirsts(times, first..<Int(events.rank(chunk.groupTo[group])), gap)
      for row in chunk.rows(group) {
        let (back, overflow) = decisions[row].subtractingReportingOverflow(lag)
        var next = overflow ? Int64.min : back
        let sure = Int(events.rank(ends.sure[row]))
        var start: Int?
        var position = Int(events.rank(ends.end[row]))
        var isOpen = true
        if let clocks {
          while position > sure, isOpen {
            position -= 1
            guard clocks.shows(position, decisions[row]) else { continue }
            isOpen = isWithin(gap, times[position], next)
            if isOpen {
              start = position
              next = times[position]
            }
          }
        }
        if isOpen, sure > first, isWithin(gap, times[sure - 1], next) {
          start = Int(firsts[sure - 1 - first])
        }
        result[row] =
          start.map { Int32(truncatingIfNeeded: events.event($0)) } ?? ends.end[row]
      }
    }
  }

  /// By event of a group the first one of its session.
  private func sessionFirsts(
    _ times: UnsafePointer<Int64>, _ range: Range<Int>, _ gap: Int64
  ) -> UnsafePointer<Int32> {
    let result = scratch.take(range.count, of: Int32.self)
    var first = range.lowerBound
    for position in range {
      if position > range.lowerBound, !isWithin(gap, times[position - 1], times[position]) {
        first = position
      }
      result[position - range.lowerBound] = Int32(truncatingIfNeeded: first)
    }
    return UnsafePointer(result)
  }

  @inline(__always)
  private func isWithin(_ gap: Int64, _ earlier: Int64, _ later: Int64) -> Bool {
    let (distance, overflow) = later.subtractingReportingOverflow(earlier)
    return !overflow && distance <= gap
  }
}
