import C360
import C360Columns
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

  @Test(
    "O4: as of L a label is there only where its window, and the delay of what fills it, ended before L"
  )
  func labelsAsOf() throws {
    func labels(asOf: String?) throws -> ([Scalar], censored: [Int]) {
      let report = try Script(
        text: """
          entity person
          events orders of person from "orders.csv" {
            person: int  @key
            bought: time @time
            arrives within 2h
            observed through @2026-02-28
          }
          exposure days of person from "days.csv" {
            person: int @key
            day:    time @time
            keep all
            outcome n = count(orders) within 1d
          }
          show days | select n
          """,
        files: [
          "orders.csv": "person,bought\n1,2026-01-09T10:00:00Z\n",
          "days.csv": "person,day\n1,2026-01-08T23:59:59.999999Z\n1,2026-01-09T00:00:00Z\n",
        ], adjust: { options in options.asOf = asOf.flatMap { SessionOptions.instant($0) } }
      ).run()
      return (
        (0..<2).map { report.shows[0].value($0, 0) }, report.exposures[0].censored.map(\.rows)
      )
    }
    #expect(try labels(asOf: nil) == ([.int(1), .int(1)], [0]))
    // The windows end a microsecond before midnight and at it; what fills them is known two hours later.
    #expect(try labels(asOf: "2026-01-10T02:00:00Z") == ([.int(1), .null], [1]))
    #expect(try labels(asOf: "2026-01-10T02:00:00.000001Z") == ([.int(1), .int(1)], [0]))
    #expect(try labels(asOf: "2026-01-10T01:59:59Z") == ([.null, .null], [2]))
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
