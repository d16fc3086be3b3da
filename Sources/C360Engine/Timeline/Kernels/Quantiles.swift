/// Exact quantiles by nearest rank.
enum QuantileKernel {
  /// - Parameters:
  ///   - keys: integers that order as the values do.
  ///   - billionths: which quantile, from 0 to 10⁹.
  /// - Returns: by query a stream position, −1 for none.
  static func positions(
    _ keys: UnsafePointer<Int64>, billionths: Int64, _ ranges: Ranges, _ scratch: Scratch
  ) -> UnsafePointer<Int32> {
    let result = scratch.take(ranges.count, of: Int32.self)
    let ranks = scratch.take(ranges.streamCount + 1, of: Int32.self)
    let ordered = scratch.take(ranges.streamCount + 1, of: KeyedPosition.self)
    // Ranks of a group lie where its positions do, so that small groups stay small.
    for group in 0..<ranges.groupCount {
      let span = ranges.span(ofGroup: group)
      for position in span { ordered[position] = KeyedPosition(keys[position], position) }
      var order = UnsafeMutableBufferPointer(start: ordered + span.lowerBound, count: span.count)
      order.sort { $0.precedes($1) }
      for place in span { ranks[Int(ordered[place].position)] = Int32(truncatingIfNeeded: place) }
    }
    var accumulator = Accumulator(
      ranks: ranks, ordered: ordered, members: PositionSet(ranges.streamCount, scratch),
      billionths: billionths, result: result)
    ranges.slide(&accumulator, scratch)
    return UnsafePointer(result)
  }

  private struct Accumulator: SlidingAccumulator {
    /// By position.
    let ranks: UnsafeMutablePointer<Int32>
    /// By rank.
    let ordered: UnsafeMutablePointer<KeyedPosition>
    /// Ranks of the positions in the window.
    let members: PositionSet
    let billionths: Int64
    let result: UnsafeMutablePointer<Int32>
    var count = 0
    var first = 0

    mutating func begin(_ span: Range<Int>) { first = span.lowerBound }
    @inline(__always)
    mutating func add(_ position: Int) {
      members.insert(Int(ranks[position]))
      count &+= 1
    }
    @inline(__always)
    mutating func remove(_ position: Int) {
      members.remove(Int(ranks[position]))
      count &-= 1
    }
    mutating func answer(_ query: Int) {
      guard count > 0 else {
        result[query] = -1
        return
      }
      let place = nearestRank(billionths, of: count)
      result[query] = ordered[members.member(place - 1, from: first)].position
    }
  }
}

/// Which of `count` values in ascending order is the quantile: the ⌈p · count⌉th, for p = 0 the first.
func nearestRank(_ billionths: Int64, of count: Int) -> Int {
  let place = (Int128(billionths) * Int128(count) + 999_999_999) / 1_000_000_000
  return min(max(1, Int(place)), count)
}

/// A position by a key, equal keys by position.
struct KeyedPosition: BitwiseCopyable {
  let key: Int64
  let position: Int32

  @inline(__always)
  init(_ key: Int64, _ position: Int) {
    self.key = key
    self.position = Int32(truncatingIfNeeded: position)
  }

  @inline(__always)
  func precedes(_ other: KeyedPosition) -> Bool {
    key == other.key ? position < other.position : key < other.key
  }

  /// The one that stands at a place once all are in order; moves them about. Linear, but for orders that
  /// are made to defeat it, which are sorted.
  static func select(
    _ place: Int, of items: UnsafeMutableBufferPointer<KeyedPosition>
  ) -> KeyedPosition {
    var (low, high) = (0, items.count - 1)
    var rounds = 2 * (Int.bitWidth - items.count.leadingZeroBitCount)
    while high - low > 32, rounds > 0 {
      rounds -= 1
      let pivot = middle(items[low], items[(low + high) / 2], items[high])
      var (left, right) = (low, high)
      while left <= right {
        while items[left].precedes(pivot) { left += 1 }
        while pivot.precedes(items[right]) { right -= 1 }
        if left <= right {
          items.swapAt(left, right)
          left += 1
          right -= 1
        }
      }
      if place <= right {
        high = right
      } else if place >= left {
        low = left
      } else {
        return items[place]
      }
    }
    var rest = UnsafeMutableBufferPointer(rebasing: items[low...high])
    rest.sort { $0.precedes($1) }
    return items[place]
  }

  private static func middle(
    _ first: KeyedPosition, _ second: KeyedPosition, _ third: KeyedPosition
  ) -> KeyedPosition {
    if first.precedes(second) {
      return second.precedes(third) ? second : first.precedes(third) ? third : first
    }
    return first.precedes(third) ? first : second.precedes(third) ? third : second
  }
}
