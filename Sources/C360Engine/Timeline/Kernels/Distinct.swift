/// Numbers of different values.
enum DistinctKernel {
  static func counts<Code: FixedWidthInteger & BitwiseCopyable>(
    _ codes: UnsafePointer<Code>, codeCount: Int, _ ranges: Ranges, _ scratch: Scratch,
    into result: UnsafeMutablePointer<Int64>
  ) {
    var accumulator = Accumulator(
      codes: codes, counters: scratch.counters(codeCount), result: result)
    ranges.slide(&accumulator, scratch)
  }

  private struct Accumulator<Code: FixedWidthInteger & BitwiseCopyable>: SlidingAccumulator {
    let codes: UnsafePointer<Code>
    /// All 0 between groups.
    let counters: UnsafeMutablePointer<Int32>
    let result: UnsafeMutablePointer<Int64>
    var distinct: Int64 = 0

    @inline(__always)
    mutating func add(_ position: Int) {
      let counter = counters + Int(truncatingIfNeeded: codes[position])
      distinct &+= counter.pointee == 0 ? 1 : 0
      counter.pointee &+= 1
    }
    @inline(__always)
    mutating func remove(_ position: Int) {
      let counter = counters + Int(truncatingIfNeeded: codes[position])
      counter.pointee &-= 1
      distinct &-= counter.pointee == 0 ? 1 : 0
    }
    mutating func clear(_ range: Range<Int>) {
      for position in range { counters[Int(truncatingIfNeeded: codes[position])] = 0 }
      distinct = 0
    }
    mutating func answer(_ query: Int) { result[query] = distinct }
  }
}
