import C360Columns
import C360Plan
import Testing

@testable import C360Engine

/// semantics.md T3.
@Suite struct ZoneTableTests {
  /// µs of a local wall clock.
  static func clock(_ year: Int, _ month: Int, _ day: Int, _ hour: Int = 0, _ minute: Int = 0)
    -> Int64
  {
    let days = CivilDate(year: year, month: month, day: day).daysSince1970
    return (Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60)) * 1_000_000
  }

  @Test func monthsClampToTheirEnd() throws {
    let utc = try ZoneTable("UTC")
    let march = Self.clock(2026, 3, 31, 12)
    #expect(utc.add(CalendarStep(-1, .month), to: march) == Self.clock(2026, 2, 28, 12))
    #expect(utc.add(CalendarStep(-25, .month), to: march) == Self.clock(2024, 2, 29, 12))
    #expect(utc.add(CalendarStep(1, .quarter), to: march) == Self.clock(2026, 6, 30, 12))
    #expect(utc.add(CalendarStep(1, .year), to: Self.clock(2024, 2, 29)) == Self.clock(2025, 2, 28))
    #expect(utc.add(CalendarStep(Int.max, .year), to: march) == nil)
    #expect(utc.add(CalendarStep(1 << 39, .month), to: march) == nil)
  }

  @Test func localTimesThatDoNotExistMoveForward() throws {
    let london = try ZoneTable("Europe/London")
    // 2026-03-29 01:00 GMT the clock jumps to 02:00 BST.
    let eve = Self.clock(2026, 3, 28, 1, 30)
    #expect(london.add(CalendarStep(1, .day), to: eve) == Self.clock(2026, 3, 29, 1, 30))
    #expect(
      london.localMicroseconds(Self.clock(2026, 3, 29, 1, 30)) == Self.clock(2026, 3, 29, 2, 30))
    // 2026-10-25 01:30 happens twice: the earlier one is at 00:30 UTC.
    let before = Self.clock(2026, 10, 24, 0, 30)
    #expect(london.add(CalendarStep(1, .day), to: before) == Self.clock(2026, 10, 25, 0, 30))
  }

  @Test(arguments: [
    (CalendarStep(1, .day), (2026, 5, 14)), (CalendarStep(1, .week), (2026, 5, 11)),
    (CalendarStep(1, .month), (2026, 5, 1)), (CalendarStep(1, .quarter), (2026, 4, 1)),
    (CalendarStep(1, .year), (2026, 1, 1)), (CalendarStep(6, .month), (2026, 1, 1)),
  ])
  func periodsStartAtLocalMidnight(_ step: CalendarStep, _ start: (Int, Int, Int)) throws {
    let london = try ZoneTable("Europe/London")
    let instant = Self.clock(2026, 5, 13, 23, 30)  // 00:30 of the 14th in London
    let local = Self.clock(start.0, start.1, start.2)
    #expect(london.periodStart(step, of: instant) == london.utc(fromLocal: local))
  }

  @Test func unknownZone() {
    #expect(throws: EngineError.self) { try ZoneTable("Mars/Olympus") }
  }
}
