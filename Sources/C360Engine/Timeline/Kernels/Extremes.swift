/// Where the least or greatest value of each range stands.
enum ExtremeKernel {
  /// - Parameter keys: integers that order as the values do.
  /// - Returns: by query a stream position, −1 for none.
  static func positions(
    _ keys: UnsafePointer<Int64>, isGreatest: Bool, _ ranges: Ranges, _ scratch: Scratch
  ) -> UnsafePointer<Int32> {
    let result = scratch.take(ranges.count, of: Int32.self)
    if ranges.isHeavilyLate {
      var accumulator = Tournament(
        keys: keys, isGreatest: isGreatest, count: ranges.streamCount, scratch, into: result)
      ranges.slide(&accumulator, scratch)
    } else if isGreatest {
      fill(result, ranges, scratch) { keys[$0] > keys[$1] }
    } else {
      fill(result, ranges, scratch) { keys[$0] < keys[$1] }
    }
    return UnsafePointer(result)
  }

  /// Every position is a leaf that is switched on and off (semantics.md E5); each node holds the
  /// better of its children.
  private struct Tournament: SlidingAccumulator {
    let keys: UnsafePointer<Int64>
    let isGreatest: Bool
    let leaves: Int
    /// Positions; −1 for none.
    let tree: UnsafeMutablePointer<Int32>
    let result: UnsafeMutablePointer<Int32>

    init(
      keys: UnsafePointer<Int64>, isGreatest: Bool, count: Int, _ scratch: Scratch,
      into result: UnsafeMutablePointer<Int32>
    ) {
      self.keys = keys
      self.isGreatest = isGreatest
      self.result = result
      var leaves = 1
      while leaves < count { leaves *= 2 }
      self.leaves = leaves
      tree = scratch.take(2 * leaves, filledWith: Int32(-1))
    }

    private func better(_ left: Int32, _ right: Int32) -> Int32 {
      if left < 0 || right < 0 { return max(left, right) }
      let (first, second) = (keys[Int(left)], keys[Int(right)])
      return (isGreatest ? second > first : second < first) ? right : left
    }

    private func set(_ position: Int, _ value: Int32) {
      var node = leaves &+ position
      tree[node] = value
      while node > 1 {
        node &>>= 1
        let best = better(tree[2 &* node], tree[2 &* node &+ 1])
        // Where another stays the best, nothing changes above.
        if tree[node] == best { return }
        tree[node] = best
      }
    }
    mutating func add(_ position: Int) { set(position, Int32(truncatingIfNeeded: position)) }
    mutating func remove(_ position: Int) { set(position, -1) }
    mutating func answer(_ query: Int) { result[query] = tree[1] }
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
