import C360Semantics
import Foundation

let minute: Int64 = 60_000_000
let hour: Int64 = 60 * minute
let day: Int64 = 24 * hour

func floorDivide(_ value: Int64, by divisor: Int64) -> Int64 {
  let quotient = value / divisor
  return value % divisor < 0 ? quotient - 1 : quotient
}

/// A day of the proleptic Gregorian calendar.
struct CivilDay {
  let year: Int64
  /// 1…12
  let month: Int64
  /// 1…31
  let day: Int64

  init(year: Int64, month: Int64, day: Int64) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// Days since 1970-01-01.
  init(_ days: Int64) {
    var year = 1970 + floorDivide(days * 400, by: 146_097)
    while Self.daysBefore(year: year) > days { year -= 1 }
    while Self.daysBefore(year: year + 1) <= days { year += 1 }
    var rest = days - Self.daysBefore(year: year)
    var month: Int64 = 1
    while rest >= Self.length(ofMonth: month, year: year) {
      rest -= Self.length(ofMonth: month, year: year)
      month += 1
    }
    self.init(year: year, month: month, day: rest + 1)
  }

  var number: Int64 {
    Self.daysBefore(year: year)
      + (1..<month).map { Self.length(ofMonth: $0, year: year) }.reduce(0, +)
      + day - 1
  }

  /// ISO 8601: years beyond four digits have a sign.
  var text: String {
    "\(year > 9999 ? "+" : "")\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }

  /// The same day of another month, or that month's last one.
  func moved(months: Int64) -> CivilDay {
    let index = year * 12 + month - 1 + months
    let (newYear, newMonth) = (
      floorDivide(index, by: 12), index - floorDivide(index, by: 12) * 12 + 1
    )
    let last = Self.length(ofMonth: newMonth, year: newYear)
    return CivilDay(year: newYear, month: newMonth, day: min(day, last))
  }

  private static func daysBefore(year: Int64) -> Int64 {
    let leapDays = { (y: Int64) in
      floorDivide(y, by: 4) - floorDivide(y, by: 100) + floorDivide(y, by: 400)
    }
    return (year - 1970) * 365 + leapDays(year - 1) - leapDays(1969)
  }

  private static func length(ofMonth month: Int64, year: Int64) -> Int64 {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][Int(month) - 1]
  }
}

/// The instants that there are (semantics.md T1): those of the years −99,999 to 99,999 in UTC.
let supportedInstants: Range<Int64> = {
  let first = CivilDay(year: -99_999, month: 1, day: 1)
  let end = CivilDay(year: 100_000, month: 1, day: 1)
  return first.number * day..<end.number * day
}()

/// What a clock on the wall shows.
struct LocalTime {
  let day: CivilDay
  /// Since midnight.
  let microseconds: Int64

  init(_ sinceEpoch: Int64) {
    let days = floorDivide(sinceEpoch, by: C360Reference.day)
    day = CivilDay(days)
    microseconds = sinceEpoch - days * C360Reference.day
  }
}

/// The calendar of a time zone (semantics.md T3).
struct LocalCalendar {
  private let zone: TimeZone

  /// Unknown names do not pass the checker.
  init(_ name: String) { zone = TimeZone(identifier: name) ?? .gmt }

  func local(_ instant: Int64) -> Int64 { saturatingSum(instant, offset(instant)) }

  /// A time that does not exist moves forward by the gap, an ambiguous one takes the earlier instant.
  func instant(local: Int64) -> Int64 {
    let before = saturatingSum(local, -offset(saturatingSum(local, -26 * hour)))
    let after = saturatingSum(local, -offset(saturatingSum(local, 26 * hour)))
    let showing = [before, after].filter { self.local($0) == local }
    return showing.min() ?? before
  }

  func startOfDay(_ days: Int64) -> Int64 { instant(local: saturatingProduct(days, day)) }

  func date(_ instant: Int64) -> Int64 { floorDivide(local(instant), by: day) }

