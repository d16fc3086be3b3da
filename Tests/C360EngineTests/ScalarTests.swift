import C360Columns
import C360Plan
import Testing

@testable import C360Engine

@Suite struct ScalarTests {
  @Test func nullsPassThroughArithmetic() throws {
    let table = Table()
    let a = table.ints(1, nil, 3, 4)
    let b = table.ints(10, 20, nil, -4)
    #expect(try table.run(table.apply(.addInt, a, b, type: .int64)) == [11, nil, nil, 0])
    let halves = table.apply(.divideInts, a, b, type: .float64)
    #expect(try table.run(halves) == [0.1, nil, nil, -1.0])
    #expect(try table.run(table.apply(.less, a, b, type: .bool)) == [true, nil, nil, false])
  }

  @Test func remaindersHaveTheSignOfTheDivisor() throws {
    let table = Table()
    let a = table.ints(7, -7, 7, -7, .min)
    let b = table.ints(3, 3, -3, -3, -1)
    #expect(try table.run(table.apply(.moduloInt, a, b, type: .int64)) == [1, 2, -2, -1, 0])
    let x = table.floats(5.5, -5.5, 5.5)
    let y = table.floats(2, 2, -2)
    table.rowCount = 3
    #expect(try table.run(table.apply(.moduloFloat, x, y, type: .float64)) == [1.5, 0.5, -0.5])
  }

