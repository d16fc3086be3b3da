/// How many of the most recent events in a row pass a condition.
struct StreakKernel {
  /// All events of the window, by row.
  let all: Ranges
  let allStream: ChunkStream
  /// Those that pass.
  let passing: Ranges
  let passingStream: ChunkStream

  func run(_ scratch: Scratch, into result: UnsafeMutablePointer<Int64>) {
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

  /// Goes on with the events that had to be waited for.
  @inline(__always)
  private func streakBehind(_ query: Int, _ row: Int, _ streak: Int32) -> Int32 {
    guard let tails = all.tails else { return streak }
    var streak = streak
    var next = passing.tails.map { Int($0.from[query]) } ?? 0
    let end = passing.tails.map { Int($0.to[query]) } ?? 0
    tails.forEach(row, all.decisions[row]) { position in
      let event = allStream.event(position)
      while next < end, passingStream.event(next) < event { next += 1 }
      let passes = next < end && passingStream.event(next) == event
      streak = passes ? streak &+ 1 : 0
    }
    return streak
  }
}
