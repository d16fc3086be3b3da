import C360Columns
import C360Plan

/// The local calendar of a zone (semantics.md T3): moving by calendar steps and finding the start of
/// local periods. Pure integer arithmetic, safe to use from several threads.
///
/// Clamps to the end of the month; a local time that does not exist moves forward by the gap; an
/// ambiguous one takes the earlier instant.
public struct ZoneTable: Sendable {
  /// The host's zone database has no such zone.
  public struct UnknownZone: Error, Sendable {
    public let identifier: String
  }

  public let zone: Zone

  public init(_ zone: Zone) { self.zone = zone }

  /// - Throws: `EngineError.source(UnknownZone)`.
  public init(_ identifier: String) throws(EngineError) {
    guard let zone = Zone.named(identifier) else {
      throw .source(UnknownZone(identifier: identifier))
    }
    self.zone = zone
  }

  public static let microsecondsPerDay: Int64 = 86_400_000_000
  /// Instants nearer than this to the ends of Int64 have no calendar: no offset reaches two days.
  private static let margin: Int64 = 2 * microsecondsPerDay

  /// Microseconds of the local clock since 1970-01-01 00:00 local, at an instant (µs UTC).
  public func localMicroseconds(_ instant: Int64) -> Int64 { zone.local(at: instant) }

  /// The instant (µs UTC) at which the local clock shows `local`.
  public func utc(fromLocal local: Int64) -> Int64 { zone.instant(ofLocal: local) }

  /// The local day (days since 1970-01-01) of an instant.
  public func localDay(_ instant: Int64) -> Int64 {
    Self.floorDivide(zone.local(at: instant), Self.microsecondsPerDay)
  }

  /// The instant at which a local day begins; nil when it does not fit 64 bits.
  public func startOfDay(_ day: Int64) -> Int64? { instant(day: day, microsecond: 0) }

  /// The instant `step.count` units later (earlier when negative) on the local calendar; nil when
  /// it does not fit 64 bits.
  public func add(_ step: CalendarStep, to instant: Int64) -> Int64? {
    guard instant > .min + Self.margin, instant < .max - Self.margin else { return nil }
    let local = zone.local(at: instant)
    let day = Self.floorDivide(local, Self.microsecondsPerDay)
    guard let moved = Self.add(step, toDay: day) else { return nil }
    return self.instant(day: moved, microsecond: local - day * Self.microsecondsPerDay)
  }

  /// The local start of the period that holds an instant; nil when it does not fit 64 bits. Weeks
  /// start on Monday. Periods of several units are counted from January of year 0, days from
  /// 1970-01-01, weeks from the one that holds it.
  public func periodStart(_ step: CalendarStep, of instant: Int64) -> Int64? {
    guard instant > .min + Self.margin, instant < .max - Self.margin else { return nil }
    return startOfDay(Self.periodStart(step, ofDay: localDay(instant)))
  }

  /// The last multiple of a length strictly before an instant: of an exact one counted from 1970-01-01
  /// UTC, on the calendar the last local start of a period. `Int64.min` where there is none.
  public func lastMultiple(of length: TimeOffset, before instant: Int64) -> Int64 {
    let (last, isFirst) = instant.subtractingReportingOverflow(1)
    if isFirst { return .min }
    switch length {
    case .exact(let length):
      let length = max(1, length)
      let rest = last % length
      let (multiple, overflow) = last.subtractingReportingOverflow(rest < 0 ? rest + length : rest)
      return overflow ? .min : multiple
    case .calendar(let step): return lastPeriodStart(step, before: instant) ?? .min
    }
  }

  /// Near switches of the clock a period may begin while the wall still shows the one before, or show
  /// a period before it begins; so its neighbours are looked at too.
  private func lastPeriodStart(_ step: CalendarStep, before instant: Int64) -> Int64? {
    guard instant > .min + Self.margin, instant < .max - Self.margin else { return nil }
    let day = Self.periodStart(step, ofDay: localDay(instant))
    let back = CalendarStep(-step.count, step.unit)
    if let next = Self.add(step, toDay: day).flatMap(startOfDay), next < instant { return next }
    var candidate: Int64? = day
    for _ in 0..<3 {
      guard let day = candidate, let start = startOfDay(day) else { return nil }
      if start < instant { return start }
      candidate = Self.add(back, toDay: day)
    }
    return nil
  }

  // MARK: Days

  /// The day `step.count` units later; nil when that is far outside of what 64 bits of µs hold.
  static func add(_ step: CalendarStep, toDay day: Int64) -> Int64? {
    let perUnit =
      switch step.unit {
      case .day: 1
      case .week: 7
      case .month: 1
      case .quarter: 3
      case .year: 12
      }
    let (count, overflow) = step.count.multipliedReportingOverflow(by: perUnit)
    guard !overflow, count.magnitude < 1 << 40 else { return nil }
    switch step.unit {
    case .day, .week: return day + Int64(count)
    case .month, .quarter, .year:
      let date = CivilDate(daysSince1970: Int(day))
      let months = date.year * 12 + date.month - 1 + count
      let year = Int(floorDivide(Int64(months), 12))
      let month = months - year * 12 + 1
      let last = CivilDate.daysIn(month: month, of: year)
      return Int64(
        CivilDate(year: year, month: month, day: min(date.day, last)).daysSince1970)
    }
  }

  static func periodStart(_ step: CalendarStep, ofDay day: Int64) -> Int64 {
    let count = Int64(max(1, min(step.count, 1 << 40)))
    switch step.unit {
    case .day: return floorDivide(day, count) * count
    case .week:
      // 1970-01-01 was a Thursday: the Monday before it is day −3.
      let week = floorDivide(day + 3, 7)
      return floorDivide(week, count) * count * 7 - 3
    case .month, .quarter, .year:
      let length = count * (step.unit == .month ? 1 : step.unit == .quarter ? 3 : 12)
      let date = CivilDate(daysSince1970: Int(day))
      let months = floorDivide(Int64(date.year * 12 + date.month - 1), length) * length
      let year = floorDivide(months, 12)
      let month = Int(months - year * 12) + 1
      return Int64(CivilDate(year: Int(year), month: month, day: 1).daysSince1970)
    }
  }

  private func instant(day: Int64, microsecond: Int64) -> Int64? {
    let (start, overflow) = day.multipliedReportingOverflow(by: Self.microsecondsPerDay)
    guard !overflow, start > .min + Self.margin, start < .max - Self.margin else { return nil }
    return zone.instant(ofLocal: start + microsecond)
  }

  @inlinable static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
  }
}
