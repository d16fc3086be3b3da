import C360Diagnostics
import Testing

@testable import C360Semantics

/// What people read of `stable`, and where.
@Suite("Diagnostics of stability")
struct StabilityMarkerTests {
  private static func page(
    _ stable: String, _ more: String = "", clauses: String = "choose greedy", mask: String = "none",
    gain: String = "offers.margin * spent"
  ) -> String {
    more + "objective value for offers { maximize gain = \(gain) }\n"
      + "feature spent = sum(orders.amount / 1 GBP) over 90d\n"
      + "policy p for offers at sends "
      + "{ mask \(mask); objective value; \(clauses); \(stable); fallback \"no_contact\" }\n"
  }

  private static let whole = "a part of `n`, which is `int`, is seldom another such value"

  static let marked = [
    Marked(
      "E0525", "`few` is nothing that data may move",
      page("stable under ‹few› 1", "param few: int = 3\n", gain: "offers.margin * few")),
    Marked(
      "E0525", "`accounts.region` is `text`, and what moves is a number, a duration or a time",
      page("stable under ‹accounts.region› 1")),
    Marked(
      "E0525", "`spent` does not move by `money(GBP)`", page("stable under spent ‹5 GBP›")),
    Marked(
      "E0525", "`offers.margin` does not move by `int`", page("stable under offers.margin ‹1›")),
    Marked(
      "E0525", whole,
      page("stable under n ‹10%›", "feature n = count(orders)\n", gain: "offers.margin * n")),
    Marked(
      "E0525", "an amount is greater than 0, and a part at most 100%",
      page("stable under spent ‹0%›")),
    Marked(
      "E0525", "an amount is greater than 0, and a part at most 100%",
      page("stable under spent ‹120%›")),
    Marked(
      "E0525", "an amount is greater than 0, and a part at most 100%",
      page("stable under spent ‹less›", "param less: float = -1\n")),
    Marked(
      "E0525", "choices move by a share between 0% and 100%",
      page("stable under spent 10% within ‹105%›")),
    Marked(
      "E0526", "the choices of `p` do not hang on `spent`, wherever it moves",
      page("stable under ‹spent› 10%", gain: "offers.margin")),
    Marked(
      "E0526", "the mask hides `spent` from the policy, which sees none of it move",
      page(
        "stable under ‹spent› 10%", "mask m for offers { hide orders }\n", mask: "m",
        gain: "offers.margin * (spent ?? 1.0)")),
    Marked(
      "E0527", "a policy that is `subject to` constraints cannot be held `stable`",
      page(
        "‹stable under spent 10%›", "constraint few: count(where treated) <= 8\n",
        clauses: "choose greedy; subject to few")),
    Marked(
      "E0527", "a policy that draws slates cannot be held `stable`",
      page("‹stable under spent 10%›", clauses: "choose greedy; explore 5%; slots 2")),
    Marked(
      "E0527", "`p` is held `stable`, and bounds here couple its decisions with others",
      page("stable under spent 10%", "constraint few: count(where treated) <= 8\n")
        + "policy q for offers at sends { mask none; objective value; choose greedy; subject to few; "
        + "fallback \"no_contact\" }\n"
        + "arbitrate x of customer at sends { mask none; subject to few; first ‹p› }"),
    Marked(
      "E0526", "`spent` moves by this amount twice, and the second time tells nothing more",
      page("stable under spent 10%, spent 0.1, ‹spent 10%›")),
    Marked(
      "E0526", "`spent` moves by this amount twice, and the second time tells nothing more",
      page("stable under spent 2 within 5%; stable under ‹spent two›", "param two: float = 2.0\n")),
    Marked("E0118", "expected how far it moves, found `-`", page("stable under spent ‹-›10%")),
    Marked("E0201", "there is no `spend` here", page("stable under ‹spend› 10%")),
  ]

  @Test(arguments: marked) func stability(_ marked: Marked) { marked.expectDiagnostic() }

  @Test func whatTheMaskAsksForDoesNotMove() {
    Marked(
      "E0526", "`accounts.level` decides what the mask hides, and a move must not show it",
      """
      edition 2026
      entity customer
      profile accounts of customer from "accounts.csv" {
        customer_id: int  @key
        since:       time @from
        level:       int = 0
      }
      events orders of customer from "orders.csv" {
        customer_id: int   @key
        ordered_at:  time  @time
        amount:      float
      }
      actions offers from "offers.csv" {
        offer_id: text @key
        margin:   float
        none "no_contact"
      }
      exposure today of customer at @2026-04-01
      feature spent = sum(orders.amount) over 90d
      mask m for offers { hide orders unless accounts.level >= 2 }
      objective value for offers { maximize gain = offers.margin * (spent ?? 0.0) + accounts.level }
      policy p for offers at today {
        mask      m
        objective value
        choose    greedy
        stable    under ‹accounts.level› 1
        fallback  "no_contact"
      }
      """
    ).expectDiagnostic()
  }

  @Test func columnsThatMatchEventsDoNotMove() {
    Marked(
      "E0526", "`offers.band` says what belongs together, and is no quantity that may move",
      """
      edition 2026
      entity customer
      events orders of customer from "orders.csv" {
        customer_id: int  @key
        ordered_at:  time @time
        band:        int
      }
      actions offers from "offers.csv" {
        offer_id: text @key
        band:     int
        none "no_contact"
      }
      exposure today of customer in orders at @2026-04-01
      feature like for offers = count(orders where band == offers.band)
      objective value for offers { maximize gain = like + offers.band }
      policy p for offers at today {
        mask      none
        objective value
        choose    greedy
        stable    under ‹offers.band› 1
        fallback  "no_contact"
      }
      """
    ).expectDiagnostic()
  }

  @Test func shiftsAreUpAndDown() throws {
    let text = Self.page(
      "stable under spent wobble, offers.margin 5% within most because \"a feed\"; "
        + "stable under spent 1",
      "param wobble: float = 2.5\nparam most: float in 0..1 = 10%\n")
    let policy = try #require(checked(script(text)).program?.policies.first)
    #expect(policy.shifts.map(\.change) == ["+wobble", "-wobble", "+5%", "-5%", "+1", "-1"])
    #expect(policy.stabilities.map(\.bound) == [0.1, nil])
    #expect(policy.stabilities.map(\.because) == ["a feed", nil])
    #expect(
      policy.stabilities[0].words == "stable under spent wobble, offers.margin 5% within most")
  }

  @Test func clausesAreInTheCanonicalText() throws {
    func text(_ clause: String, _ more: String = "") throws -> String {
      try #require(checked(script(Self.page(clause, more))).program?.policies.first).canonicalText
    }
    let first = try text("stable under spent 10%")
    #expect(try text("stable under spent 11%") != first)
    #expect(try text("stable under spent 10% within 5%") != first)
    #expect(try text("stable  under spent 10% because \"reasons say nothing\"") == first)
    #expect(
      try text("stable under spent x", "param x: float = 1\n")
        != text("stable under spent x", "param x: float = 2\n"))
  }
}
