import C360
import Testing

@Suite("queries: rows in, rows out")
struct QueryTests {
  @Test("groups come in the order of their keys; no keys, one row, also of nothing")
  func groups() throws {
    let script = Shop.script(
      """
      show orders | group kind { n = count(); total = sum(amount); big = count(where amount > 15) }
      show orders | where amount > 1000 | group { n = count(); best = max(amount) }
      """)
    #expect(
      try script.shown() == """
        kind  n  total  big
        ----  -  -----  ---
        cake  2     25    1
        tea   3    150    2

        n  best
        -  ----
        0  null

        """)
  }

  @Test("sort is stable over the canonical order, then take and skip count off")
  func sorting() throws {
    let script = Shop.script(
      """
      show orders | sort kind, -amount | select kind, amount | skip 1 | take 3
      show orders | select customer, amount | take 2
      """)
    #expect(
      try script.shown() == """
        kind  amount
        ----  ------
        cake       5
        tea      100
        tea       40

        customer  amount
        --------  ------
               1      10
               1      20

        """)
  }

  @Test("rows whose condition is null are left out and counted")
  func nullConditions() throws {
    let script = Shop.script(
      """
      exposure now of person at @2026-01-25
      feature best = max(orders.amount) over 10d
      show now | where best > 1 | select person, best
      """)
    let report = try script.run()
    #expect(report.shows[0].rendered().contains("1    20"))
    #expect(report.counts.nullConditions.values.reduce(0, +) == 1)
    #expect(report.summary.contains("rows left out of"))
  }

  @Test("more than fifty rows are counted, not printed")
  func longTables() throws {
    var script = Shop.script("show orders | select customer")
    script.files["orders.csv"] =
      "customer,bought,amount,kind\n"
      + (1...60).map { "\($0),2026-01-01T00:00:00Z,1,x\n" }.joined()
    let shown = try script.shown()
    #expect(shown.contains("      25\n… 10 of 60 rows left out\n      36\n"))
    #expect(shown.hasSuffix("      60\n"))
  }

  @Test("an output holds the rows, its manifest counts them")
  func output() throws {
    var script = Shop.script(
      "output big = orders | where amount > 15 | select customer, amount to \"big.csv\"\n")
    script.adjust = { $0.keepsOutputs = true }
    let report = try script.run()
    #expect(report.outputs.map(\.name) == ["big"])
    #expect(report.outputs[0].rows == 3)
    #expect(report.outputs[0].table?.value(0, 1) == .float(20))
  }

  @Test("a failure while rows are computed names the place in the script and in the data")
  func failures() throws {
    var script = Shop.script("show orders | derive x = mod(7, int(amount) - 5) | select x")
    script.files["orders.csv"] = Shop.orders
    do {
      _ = try script.run()
      Issue.record("the run should fail")
    } catch let refused as Script.Refused {
      #expect(refused.diagnostics.map(\.code.name) == ["E0701"])
      #expect(refused.description.contains("mod(7, int(amount) - 5)"))
      #expect(refused.diagnostics[0].data?.row == 4)
    }
  }

  @Test("a table is titled by its query on one line")
  func title() throws {
    let script = Shop.script(
      """
      show orders
        | where amount > 10
        | group kind {
          n     = count()
          total = sum(amount)
        }
        | sort -n
      """)
    #expect(
      try script.run().shows[0].title
        == "orders | where amount > 10 | group kind { n = count(); total = sum(amount) } | sort -n")
  }

  @Test("a failure at a moment says whose it is")
  func failingMoment() throws {
    let script = Shop.script(
      """
      exposure now of person at @2026-02-01
      feature n = count(orders)
      show now | select x = mod(5, n - 1)
      """)
    do {
      _ = try script.run()
      Issue.record("the run should fail")
    } catch let refused as Script.Refused {
      #expect(refused.diagnostics.map(\.code.name) == ["E0701"])
      #expect(refused.diagnostics[0].notes == ["person 2 at 2026-02-01T00:00:00Z"])
    }
  }
}
