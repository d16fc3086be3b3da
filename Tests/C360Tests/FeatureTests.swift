import C360
import Testing

@Suite("features: what was known strictly before a moment")
struct FeatureTests {
  @Test("an event at exactly the moment is not in its past")
  func strictlyBefore() throws {
    let script = Shop.script(
      """
      exposure now of person at @2026-02-01
      feature n = count(orders)
      feature last_amount = last(orders.amount)
      show now | select person, n, last_amount
      """)
    #expect(
      try script.shown() == """
        person  n  last_amount
        ------  -  -----------
             1  3           40
             2  1            5

        """)
  }

  @Test("windows: half-open, lagged, calendar, last n")
  func windows() throws {
    let script = Shop.script(
      """
      exposure now of person at @2026-02-01
      feature week    = count(orders) over 7d
      feature lagged  = count(orders) over 30d lag 7d
      feature month   = sum(orders.amount) over 1mo
      feature last_2  = mean(orders.amount) over last 2
      feature teas    = count(orders where kind == "tea") over all
      feature kinds   = distinct(orders.kind)
      show now | where person == 1 | select week, lagged, month, last_2, teas, kinds
      """)
    #expect(
      try script.shown() == """
        week  lagged  month  last_2  teas  kinds
        ----  ------  -----  ------  ----  -----
           1       2     70      30     2      2

        """)
  }

  @Test("over nothing, counts and sums are 0 and the rest is null")
  func emptyWindows() throws {
    let script = Shop.script(
      """
      exposure now of person at @2026-02-01
      feature n = count(orders) over 1d
      feature total = sum(orders.amount) over 1d
      feature average = mean(orders.amount) over 1d
      feature recency = at - last(orders.bought)
      show now | where person == 2 | select n, total, average, recency
      """)
    #expect(
      try script.shown() == """
        n  total  average  recency
        -  -----  -------  -------
        0      0     null   26d15h

        """)
  }

  @Test("a feature of features is computed at the moment; constants and parameters fold in")
  func composed() throws {
    var script = Shop.script(
      """
      param factor: float = 2
      exposure now of person at @2026-02-01
      feature n = count(orders)
      feature score = float(n) * factor + days(7d)
      show now | select person, score
      """)
    script.adjust = { $0.parameters["factor"] = "0.5" }
    #expect(
      try script.shown() == """
        person  score
        ------  -----
             1    8.5
             2    7.5

        """)
  }

  @Test("a profile counts from strictly before; its default stands where there is none")
  func profiles() throws {
    var script = Shop.script(
      """
      profile accounts of person from "accounts.csv" {
        id:     int  @key
        since:  time @from
        region: text = "unknown"
        born:   int?
      }
      exposure now of person in orders at @2026-02-01
      show now | select person, accounts.region, accounts.born
      """)
    script.files["accounts.csv"] = """
      id,since,region,born
      1,2026-01-01T00:00:00Z,north,1980
      1,2026-02-01T00:00:00Z,south,1980
      2,2026-02-01T00:00:00Z,east,

      """
    #expect(
      try script.shown() == """
        person  region   born
        ------  -------  ----
             1  north    1980
             2  unknown  null

        """)
  }
}
