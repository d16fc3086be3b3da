import C360
import Testing

@Suite("outcomes: observed to the end of their window, or censored")
struct OutcomeTests {
  @Test("the window is open at the moment and closed at its end; a late one is null and counted")
  func censoring() throws {
    let script = Shop.script(
      """
      exposure weeks of person in orders every 14d from @2026-01-06 through @2026-02-17 {
        keep all
        outcome n     = count(orders) within 14d
        outcome spent = sum(orders.amount) within 26d
      }
      show weeks | where person == 1 | select at, n, spent
      """)
    let report = try script.run()
    #expect(
      report.shows[0].rendered() == """
        at                       n  spent
        --------------------  ----  -----
        2026-01-06T00:00:00Z     0     60
        2026-01-20T00:00:00Z     2     60
        2026-02-03T00:00:00Z     0   null
        2026-02-17T00:00:00Z  null   null

        """)
    let weeks = try #require(report.exposures.first)
    #expect(weeks.censored.map(\.outcome) == ["n", "spent"])
  }

  @Test("without a keep rule, overlapping outcome windows are a warning with their number")
  func overlap() throws {
    let script = Shop.script(
      """
      exposure weeks of person in orders every 7d from @2026-02-02 through @2026-02-09 {
        outcome n = count(orders) within 10d
      }
      show weeks | group { n = count() }
      show weeks | select n
      """)
    let report = try script.run()
    let warning = report.warnings.first { $0.code == "W0701" }
    #expect(warning?.message.hasPrefix("3 of 6 rows of `weeks` lie in the outcome window") == true)
  }

  @Test("kept rows follow the rule")
  func keepRule() throws {
    let script = Shop.script(
      """
      exposure weeks of person in orders every 7d from @2026-02-02 through @2026-02-23 {
        keep non_overlapping 14d
        outcome n = count(orders) within 14d
      }
      show weeks | where person == 1 and kept | select at, n
      """)
    #expect(
      try script.run().shows[0].rowCount == 2)
  }
}
