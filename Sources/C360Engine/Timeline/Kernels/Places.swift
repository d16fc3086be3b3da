/// Events by their place in a window: first, last, nth.
enum PlaceKernel {
  /// - Parameter place: from 1, negative from the end.
  /// - Returns: by query a stream position, −1 for none.
  static func positions(
    _ place: Int, _ ranges: Ranges, _ scratch: Scratch
  ) -> UnsafePointer<Int32> {
    let result = scratch.take(ranges.count, of: Int32.self)
    guard let tails = ranges.tails else {
      for query in 0..<ranges.count {
        result[query] = Int32(
          truncatingIfNeeded: position(place, Int(ranges.from[query]), Int(ranges.to[query])))
      }
      return UnsafePointer(result)
    }
    if ranges.isHeavilyLate {
      var accumulator = Accumulator(
        place: place, members: PositionSet(ranges.streamCount, scratch), result: result)
      ranges.slide(&accumulator, scratch)
      return UnsafePointer(result)
    }
    for query in 0..<ranges.count {
      let first = Int(ranges.from[query])
      let end = Int(ranges.to[query])
      // Never so many events; the least integer has no magnitude.
      let place = max(place, -Int.max)
      let found =
        place > 0
        ? fromFront(place, first, end, tails, query, ranges.decisions[query])
        : fromBack(-place, first, end, tails, query, ranges.decisions[query])
      result[query] = Int32(truncatingIfNeeded: found)
    }
    return UnsafePointer(result)
  }

  /// Where looking at every tail would cost too much: the events that count, as a set.
  private struct Accumulator: SlidingAccumulator {
    let place: Int
    let members: PositionSet
    let result: UnsafeMutablePointer<Int32>
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
      let found =
        if place == 0 || place > count || place < -count {
          -1
        } else if place == -1 {
          members.last(below: span.upperBound, from: span.lowerBound) ?? -1
        } else {
          members.member(place > 0 ? place - 1 : count + place, from: span.lowerBound)
        }
      result[query] = Int32(truncatingIfNeeded: found)
    }
  }

  @inline(__always)
  private static func position(_ place: Int, _ first: Int, _ end: Int) -> Int {
    // Compared as magnitudes: places may be any integer.
    if place > 0 { return place <= end - first ? first + place - 1 : -1 }
    return place < 0 && place >= first - end ? end + place : -1
  }

  private static func fromFront(
    _ place: Int, _ first: Int, _ end: Int, _ tails: Ranges.Tails, _ query: Int, _ decision: Int64
  ) -> Int {
    if place <= end - first { return first + place - 1 }
    var left = place - max(0, end - first)
    for position in Int(tails.from[query])..<max(Int(tails.from[query]), Int(tails.to[query]))
    where tails.clocks.shows(position, decision) {
      left -= 1
      if left == 0 { return position }
    }
    return -1
  }

  private static func fromBack(
    _ place: Int, _ first: Int, _ end: Int, _ tails: Ranges.Tails, _ query: Int, _ decision: Int64
  ) -> Int {
    if place == 0 { return -1 }
    var left = place
    var position = Int(tails.to[query])
    while position > Int(tails.from[query]) {
      position -= 1
      if tails.clocks.shows(position, decision) {
        left -= 1
        if left == 0 { return position }
      }
    }
    return left <= end - first ? end - left : -1
  }
}
