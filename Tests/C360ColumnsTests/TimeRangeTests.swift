import C360Columns
import Testing

/// The times that there are.
@Suite struct TimeRangeTests {
  @Test func theBoundsAreWholeYears() {
    let years = TimeRange.years
    let first = CivilDate(year: years.lowerBound, month: 1, day: 1)
    let last = CivilDate(year: years.upperBound, month: 12, day: 31)
    let days = Int64(first.daysSince1970)...Int64(last.daysSince1970)
    #expect(TimeRange.days.bounds == days)
    let day: Int64 = 86_400_000_000
    #expect(TimeRange.instants.bounds == days.lowerBound * day...(days.upperBound + 1) * day - 1)
  }

  /// Differences fit, and so does what ten lengths of 10,000 years make of a time.
  @Test func thereIsRoomOnBothSides() {
    let bounds = TimeRange.instants.bounds
    #expect(!bounds.upperBound.subtractingReportingOverflow(bounds.lowerBound).overflow)
    let lengths: Int64 = 10 * 3_652_425 * 86_400_000_000
    #expect(!bounds.upperBound.addingReportingOverflow(lengths).overflow)
    #expect(!bounds.lowerBound.subtractingReportingOverflow(lengths).overflow)
  }

  @Test(arguments: [TimeRange.instants, TimeRange.days])
  func theFirstValueOutside(range: TimeRange) {
    let (low, high) = (range.bounds.lowerBound, range.bounds.upperBound)
    func found(_ values: [Int64], nulls: Set<Int> = []) -> Int? {
      values.withUnsafeBufferPointer { buffer in
        guard let start = buffer.baseAddress else { return nil }
        return range.firstOutside(start, values.count) { !nulls.contains($0) }
      }
    }
    #expect(found([0, 1, -1]) == nil)
    #expect(found([low, high, 0]) == nil)
    for outside in [low - 1, high + 1, .min, .max] {
      #expect(!range.contains(outside))
      #expect(range.held(outside) == nil)
      #expect(found([0, outside, 5]) == 1)
      #expect(found([outside, 0, outside], nulls: [0]) == 2)
      #expect(found([outside, 0], nulls: [0]) == nil)
    }
    #expect(range.held(low) == low)
    #expect(range.held(high) == high)
  }

  @Test(arguments: [
    (-99_999, "-99999-01-02"), (-44, "-0044-01-02"), (0, "0000-01-02"), (33, "0033-01-02"),
    (2026, "2026-01-02"), (9999, "9999-01-02"), (10_000, "+10000-01-02"), (99_999, "+99999-01-02"),
  ])
  func datesAsText(year: Int, text: String) {
    #expect(CivilDate(year: year, month: 1, day: 2).text == text)
  }
}
