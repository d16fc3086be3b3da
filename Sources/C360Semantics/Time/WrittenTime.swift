import C360Syntax

extension LocalClock {
  /// How a bare date is meant.
  enum BareDate {
    /// The local start of the day.
    case start
    /// The last microsecond of the local day (`through @…`).
    case end
  }

  /// The instant that a time literal such as `@2026-03-01` or `@2026-03-01T12:00Z` names.
  func instant(_ literal: String, bareDate: BareDate = .start) -> Int64? {
    guard let parts = LiteralValue.time(literal) else { return nil }
    let days = Self.days(year: parts.year, month: parts.month, day: parts.day)
    let midnight = days * Self.microsecondsPerDay
    guard let time = parts.microsecondOfDay else {
      switch bareDate {
      case .start: return instant(local: midnight)
      case .end: return instant(local: midnight + Self.microsecondsPerDay) - 1
      }
    }
    if let offset = parts.offsetMinutes {
      return midnight + time - Int64(offset) * 60_000_000
    }
    return instant(local: midnight + time)
  }
}
