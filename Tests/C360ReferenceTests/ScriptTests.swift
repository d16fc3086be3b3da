import C360Diagnostics
import C360Reference
import C360Semantics
import C360Syntax
import Testing

private struct NoFiles: ProgramResolver {
  func standardModule(_ name: String) -> SourceFile? { nil }
  func file(_ path: String, from directory: String) throws(Diagnostic) -> SourceFile {
    throw Diagnostic("E0000", "no file `\(path)`")
  }
  func model(_ path: String, from directory: String) throws(Diagnostic) -> [UInt8] {
    throw Diagnostic("E0000", "no file `\(path)`")
  }
}

/// Whole scripts: source → rows.
@Suite struct ScriptTests {
  /// Tables by name, cells as Swift literals: times in days since 1970.
  typealias Rows = [String: [[Value]]]

  /// The rows of every `show`, one line a row.
  func shown(_ script: String, _ rows: Rows) throws -> [String] {
    let tree = parse(SourceFile(name: "test.c360", text: script))
    let (program, diagnostics) = check(
      tree, options: CheckOptions(runTime: 0, seed: 0), resolver: NoFiles())
    let errors = diagnostics.filter { $0.severity == .error }.map(\.message)
    #expect(errors.isEmpty)
    let checked = try #require(program)
    let data = ReferenceData(
      tables: checked.tables.map { ReferenceTable(rows: rows[$0.name] ?? []) },
      exposures: checked.exposures.map { ReferenceTable(rows: rows[$0.name] ?? []) })
    let interpreter = ReferenceInterpreter(program: checked, data: data)
    return try checked.shows.map { try interpreter.run($0.query).description }
  }

  func day(_ number: Double) -> Value { .time(Int64(number * 86_400_000_000)) }

  let header = """
    edition 2026
    entity customer
    events orders of customer from "orders.csv" {
      customer_id: int @key
      at_time: time @time
      amount: float?
      category: text
      observed through @1970-02-01
    }
    consents ledger of customer from "ledger.csv" {
      customer_id: int @key
      purpose: text @purpose
      granted_at: time @from
      revoked_at: time? @until
    }
    actions offers from "offers.csv" {
      offer: text @key
      category: text
      margin: float
      none "nothing"
    }
    exposure sends of customer from "sends.csv" {
      customer_id: int @key
      sent_at: time @time
      keep first
      outcome revenue = sum(orders.amount) within 7d
    }

    """

  var rows: Rows {
    [
      "orders": [
        [.int(1), day(1), .float(10), .text("tea")], [.int(1), day(3), .null, .text("nuts")],
        [.int(1), day(5), .float(4), .text("tea")], [.int(2), day(4), .float(7), .text("nuts")],
      ],
      "ledger": [[.int(1), .text("ads"), day(0), day(6)]],
      "offers": [
        [.text("a"), .text("tea"), .float(2)], [.text("b"), .text("nuts"), .float(3)],
      ],
      "sends": [[.int(1), day(5)], [.int(1), day(30)], [.int(2), day(4)]],
    ]
  }

  @Test func `features see the open past, outcomes the half-open future`() throws {
    let script =
      header + """
        feature spend = sum(orders.amount) over 3d
        feature last_amount = last(orders.amount)
        show sends | select customer_id, kept, spend, last_amount, revenue
        """
    #expect(
      try shown(script, rows) == [
        "1 | true | 0.0 | 10.0 | 0.0\n1 | false | 0.0 | 4.0 | ·\n2 | true | 0.0 | · | 0.0"
      ])
  }

  @Test func `what a mask hides is unknown, an outcome unless consent held to the end`() throws {
    let script =
      header + """
        feature n = count(orders)
        mask m for offers { hide orders unless consent("ads") }
        show sends under m | select customer_id, n, revenue
        """
    #expect(try shown(script, rows) == ["1 | 2 | ·\n1 | · | ·\n2 | · | ·"])
  }

  @Test func `a policy: rule, score for actions, the no-op`() throws {
    let script =
      header + """
        feature affinity for offers = share(orders where category == offers.category)
        mask m for offers { forbid once when affinity is not null and offers.category == "nuts" }
        objective value for offers { maximize gain = (affinity ?? 0.5) * offers.margin weight 1 }
        policy p for offers at sends {
          mask m
          objective value
          choose greedy
          fallback "nothing"
        }
        show p | select customer, action, rank, propensity, value, eligible, reasons
        """
    #expect(
      try shown(script, rows) == [
        """
        1 | a | 1 | 1.0 | 1.0 | 2 | once: b
        1 | a | 1 | 1.0 | 1.3333333333333333 | 2 | once: b
        2 | b | 1 | 1.0 | 1.5 | 3 | \("")
        """
      ])
  }

  @Test func `a query: groups by key, nulls last`() throws {
    let script =
      header + """
        show orders | where amount > 5 or amount is null | group category { n = count(); s = sum(amount) }
        show orders | group amount { n = count() } | sort -amount | take 2
        """
    #expect(
      try shown(script, rows) == ["nuts | 2 | 7.0\ntea | 1 | 10.0", "10.0 | 1\n7.0 | 1"])
  }
}
