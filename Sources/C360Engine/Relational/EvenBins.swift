/// Bins of equal width between the least and the greatest of the finite values of a group, the greatest
/// in the last one. Integers that are fewer than the bins have a bin each.
struct EvenBins {
  private let limit: Int
  private let isFloat: Bool
  private var least = Int64.max
  private var greatest = Int64.min

  init(limit: Int, isFloat: Bool) {
    self.limit = limit
    self.isFloat = isFloat
  }

  /// - Parameter key: the value, of a float its `orderedKey`.
  mutating func include(_ key: Int64) {
    if isFloat, !orderedDouble(key).isFinite { return }
    least = min(least, key)
    greatest = max(greatest, key)
  }

  /// 0 where nothing was included.
  var count: Int {
    if least > greatest { return 0 }
    if isFloat { return orderedDouble(least) == orderedDouble(greatest) ? 1 : limit }
    return Int(min(span, UInt64(limit - 1))) + 1
  }

  private var span: UInt64 { UInt64(bitPattern: greatest &- least) }

  /// nil: not a finite number.
  func bin(of key: Int64) -> Int? {
    guard isFloat else {
      if span < UInt64(limit) { return Int(key &- least) }
      let distance = UInt128(UInt64(bitPattern: key &- least))
      return min(limit - 1, Int(distance * UInt128(limit) / UInt128(span)))
    }
    let value = orderedDouble(key)
    guard value.isFinite else { return nil }
    if count == 1 { return 0 }
    // Halves, so that the difference of two finite numbers is one.
    let low = orderedDouble(least) / 2
    let width = orderedDouble(greatest) / 2 - low
    return width == 0 ? 0 : min(limit - 1, Int((value / 2 - low) / width * Double(limit)))
  }
}
