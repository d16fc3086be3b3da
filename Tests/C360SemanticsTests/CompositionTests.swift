import Testing

@testable import C360Semantics

/// What an experiment means: its canonical text follows whatever moves people, and nothing else.
@Suite("Compositions")
struct CompositionTests {
  private static func text(_ body: String, _ member: String = "greedy") throws -> String {
    let result = checked(
      """
      edition 2026
      entity customer
      events orders of customer from "orders.csv" { id: int @key; at_time: time @time }
      actions offers from "offers.csv" { offer: text @key; margin: float; none "nothing" }
      exposure today of customer at @2026-03-01
      objective value for offers { maximize margin = offers.margin }
      policy one for offers at today {
        mask none; objective value; choose \(member); fallback "nothing"
      }
      experiment trial of customer at today { \(body) }
      """)
    let program = try #require(result.program, "\(result.report)")
    return try #require(program.compositions.first).canonicalText
  }

  @Test func canonicalTextFollowsWhatMovesPeople() throws {
    let base = "salt \"a\"; arm none 10%; arm one 90%"
    let text = try Self.text(base)
    #expect(try Self.text("arm none 0.1\n arm one 0.9  # the same\n salt \"a\"") == text)
    for other in [
      "salt \"b\"; arm none 10%; arm one 90%", "salt \"a\"; arm none 20%; arm one 80%",
      "salt \"a\"; arm one 90%; arm none 10%", base + "; ramp 50%",
      base + "; layer \"page\" 0%..10%", base + "; from @2026-01-01",
    ] {
      #expect(try Self.text(other) != text, "\(other)")
    }
    #expect(try Self.text(base, "softmax(temperature: 1)") != text)
  }

  @Test func theArmIsTotalWhereNobodyIsOutside() throws {
    func type(_ body: String) throws -> String {
      let result = checked(
        """
        edition 2026
        entity customer
        events orders of customer from "orders.csv" { id: int @key; at_time: time @time }
        actions offers from "offers.csv" { offer: text @key; margin: float; none "nothing" }
        exposure today of customer at @2026-03-01
        objective value for offers { maximize margin = offers.margin }
        policy one for offers at today {
          mask none; objective value; choose greedy; fallback "nothing"
        }
        experiment trial of customer at today { salt "a"; arm one 100%\(body) }
        feature a = arm(trial)
        """)
      let program = try #require(result.program, "\(result.report)")
      return "\(try #require(program.features.first).expression.type)"
    }
    #expect(try type("") == "text")
    #expect(try type("; ramp 10%") == "text?")
    #expect(try type("; through @2026-04-01") == "text?")
  }
}
