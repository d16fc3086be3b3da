/// Numbers of positions, and what follows from them.
enum CountKernel {
  /// Positions in each range, known ones of the tail included.
  static func counts(
    _ ranges: Ranges, _ scratch: Scratch, into result: UnsafeMutablePointer<Int64>
  ) {
    guard ranges.tails != nil else {
      for query in 0..<ranges.count {
        result[query] = Int64(ranges.to[query] &- ranges.from[query])
      }
      return
    }
    var accumulator = CountAccumulator(result: result)
    ranges.slide(&accumulator, scratch)
  }

  private struct CountAccumulator: SlidingAccumulator {
    let result: UnsafeMutablePointer<Int64>
    var count: Int64 = 0
    mutating func add(_ position: Int) { count &+= 1 }
    mutating func remove(_ position: Int) { count &-= 1 }
    mutating func clear(_ range: Range<Int>) { count = 0 }
    mutating func answer(_ query: Int) { result[query] = count }
  }
}
