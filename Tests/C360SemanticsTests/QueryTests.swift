import Testing

@testable import C360Semantics

@Suite("Queries")
struct QueryTests {
  private func columns(_ query: String, _ declarations: String = "") throws -> [String] {
    let result = checked(script("\(declarations)\nshow \(query)"))
    #expect(result.report == "")
    let program = try #require(result.program)
    return program.shows[0].query.columns.map { "\($0.name): \($0.type)" }
  }

  @Test func exposureShowsItsColumns() throws {
    #expect(
      try columns("sends") == [
        "customer_id: int", "sent_at: time", "offer_id: text", "p: float", "bucket: text",
        "clicked: bool",
      ])
  }

  @Test func entityAndTimeHaveNamesOfTheirOwn() throws {
    #expect(
      try columns("sends | select customer, at, kept, converted, sends.revenue")
        == ["customer: int", "at: time", "kept: bool", "converted: bool?", "revenue: money(GBP)?"])
  }

  @Test func featuresOnDemandAreDroppedAtTheEnd() throws {
    let result = checked(
      script(
        """
        feature spend = sum(orders.amount) over 30d
        show sends | where spend > 3 GBP | derive double = spend * 2 | sort -spend | take 3
        """))
    #expect(result.report == "")
    let query = try #require(result.program).shows[0].query
    #expect(query.initial.map(\.name).last == "spend")
    #expect(query.columns.map(\.name).last == "double")
    #expect(query.stages.count == 5)
  }

  @Test func viewsKeepTheWayToFeatures() throws {
    #expect(
      try columns(
        "late | where n > 1 | select customer_id, n, late.bucket",
        "feature n = count(orders) over 30d\nview late = sends | where p > 0.1")
        == ["customer_id: int", "n: int", "bucket: text"])
  }

  @Test func viewsInACircleAreOneComplaint() {
    let result = checked(script("view v = w | take 1\nview w = v | take 2\nshow v | take 3"))
    #expect(result.codes == ["E0207"])
  }

  @Test func joinedColumnsMayBeNull() throws {
    let views = "view spent = orders | group customer_id { n = count() }"
    #expect(
      try columns("orders | select customer_id | join spent on customer_id", views)
        == ["customer_id: int", "n: int?"])
    #expect(
      try columns(
        "orders | select a = customer_id | join only spent on a == customer_id { twice = n * 2 }",
        views) == ["a: int", "twice: int"])
  }

  @Test func onlyWhatIsOneRowAKeyIsJoinedWithoutExpand() {
    let views =
      "view spent = orders | group customer_id, category { n = count() }\n"
      + "view moved = orders | group customer_id { n = count() } | select c = customer_id, n | sort n"
    func codes(_ query: String) -> [String] { checked(script("\(views)\nshow \(query)")).codes }
    let start = "orders | select customer_id, category"
    #expect(codes("\(start) | join spent on customer_id { n }") == ["E0555"])
    #expect(codes("\(start) | join spent on customer_id, category { n }") == [])
    #expect(codes("\(start) | join moved on customer_id == c { n }") == [])
    #expect(codes("\(start) | join moved on customer_id == n { c }") == ["E0555"])
  }

  @Test func momentsThatAreMadeAreOneRowAKey() {
    let made =
      "exposure daily of customer every 1d from @2026-01-01 through @2026-01-03\n"
      + "exposure once of customer at @2026-01-01\nfeature n = count(orders) over 7d\n"
    func report(_ query: String) -> String { checked(script("\(made)show \(query)")).report }
    #expect(report("daily | join once on customer { y = at }") == "")
    #expect(report("once | join daily on customer, at") == "")
    #expect(report("once | join daily on customer { y = at }").contains("E0555"))
    #expect(
      report("once | join daily on customer, at { m = n }")
        .contains("a join takes columns of `daily` alone"))
  }

  @Test func whatIsMeantIsSaid() {
    func report(_ query: String) -> String { checked(script("show \(query)")).report }
    for written in ["\"2026-01-02\"", "2026-01-02"] {
      let report = report("orders | where ordered_at > \(written)")
      #expect(report.contains("a moment is written `@2026-01-02`"), "\(report)")
    }
    #expect(report("orders | select x = now()").contains("a moment is written `@2026-03-01`"))
    #expect(report("orders | select x = \"a\" || \"b\"").contains("texts are put together by `+`"))
    #expect(
      report("orders | derive at = 1").contains(
        "E0125 `at` is a reserved word and cannot be the name of a column"))
    #expect(report("sends | select sent_at | where converted").contains("left it out"))
  }

  @Test func starOfAnApplyAndOfAProfile() throws {
    #expect(
      try columns(
        "sends | select rfm.*, accounts.*",
        "use std.rfm\napply rfm(orders, orders.amount, 365d) as rfm") == [
          "rfm.recency: duration?", "rfm.frequency: int", "rfm.monetary: money(GBP)?",
          "customer_id: int", "since: time", "birth_year: int?", "gender: text?", "region: text",
        ])
  }

  @Test func groupsHaveAggregatesOfRows() throws {
    #expect(
      try columns(
        """
        sends | group accounts.region, month = month(at) {
            n = count()
            rate = share(where converted)
            mean_revenue = mean(revenue where kept)
            per = ratio(revenue, p)
            most = max(sent_at)
          }
        """) == [
          "region: text", "month: int", "n: int", "rate: float?", "mean_revenue: money(GBP)?",
          "per: money(GBP)?", "most: time?",
        ])
  }

  @Test func policyShowsDecisions() throws {
    #expect(
      try columns(
        "spring | select customer, at, action, propensity, value, term_margin, spend",
        """
        feature spend = sum(orders.amount) over 30d
        objective value for offers { maximize margin = offers.margin }
        policy spring for offers at sends { mask none; objective value; choose greedy; fallback "no_contact" }
        """) == [
          "customer: int", "at: time", "action: text", "propensity: float", "value: float?",
          "term_margin: float?", "spend: money(GBP)",
        ])
  }

  @Test func outcomeAndFeatureOfOneNameStayApart() throws {
    let result = checked(
      script(
        """
        feature converted = count(orders) over 7d
        objective value for offers { maximize margin = offers.margin }
        policy spring for offers at sends { mask none; objective value; choose greedy; fallback "no_contact" }
        show spring | select before = converted, after = sends.converted
        """))
    #expect(result.report == "")
    let columns = try #require(result.program).shows[0].query.columns
    #expect(columns.map(\.type) == [.int, Type.bool.optional])
  }

  @Test func aggregatesStandInQueries() throws {
    #expect(
      try columns("sends | select customer, n = count(orders) over 7d, ok = consent(\"x\")")
        == ["customer: int", "n: int", "ok: bool"])
  }

  @Test func tablesOfRows() throws {
    #expect(
      try columns(
        "orders | where amount > 100 GBP | group category { n = count(); s = sum(amount) }")
        == ["category: text", "n: int", "s: money(GBP)"])
    #expect(try columns("offers | select orders_key = offer_id, offers.margin").count == 2)
  }
}
