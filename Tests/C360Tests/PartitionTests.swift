import C360
import C360Diagnostics
import Foundation
import Synchronization
import Testing

/// What does not fit in memory is computed partition by partition (semantics.md E4); nothing that
/// anybody sees depends on it.
@Suite("partitions on disk")
struct PartitionTests {
  @Test("outputs, shows, counts and manifest are the same to the byte")
  func everything() throws {
    let script = Shop.script(
      """
      exposure visits of person every 5d from @2026-01-03 through @2026-02-20 {
        keep first per 8d
        outcome again = any(orders) within 20d
      }
      feature n = count(orders) over 30d
      feature kinds = mode(orders.kind)
      feature gap = at - last(orders.bought)
      output all = visits | select person, at, kept, n, kinds, gap, again to "all.csv"
      output busy = visits | where n > 1 | select person, n to "busy.parquet"
      output copy = orders | select customer, amount to "copy.csv"
      show visits | group many = n { rows = count(); last = max(at) } | sort -many
      show orders | where amount > 5 | group kind { total = sum(amount) }
      show visits | sort -gap, at | take 3 | select person, at, gap

      """)
    try PartitionComparison.compare(script)
  }

  @Test("keys that are texts are cut by their bytes")
  func textKeys() throws {
    let keys = ["é", "Z", "a", "~", "ab", "\u{1F600}", "a b", "aa", "B"]
    let rows = (0..<60).map { "\(keys[$0 * 7 % 9]),2026-01-\(10 + $0 % 15)T00:00:00Z,\($0)" }
    let script = Script(
      text: """
        entity person
        events visits of person from "visits.csv" {
          person: text  @key
          at_time: time @time
          worth: int
        }
        exposure moments of person every 3d from @2026-01-05 through @2026-01-30
        feature total = sum(visits.worth) over 9d
        show moments | select person, at, total

        """,
      files: ["visits.csv": "person,at_time,worth\n" + rows.joined(separator: "\n") + "\n"])
    try PartitionComparison.compare(script)
  }

  @Test("what a table has observed through is its newest event, in whatever partition")
  func observedThrough() throws {
    var script = Shop.script(
      """
      exposure visits of person every 5d from @2026-01-03 through @2026-02-20 {
        outcome again = any(orders) within 20d
      }
      show visits | select person, at, again

      """)
    script = Script(
      text: script.text.replacingOccurrences(of: "observed through @2026-02-28", with: ""),
      files: script.files)
    #expect(try PartitionComparison.compare(script).complaints.contains("W0702"))
  }

  @Test("versions of an event meet, though a later one is of another entity")
  func versions() throws {
    let rows = (0..<60).map { row in
      "\(row % 17),\(row * 7 % 5),2026-01-\(10 + row % 11)T00:00:00Z,"
        + "2026-01-\(12 + row % 15)T00:00:00Z,\(row),\(row % 13 == 0)"
    }
    let script = Script(
      text: """
        entity person
        events visits of person from "visits.csv" {
          id:      int  @id
          person:  int  @key
          at_time: time @time
          learned: time @known
          worth:   int
          gone:    bool @retracted
        }
        exposure moments of person every 3d from @2026-01-05 through @2026-01-30 {
          outcome comes = any(visits) within 4d
        }
        feature total = sum(visits.worth) over 9d
        show moments | select person, at, total, comes

        """,
      files: [
        "visits.csv": "id,person,at_time,learned,worth,gone\n" + rows.joined(separator: "\n") + "\n"
      ])
    #expect(try PartitionComparison.compare(script).shown[0].contains("true"))
  }

  @Test(
    "an error names the row that it names in memory",
    arguments: [
      // Of a file, whose rows lie in all partitions.
      "feature n = sum(mod(9, int(orders.amount) - 20))",
      "feature n = sum(mod(9, int(orders.amount) - 40)) + sum(mod(9, int(orders.amount) - 5))",
      // Of moments, in canonical order.
      "feature n = mod(9, 2 - count(orders))",
      "feature n = count(orders)\nexpect orders.amount < 30 because \"cheap\"",
      "feature n = count(orders)\nexpect visits.person < 2",
      // The earlier step fails in the later partition.
      "feature n = mod(9, int(sum(orders.amount)) - 100) + sum(mod(9, int(orders.amount) - 100))",
    ])
  func errors(text: String) throws {
    let script = Shop.script(
      """
      exposure visits of person every 5d from @2026-01-03 through @2026-02-20
      \(text)
      show visits | select person, at, n

      """)
    let complaints = try PartitionComparison.compare(script).complaints
    #expect(!complaints.isEmpty)
  }

  @Test("what was not known yet is not there, and errors still name rows of the file")
  func asOf() throws {
    var script = Shop.script(
      """
      exposure now of person at @2026-01-25
      feature n = count(orders)
      feature m = max(mod(9, int(orders.amount) - 5))
      show now | select person, n
      show now | select person, m

      """)
    script.adjust = { $0.asOf = SessionOptions.instant("2026-01-21") }
    #expect(try PartitionComparison.compare(script).complaints.contains("orders.csv"))
  }
}

/// `--memory`: bounds that a run on disk keeps, and one that it cannot.
@Suite("runs beyond their memory")
struct MemoryTests {
  private static let rows = 20_000

  private func script(_ text: String, customers: Int) -> Script {
    var csv = "customer,bought,amount,kind\n"
    for row in 0..<Self.rows {
      let day = 1 + row * 31 % 28
      csv +=
        "\(row * 7919 % customers),2026-01-\(day < 10 ? "0" : "")\(day)T00:00:00Z,\(row % 90),tea\n"
    }
    return Script(text: Shop.tables + text, files: ["orders.csv": csv])
  }

