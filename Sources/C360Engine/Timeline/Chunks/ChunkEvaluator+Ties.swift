import C360Columns

extension ChunkEvaluator {
  /// Calls `body` with the queries whose answer another visible event of the same time would have
  /// changed, where no `@sequence` says which comes first (semantics.md T2).
  ///
  /// Neighbours that give the same answer are looked at once and not for each query: a day may hold any
  /// number of events at one time.
  func forEachTie(
    _ source: Vector, at positions: UnsafePointer<Int32>, _ stream: Int, _ ranges: Ranges,
    _ body: (_ query: Int) -> Void
  ) {
    guard chunk.inputs.clusters.hasTies else { return }
    var ties = TieRuns(chunk, self.stream(stream), source)
    for query in 0..<ranges.count where positions[query] >= 0 {
      let first = Int(ranges.from[query])
      let end = Int(ranges.to[query])
      let tail = ranges.tails.map { (Int($0.from[query]), Int($0.to[query]), $0.clocks) }
      func isVisible(_ other: Int) -> Bool {
        if other >= first && other < end { return true }
        guard let (from, to, clocks) = tail else { return false }
        return other >= from && other < to && clocks.shows(other, ranges.decisions[query])
      }
      let low = min(first, tail?.0 ?? first)
      let high = max(end, tail?.1 ?? end)
      if ties.isTied(Int(positions[query]), within: low..<high, isVisible) { body(query) }
    }
  }
}

/// Events of equal time, and of equal sequence where there is one: they stand side by side.
private struct TieRuns {
  private let chunk: Chunk
  private let events: ChunkStream
  private let source: Vector
  private let sequence: Vector?
  /// Positions around the one asked for last that give the same answer.
  private var run = 0..<0

  init(_ chunk: Chunk, _ events: ChunkStream, _ source: Vector) {
    self.chunk = chunk
    self.events = events
    self.source = source
    sequence = chunk.inputs.sequence
  }

  mutating func isTied(
    _ position: Int, within range: Range<Int>, _ isVisible: (Int) -> Bool
  ) -> Bool {
    if !run.contains(position) { find(position) }
    return reaches(position, from: run.lowerBound, -1, within: range, isVisible)
      || reaches(position, from: run.upperBound - 1, 1, within: range, isVisible)
  }

  private mutating func find(_ position: Int) {
    var low = position
    while low > 0, isTie(position, low - 1), isSame(position, low - 1) { low -= 1 }
    var high = position + 1
    while high < events.count, isTie(position, high), isSame(position, high) { high += 1 }
    run = low..<high
  }

  /// Whether a visible tie with another answer lies beyond the run.
  private func reaches(
    _ position: Int, from end: Int, _ step: Int, within range: Range<Int>,
    _ isVisible: (Int) -> Bool
  ) -> Bool {
    var other = end + step
    while range.contains(other), isTie(position, other) {
      if isVisible(other), !isSame(position, other) { return true }
      other += step
    }
    return false
  }

  private func isTie(_ left: Int, _ right: Int) -> Bool {
    guard chunk.times[events.event(left)] == chunk.times[events.event(right)] else { return false }
    return sequence.map { isEqual($0, row(left), row(right)) } ?? true
  }

  private func isSame(_ left: Int, _ right: Int) -> Bool {
    isEqual(source, row(left), row(right))
  }

  private func row(_ position: Int) -> Int {
    chunk.inputs.clusters.row(chunk.base + events.event(position))
  }

  private func isEqual(_ column: Vector, _ left: Int, _ right: Int) -> Bool {
    if column.isNull(left) || column.isNull(right) {
      return column.isNull(left) == column.isNull(right)
    }
    switch column.type {
    case .bool: return column.bools[left] == column.bools[right]
    case .int64: return column.int64s[left] == column.int64s[right]
    case .float64: return column.float64s[left].bitPattern == column.float64s[right].bitPattern
    case .text, .list: return column.codes[left] == column.codes[right]
    case .vector(let width):
      let (first, second) = (column.float64s + left * width, column.float64s + right * width)
      return (0..<width).allSatisfy { first[$0].bitPattern == second[$0].bitPattern }
    }
  }
}
