import CArrowShim

/// What the statistics of a row group say of one of its columns. No value is outside the bounds; they
/// need not be values themselves.
public struct ColumnBounds: Sendable {
  public enum Values: Sendable, Equatable {
    case notTold
    case integers(ClosedRange<Int64>)
    /// Days since 1970.
    case days(ClosedRange<Int64>)
    /// µs since 1970, of whatever zone; finer parts cut off downwards.
    case instants(ClosedRange<Int64>)
    /// Ordered by bytes.
    case texts(least: [UInt8], greatest: [UInt8])
  }
  /// nil: not told. Of lists also those that are empty.
  public let nulls: Int?
  public let values: Values

  init(_ found: c360_column_bounds) {
    nulls = found.nulls < 0 ? nil : Int(found.nulls)
    if found.has_texts != 0 {
      values = .texts(
        least: Self.bytes(found.least_text, found.least_size),
        greatest: Self.bytes(found.greatest_text, found.greatest_size))
    } else if found.has_integers != 0, found.least <= found.greatest {
      values = Self.values(found.least...found.greatest, unit: Int(found.unit))
    } else {
      values = .notTold
    }
  }

  private static func bytes(_ start: UnsafeMutablePointer<CChar>?, _ size: Int64) -> [UInt8] {
    [UInt8](UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(size)))
  }

  private static func values(_ range: ClosedRange<Int64>, unit: Int) -> Values {
    switch unit {
    case Int(C360_UNIT_NONE): return .integers(range)
    case Int(C360_UNIT_DAYS): return .days(range)
    case Int(C360_UNIT_MICROSECONDS): return .instants(range)
    case Int(C360_UNIT_MILLISECONDS):
      let (least, below) = range.lowerBound.multipliedReportingOverflow(by: 1000)
      let (greatest, above) = range.upperBound.multipliedReportingOverflow(by: 1000)
      // The reader will complain of such a value.
      return below || above ? .notTold : .instants(least...greatest)
    case Int(C360_UNIT_NANOSECONDS):
      return .instants(microseconds(range.lowerBound)...microseconds(range.upperBound))
    default: return .notTold
    }
  }

  private static func microseconds(_ nanoseconds: Int64) -> Int64 {
    nanoseconds / 1000 - (nanoseconds % 1000 < 0 ? 1 : 0)
  }
}
