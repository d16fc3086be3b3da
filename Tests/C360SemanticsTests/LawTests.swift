import Testing

@testable import C360Semantics

/// The laws of the language, each violation with the way from the gate to the cause.
@Suite("Laws")
struct LawTests {
  @Test func fiveViolationsInOneRun() {
    let result = checked(
      script(
        """
        feature loyal = converted
        feature recency = at - last(orders.ordered_at)
        feature typical = orders.amount
        feature age = year(at) - accounts.birth_year
        feature units = (sum(orders.amount) over 30d) + 5
        score p for offers = sigmoid(0.1 * float(age ?? 0))
        mask m for offers {
          forbid late when recency > 30d
        }
        objective value for offers { maximize margin = p * offers.margin }
        policy spring for offers at sends {
          mask m
          objective value
          choose greedy
          fallback "no_contact"
        }
        """))
    #expect(
      result.report == """
        50:17 converted E0312 `converted` is known only after the decision, so feature `loyal` cannot use it
          47:11 converted observed in (t, t+14d]
          ? for what was known before, write  feature converted_before = any(orders) over 14d
        52:19 orders.amount E0321 `orders.amount` has one value an event, and feature `typical` needs one a decision
          6:3 amount the column
          ? aggregate it: `sum(orders.amount) over 30d`, `last(orders.amount)`, …
        54:47 + E0403 `+` needs one unit on both sides
          54:18 sum(orders.amount) over 30d `money(GBP)`
          54:49 5 `int`
          ? write `5 GBP`
        57:20 recency > 30d E0301 the condition of `forbid late` can be null, and a null must not pass a gate
          51:24 last(orders.ordered_at) `last` over no events is null
          ? say what counts for null: `(recency ?? 0d)`
          ? or ask for it: `recency is null`
        59:48 p E0331 term `margin` depends on `sensitive(age)`, which the policy does not permit
          55:42 age `age` carries `age`
          53:26 accounts.birth_year reads `accounts.birth_year`
          20:3 birth_year declared `int? @sensitive(age)` here
          60:8 spring the policy
          ? if it may, write  permit sensitive(age) in margin because "…"
          ? or take it out: `declassify(x, sensitive(age), because: "…")` stays on record
        """)
  }

  @Test func aBrokenTermDoesNotHideTheLabelsOfTheOthers() {
    let result = checked(
      script(
        """
        feature age = year(at) - accounts.birth_year
        mask m for offers {
          forbid young when age < 18
          forbid minor when (age ?? 0) < 18
        }
        objective value for offers {
          maximize margin = offers.margin + 5
          maximize years = float(age ?? 0)
        }
        policy spring for offers at sends {
          mask m
          objective value
          choose greedy
          fallback "no_contact"
        }
        """))
    #expect(result.codes == ["E0301", "E0331", "E0331", "E0403", "E0331"])
  }

  // MARK: Leakage

  @Test(arguments: ["sends.clicked", "sends.p", "sends.offer_id", "sends.revenue"])
  func nothingAfterTheDecisionEntersAScore(_ column: String) {
    #expect(checked(script("score s = if \(column) is null then 1 else 0")).codes == ["E0312"])
  }

  @Test func outcomesMayReadWhatWasKnownBefore() {
    let text = script(
      """
      feature spend = sum(orders.amount) over 30d
      exposure more of customer from "more.csv" {
        customer_id: int @key
        sent_at: time @time
        outcome lift = (sum(orders.amount) within 30d) - spend
        outcome late = count(orders) after 1d within 7d
        outcome both = if lift > 0 GBP then late else 0
      }
      """)
    let program = checked(text).program
    #expect(
      program?.exposures[1].outcomes.map(\.expression.type.description) == [
        "money(GBP)?", "int?", "int?",
      ])
  }

  // MARK: Grains

  @Test func contextOfAnExposureIsOfThatExposure() {
    let result = checked(
      script(
        """
        exposure mondays of customer every 7d from @2026-01-05 through @2026-03-30
        score s = if sends.bucket == "a" then 1 else 0
        objective value for offers { maximize v = s * offers.margin }
        policy p for offers at mondays { mask none; objective value; choose greedy; fallback "no_contact" }
        """))
    #expect(result.codes == ["E0323"])
    #expect(result.report.contains("51:14 sends.bucket one value a row of `sends`"))
  }

  @Test func policyMovesOnlyWhereItsColumnsAre() {
    let base = script(
      """
      exposure today of customer at @2026-04-01
      score s = if sends.bucket == "a" then 1 else 0
      score free = 1
      objective bound for offers { maximize v = s * offers.margin }
      objective value for offers { maximize v = free * offers.margin }
      policy p for offers at sends { mask none; objective bound; choose greedy; fallback "no_contact" }
      policy q for offers at sends { mask none; objective value; choose greedy; fallback "no_contact" }

      """)
    #expect(checked(base + "output o = p at today to \"o.csv\"").codes == ["E0323"])
    #expect(checked(base + "output o = q at today to \"o.csv\"").codes == [])
  }

  @Test func actionMatchesAreSplitFromTheFilter() throws {
    let result = checked(
      script(
        """
        feature same for offers = share(orders where amount > 10 GBP and category == offers.category and quantity > 1) over 90d
        """))
    let program = try #require(result.program)
    guard case .aggregate(let aggregate) = program.features[0].expression.kind else {
      Issue.record("no aggregate")
      return
    }
    #expect(aggregate.actionMatches.count == 1)
    #expect(
      CanonicalText(program).expression(try #require(aggregate.filter))
        == "and(>(orders.amount, 10.0 GBP), >(orders.quantity, 1))")
  }

  // MARK: Labels

  static let labelled = """
    feature age = year(at) - accounts.birth_year
    feature adult = (age ?? 0) >= 18
    score p for offers = if adult then 0.5 else 0.1
    objective value for offers { maximize margin = p * offers.margin }

    """

  @Test func labelsFlowThroughFeaturesScoresAndConditions() {
    let program = checked(script(Self.labelled)).program
    #expect(program?.scores[0].expression.facts.labels == ["age"])
  }

  @Test(arguments: [
    ("permit sensitive(age)", []), ("permit sensitive(age) in margin", []),
    ("permit sensitive(gender)", ["E0331"]), ("permit sensitive(age) in other", ["E0333"]),
    ("explore 0", ["E0331"]),
  ])
  func permits(_ clause: String, _ codes: [String]) {
    let text = script(
      Self.labelled + """
        policy spring for offers at sends {
          mask none
          \(clause)
          objective value
          choose greedy
          fallback "no_contact"
        }
        """)
    #expect(checked(text).codes == codes)
  }

  @Test func declassifyTakesTheLabelAndStandsInTheProgram() throws {
    let result = checked(
      script(
        """
        feature age = declassify(year(at) - accounts.birth_year, sensitive(age), because: "coarse")
        feature adult = (age ?? 0) >= 18
        """))
    let program = try #require(result.program)
    #expect(program.features[1].expression.facts.labels.isEmpty)
    #expect(program.declassifications.map(\.label) == ["age"])
    #expect(program.declassifications.map(\.because) == ["coarse"])
  }

  @Test func hidingAColumnTakesItsLabel() {
    let text = script(
      Self.labelled + """
        mask blind for offers { hide accounts.birth_year }
        policy spring for offers at sends {
          mask blind
          objective value
          choose greedy
          fallback "no_contact"
        }
        """)
    #expect(checked(text).report == "")
  }
}
