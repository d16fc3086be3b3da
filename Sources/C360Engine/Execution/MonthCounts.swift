import C360Columns

/// Numbers of rows by calendar month in UTC.
public struct MonthCounts: Sendable, Equatable {
  /// Months since January of year 0 → rows.
  private var months: [Int: Int] = [:]

  public init() {}

  public var total: Int { months.values.reduce(0, +) }

  /// In order of time; `2026-01`.
  public var byMonth: [(month: String, rows: Int)] {
    months.sorted { $0.key < $1.key }.map { month, rows in
      let year = (month - (month % 12 + 12) % 12) / 12
      let number = month - 12 * year + 1
      let digits = String(abs(year))
      let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      return ((year < 0 ? "-" : "") + padded + (number < 10 ? "-0" : "-") + String(number), rows)
    }
  }

  /// - Parameter time: µs UTC.
  mutating func add(_ time: Int64) { months[Self.month(of: time), default: 0] += 1 }

  mutating func add(_ other: MonthCounts) { months.merge(other.months, uniquingKeysWith: +) }

  /// By the days of the proleptic Gregorian calendar (H. Hinnant, "chrono-compatible low-level date
  /// algorithms", civil_from_days).
  private static func month(of time: Int64) -> Int {
    let length: Int64 = 86_400_000_000
    let day = Int((time >= 0 ? time : time - length + 1) / length) + 719_468
    let era = (day >= 0 ? day : day - 146_096) / 146_097
    let dayOfEra = day - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return 12 * (yearOfEra + era * 400 + (month <= 2 ? 1 : 0)) + month - 1
  }
}

/// What there is to tell of the rows of an event table, by month of the event, and of exposures, by
/// month of the exposure (semantics.md T2, S1, S4, O2).
public struct EventFindings: Sendable {
  /// Known after they happened.
  public var late = MonthCounts()
  /// The longest that one was known after it happened, µs.
  public var worstDelay: Int64 = 0
  public var neverKnown = MonthCounts()
  public var exactCopies = MonthCounts()
  public var superseded = MonthCounts()
  public var retracted = MonthCounts()
  /// Exposures with an event at exactly their time.
  public var tiedExposures = MonthCounts()
  public init() {}

  /// Adds what was found of other entities.
  mutating func merge(_ other: EventFindings) {
    late.add(other.late)
    worstDelay = max(worstDelay, other.worstDelay)
    neverKnown.add(other.neverKnown)
    exactCopies.add(other.exactCopies)
    superseded.add(other.superseded)
    retracted.add(other.retracted)
    tiedExposures.add(other.tiedExposures)
  }
}
