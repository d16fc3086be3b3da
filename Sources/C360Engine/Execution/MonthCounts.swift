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
      return (CivilDate.text(ofYear: year) + (number < 10 ? "-0" : "-") + String(number), rows)
    }
  }

  /// - Parameter time: µs UTC.
  mutating func add(_ time: Int64) { months[Self.month(of: time), default: 0] += 1 }

  mutating func add(_ other: MonthCounts) { months.merge(other.months, uniquingKeysWith: +) }

  private static func month(of time: Int64) -> Int {
    let length: Int64 = 86_400_000_000
    let date = CivilDate(daysSince1970: Int(time / length) - (time % length < 0 ? 1 : 0))
    return 12 * date.year + date.month - 1
  }
}

/// What there is to tell of the rows of an event table or a profile, by month of the event, and of
/// exposures, by month of the exposure (semantics.md T2, S1, S3, S4, O2).
public struct EventFindings: Sendable {
  /// Known after they happened.
  public var late = MonthCounts()
  /// The longest that one was known after it happened, µs.
  public var worstDelay: Int64 = 0
  public var neverKnown = MonthCounts()
  public var exactCopies = MonthCounts()
  public var superseded = MonthCounts()
  public var retracted = MonthCounts()
  /// Of identifiers that never belong to an entity.
  public var unlinked = MonthCounts()
  /// Exposures with an event at exactly their time.
  public var tiedExposures = MonthCounts()
  /// By month of the exposure: answers that hung on a tie no `@sequence` resolves.
  public var resolvedTies = MonthCounts()
  public init() {}

  /// Adds what was found of other entities.
  mutating func merge(_ other: EventFindings) {
    late.add(other.late)
    worstDelay = max(worstDelay, other.worstDelay)
    neverKnown.add(other.neverKnown)
    exactCopies.add(other.exactCopies)
    superseded.add(other.superseded)
    retracted.add(other.retracted)
    unlinked.add(other.unlinked)
    tiedExposures.add(other.tiedExposures)
    resolvedTies.add(other.resolvedTies)
  }
}
