/// What becomes of NaN in a float column that is read.
public enum NaNPolicy: Sendable, Hashable { case reject, null, keep }

/// Which instant a bare date stands for where a time is wanted (semantics.md T1): the first or the
/// last microsecond of its local day.
public enum BareDatePolicy: Sendable, Hashable { case startOfDay, endOfDay }

/// How the values of one column are read, from whatever source.
public struct ColumnRules: Sendable {
  public var type: LogicalType
  /// Whether a null may stay a null.
  public var isNullable: Bool
  /// What stands in place of a null; has the physical type of `type`.
  public var defaultValue: Scalar?
  public var nan: NaNPolicy
  public var bareDate: BareDatePolicy
  /// The zone of times without an offset and of bare dates.
  public var zone: Zone

  public init(
    type: LogicalType, isNullable: Bool = false, defaultValue: Scalar? = nil,
    nan: NaNPolicy = .reject, bareDate: BareDatePolicy = .endOfDay, zone: Zone = .utc
  ) {
    self.type = type
    self.isNullable = isNullable
    self.defaultValue = defaultValue
    self.nan = nan
    self.bareDate = bareDate
    self.zone = zone
  }

  /// Microseconds UTC of a bare date (days since 1970), or `nil` beyond the range of times.
  public func instant(ofDate days: Int64) -> Int64? {
    guard TimeRange.days.contains(days) else { return nil }
    let day = bareDate == .startOfDay ? days : days + 1
    let instant = zone.instant(ofLocal: day * 86_400_000_000)
    return TimeRange.instants.held(bareDate == .startOfDay ? instant : instant - 1)
  }
}
