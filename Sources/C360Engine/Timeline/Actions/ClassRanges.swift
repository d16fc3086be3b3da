import C360Plan

extension ChunkEvaluator {
  /// Ranges of a stream with classes.
  ///
  /// - Parameter spaces: of the streams with classes, by stream.
  func classRanges(_ selection: TimelineProgram.Selection, _ spaces: [ClassSpace?]) -> Ranges? {
    guard let space = spaces[selection.stream] else { return nil }
    let window = window(selection.window)
    let start = program.windows[selection.window].start
    let stream = stream(selection.stream)
    let clocks = window.hasTails ? self.clocks(in: selection.stream) : nil
    let from = scratch.take(space.queryCount, of: Int32.self)
    let to = scratch.take(space.queryCount, of: Int32.self)
    let tailFrom = scratch.take(clocks == nil ? 0 : space.queryCount, of: Int32.self)
    let tailTo = scratch.take(clocks == nil ? 0 : space.queryCount, of: Int32.self)
    let decisions = decisions(by: program.windows[selection.window].clock, of: space)
    let starts = lastStarts(start, window, space, spaces, decisions)
    var total = 0
    for group in 0..<space.groupCount {
      var walk = StreamWalk(stream, space.from[group], space.to[group])
      var low = walk.low
      var sure = walk.low
      var first = walk.low
      var end = walk.low
      for query in Int(space.queries[group])..<Int(space.queries[group + 1]) {
        let row = Int(space.rows[query])
        let begin = starts.map { $0[query] } ?? window.from[row]
        walk.move(&low, to: min(begin, window.sure[row]))
        walk.move(&sure, to: window.sure[row])
        from[query] = low
        to[query] = sure
        if clocks != nil {
          walk.move(&first, to: max(begin, window.sure[row]))
          walk.move(&end, to: window.end[row])
          tailFrom[query] = first
          tailTo[query] = end
          total &+= Int(end &- first)
        }
      }
    }
    let tails = clocks.map { clocks in
      Ranges.Tails(
        from: tailFrom, to: tailTo, clocks: clocks, times: times(in: selection.stream),
        groupFrom: space.from, groupTo: space.to, lag: program.windows[selection.window].lag,
        total: total)
    }
    return Ranges(
      count: space.queryCount, groupCount: space.groupCount, groups: space.queries, from: from,
      to: to, tails: tails, decisions: decisions, streamCount: stream.count,
      rows: space.rows)
  }

  /// By query of `space` the decision time, or what takes its place.
  private func decisions(
    by clock: TimelineProgram.Clock, of space: ClassSpace
  ) -> UnsafePointer<Int64> {
    if clock == .decision { return space.decisions }
    let byRow = decisions(by: clock)
    let result = scratch.take(space.queryCount, of: Int64.self)
    for query in 0..<space.queryCount { result[query] = byRow[Int(space.rows[query])] }
    return UnsafePointer(result)
  }

  /// By query of `space` the event where the last n events of its class begin; nil where the window
  /// does not ask for that.
  private func lastStarts(
    _ start: TimelineProgram.Start, _ window: ChunkWindow, _ space: ClassSpace,
    _ spaces: [ClassSpace?], _ decisions: UnsafePointer<Int64>
  ) -> UnsafePointer<Int32>? {
    guard case .last(let count, let index) = start, let own = spaces[index] else { return nil }
    let stream = stream(index)
    let clocks = window.hasTails ? self.clocks(in: index) : nil
    let result = scratch.take(space.queryCount, of: Int32.self)
    var other = 0
    for group in 0..<space.groupCount {
      // Both lists of groups ascend by entity and class, and this one is part of the other.
      while own.entity[other] != space.entity[group] || own.classes[other] != space.classes[group] {
        other += 1
      }
      var walk = StreamWalk(stream, own.from[other], own.to[other])
      var sure = walk.low
      var end = walk.low
      for query in Int(space.queries[group])..<Int(space.queries[group + 1]) {
        let row = Int(space.rows[query])
        walk.move(&sure, to: window.sure[row])
        walk.move(&end, to: window.end[row])
        let start = lastStart(
          count, first: own.from[other], sure: sure, end: end, clocks,
          decision: decisions[query])
        result[query] =
          start < end ? Int32(truncatingIfNeeded: stream.event(Int(start))) : window.end[row]
      }
    }
    return UnsafePointer(result)
  }
}

/// Finds events in the stream positions of one group, from where the last search ended.
private struct StreamWalk {
  let events: ChunkStream
  let low: Int32
  let high: Int32

  init(_ events: ChunkStream, _ low: Int32, _ high: Int32) {
    self.events = events
    self.low = low
    self.high = high
  }

  /// Moves to the first position whose event is not before `event`.
  @inline(__always)
  mutating func move(_ position: inout Int32, to event: Int32) {
    while position < high, events.event(Int(position)) < Int(event) { position &+= 1 }
    while position > low, events.event(Int(position &- 1)) >= Int(event) { position &-= 1 }
  }
}
