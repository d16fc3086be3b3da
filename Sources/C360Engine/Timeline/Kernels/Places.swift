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
    for query in 0..<ranges.count {
      let first = Int(ranges.from[query])
      let end = Int(ranges.to[query])
      let found =
        place > 0
        ? fromFront(place, first, end, tails, query, ranges.decisions[query])
        : fromBack(-place, first, end, tails, query, ranges.decisions[query])
      result[query] = Int32(truncatingIfNeeded: found)
    }
    return UnsafePointer(result)
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
