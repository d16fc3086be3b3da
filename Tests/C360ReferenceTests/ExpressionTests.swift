import C360Semantics
import Foundation
import Testing

@testable import C360Reference

@Suite struct ExpressionTests {
  let empty = Fixture()

  @Test func `and, or: one side decides, whatever the other is, in either order`() throws {
    for (left, right) in [(failing, no), (no, failing), (null, no), (no, null)] {
      #expect(try empty.value(make(.and(left, right), .bool), at: 0) == .bool(false))
    }
    for (left, right) in [(failing, yes), (yes, failing), (null, yes), (yes, null)] {
      #expect(try empty.value(make(.or(left, right), .bool), at: 0) == .bool(true))
    }
    for (left, right) in [(failing, yes), (null, failing), (failing, null)] {
      #expect(throws: ReferenceError.self) {
        try empty.value(make(.and(left, right), .bool), at: 0)
      }
    }
    #expect(try empty.value(make(.and(null, yes), .bool), at: 0) == .null)
    #expect(try empty.value(make(.or(null, no), .bool), at: 0) == .null)
  }

  @Test func `a branch that is not taken cannot fail`() throws {
    #expect(try empty.value(make(.conditional(yes, int(1), failing), .int), at: 0) == .int(1))
    #expect(try empty.value(make(.conditional(null, failing, int(2)), .int), at: 0) == .int(2))
    #expect(try empty.value(make(.coalesce(int(3), failing), .int), at: 0) == .int(3))
    #expect(throws: ReferenceError.self) {
      try empty.value(make(.coalesce(null, failing), .int), at: 0)
    }
  }

  @Test func `an error points at the expression that failed`() throws {
    let overflow = call(.add, int(.max), int(1), type: .int)
    #expect(throws: ReferenceError.self) { try empty.value(overflow, at: 0) }
    do {
      _ = try empty.value(overflow, at: 0)
    } catch let error as ReferenceError {
      #expect(error.span == here)
    }
  }

  @Test(
    arguments: [
      (7, 3, 1), (-7, 3, 2), (7, -3, -2), (-7, -3, -1), (6, 3, 0), (.min, -1, 0),
    ] as [(Int64, Int64, Int64)])
  func `mod has the sign of the divisor`(a: Int64, b: Int64, expected: Int64) throws {
    #expect(try empty.value(call(.modulo, int(a), int(b)), at: 0) == .int(expected))
  }

  @Test func `NaN equals nothing, is greatest in order, and clamps to itself`() throws {
    let nan = float(.nan)
    #expect(try empty.value(call(.equal, nan, nan), at: 0) == .bool(false))
    #expect(try empty.value(call(.notEqual, nan, nan), at: 0) == .bool(true))
    #expect(try empty.value(call(.less, float(1), nan), at: 0) == .bool(false))
    #expect(try empty.value(call(.least, nan, float(1)), at: 0) == .float(1))
    #expect(try empty.value(call(.greatest, float(1), null), at: 0) == .float(1))
    #expect(try text(of: empty.value(call(.clamp, nan, float(0), float(1)), at: 0)) == "nan")
  }

  @Test(arguments: [
    (Value.float(5), "5.0"), (.float(1e16), "1e+16"), (.date(0), "1970-01-01"),
    (.date(-719_162), "0001-01-01"), (.time(-1), "1969-12-31T23:59:59.999999Z"),
    (.time(1_250_000), "1970-01-01T00:00:01.25Z"), (.duration(0), "0s"),
    (.duration(-(days + 2 * hours + 4_500_000)), "-1d2h4.5s"), (.bool(true), "true"),
  ])
  func `text of values`(value: Value, expected: String) {
    #expect(text(of: value) == expected)
  }

  @Test func `duration times float rounds half to even and must fit`() throws {
    func times(_ microseconds: Int64, _ factor: Double) throws -> Value {
      try empty.value(
        call(.multiply, make(.literal(.duration(microseconds)), .duration), float(factor)), at: 0)
    }
    #expect(try times(5, 0.5) == .duration(2))
    #expect(try times(3, 0.5) == .duration(2))
    #expect(throws: ReferenceError.self) { try times(.max, 2) }
    #expect(throws: ReferenceError.self) { try times(1, .nan) }
  }
}

