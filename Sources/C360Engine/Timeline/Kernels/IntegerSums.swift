/// Sums of integers in 128 bits.
enum IntegerSumKernel {
  /// - Returns: by query the exact sum.
  static func sums(
    _ values: UnsafePointer<Int64>, _ ranges: Ranges, _ scratch: Scratch
  ) -> UnsafePointer<Int128> {
    let result = scratch.take(ranges.count, of: Int128.self)
    if ranges.tails == nil {
      let prefix = scratch.take(ranges.streamCount + 1, of: Int128.self)
      var sum: Int128 = 0
      prefix[0] = 0
      for position in 0..<ranges.streamCount {
        sum &+= Int128(truncatingIfNeeded: values[position])
        prefix[position &+ 1] = sum
      }
      for query in 0..<ranges.count {
        result[query] = prefix[Int(ranges.to[query])] &- prefix[Int(ranges.from[query])]
      }
    } else {
      var accumulator = Accumulator(values: values, result: result)
      ranges.slide(&accumulator, scratch)
    }
    return UnsafePointer(result)
  }

  /// - Returns: by query, not rounded.
  static func totals(
    _ values: UnsafePointer<Int64>, _ ranges: Ranges, _ scratch: Scratch
  ) -> [ExactTotal] {
    let sums = sums(values, ranges, scratch)
    return (0..<ranges.count).map { .units(sums[$0], exponent: 0) }
  }

  private struct Accumulator: SlidingAccumulator {
    let values: UnsafePointer<Int64>
    let result: UnsafeMutablePointer<Int128>
    var sum: Int128 = 0
    mutating func add(_ position: Int) { sum &+= Int128(truncatingIfNeeded: values[position]) }
    mutating func remove(_ position: Int) { sum &-= Int128(truncatingIfNeeded: values[position]) }
    mutating func clear(_ range: Range<Int>) { sum = 0 }
    mutating func answer(_ query: Int) { result[query] = sum }
  }
}
