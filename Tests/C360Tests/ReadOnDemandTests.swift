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
  private func said(_ query: String, of file: String) throws -> [String] {
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
        show \(query)

        """, files: ["orders.csv": Self.text])
    return try script.inFolder { session in
      try writeParquet(in: session.directory, pool: session.texts)
      do {
        let report = try session.run()
        return report.shows.map { $0.rendered(.init(maximumRows: nil)) }
          + report.summary.split(separator: "\n").dropLast().map(String.init)
      } catch let failure as RunFailure {
        return failure.diagnostics.map { "\($0.code.name) \($0.message) \($0.data?.row ?? -1)" }
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
}
