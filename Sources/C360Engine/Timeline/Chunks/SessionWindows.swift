extension ChunkEvaluator {
  /// Where the session that is open at each row begins; its end where none is.
  ///
  /// Sessions of a stream without late events are the same for every row: each event's first
  /// companion is found once. Behind the first event that may be unknown the chain is followed back
  /// event by event, never further than the session reaches; where that would be long, events come and
  /// go in the order in which they do for the rows, and sessions with them.
  ///
  /// - Parameters:
  ///   - delay: how long after it happened an event may be seen at the earliest.
  ///   - stream: all events that may be seen at all.
  func fillSessionStarts(
    _ result: UnsafeMutablePointer<Int32>, _ gap: Int64, lag: Int64, delay: Int64, _ stream: Int,
    _ decisions: UnsafePointer<Int64>,
    _ ends: (sure: UnsafePointer<Int32>, end: UnsafePointer<Int32>, hasTails: Bool)
  ) {
    let events = self.stream(stream)
    let times = times(in: stream)
    let clocks = ends.hasTails ? self.clocks(in: stream) : nil
    if let clocks {
      let ranges = wholeRanges(events, times, clocks, delay, decisions, (ends.sure, ends.end))
      if ranges.isHeavilyLate {
        var sessions = OpenSessions(
          gap: gap, lag: lag, times: times, decisions: decisions, events: events, ends: ends.end,
          visible: PositionSet(events.count + 1, scratch),
          starts: PositionSet(events.count + 1, scratch), result: result)
        ranges.slide(&sessions, scratch)
        return
      }
    }
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

  /// For every row all events of its group that happened in time.
  private func wholeRanges(
    _ events: ChunkStream, _ times: UnsafePointer<Int64>, _ clocks: EventClocks, _ delay: Int64,
    _ decisions: UnsafePointer<Int64>,
    _ ends: (sure: UnsafePointer<Int32>, end: UnsafePointer<Int32>)
  ) -> Ranges {
    let from = scratch.take(chunk.rowCount, of: Int32.self)
    let sure = scratch.take(chunk.rowCount, of: Int32.self)
    let to = scratch.take(chunk.rowCount, of: Int32.self)
    let groupFrom = scratch.take(chunk.groupCount, of: Int32.self)
    let groupTo = scratch.take(chunk.groupCount, of: Int32.self)
    var total = 0
    for group in 0..<chunk.groupCount {
      groupFrom[group] = events.rank(chunk.groupFrom[group])
      groupTo[group] = events.rank(chunk.groupTo[group])
      for row in chunk.rows(group) {
        from[row] = groupFrom[group]
        sure[row] = events.rank(ends.sure[row])
        to[row] = events.rank(ends.end[row])
        total &+= Int(to[row] &- sure[row])
      }
    }
    let tails = Ranges.Tails(
      from: sure, to: to, clocks: clocks, times: times, groupFrom: groupFrom, groupTo: groupTo,
      lag: delay, total: total)
    return Ranges(
      count: chunk.rowCount, groupCount: chunk.groupCount, groups: chunk.groupRows, from: from,
      to: sure, tails: tails, decisions: decisions, streamCount: events.count, rows: nil)
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

}

@inline(__always)
private func isWithin(_ gap: Int64, _ earlier: Int64, _ later: Int64) -> Bool {
  let (distance, overflow) = later.subtractingReportingOverflow(earlier)
  return !overflow && distance <= gap
}

/// The events that are visible, and those of them that begin a session.
private struct OpenSessions: SlidingAccumulator {
  let gap: Int64
  let lag: Int64
  /// By stream position.
  let times: UnsafePointer<Int64>
  /// By row.
  let decisions: UnsafePointer<Int64>
  let events: ChunkStream
  /// By row, as events: the answer where no session is open.
  let ends: UnsafePointer<Int32>
  let visible: PositionSet
  let starts: PositionSet
  let result: UnsafeMutablePointer<Int32>
  var span = 0..<0

  mutating func begin(_ span: Range<Int>) { self.span = span }

  private func neighbours(_ position: Int) -> (before: Int?, after: Int?) {
    (
      visible.last(below: position, from: span.lowerBound),
      visible.first(from: position + 1, below: span.upperBound)
    )
  }

  private func isCompanion(_ earlier: Int?, of later: Int) -> Bool {
    earlier.map { isWithin(gap, times[$0], times[later]) } ?? false
  }

  mutating func add(_ position: Int) {
    let (before, after) = neighbours(position)
    visible.insert(position)
    if !isCompanion(before, of: position) { starts.insert(position) }
    if let after, starts.contains(after), isCompanion(position, of: after) { starts.remove(after) }
  }

  mutating func remove(_ position: Int) {
    let (before, after) = neighbours(position)
    visible.remove(position)
    if starts.contains(position) { starts.remove(position) }
    if let after, !starts.contains(after), !isCompanion(before, of: after) { starts.insert(after) }
  }

  mutating func answer(_ query: Int) {
    let (back, overflow) = decisions[query].subtractingReportingOverflow(lag)
    let last = visible.last(below: span.upperBound, from: span.lowerBound)
    var start: Int?
    if let last, isWithin(gap, times[last], overflow ? .min : back) {
      start = starts.last(below: last + 1, from: span.lowerBound)
    }
    result[query] = start.map { Int32(truncatingIfNeeded: events.event($0)) } ?? ends[query]
  }
}
