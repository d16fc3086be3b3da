import C360Columns

/// Where times are rare: the first and the last that there are, and the ends of the years that scripts can name.
enum TimeEdge: CaseIterable, Sendable {
  case first, yearZero, year9999, last

  /// Of few programs; their scripts are those that their seeds have without it, but for times.
  init?(seed: UInt64, isSure: Bool) {
    var random = SplitMix(state: seed &* 977 &+ 11)
    guard random.chance(0.05) || isSure else { return nil }
    self = random.pick(Self.allCases)
  }

  /// Of instants that lie at the edge, or around it, and take so many µs.
  func start(ofLength length: Int64) -> Int64 {
    func newYear(_ year: Int) -> Int64 {
      Int64(CivilDate(year: year, month: 1, day: 1).daysSince1970) * 24 * DataMaker.hour
    }
    return switch self {
    case .first: newYear(-99_999)
    case .yearZero: newYear(0) - length / 2
    case .year9999: newYear(10_000) - length / 2
    case .last: newYear(100_000) - length
    }
  }

  /// The nearest instant that there is.
  static func held(_ instant: Int64) -> Int64 {
    max(TimeRange.instants.bounds.lowerBound, min(TimeRange.instants.bounds.upperBound, instant))
  }
}

/// The nearest instant that a script can name, of a year of four digits.
func timeLiteral(_ instant: Int64) -> String {
  let (first, last): (Int64, Int64) = (-62_167_219_200_000_000, 253_402_300_799_999_999)
  return "@" + isoTime(max(first, min(last, instant)))
}
