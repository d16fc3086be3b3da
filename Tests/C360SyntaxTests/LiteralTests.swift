import C360Diagnostics
import Testing

@testable import C360Syntax

@Suite struct LiteralTests {
  /// The kinds of the tokens of a text, the end of the file left out.
  private func kinds(_ text: String) -> [TokenKind] {
    Lexer.lex(SourceFile(name: "a", text: text)).tokens.dropLast().map(\.kind)
  }

  @Test func tokensOfNumbersAndTimes() {
    #expect(kinds("0..1") == [.integer, .dotDot, .integer])
    #expect(kinds("0.5..1.5") == [.decimal, .dotDot, .decimal])
    #expect(kinds("1%..99%") == [.percent, .dotDot, .percent])
    #expect(
      kinds("1e-3 1_000 7d 1mo 1m 2q 3ms") == [
        .decimal, .integer, .duration, .calendarSpan, .duration, .calendarSpan, .duration,
      ])
    #expect(kinds("@2026-01-01..@2026-02-01") == [.time, .dotDot, .time])
    #expect(kinds("@2026-01-01-7d") == [.time, .minus, .duration])
    #expect(kinds("@key(a)") == [.role, .leftParenthesis, .identifier, .rightParenthesis])
    #expect(
      kinds("int?=3 a??b") == [
        .identifier, .question, .equal, .integer, .identifier, .questionQuestion, .identifier,
      ])
    #expect(
      kinds("a->b a-b") == [
        .identifier, .arrow, .identifier, .identifier, .minus, .identifier,
      ])
  }

  @Test func numbers() {
    #expect(LiteralValue.integer("1_000") == 1000)
    #expect(LiteralValue.integer("9223372036854775808") == nil)
    #expect(LiteralValue.decimal("1_0.5e1") == 105)
    #expect(LiteralValue.percent("5%") == 0.05)
    #expect(LiteralValue.percent("0.1%") == 0.001)
    #expect(LiteralValue.percent("5e1%") == 0.5)
    #expect(LiteralValue.percent("1_00%") == 1)
  }

  @Test func spansOfTime() {
    #expect(LiteralValue.microseconds("500ms") == 500_000)
    #expect(LiteralValue.microseconds("2w") == 1_209_600_000_000)
    #expect(LiteralValue.microseconds("1mo") == nil)
    #expect(LiteralValue.microseconds("99999999999999w") == nil)
    #expect(LiteralValue.months("2q") == 6)
    #expect(LiteralValue.months("1y") == 12)
  }

  @Test func times() {
    let day = LiteralValue.time("@2024-02-29")
    #expect(day?.day == 29 && day?.microsecondOfDay == nil && day?.offsetMinutes == nil)
    let instant = LiteralValue.time("@2026-03-01T12:30:15.25-01:30")
    #expect(instant?.microsecondOfDay == 45_015_250_000)
    #expect(instant?.offsetMinutes == -90)
    #expect(LiteralValue.time("@2026-03-01T12:00Z")?.offsetMinutes == 0)
  }

  @Test(arguments: [
    "@2026-02-29", "@2026-13-01", "@2026-1-1", "@2026-01-01T24:00", "@2026-01-01T12",
    "@2026-01-01T12:00:00.1234567", "@2026-01-01T12:00+19:00", "@2026-01-01x", "@20260101",
  ])
  func timesThatAreNone(text: String) {
    #expect(LiteralValue.time(text) == nil)
    #expect(script("feature x = \(text)\n").diagnostics.map(\.code) == ["E0111"])
  }

  @Test func textsWithEscapes() {
    #expect(TextLiteral.value(of: #""a\n\t\"\\\u{1F600}b""#) == "a\n\t\"\\😀b")
    #expect(TextLiteral.value(of: #""\q""#) == "\\q")
    #expect(TextLiteral.value(of: "\"\"") == "")
  }

  @Test func textBlocksLoseTheIndentationOfTheirLastLine() {
    #expect(TextLiteral.value(of: "\"\"\"\n    a\n      b\n\n    \"\"\"") == "a\n  b\n")
    #expect(TextLiteral.value(of: "\"\"\"one line\"\"\"") == "one line")
    #expect(TextLiteral.value(of: "\"\"\"\r\n  a\r\n  \"\"\"") == "a")
  }
}
