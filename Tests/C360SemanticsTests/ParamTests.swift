import Testing

@testable import C360Semantics

@Suite("Params and --set")
struct ParamTests {
  private func value(_ declaration: String, _ text: String?) -> (Value?, [String]) {
    let settings = text.map { ["x": $0] } ?? [:]
    let result = checked("edition 2026\nparam x: \(declaration)\n", set: settings)
    return (result.program?.parameters.first?.value, result.messages)
  }

  @Test(arguments: [
    ("int = 3", "7", Value.int(7)), ("int = 3", "-1_000", .int(-1000)),
    ("float = 0.5", "5%", .float(0.05)), ("float = 0.5", "2", .float(2)),
    ("money(GBP) = 1 GBP", "50_000 GBP", .float(50_000)), ("money(GBP) = 1 GBP", "3", .float(3)),
    ("duration = 7d", "2w", .duration(1_209_600_000_000)), ("bool = true", "false", .bool(false)),
    ("time = @2026-01-01", "2026-01-02", .time(1_767_312_000_000_000)),
    ("time = @2026-01-01", "@2026-01-02T00:00:01Z", .time(1_767_312_001_000_000)),
    ("text = \"a\"", "b c", .text("b c")), ("int? = null", "null", .null),
  ])
  func settingsFollowTheType(_ declaration: String, _ text: String, _ wanted: Value) {
    #expect(value(declaration, text).0 == wanted)
  }

  @Test(arguments: [
    ("int = 3", "3.5"), ("int = 3", "x"), ("money(GBP) = 1 GBP", "3 USD"), ("bool = true", "yes"),
    ("duration = 7d", "7"), ("time = @2026-01-01", "2026-13-01"), ("float = 1", "nan"),
  ])
  func settingsOfAnotherTypeAreErrors(_ declaration: String, _ text: String) {
    let type = declaration.split(separator: " ")[0]
    #expect(value(declaration, text).1 == ["`--set x=\(text)` is no `\(type)`"])
  }

  @Test func settingsStayInTheDomain() {
    #expect(value("int in 1..7 = 3", "9").1 == ["`--set x=9` is not in `1..7`"])
    #expect(value("text in [\"a\", \"b\"] = \"a\"", "b").0 == .text("b"))
    #expect(
      checked("edition 2026\nparam cap: int = 1", set: ["cop": "1"]).report
        == "- E0216 `--set cop=…`: there is no param `cop`\n  ? did you mean `cap`?")
  }

  @Test func localTimesFollowTheZone() {
    let text = """
      edition 2026
      timezone "Europe/London"
      param summer: time = @2026-07-01
      param gap: time = @2026-03-29T01:30:00
      param twice: time = @2026-10-25T01:30:00
      """
    let values = checked(text).program?.parameters.map(\.value)
    #expect(
      values == [
        .time(1_782_860_400_000_000), .time(1_774_747_800_000_000), .time(1_792_888_200_000_000),
      ])
  }
}
