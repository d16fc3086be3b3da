/// How many of the most recent events in a row pass a condition.
struct StreakKernel {
  /// All events of the window, by row.
  let all: Ranges
  let allStream: ChunkStream
  /// Those that pass.
  let passing: Ranges
  let passingStream: ChunkStream

  func run(_ scratch: Scratch, into result: UnsafeMutablePointer<Int64>) {
    if passing.rows == nil, all.isHeavilyLate {
      followArrivals(scratch, into: result)
      return
    }
    let runs = runs(scratch)
    for query in 0..<passing.count {
      let row = passing.rows.map { Int($0[query]) } ?? query
      let first = passing.from[query]
      let last = passing.to[query] &- 1
      var streak: Int32 = 0
      if last >= first, rank(last) == all.to[row] &- 1 {
        // What passed before the window, or is another group's, does not count.
        streak = min(runs[Int(last)], last &- first &+ 1)
      }
      result[query] = Int64(streakBehind(query, row, streak))
    }
  }

  /// Where a passing event stands among all.
  @inline(__always)
  private func rank(_ position: Int32) -> Int32 {
    allStream.rank(Int32(truncatingIfNeeded: passingStream.event(Int(position))))
  }

  /// By passing position how many events up to it pass in a row.
  private func runs(_ scratch: Scratch) -> UnsafeMutablePointer<Int32> {
    let runs = scratch.take(passingStream.count + 1, of: Int32.self)
    var before: Int32 = -2
    for position in 0..<passingStream.count {
      let rank = rank(Int32(truncatingIfNeeded: position))
      runs[position] = position > 0 && rank == before &+ 1 ? runs[position - 1] &+ 1 : 1
      before = rank
    }
    return runs
  }

  /// Goes back over the events that had to be waited for, to the newest one that does not pass.
  @inline(__always)
  private func streakBehind(_ query: Int, _ row: Int, _ streak: Int32) -> Int32 {
    guard let tails = all.tails else { return streak }
    let first = passing.tails.map { Int($0.from[query]) } ?? 0
    var next = passing.tails.map { Int($0.to[query]) } ?? 0
    var count: Int32 = 0
    var position = Int(tails.to[row])
    while position > Int(tails.from[row]) {
      position -= 1
      guard tails.clocks.shows(position, all.decisions[row]) else { continue }
      let event = allStream.event(position)
      while next > first, passingStream.event(next - 1) > event { next -= 1 }
      guard next > first, passingStream.event(next - 1) == event else { return count }
      count &+= 1
    }
    return count &+ streak
  }

  /// Where looking at every tail would cost too much: both kinds of events as sets.
  private func followArrivals(_ scratch: Scratch, into result: UnsafeMutablePointer<Int64>) {
    let passes = scratch.take(allStream.count + 1, filledWith: UInt8(0))
    for position in 0..<passingStream.count {
      passes[Int(rank(Int32(truncatingIfNeeded: position)))] = 1
    }
    var accumulator = Accumulator(
      passes: UnsafePointer(passes), passing: PositionSet(allStream.count, scratch),
      failing: PositionSet(allStream.count, scratch), result: result)
    all.slide(&accumulator, scratch)
  }

  private struct Accumulator: SlidingAccumulator {
    /// By position among all.
    let passes: UnsafePointer<UInt8>
    let passing: PositionSet
    let failing: PositionSet
    let result: UnsafeMutablePointer<Int64>
    var span = 0..<0

    mutating func begin(_ span: Range<Int>) { self.span = span }
    @inline(__always)
    mutating func add(_ position: Int) {
      if passes[position] != 0 { passing.insert(position) } else { failing.insert(position) }
    }
    @inline(__always)
    mutating func remove(_ position: Int) {
      if passes[position] != 0 { passing.remove(position) } else { failing.remove(position) }
    }
    mutating func answer(_ query: Int) {
      let last = failing.last(below: span.upperBound, from: span.lowerBound)
      let first = last.map { $0 + 1 } ?? span.lowerBound
      result[query] = Int64(passing.count(in: first..<span.upperBound))
    }
  }
}