  private func run(
    _ script: Script, memory: Int?
  ) throws -> (file: Data?, operations: [String], codes: [String], messages: [String]) {
    try script.inFolder { session in
      var session = session
      let operations = Mutex<[String]>([])
      session.options.memoryLimit = memory
      session.options.progress = { progress in
        operations.withLock { $0.append(progress.operation) }
      }
      var codes: [String] = []
      var messages: [String] = []
      do {
        _ = try session.run()
      } catch let failure as RunFailure {
        codes = failure.diagnostics.map(\.code.name)
        messages = failure.diagnostics.map(\.message)
      }
      let file = try? Data(
        contentsOf: URL(filePath: session.directory).appending(path: "result.csv"))
      return (file, operations.withLock { $0 }, codes, messages)
    }
  }

  private static let features = """
    exposure visits of person every 7d from @2026-01-03 through @2026-01-30
    feature n = count(orders) over 14d
    feature total = sum(orders.amount) over 14d
    output result = visits | select person, at, n, total to "result.csv"

    """

  @Test("a run that does not fit gives the same file, partition by partition")
  func bounded() throws {
    let script = script(Self.features, customers: 3_000)
    let whole = try run(script, memory: nil)
    let bounded = try run(script, memory: 400_000)
    #expect(bounded.codes == [])
    #expect(whole.file != nil && bounded.file == whole.file)
    #expect(!whole.operations.contains { $0.hasPrefix("partition ") })
    #expect(bounded.operations.contains { $0.hasPrefix("partition 3 of ") })
    // What fits is not cut.
    let ample = try run(script, memory: 1 << 30)
    #expect(!ample.operations.contains { $0.hasPrefix("partition ") })
    #expect(ample.file == whole.file)
  }

  @Test("one entity larger than the memory cannot be cut")
  func oneEntity() throws {
    let script = script(Self.features, customers: 1)
    let refused = try run(script, memory: 200_000)
    #expect(refused.codes == ["E0703"])
    #expect(
      refused.messages.first?.contains("rows here are of the key 0)") == true, "\(refused.messages)"
    )
  }

  @Test(
    "what cannot be cut must fit, or says which step it is and why",
    arguments: [
      (
        "orders | window sort amount { s = sum(amount) }", "`window` over the rows of",
        "no `per` cuts them"
      ),
      (
        "orders | group { m = median(amount) }", "`group` over the rows of `orders`",
        "all of one group at once"
      ),
      (
        "orders | derive one = 1 | window per one sort amount { s = sum(amount) }", "`window` over",
        "all of one `per` at once"
      ),
      (
        "people | join orders on customer expand { amount }",
        "`join` of the rows of `people` with those of",
        "all of the latter at once"
      ),
    ])
  func allRows(_ query: String, _ step: String, _ reason: String) throws {
    let script = queryScript(query)
    let refused = try run(script, memory: 150_000)
    #expect(refused.codes == ["E0703"])
    #expect(refused.file == nil)
    let message = refused.messages.first ?? ""
    #expect(message.contains(step) && message.contains(reason), "\(message)")
    // The same with room for it.
    #expect(try run(script, memory: 1 << 30).codes == [])
  }

  private func queryScript(_ query: String) -> Script {
    let people = """
      profile people of person from "people.csv" {
        customer: int   @key
        region:   text?
      }

      """
    let ones = "view ones = orders | where customer < 60 | derive one = 1\n"
    var script = script(
      people + ones + "output result = \(query) to \"result.csv\"\n", customers: 3_000)
    script.files["people.csv"] = "customer,region\n1,north\n2,south\n"
    return script
  }

  @Test(
    "rows in order go through the disk where they do not fit, to the same file",
    arguments: [
      "orders | sort amount | select customer, bought, amount",
      "orders | sort -kind, amount | derive half = amount / 2 | select kind, half",
      "orders | where amount > 30 | sort amount | skip 9 | select customer, amount",
      "orders | sort amount | where kind == \"tea\" | sort -bought",
      "orders | group customer, bought { n = count(); m = median(amount) } | sort -n",
      "orders | distinct customer, amount",
      "orders | window per customer sort bought { s = sum(amount) } | where s > 400",
      "orders | sample 10% | sort -amount",
      "orders | join people on customer { region } | select customer, region",
      "people | derive one = 1 | join ones on one expand { amount } | sort amount | take 70",
      // One group has half of the rows.
      "orders | group who = if customer < 1500 then 0 else customer { s = sum(amount) }",
      // Its rows come in canonical order.
      "orders",
    ])
  func sortedOnDisk(_ query: String) throws {
    let script = queryScript(query)
    let whole = try run(script, memory: nil)
    let bounded = try run(script, memory: 150_000)
    #expect(bounded.codes == [])
    #expect(whole.file != nil && bounded.file == whole.file)
  }

  @Test("rows that are to be shown must fit, though their sort need not")
  func shown() throws {
    var script = queryScript("orders | take 1")
    script.text += "show orders | sort amount\n"
    #expect(try run(script, memory: 150_000).codes == ["E0703"])
  }

  /// 1,000 rows, each with all of them beside it, would take more than 20 MB.
  @Test("a join that multiplies rows makes no more of them at a time than fit")
  func expandingJoin() throws {
    let script = script(
      """
      view some = orders | where customer < 150 | derive one = 1
      output result = some | join some on one expand { other = amount }
        | group { n = count() } to "result.csv"

      """, customers: 3_000)
    let bounded = try run(script, memory: 2 << 20)
    #expect(bounded.codes == [])
    #expect(bounded.file.map { String(decoding: $0, as: UTF8.self) } == "n\n1000000\n")
  }
}