  /// `times` spans later (earlier when negative).
  func moved(_ instant: Int64, by span: CalendarSpan, times: Int64) -> Int64 {
    let shown = LocalTime(local(instant))
    // So many days, months or years are beyond all times.
    let most: Int64 = 1 << 40
    let count = max(-most, min(most, saturatingProduct(Int64(span.count), times)))
    let moved =
      switch span.unit {
      case .day: shown.day.number + count
      case .week: shown.day.number + count * 7
      case .month: shown.day.moved(months: count).number
      case .quarter: shown.day.moved(months: count * 3).number
      case .year: shown.day.moved(months: count * 12).number
      }
    return self.instant(local: saturatingSum(saturatingProduct(moved, day), shown.microseconds))
  }

  func moved(_ instant: Int64, by offset: Offset, times: Int64) -> Int64 {
    switch offset {
    case .exact(let length):
      return saturatingSum(instant, saturatingProduct(length, times))
    case .calendar(let span): return moved(instant, by: span, times: times)
    }
  }

  /// The number of the period of this length that holds the instant: days counted from 1970-01-01,
  /// weeks from Monday 1969-12-29, months from January of year 0.
  func period(_ instant: Int64, of span: CalendarSpan) -> Int64 {
    let today = LocalTime(local(instant)).day
    let count = Int64(span.count)
    let months = today.year * 12 + today.month - 1
    return switch span.unit {
    case .day: floorDivide(today.number, by: count)
    case .week: floorDivide(today.number + 3, by: 7 * count)
    case .month: floorDivide(months, by: count)
    case .quarter: floorDivide(months, by: 3 * count)
    case .year: floorDivide(months, by: 12 * count)
    }
  }

  /// The local start of the period that holds the instant.
  func periodStart(_ instant: Int64, of span: CalendarSpan) -> Int64 {
    start(ofPeriod: period(instant, of: span), of: span)
  }

  /// The last multiple of a length before an instant: of an exact one counted from 1970-01-01 UTC, on
  /// the calendar the last local start of a period.
  func lastMultiple(of length: Offset, before instant: Int64) -> Int64 {
    switch length {
    case .exact(let length):
      let number = (Int128(instant) - 1 - ((Int128(instant) - 1) % Int128(length)))
      let multiple = number > Int128(instant) - 1 ? number - Int128(length) : number
      return Int64(clamping: multiple)
    case .calendar(let span):
      // Near switches of the clock a period may begin while the wall still shows the one before.
      let number = period(instant, of: span)
      let starts = (number - 2...number + 1).map { start(ofPeriod: $0, of: span) }
      return starts.filter { $0 < instant }.max() ?? .min
    }
  }

  private func start(ofPeriod number: Int64, of span: CalendarSpan) -> Int64 {
    let number = number * Int64(span.count)
    let january = CivilDay(year: 0, month: 1, day: 1)
    return switch span.unit {
    case .day: startOfDay(number)
    case .week: startOfDay(number * 7 - 3)
    case .month: startOfDay(january.moved(months: number).number)
    case .quarter: startOfDay(january.moved(months: number * 3).number)
    case .year: startOfDay(january.moved(months: number * 12).number)
    }
  }

  private func offset(_ instant: Int64) -> Int64 {
    let seconds = floorDivide(instant, by: 1_000_000)
    let date = Date(timeIntervalSince1970: Double(seconds))
    return Int64(zone.secondsFromGMT(for: date)) * 1_000_000
  }
}

/// Windows end at the ends of time rather than fail.
func saturatingSum(_ left: Int64, _ right: Int64) -> Int64 {
  let (sum, overflow) = left.addingReportingOverflow(right)
  return overflow ? (left < 0 ? .min : .max) : sum
}

func saturatingProduct(_ left: Int64, _ right: Int64) -> Int64 {
  let (product, overflow) = left.multipliedReportingOverflow(by: right)
  return overflow ? ((left < 0) == (right < 0) ? .max : .min) : product
}
