import C360
import C360Columns
import C360IO
import Foundation
import Testing

/// Of Parquet columns and rows are read as they are asked for; nothing that a run says depends on it.
@Suite("reading on demand")
struct ReadOnDemandTests {
  private static let start = SessionOptions.instant("2026-01-01") ?? 0
  private struct Row {
    let customer, time, line, amount: Int64
    let kind: Int64?

    /// Amounts and times tie, lines do not.
    init(_ row: Int64) {
      customer = row % 7
      time = ReadOnDemandTests.start + (row % 9) * 3_600_000_000
      line = (row * 37) % 100
      amount = (row * row) % 11
      kind = row % 5 == 0 ? nil : row % 3
    }
  }
  private static let rows = (0..<100).map { Row(Int64($0)) }

  private static var text: String {
    "customer,bought,line,amount,kind\n"
      + rows.map { row in
        let kind = row.kind.map { String($0) } ?? ""
        let hour = (row.time - start) / 3_600_000_000
        return "\(row.customer),2026-01-01T0\(hour):00:00Z,\(row.line),\(row.amount),\(kind)\n"
      }.joined()
  }

  /// In row groups of 10 rows.
  private func writeParquet(in folder: String, pool: TextPool) throws {
    func column(_ name: String, _ type: LogicalType, _ value: (Int) -> Int64?) -> Batch.Column {
      let count = Self.rows.count
      let (values, validity) = (Buffer(byteCount: count * 8), Buffer(byteCount: count))
      for row in 0..<count {
        values.elements(Int64.self)[row] = value(row) ?? 0
        validity.elements(UInt8.self)[row] = value(row) == nil ? 0 : 1
      }
      let hasNulls = (0..<count).contains { value($0) == nil }
      return Batch.Column(
        name: name, type: type,
        vector: Vector(
          type: .int64, count: count, values: values, validity: hasNulls ? validity : nil))
    }
    let batch = Batch(
      columns: [
        column("customer", .int) { Self.rows[$0].customer },
        column("bought", .time) { Self.rows[$0].time },
        column("line", .int) { Self.rows[$0].line },
        column("amount", .int) { Self.rows[$0].amount },
        column("kind", .int) { Self.rows[$0].kind },
      ], rowCount: Self.rows.count)
    var options = OutputOptions()
    options.rowGroupRows = 10
    let output = try openOutput(
      path: folder + "/orders.parquet",
      columns: batch.columns.map { OutputColumn(name: $0.name, type: $0.type) }, pool: pool,
      options: options)
    try output.write(batch)
    try output.commit()
  }

  /// What a run says of a query on a file.
  private func said(
    _ query: String, of file: String,
    _ adjust: @escaping @Sendable (inout SessionOptions) -> Void = { _ in }
  ) throws -> [String] {
    let script = Script(
      text: """
        entity person
        events orders of person from "\(file)" {
          customer: int   @key
          bought:   time  @time
          line:     int
          amount:   int
          kind:     int?
        }
        events gifts of person from "\(file)" {
          customer: int   @key
          bought:   time  @time
          line:     int
        }
        profile people of person from "people.csv" {
          customer: int   @key
          region:   text?
        }
        show \(query)

        """,
      files: [
        "orders.csv": Self.text, "people.csv": "customer,region\n1,north\n2,south\n4,\n5,south\n",
      ],
      adjust: adjust)
    return try script.inFolder { session in
      try writeParquet(in: session.directory, pool: session.texts)
      do {
        let report = try session.run()
        return report.shows.map { $0.rendered(.init(maximumRows: nil)) }
          + report.summary.split(separator: "\n").dropLast().map(String.init)
      } catch let failure as RunFailure {
        return failure.diagnostics.map {
          "\($0.code.name) \($0.message) \($0.data?.row ?? -1) \($0.notes)"
        }
      }
    }
  }

  @Test(
    "the same as of text",
    arguments: [
      // Keys that leave ties ask for the columns that break them, others do not.
      "orders | sort -amount | select amount, customer",
      "orders | sort -amount | take 5 | select amount",
      "orders | sort amount, line | take 30 | select line",
      "orders | sort -line | take 5 | select line",
      "orders | sort -line | select line",
      "orders | sort kind | take 90 | select kind, line",
      "orders | take 7 | select line",
      "orders | skip 95",
      // Rows are dropped as they are read; nulls are counted.
      "orders | where kind > 0",
      "orders | where kind > 0 and amount < 5 | group kind { n = count(); total = sum(line) }",
      "orders | where kind > 100",
      "orders | where line >= 0 | select line, kind",
      "orders | derive part = amount / (line + 1) | where part > 0.1 | sort part | select part, kind",
      "orders | where kind == 1 | sort -amount | take 4",
      "orders | where 9223372036854775807 - amount * kind > 9223372036854775800 | group { n = count() }",
      "orders | where 9223372036854775800 + line > 0 | group { n = count() }",
      "orders | group { n = count() }",
      "orders | group amount { n = count(); mid = median(line) }",
    ])
  func sameAsText(_ query: String) throws {
    #expect(try said(query, of: "orders.parquet") == said(query, of: "orders.csv"))
  }

