extension ChunkEvaluator {
  /// Ranges of a stream without classes: one query a row, one group an entity.
  func makeRanges(_ selection: TimelineProgram.Selection) -> Ranges {
    let window = window(selection.window)
    let stream = stream(selection.stream)
    let count = chunk.rowCount
    var from = window.from
    var to = window.sure
    if window.hasTails || stream.ranks != nil {
      let first = scratch.take(count, of: Int32.self)
      let end = scratch.take(count, of: Int32.self)
      for row in 0..<count {
        first[row] = stream.rank(min(window.from[row], window.sure[row]))
        end[row] = stream.rank(window.sure[row])
      }
      from = UnsafePointer(first)
      to = UnsafePointer(end)
    }
    return Ranges(
      count: count, groupCount: chunk.groupCount, groups: chunk.groupRows, from: from, to: to,
      tails: window.hasTails ? tails(selection, window, stream) : nil,
      decisions: decisions(by: program.windows[selection.window].clock),
      streamCount: stream.count, rows: nil)
  }

  private func tails(
    _ selection: TimelineProgram.Selection, _ window: ChunkWindow, _ stream: ChunkStream
  ) -> Ranges.Tails {
    let from = scratch.take(chunk.rowCount, of: Int32.self)
    let to = scratch.take(chunk.rowCount, of: Int32.self)
    var total = 0
    for row in 0..<chunk.rowCount {
      from[row] = stream.rank(max(window.from[row], window.sure[row]))
      to[row] = stream.rank(window.end[row])
      total &+= Int(to[row] &- from[row])
    }
    let groupFrom = scratch.take(chunk.groupCount, of: Int32.self)
    let groupTo = scratch.take(chunk.groupCount, of: Int32.self)
    for group in 0..<chunk.groupCount {
      groupFrom[group] = stream.rank(chunk.groupFrom[group])
      groupTo[group] = stream.rank(chunk.groupTo[group])
    }
    return Ranges.Tails(
      from: from, to: to, clocks: clocks(in: selection.stream), times: times(in: selection.stream),
      groupFrom: groupFrom,
      groupTo: groupTo, lag: program.windows[selection.window].lag, total: total)
  }
}
