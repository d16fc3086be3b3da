/// One step up the upper hull of a decision: what it costs and gains over the step before.
struct HullIncrement {
  /// Gain for a unit of cost; +∞ where it is free.
  var slope: Double
  var cost: Double
  var gain: Double
  var decision: Int32
  /// Taken once the step is made.
  var candidate: Int32

  /// The steepest first, ties by canonical order. Slopes of one decision fall strictly, so no two
  /// increments are equal in this order and any way of sorting gives the same.
  @inline(__always)
  static func precedes(_ one: HullIncrement, _ other: HullIncrement) -> Bool {
    one.slope != other.slope ? one.slope > other.slope : one.decision < other.decision
  }
}

extension HullIncrement {
  /// Merges sorted lists two by two, neighbours at once on several threads.
  static func merge(_ lists: [[HullIncrement]], threads: Int) -> [HullIncrement] {
    var lists = lists
    while lists.count > 1 {
      let pairs = (lists.count + 1) / 2
      var merged = [[HullIncrement]](repeating: [], count: pairs)
      let sources = lists
      lists = []
      merged.withUnsafeMutableBufferPointer { merged in
        let target = SharedPlaces(merged)
        DecisionTiles.forEach(pairs, threads: threads) { _, pair in
          let other = 2 * pair + 1
          target.value[pair] =
            other < sources.count ? merge(sources[2 * pair], sources[other]) : sources[2 * pair]
        }
      }
      lists = merged
    }
    return lists.first ?? []
  }

  private static func merge(
    _ left: [HullIncrement], _ right: [HullIncrement]
  ) -> [HullIncrement] {
    guard !left.isEmpty else { return right }
    guard !right.isEmpty else { return left }
    return [HullIncrement](unsafeUninitializedCapacity: left.count + right.count) { target, count in
      left.withUnsafeBufferPointer { left in
        right.withUnsafeBufferPointer { right in
          var (one, other) = (0, 0)
          while one < left.count || other < right.count {
            let takesLeft =
              other == right.count
              || (one < left.count && !precedes(right[other], left[one]))
            target.initializeElement(at: count, to: takesLeft ? left[one] : right[other])
            if takesLeft { one += 1 } else { other += 1 }
            count += 1
          }
        }
      }
    }
  }
}
