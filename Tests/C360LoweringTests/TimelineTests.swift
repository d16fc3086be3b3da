import Testing

@Suite("windows become timelines")
struct TimelineTests {
  @Test("all windows of one event table at one exposure are one step")
  func grouped() throws {
    let text = """
      feature a = count(orders) over 7d
      feature b = sum(orders.amount) over 30d
      feature c = distinct(clicks.page)
      show now | select a, b, c
      """
    #expect(
      try steps("timeline", text) == [
        "timeline now: over orders: a, b",
        "timeline now: over clicks: c",
      ])
  }

  @Test("E6: a filter or a window that is written twice is computed once, whoever writes it")
  func once() throws {
    let text = """
      feature a = count(orders where kind == "tea") over 7d
      feature b = sum(orders.amount where kind == "tea") over 7d
      feature c = sum(orders.amount where kind == "tea") over 7d
      score s for offers = (b ?? 0) + sum(orders.amount where kind == "tea") over 7d
      objective value for offers { maximize one = s }
      policy p for offers at now { mask none; objective value; choose greedy; fallback "nothing" }
      show now | select a, b, c, d = sum(orders.amount where kind == "tea") over 7d
      show p
      """
    #expect(try steps("timeline", text) == ["timeline now: over orders: a, b"])
    #expect(
      try steps("derive orders", text) == [
        "derive orders: kind == \"tea\" := (kind == \"tea\")"
      ])
  }

  @Test("what is written twice is computed once")
  func shared() throws {
    let text = """
      feature a = count(orders where kind == "tea") over 7d
      feature b = 2 * count(orders where kind == "tea") over 7d
      show now | select a, b
      """
    #expect(try steps("timeline", text) == ["timeline now: over orders: a"])
    #expect(try steps("derive orders", text).count == 1)
  }

  @Test("masks share windows: a consent at the decision only puts null in place of the value")
  func sharedByMasks() throws {
    let text = """
      feature a = count(orders) over 7d
      mask one { hide orders unless consent("marketing") }
      mask two { hide orders unless consent("profiling") }
      show now | select a
      show now under one | select a
      show now under two | select a
      """
    #expect(try steps("timeline", text) == ["timeline now: over orders: a"])
    #expect(try steps("consent", text) == ["consent now: \"marketing\", \"profiling\""])
  }

  @Test("a consent at the event is one more bit an event, in the same merge")
  func permitted() throws {
    let text = """
      feature a = count(orders) over 7d
      mask one { hide orders unless consent("marketing", at: event) }
      show now | select a
      show now under one | select a
      """
    #expect(
      try steps("timeline", text) == ["timeline now: over orders: a, count(orders) over 7d"])
    #expect(
      try steps("consent", text) == ["consent now: \"marketing\"", "consent orders: \"marketing\""])
  }

  @Test("arguments and filters that are more than a column are derived at the events")
  func derived() throws {
    let text = """
      feature worth = sum(orders.amount * factor where units > 1) over 7d
      show now | select worth
      """
    #expect(
      try steps("derive", text) == [
        "derive orders: units > 1 := (1 < units); orders.amount * factor := (amount * 2.0)"
      ])
  }

  @Test("an event that the filter leaves out cannot fail")
  func guarded() throws {
    let text = """
      feature worth = sum(mod(7, orders.units) where units > 0) over 7d
      show now | select worth
      """
    let derived = try steps("derive", text)
    #expect(
      derived == [
        "derive orders: units > 0 := (0 < units); mod(7, orders.units) := "
          + "(if (0 < units) then moduloInt(7, units) else null)"
      ])
  }

  @Test("an outcome is null unless all its windows are observed to their end")
  func censored() throws {
    let text = """
      exposure weeks of person in orders every 7d from @2026-01-05 through @2026-02-01 {
        keep all
        outcome both = count(orders) within 7d + count(clicks) within 14d
      }
      show weeks | select both
      """
    #expect(
      try steps("derive weeks", text) == [
        "derive weeks: weeks.both := (if (orders observed through t + 7d and clicks observed through "
          + "t + 14d) then (count(orders) within 7d + count(clicks) within 14d) else null)"
      ])
  }

  @Test("profiles are looked up once a moment, defaults behind them; consents too")
  func lookups() throws {
    let text = """
      feature may = consent("marketing")
      show now | select accounts.region, accounts.born, may
      """
    #expect(try steps("as of", text) == ["as of now: accounts: region, born"])
    #expect(try steps("consent", text) == ["consent now: \"marketing\""])
    #expect(
      try steps("derive", text) == [
        "derive now: accounts.region := (accounts.region ?? \"unknown\")"
      ])
  }
}
