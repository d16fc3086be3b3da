import Testing

@Suite("expressions become operations on physical types")
struct ExpressionTests {
  /// The scalar of `x` in `show now | select x = …`.
  private func scalar(_ expression: String) throws -> String {
    let derived = try steps("derive", "show now | select x = \(expression)")
    return derived.first.map { String($0.drop { $0 != "=" }.dropFirst(2)) } ?? "a column"
  }

  @Test(
    "times, durations and calendar spans",
    arguments: [
      ("days(at - @2026-01-01)", "((at - 1767225600000000) / 86400000000)"),
      ("at + 7d", "(at + 604800000000)"),
      ("at - 1mo", "addCalendar(at)"),
      ("year(at)", "year(dateOf(at))"),
      ("date(at) - date(at - 1d)", "((dateOf(at) - dateOf((at - 86400000000))) * 86400000000)"),
      ("7d * 0.5", "(604800000000 * 0.5)"),
    ])
  func times(expression: String, expected: String) throws {
    #expect(try scalar(expression) == expected)
  }

  @Test(
    "constants fold, parameters are constants, a branch not taken is gone",
    arguments: [
      ("1 + 2 * 3", "7"),
      ("factor / 4", "0.5"),
      ("if factor > 1 then 1 else 2", "1"),
      ("(null ?? 3)", "3"),
      ("factor > 1 or at > @2026-01-01", "true"),
    ])
  func constants(expression: String, expected: String) throws {
    #expect(try scalar(expression) == expected)
  }

  @Test("greater is less the other way round")
  func comparisons() throws {
    #expect(try scalar("at > @2026-01-01") == "(1767225600000000 < at)")
    #expect(try scalar("at >= @2026-01-01") == "(1767225600000000 <= at)")
  }
}