@Suite struct ExactNumberTests {
  @Test func `sums are rounded once`() {
    #expect(exactSum([1e16, 1.0, -1e16]) == 1)
    #expect(exactSum([0.1, 0.2, 0.3]) == 0.6)
    #expect(
      exactSum([Double.greatestFiniteMagnitude, Double.greatestFiniteMagnitude]) == .infinity)
    #expect(exactSum([Double.leastNonzeroMagnitude, Double.leastNonzeroMagnitude]) == 0x1p-1073)
    #expect(exactSum([-0.0]).sign == .plus)
    #expect(exactSum([Double.infinity, 1.0]) == .infinity)
    #expect(exactSum([Double.infinity, -Double.infinity]).isNaN)
    // A half that only far smaller bits decide.
    #expect(exactSum([1.0, 0x1p-53]) == 1)
    #expect(exactSum([1.0, 0x1p-53, 0x1p-1000]) == 1.0.nextUp)
  }

  @Test func `variance does not cancel`() throws {
    #expect(exactVariance([1e9, 1e9 + 1], over: 1) == 0.5)
    #expect(exactVariance([3.0, 3, 3], over: 2) == 0)
    #expect(exactVariance([1e200, -1e200], over: 1) == .infinity)
  }

  @Test func `quotients are rounded once`() {
    func quotient(_ dividend: Double, _ divisor: Double) -> Double {
      nearestQuotient(ExactNumber(dividend), ExactNumber(divisor))
    }
    let greatest = Double.greatestFiniteMagnitude
    let least = Double.leastNonzeroMagnitude
    for (dividend, divisor) in [
      (1, 3), (-1, 3), (2, -7), (1e300, 1e-300), (greatest, 0.5), (greatest, 3), (least, 2),
      (least, 3), (3 * least, 2), (5 * least, 2), (0x1p-1022, 3), (-0.0, 5), (0.1, 0.3),
    ] {
      #expect(quotient(dividend, divisor) == dividend / divisor)
    }
    #expect(quotient(-1, 0x1p-1074) == -.infinity)
    #expect(exactMean([greatest, greatest]) == greatest)
    #expect(exactMean([94.16, 41.93, 81.52, 42.03, 1.16]) == 52.16)
    #expect(exactSum([94.16, 41.93, 81.52, 42.03, 1.16]) / 5 == 52.16.nextUp)
    #expect(exactRatio([greatest, greatest], [1.0, 1.0]) == greatest)
    #expect(exactRatio([1.0], [1e16, -1e16]) == nil)
    #expect(exactMean([Double.infinity, 1.0]) == .infinity)
  }
}

@Suite struct LocalCalendarTests {
  /// Local wall time of an instant, seconds cut.
  func wall(_ calendar: LocalCalendar, _ instant: Int64) -> String {
    String(text(of: .time(calendar.local(instant))).dropLast(4))
  }
  func utc(_ iso: String) -> Int64 {
    Int64((try? Date(iso, strategy: .iso8601))?.timeIntervalSince1970 ?? 0) * 1_000_000
  }

  @Test func `days of all years`() {
    for days in stride(from: Int64(-1_000_000), through: 1_000_000, by: 997) {
      #expect(CivilDay(days).number == days)
    }
    #expect(CivilDay(11_016).text == "2000-02-29")
    #expect(CivilDay(-719_528).text == "0000-01-01")
  }

  @Test func `months clamp to their end`() {
    let calendar = LocalCalendar("UTC")
    let march = utc("2026-03-31T10:00:00Z")
    let expected = utc("2026-02-28T10:00:00Z")
    #expect(calendar.moved(march, by: CalendarSpan(1, .month), times: -1) == expected)
    let leap = utc("2024-02-29T00:00:00Z")
    #expect(
      wall(calendar, calendar.moved(leap, by: CalendarSpan(1, .year), times: 1))
        == "2025-02-28T00:00")
  }

  @Test func `a skipped local time moves on by the gap, an ambiguous one is the earlier`() {
    let london = LocalCalendar("Europe/London")
    // 29 March 2026: 01:00 → 02:00.
    let before = utc("2026-03-28T01:30:00Z")
    #expect(
      wall(london, london.moved(before, by: CalendarSpan(1, .day), times: 1)) == "2026-03-29T02:30")
    // 25 October 2026: 02:00 BST → 01:00 GMT.
    let summer = utc("2026-10-24T00:30:00Z")
    #expect(
      london.moved(summer, by: CalendarSpan(1, .day), times: 1) == utc("2026-10-25T00:30:00Z"))
  }

  @Test func `periods start at local midnight, weeks on Monday`() {
    let newYork = LocalCalendar("America/New_York")
    let instant = utc("2026-03-01T03:00:00Z")
    #expect(
      newYork.periodStart(instant, of: CalendarSpan(1, .month)) == utc("2026-02-01T05:00:00Z"))
    #expect(newYork.periodStart(instant, of: CalendarSpan(1, .week)) == utc("2026-02-23T05:00:00Z"))
    #expect(newYork.periodStart(instant, of: CalendarSpan(1, .day)) == utc("2026-02-28T05:00:00Z"))
    #expect(newYork.periodStart(-1, of: CalendarSpan(1, .quarter)) == utc("1969-10-01T04:00:00Z"))
  }
}

@Suite struct DrawTests {
  /// The table of fixed points in docs/randomness.md.
  @Test func `draws are the published ones`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    let page = try String(contentsOf: root.appending(path: "docs/randomness.md"), encoding: .utf8)
    var checked = 0
    for line in page.split(separator: "\n") where line.contains("`0x") && line.hasPrefix("|") {
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 7 else { continue }
      let unquoted = cells.map { $0.trimmingCharacters(in: CharacterSet(charactersIn: "`\"")) }
      let seed = try #require(UInt64(cells[0]))
      let key =
        cells[2].hasPrefix("`") ? Value.text(unquoted[2]) : .int(try #require(Int64(cells[2])))
      let u = draw(
        seed: seed, policy: unquoted[1], entity: key, time: try #require(Int64(cells[3])),
        number: try #require(Int(cells[4])))
      #expect(u == Double(cells[6]))
      checked += 1
    }
    #expect(checked == 5)
  }
}
