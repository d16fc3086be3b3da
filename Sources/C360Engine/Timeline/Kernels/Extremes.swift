/// Where the least or greatest value of each range stands.
enum ExtremeKernel {
  /// - Parameter keys: integers that order as the values do.
  /// - Returns: by query a stream position, −1 for none.
  static func positions(
    _ keys: UnsafePointer<Int64>, isGreatest: Bool, _ ranges: Ranges, _ scratch: Scratch
  ) -> UnsafePointer<Int32> {
    let result = scratch.take(ranges.count, of: Int32.self)
    if isGreatest {
      fill(result, ranges, scratch) { keys[$0] > keys[$1] }
    } else {
      fill(result, ranges, scratch) { keys[$0] < keys[$1] }
    }
    return UnsafePointer(result)
  }

  /// A queue of candidates, the best one first, each better than all behind it (monotone queue).
  @inline(__always)
  private static func fill(
    _ result: UnsafeMutablePointer<Int32>, _ ranges: Ranges, _ scratch: Scratch,
    _ isBetter: (Int, Int) -> Bool
  ) {
    let queue = scratch.take(ranges.streamCount + 1, of: Int32.self)
    for group in 0..<ranges.groupCount {
      var head = 0
      var tail = 0
      var low = 0
      var high = 0
      for query in Int(ranges.groups[group])..<Int(ranges.groups[group + 1]) {
        let first = Int(ranges.from[query])
        let end = Int(ranges.to[query])
        if first >= high || first < low || end < high {
          // Nothing in common with the window before, or months of different length.
          head = 0
          tail = 0
          high = first
        }
        low = first
        while high < end {
          while tail > head, !isBetter(Int(queue[tail &- 1]), high) { tail &-= 1 }
          queue[tail] = Int32(truncatingIfNeeded: high)
          tail &+= 1
          high &+= 1
        }
        while head < tail, queue[head] < ranges.from[query] { head &+= 1 }
        var best = head < tail ? Int(queue[head]) : -1
        ranges.tails?.forEach(query, ranges.decisions[query]) { position in
          if best < 0 || isBetter(position, best) { best = position }
        }
        result[query] = Int32(truncatingIfNeeded: best)
      }
    }
  }
}