  @Test func kleeneLogic() throws {
    let table = Table()
    let a = table.bools(true, true, true, false, false, false, nil, nil, nil)
    let b = table.bools(true, false, nil, true, false, nil, true, false, nil)
    #expect(
      try table.run(table.apply(.and, a, b, type: .bool))
        == [true, false, nil, false, false, false, nil, false, nil])
    #expect(
      try table.run(table.apply(.or, a, b, type: .bool))
        == [true, true, true, true, false, nil, true, nil, nil])
    #expect(
      try table.run(table.apply(.not, a, type: .bool))
        == [false, false, false, true, true, true, nil, nil, nil])
  }

  @Test func choices() throws {
    let table = Table()
    let test = table.bools(true, false, nil, true)
    let a = table.texts("a", "b", "c", nil)
    let b = table.texts("x", nil, "z", "w")
    #expect(try table.run(table.apply(.select, test, a, b, type: .text)) == ["a", nil, "z", nil])
    #expect(try table.run(table.apply(.coalesce, a, b, type: .text)) == ["a", "b", "c", "w"])
    #expect(try table.run(table.apply(.isNull, a, type: .bool)) == [false, false, false, true])
  }

  @Test func leastSkipsNullsAndPutsNaNLast() throws {
    let table = Table()
    let a = table.floats(1, nil, .nan, nil, .nan)
    let b = table.floats(2, 5, 3, nil, nil)
    #expect(
      try table.run(table.apply(.leastFloat, a, b, type: .float64))[..<4] == [1.0, 5.0, 3.0, nil])
    let most = try table.run(table.apply(.greatestFloat, a, b, type: .float64))
    #expect(most[0] == 2.0 && most[1] == 5.0 && most[3] == nil)
    for row in [2, 4] {
      guard case .float(let value) = most[row] else { return #expect(Bool(false)) }
      #expect(value.isNaN)
    }
    let c = table.ints(3, 9, nil, 1, 5)
    let d = table.ints(2, nil, nil, 4, 5)
    let e = table.ints(1, 10, nil, 0, 6)
    #expect(try table.run(table.apply(.leastInt, c, d, e, type: .int64)) == [1, 9, nil, 0, 5])
  }

  @Test func clampKeepsNaN() throws {
    let table = Table()
    let x = table.floats(-1, 0.5, 9, .nan)
    let low = table.constant(0.0)
    let high = table.constant(1.0)
    let clamped = table.apply(.clampFloat, x, low, high, type: .float64)
    #expect(try table.run(clamped)[..<3] == [0.0, 0.5, 1.0])
    #expect(
      try table.run(table.apply(.isNaN, clamped, type: .bool)) == [false, false, false, true])
  }

  @Test func conversions() throws {
    let table = Table()
    let x = table.floats(2.9, -2.9, nil)
    #expect(try table.run(table.apply(.floatToInt, x, type: .int64)) == [2, -2, nil])
    #expect(try table.run(table.apply(.round, x, type: .float64)) == [3.0, -3.0, nil])
    let n = table.ints(5, 7, -5)
    let half = table.constant(0.5)
    // Half to even.
    #expect(try table.run(table.apply(.scaleInt, n, half, type: .int64)) == [2, 4, -2])
    let two = table.constant(2.0)
    #expect(try table.run(table.apply(.unscaleInt, n, two, type: .int64)) == [2, 4, -2])
    let digits = table.texts("12", "-3", nil)
    #expect(try table.run(table.apply(.textToInt, digits, type: .int64)) == [12, -3, nil])
    #expect(try table.run(table.apply(.textToFloat, digits, type: .float64)) == [12.0, -3.0, nil])
  }

  @Test func membership() throws {
    let table = Table()
    let n = table.ints(1, 5, nil, 900)
    let few: ScalarOperation = .isIn([.int(1), .int(5), .null])
    #expect(try table.run(table.apply(few, n, type: .bool)) == [true, true, nil, false])
    let many: ScalarOperation = .isIn((0..<100).map { .int($0 * 9) })
    #expect(try table.run(table.apply(many, n, type: .bool)) == [false, false, nil, false])
    let text = table.texts("a", "b", nil, "c")
    let names: ScalarOperation = .isIn([.text("b"), .text("c")])
    #expect(try table.run(table.apply(names, text, type: .bool)) == [false, true, nil, true])
  }

  @Test func texts() throws {
    let table = Table()
    let a = table.texts(" Straße ", "ÅB", "", nil)
    #expect(
      try table.run(table.apply(.upper, a, type: .text)) == [" STRASSE ", "ÅB", "", nil])
    #expect(try table.run(table.apply(.trim, a, type: .text)) == ["Straße", "ÅB", "", nil])
    #expect(try table.run(table.apply(.length, a, type: .int64)) == [8, 2, 0, nil])
    let b = table.texts("ß", "Å", "", "x")
    #expect(
      try table.run(table.apply(.contains, a, b, type: .bool)) == [true, true, true, nil])
    #expect(
      try table.run(table.apply(.startsWith, a, b, type: .bool)) == [false, true, true, nil])
    #expect(try table.run(table.apply(.endsWith, a, b, type: .bool)) == [false, false, true, nil])
    #expect(
      try table.run(table.apply(.concatenate, a, b, type: .text)) == [" Straße ß", "ÅBÅ", "", nil])
    // By bytes: Z < a < ß.
    let c = table.texts("Z", "a", "ß", "ab")
    let d = table.texts("a", "a", "z", "a")
    #expect(try table.run(table.apply(.less, c, d, type: .bool)) == [true, false, false, false])
    #expect(
      try table.run(table.apply(.lessEqual, c, d, type: .bool)) == [true, true, false, false])
    #expect(try table.run(table.apply(.equal, c, d, type: .bool)) == [false, true, false, false])
  }

  @Test func textOfValues() throws {
    func texts(_ type: LogicalType, _ values: [Scalar]) throws -> [Scalar] {
      let table = Table()
      let column = table.read(table.add(type, values))
      return try table.run(table.apply(.format(type), column, type: .text))
    }
    #expect(try texts(.float, [5.0, 1e16, 0.1, .float(.nan)]) == ["5.0", "1e+16", "0.1", "nan"])
    #expect(try texts(.bool, [true, false, nil]) == ["true", "false", nil])
    let second: Int64 = 1_000_000
    #expect(
      try texts(.duration, [0, .int(93_784 * second + 500_000), .int(-3600 * second), .int(.min)])
        == ["0s", "1d2h3m4.5s", "-1h", "-106751991d4h54.775808s"])
    #expect(
      try texts(.time, [0, .int(-1), .int(1_772_366_400 * second + 250_000), .int(.min)]) == [
        "1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "2026-03-01T12:00:00.25Z",
        "-290308-12-21T19:59:05.224192Z",
      ])
    #expect(try texts(.date, [0, -719_528]) == ["1970-01-01", "0000-01-01"])
  }

  @Test func calendar() throws {
    let table = Table()
    let noon: Int64 = 1_774_749_600_000_000  // 2026-03-29T02:00Z, 03:00 in London
    let times = table.read(table.add(.time, [.int(noon), .int(noon - 7_200_000_000), nil]))
    let zone = "Europe/London"
    let hours = table.apply(.hour(zone: zone), times, type: .int64)
    #expect(try table.run(hours) == [3, 0, nil])
    let dates = table.apply(.dateOf(zone: zone), times, type: .int64)
    #expect(try table.run(table.apply(.weekday, dates, type: .int64)) == [7, 7, nil])
    #expect(try table.run(table.apply(.quarter, dates, type: .int64)) == [1, 1, nil])
    #expect(try table.run(table.apply(.dayOfMonth, dates, type: .int64)) == [29, 29, nil])
    let midnight = table.apply(.startOfDay(zone: zone), dates, type: .int64)
    #expect(
      try table.run(midnight) == [.int(noon - 7_200_000_000), .int(noon - 7_200_000_000), nil])
    let back = ScalarOperation.addCalendar(CalendarStep(-1, .month), zone: zone)
    let february = table.apply(back, times, type: .int64)
    #expect(
      try table.run(table.apply(.format(.time), february, type: .text))
        == ["2026-02-28T03:00:00Z", "2026-02-28T00:00:00Z", nil])
  }

  @Test func sharedPartsAndFoldedConstants() throws {
    let table = Table()
    let a = table.ints(1, 2, 3)
    let twoThirds = table.apply(
      .multiplyInt, table.constant(2), table.constant(3), type: .int64)
    let product = table.apply(.multiplyInt, a, twoThirds, type: .int64)
    let square = table.apply(.multiplyInt, product, product, type: .int64)
    let sum = table.apply(.addInt, square, product, type: .int64)
    #expect(try table.run(sum) == [42, 156, 342])
    let program = try ScalarProgram([sum], in: table.plan.scalars, pool: table.pool)
    #expect(program.instructions.count == 3)
    // The answer has a register of its own, the other two are in use when it is computed.
    #expect(program.registerCount == 3)
    #expect(try table.run(twoThirds) == [6, 6, 6])
  }
}
