import C360Syntax

extension Offset {
  /// Whether it is shorter than another whatever the instant from which both are counted.
  func isShorter(than other: Offset) -> Bool {
    if case .calendar(let own) = self, case .calendar(let others) = other,
      let months = own.months, let theirs = others.months
    {
      return months < theirs
    }
    return lengths.greatest < other.lengths.least
  }

  /// Whether it is longer than 10,000 years. Windows, lags, delays, periods and ages are not: times reach to the
  /// year 99,999, so that those of a program leave 64 bits together at none of them.
  var isTooLong: Bool {
    switch self {
    case .exact(let length): length.magnitude > UInt64(24 * Self.hour * CalendarSpan.mostDays)
    case .calendar(let span): span.isTooLong
    }
  }

  /// The least and the greatest length, µs; clocks of most zones go forward or back by an hour.
  private var lengths: (least: Int64, greatest: Int64) {
    switch self {
    case .exact(let length): return (length, length)
    case .calendar(let span):
      let (least, greatest) = span.days
      return ((24 * least - 1) * Self.hour, (24 * greatest + 1) * Self.hour)
    }
  }

  private static let hour: Int64 = 3_600_000_000
}

extension CalendarSpan {
  /// Beyond the years that there are.
  private static let mostCount = 1_000_000
  /// Of 10,000 years.
  fileprivate static let mostDays: Int64 = 3_652_425

  fileprivate var isTooLong: Bool {
    switch unit {
    case .day: count > Self.mostDays
    case .week: count > Self.mostDays / 7
    case .month: count > 120_000
    case .quarter: count > 40_000
    case .year: count > 10_000
    }
  }

  /// nil: of days.
  fileprivate var months: Int? {
    let count = min(count, Self.mostCount)
    return switch unit {
    case .day, .week: nil
    case .month: count
    case .quarter: 3 * count
    case .year: 12 * count
    }
  }

  /// The least and the greatest number of days that it can have, from any day on: a day that the last month has
  /// not got is its last day.
  fileprivate var days: (least: Int64, greatest: Int64) {
    guard let months else {
      let days = Int64(min(count, Self.mostCount) * (unit == .week ? 7 : 1))
      return (days, days)
    }
    // The calendar repeats itself after 400 years.
    let cycle = 4800
    let lengths = (0..<cycle).map { LiteralValue.daysInMonth(2000 + $0 / 12, $0 % 12 + 1) }
    var firsts = [0]
    for length in lengths { firsts.append(firsts[firsts.count - 1] + length) }
    var (least, greatest) = (Int.max, Int.min)
    for month in 0..<cycle {
      let end = month + months
      let days = end / cycle * firsts[cycle] + firsts[end % cycle] - firsts[month]
      least = min(least, days - max(0, lengths[month] - lengths[end % cycle]))
      greatest = max(greatest, days)
    }
    return (Int64(least), Int64(greatest))
  }
}
