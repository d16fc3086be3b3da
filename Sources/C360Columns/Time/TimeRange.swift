/// The times that there are: those of whole years in UTC, so far from the ends of 64 bits that nothing which is made
/// of them reaches these. Differences of two fit, and so does what is up to 190,000 years from one of them; lengths
/// of a script that instants are moved by have at most 10,000 (E0421). Whatever is a time or a date is held to its
/// range where it comes into being: read, bound or computed.
public struct TimeRange: Sendable {
  public let bounds: ClosedRange<Int64>
  /// A power of two: what lies between its negative and itself is in bounds.
  private let inner: Int64

  /// The years of all times and dates.
  public static let years = -99_999...99_999
  /// Days since 1970.
  public static let days = TimeRange(bounds: -37_243_412...35_804_721, inner: 1 << 25)
  /// µs UTC since 1970.
  public static let instants = TimeRange(
    bounds: -3_217_830_796_800_000_000...3_093_527_980_799_999_999, inner: 1 << 61)

  @inline(__always)
  public func contains(_ value: Int64) -> Bool { bounds.contains(value) }

  /// The value itself where there is such a time.
  @inline(__always)
  public func held(_ value: Int64) -> Int64? { contains(value) ? value : nil }

  /// The place of the first value that is out of bounds; nil: none is. Two operations a value where all are of the
  /// last 70,000 years or the next.
  ///
  /// - Parameter isPresent: what stands under a null is not looked at.
  public func firstOutside(
    _ values: UnsafePointer<Int64>, _ count: Int, where isPresent: (Int) -> Bool = { _ in true }
  ) -> Int? {
    var all: UInt64 = 0
    for index in 0..<count { all |= UInt64(bitPattern: values[index] &+ inner) }
    if all < 2 * UInt64(inner) { return nil }
    return (0..<count).first { !contains(values[$0]) && isPresent($0) }
  }
}

extension LogicalType {
  /// Of times and dates.
  public var timeRange: TimeRange? {
    switch self {
    case .time: .instants
    case .date: .days
    default: nil
    }
  }
}