  @Test(
    "the same when rows come row group by row group",
    arguments: [
      "orders | group kind { n = count(); rows = count(kind); sum = sum(amount); mean = mean(line) }",
      "orders | group { least = min(line); most = max(kind); any = any(amount > 9); all = all(line > 0) }",
      "orders | group amount { share = share(where line > 50); ratio = ratio(line, customer) }",
      // Sums in units that grow finer, and in none that all values fit.
      "orders | derive part = amount / (line + 1) | group kind { sum = sum(part); mean = mean(part); least = min(part) }",
      """
      orders | derive part = if line < 50 then 1e-200 else if line < 75 then 1e200 else -1e200
        | group kind { sum = sum(part); most = max(part) }
      """,
      "orders | derive part = if line < 3 then 0.0 / 0.0 else 1.5 | group amount { sum = sum(part) }",
      "orders | derive word = if amount > 5 then \"tea\" else \"cake\" | group word { least = min(word); n = count() }",
      "orders | derive word = if line > 50 then \"tea\" else \"cake\" | group customer { least = min(word); most = max(word) }",
      // Groups that come late, of several keys, of computed ones, and too many.
      "orders | group line, kind { n = count() }",
      "orders | group tens = line / 10 { n = count(); mid = median(amount) }",
      "orders | where kind > 0 | group amount { n = count() }",
      "orders | where kind > 0 | derive twice = 2 * kind | where twice > 2 | group twice { n = count() }",
      "orders | where kind > 5 | group { n = count(); sum = sum(amount); least = min(amount) }",
      "orders | where kind > 0 | group amount { mid = median(line) }",
      // Partners.
      """
      orders | join gifts on line == line expand { late = bought } | where amount > 2 | group kind { n = count(); last = max(late) }
      """,
      "orders | where line < 40 | join gifts on customer == customer expand { other = line } | group kind { n = sum(other) }",
      "orders | join only people on customer { region } | group region { n = count(); sum = sum(line) }",
      "orders | join people on customer { region } | group region, kind { n = count(); sum = sum(line) }",
      // First rows, with and without ties.
      "orders | take 15 | select line, kind",
      "orders | skip 25 | take 10 | select line",
      "orders | skip 95 | take 10 | select line",
      "orders | where kind > 1 | take 12 | select line",
      "orders | sort -line | take 30 | select line, kind",
      "orders | sort -amount, line | take 30 | select line",
      "orders | sort kind, -line | take 3 | select line",
      "orders | sort amount | take 20 | select amount, kind",
      "orders | where kind == 1 | sort -amount | take 4",
      "orders | where 9223372036854775807 - amount * kind > 9223372036854775800 | group { n = count() }",
      "orders | group kind { sum = sum(9000000000000000000 + line) }",
      "orders | distinct customer, kind",
    ])
  func sameInBatches(_ query: String) throws {
    let whole = try said(query, of: "orders.csv")
    for threads in [1, 2] {
      let inBatches = try said(query, of: "orders.parquet") {
        $0.batchSize = 3
        $0.threads = threads
      }
      #expect(inBatches == whole)
    }
  }

  @Test(
    "the same when a sort puts its rows on disk, of text as of Parquet",
    arguments: [
      "orders | sort -amount | select amount, customer",
      "orders | sort kind, -line | select kind, line",
      "orders | sort amount | select amount, kind",
      "orders",
      "orders | where kind > 0 | select line, kind",
      "orders | where kind > 100 | sort line",
      // Texts, which are codes on disk; ties are broken by all columns.
      "orders | derive word = if amount > 5 then \"tea\" else if amount > 2 then \"cake\" else null | sort -word",
      "orders | derive part = (line - 50) / (amount - 3) | sort part | select part, line",
      // What is computed behind it, and counted off.
      "orders | sort -line | derive twice = 2 * kind | select line, twice",
      "orders | sort amount | skip 17 | select line",
      "orders | sort amount | skip 95 | derive twice = 2 * line | select line, twice",
      "orders | derive word = if line > 50 then \"tea\" else \"cake\" | sort word | take 33 | select word, line",
      "orders | sort amount | skip 5 | skip 20 | select line",
      "orders | skip 200",
      // Partners.
      "orders | join people on customer { region } | sort region, -line | select region, line",
      "orders | where line < 40 | join gifts on customer == customer expand { other = line } | sort -other | select line, other",
      // The first row that fails at the first step that does: in a later batch, in an earlier step.
      "orders | derive far = 9223372036854775800 + line | sort amount",
      "orders | where line < 90 | derive far = 9223372036854775720 + line | sort amount",
      "orders | where 9223372036854775720 + line > 0 | where 9223372036854775720 + kind * amount > 0 | sort line",
      "orders | sort amount | derive far = 9223372036854775750 + line | select far",
      "orders | sort amount | derive far = 9223372036854775717 + line | where far > 0",
    ])
  func sameOnDisk(_ query: String) throws {
    let whole = try said(query, of: "orders.csv")
    for (file, threads) in [("orders.csv", 1), ("orders.parquet", 2)] {
      let onDisk = try said(query, of: file) {
        $0.spillPartitions = 3
        $0.batchSize = 3
        $0.threads = threads
      }
      #expect(onDisk == whole)
    }
  }
}
