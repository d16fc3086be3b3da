import C360
import Testing

/// The recipes of docs/robust.md.
@Suite("choices that do not trust a score too much")
struct RobustChoiceTests {
  /// Two offers: a pays more and its score is doubtful, b pays less and is sure.
  private static func shown(_ objective: String, choose: String) throws -> String {
    var script = Shop.script(
      """
      actions offers from "offers.csv" {
        offer:  text  @key
        p:      float
        sd:     float
        margin: float
        none "nothing"
      }
      exposure now of person in orders at @2026-02-01
      feature n = count(orders)
      score trees for offers = if offers.offer == "a" then offers.p / n else offers.p
      score ridge for offers = offers.p + 0.05
      objective value for offers { maximize revenue = \(objective) }
      policy p for offers at now {
        mask none
        objective value
        choose \(choose)
        fallback "nothing"
      }
      show p | select person, action
      """)
    script.files["offers.csv"] = "offer,p,sd,margin\na,0.3,0.15,10\nb,0.2,0.02,9\n"
    return try script.run().shows[0].rendered().split(separator: "\n").dropFirst(2)
      .map { String($0.split(separator: " ", omittingEmptySubsequences: true)[1]) }
      .joined(separator: " ")
  }

  @Test("by the estimate the doubtful action is best")
  func estimate() throws {
    #expect(try Self.shown("offers.p * offers.margin", choose: "greedy") == "a a")
  }

  @Test("a threshold by the lower bound of a score, with a margin of safety")
  func threshold() throws {
    // Lower bounds: a 0.3 − 1.64 · 0.15 = 0.054, b 0.2 − 1.64 · 0.02 = 0.1672.
    func choose(_ least: String) throws -> String {
      try Self.shown(
        "offers.p * offers.margin", choose: "threshold(offers.p - 1.64 * offers.sd >= \(least))")
    }
    #expect(try choose("0.05") == "a a")
    #expect(try choose("0.1") == "b b")
    #expect(try choose("0.1 + 0.07") == "nothing nothing")
  }

  @Test("an objective of lower bounds prefers what is sure")
  func lowerBound() throws {
    // a (0.3 − 0.15) · 10 = 1.5, b (0.2 − 0.02) · 9 = 1.62.
    #expect(
      try Self.shown("(offers.p - 1.0 * offers.sd) * offers.margin", choose: "greedy") == "b b")
  }

  @Test("the worst of several models, for each decision and action")
  func worstCase() throws {
    // The first person has three orders: the trees say 0.3 / 3 of a, and b is better at 0.2 · 9; the
    // second has one, so that the models agree on a but for 0.05.
    #expect(
      try Self.shown("least(trees, ridge, offers.p) * offers.margin", choose: "greedy") == "b a")
  }
}
