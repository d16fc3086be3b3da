import Testing

@testable import C360Semantics

@Suite("Types of expressions")
struct TypeTests {
  private func type(_ expression: String, actions: String = "") throws -> String {
    let result = checked(script("feature x\(actions) = \(expression)"))
    #expect(result.report == "")
    return try #require(result.program).features[0].expression.type.description
  }

  @Test(arguments: [
    ("1 + 2", "int"), ("1 + 2.5", "float"), ("1 / 2", "float"), ("2 ^ 3", "float"),
    ("3 GBP * 2", "money(GBP)"), ("3 GBP / 2 GBP", "float"), ("3 GBP * 2 GBP", "float in GBP^2"),
    ("3 GBP / 2 USD", "float in GBP/USD"), ("(3 GBP) ^ 2", "float in GBP^2"),
    ("sqrt(4 GBP * 1 GBP)", "money(GBP)"), ("5%", "float"), ("1d + 2h", "duration"),
    ("2 * 1d", "duration"), ("1d / 1h", "float"), ("1d / 2", "duration"), ("at - 1d", "time"),
    ("at + 1mo", "time"), ("at - @2026-01-01", "duration"),
    ("date(at) - date(at - 1d)", "duration"),
    ("\"a\" + \"b\"", "text"), ("days(1d)", "float"), ("mod(5, 3)", "int"),
    ("abs(-3 GBP)", "money(GBP)"),
    ("least(1, 2.5)", "float"), ("clamp(1, 0, 3)", "int"), ("round(2.5)", "float"),
    ("int(2.5)", "int"), ("text(at)", "text"), ("weekday(at)", "int"), ("is_nan(0.5)", "bool"),
    ("accounts.birth_year", "int?"), ("accounts.region", "text"),
    ("accounts.birth_year ?? 0", "int"), ("accounts.birth_year ?? null", "int?"),
    ("accounts.birth_year + 1.5", "float?"), ("accounts.birth_year is null", "bool"),
    ("accounts.birth_year > 3", "bool?"), ("accounts.birth_year in [1, 2]", "bool?"),
    ("accounts.birth_year in 1..2", "bool?"), ("not (1 < 2.5)", "bool"),
    ("if accounts.birth_year > 3 then 1 else null", "int?"),
    ("case { accounts.region == \"UK\": 1; else: 2.5 }", "float"),
    ("greatest(accounts.birth_year, 3)", "int"),
  ])
  func rowByRow(_ expression: String, _ wanted: String) throws {
    #expect(try type(expression) == wanted)
  }

  @Test(arguments: [
    ("count(orders)", "int"), ("count(orders.rating where rating > 3)", "int"),
    ("any(orders)", "bool"), ("any(orders.quantity > 3)", "bool"),
    ("all(orders.quantity > 3)", "bool"),
    ("sum(orders.quantity)", "int"), ("sum(orders.amount)", "money(GBP)"),
    ("sum(clicks.dwell)", "duration"), ("mean(orders.quantity)", "float?"),
    ("mean(orders.amount)", "money(GBP)?"), ("min(orders.category)", "text?"),
    ("max(orders.ordered_at)", "time?"), ("first(orders.quantity)", "int?"),
    ("last(orders.rating)", "float?"), ("nth(orders.amount, -2)", "money(GBP)?"),
    ("distinct(date(orders.ordered_at))", "int"), ("mode(orders.category)", "text?"),
    ("share(orders where quantity > 1)", "float?"),
    ("ratio(orders.amount, orders.quantity)", "money(GBP)?"),
    ("var(orders.amount)", "float in GBP^2?"), ("stddev(orders.amount)", "money(GBP)?"),
    ("var_pop(orders.quantity)", "float?"), ("stddev_pop(orders.quantity)", "float?"),
    ("decayed_count(orders, half_life: 7d)", "float"),
    ("decayed_sum(orders.amount, half_life: 7d)", "money(GBP)"),
    ("decayed_mean(orders.quantity, half_life: 7d)", "float?"),
  ])
  func aggregates(_ expression: String, _ wanted: String) throws {
    #expect(try type("\(expression) over 30d") == wanted)
  }

  @Test(
    arguments: [
      ("", Window.all, 0), (" over all", .all, 0), (" over 7d", .duration(604_800_000_000), 0),
      (" over width", .duration(86_400_000_000), 0),
      (" over 7d lag 2h", .duration(604_800_000_000), 7_200_000_000),
      (" over last 5", .last(5), 0), (" over last many", .last(3), 0),
      (" over 1mo", .span(CalendarSpan(1, .month)), 0),
      (" over 2q", .span(CalendarSpan(2, .quarter)), 0),
      (" over calendar 1mo", .calendar(CalendarSpan(1, .month)), 0),
      (" over calendar 1d", .calendar(CalendarSpan(1, .day)), 0),
      (" over calendar 1w", .calendar(CalendarSpan(1, .week)), 0),
      (" over calendar 1y lag 1d", .calendar(CalendarSpan(1, .year)), 86_400_000_000),
    ] as [(String, Window, Int64)])
  func windows(_ clauses: String, _ wanted: Window, _ lag: Int64) throws {
    let result = checked(
      script("param width: duration = 1d\nparam many: int = 3\nfeature x = count(orders)\(clauses)")
    )
    #expect(result.report == "")
    guard case .aggregate(let aggregate)? = result.program?.features[0].expression.kind else {
      Issue.record("no aggregate")
      return
    }
    #expect(aggregate.window == wanted)
    #expect(aggregate.lag == lag)
  }

  @Test func outcomesLookForward() throws {
    let text = script(
      """
      exposure e of customer at @2026-01-01 {
        outcome a = count(orders) within 7d
        outcome b = count(orders) after 1d within 1mo
      }
      """)
    let program = try #require(checked(text).program)
    let windows = program.exposures[1].outcomes.map { outcome -> Window? in
      guard case .aggregate(let aggregate) = outcome.expression.kind else { return nil }
      return aggregate.window
    }
    #expect(
      windows == [
        .following(after: .exact(0), within: .exact(604_800_000_000)),
        .following(after: .exact(86_400_000_000), within: .calendar(CalendarSpan(1, .month))),
      ])
  }

  @Test func rangesAreClosedForNumbersAndHalfOpenForTimes() throws {
    let program = try #require(
      checked(
        script(
          """
          feature a = month(at) in 1..3
          feature b = at in @2026-01-01..@2026-02-01
          """)
      ).program)
    let text = CanonicalText(program)
    #expect(
      text.expression(program.features[0].expression) == "and(>=(month(at), 1), <=(month(at), 3))")
    #expect(text.expression(program.features[1].expression).contains("<(at, "))
  }
}
