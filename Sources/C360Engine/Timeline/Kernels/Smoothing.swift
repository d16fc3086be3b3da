import CKernels

/// Exponentially weighted means over events in order: y = x at the first, then y = α·x + (1 − α)·y.
/// Events whose weight is below 2⁻⁶⁴ do not enter, so that no window costs more than `reach` steps.
struct SmoothingKernel {
  let alpha: Double
  let values: UnsafePointer<Double>

  /// Events that enter.
  static func reach(_ alpha: Double) -> Int {
    if alpha >= 1 { return 1 }
    let events = (-64 * c360_ln(2) / c360_ln(1 - alpha)).rounded(.up)
    return events < 1e9 ? max(1, Int(events)) : 1_000_000_000
  }

  func run(_ ranges: Ranges, _ scratch: Scratch, into output: KernelOutput) {
    let reach = Self.reach(alpha)
    if let tails = ranges.tails, ranges.isHeavilyLate,
      reach < 2 * tails.total / max(1, ranges.count)
    {
      var accumulator = Accumulator(
        kernel: self, reach: reach, members: PositionSet(ranges.streamCount, scratch),
        output: output)
      ranges.slide(&accumulator, scratch)
      return
    }
    let tail = scratch.take(reach < ranges.streamCount ? reach : ranges.streamCount, of: Int32.self)
    for group in 0..<ranges.groupCount {
      // The mean of `low ..< high`, from where the next window may go on.
      var mean = 0.0
      var low = 0
      var high = -1
      for query in Int(ranges.groups[group])..<Int(ranges.groups[group + 1]) {
        let late = lateCount(ranges, query, reach, tail)
        let end = Int(ranges.to[query])
        let first = max(Int(ranges.from[query]), end - max(0, reach - late))
        if first != low || end < high || high < first {
          low = first
          high = first
        }
        while high < end {
          mean = high == low ? values[high] : next(mean, values[high])
          high &+= 1
        }
        var count = high - low
        var visible = mean
        for place in 0..<min(late, reach) {
          // A ring where more are known than enter.
          let position = Int(tail[late <= reach ? place : (late + place) % reach])
          visible = count == 0 ? values[position] : next(visible, values[position])
          count += 1
        }
        if count == 0 { output.setNull(query, Double.self) } else { output.set(query, visible) }
      }
    }
  }

  /// Where looking at every tail would cost more than the events that enter: those that count, as a set.
  private struct Accumulator: SlidingAccumulator {
    let kernel: SmoothingKernel
    let reach: Int
    let members: PositionSet
    let output: KernelOutput
    var count = 0
    var span = 0..<0

    mutating func begin(_ span: Range<Int>) { self.span = span }
    @inline(__always)
    mutating func add(_ position: Int) {
      members.insert(position)
      count &+= 1
    }
    @inline(__always)
    mutating func remove(_ position: Int) {
      members.remove(position)
      count &-= 1
    }
    mutating func answer(_ query: Int) {
      if count == 0 {
        output.setNull(query, Double.self)
        return
      }
      var position = members.member(max(0, count - reach), from: span.lowerBound)
      var mean = kernel.values[position]
      while let following = members.first(from: position + 1, below: span.upperBound) {
        mean = kernel.next(mean, kernel.values[following])
        position = following
      }
      output.set(query, mean)
    }
  }

  @inline(__always)
  private func next(_ mean: Double, _ value: Double) -> Double {
    alpha * value + (1 - alpha) * mean
  }

  /// How many events of a tail are known; the last ones of them are left in `tail`.
  private func lateCount(
    _ ranges: Ranges, _ query: Int, _ reach: Int, _ tail: UnsafeMutablePointer<Int32>
  ) -> Int {
    var count = 0
    ranges.tails?.forEach(query, ranges.decisions[query]) { position in
      tail[count % reach] = Int32(truncatingIfNeeded: position)
      count += 1
    }
    return count
  }
}
