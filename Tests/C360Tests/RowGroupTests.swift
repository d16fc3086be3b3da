import C360
import C360Columns
import C360IO
import Foundation
import Testing

/// Row groups of Parquet that a run never looks at are left out, and nothing that it says depends on
/// it.
@Suite("row groups")
struct RowGroupTests {
  private static let day: Int64 = 86_400_000_000
  private static let start = SessionOptions.instant("2026-01-01") ?? 0

  /// 60 orders, one a day, in row groups of 10 days; the amount of day 45 is no divisor.
  private func writeOrders(in folder: String, pool: TextPool) throws {
    func column(_ name: String, _ type: LogicalType, _ value: (Int64) -> Int64) -> Batch.Column {
      let values = Buffer(byteCount: 60 * 8)
      for row in 0..<60 { values.elements(Int64.self)[row] = value(Int64(row)) }
      return Batch.Column(
        name: name, type: type, vector: Vector(type: .int64, count: 60, values: values))
    }
    let batch = Batch(
      columns: [
        column("customer", .int) { $0 % 7 },
        column("bought", .time) { Self.start + $0 * Self.day },
        column("amount", .int) { $0 == 45 ? 0 : $0 },
      ], rowCount: 60)
    var options = OutputOptions()
    options.rowGroupRows = 10
    let output = try openOutput(
      path: folder + "/orders.parquet",
      columns: batch.columns.map { OutputColumn(name: $0.name, type: $0.type) }, pool: pool,
      options: options)
    try output.write(batch)
    try output.commit()
  }

  /// What a run leaves: shows, summary, complaints, files; and the plan with its scans.
  private struct Traces: Equatable {
    var said: [String] = []
    var files: [String: Data] = [:]
  }

  private func traces(_ session: Session) throws -> Traces {
    var traces = Traces()
    do {
      let report = try session.run()
      traces.said = report.shows.map { $0.rendered() }
      traces.said.append(report.summary.split(separator: "\n").dropLast().joined(separator: "\n"))
    } catch let failure as RunFailure {
      traces.said = failure.diagnostics.map { "\($0.code.name) \($0.data?.row ?? -1)" }
    }
    for name in try FileManager.default.contentsOfDirectory(atPath: session.directory) {
      traces.files[name] = try Data(
        contentsOf: URL(filePath: session.directory).appending(path: name))
    }
    return traces
  }

  /// Holds runs that leave groups out to the one that reads all; what they say, and how many groups
  /// the plan tells of.
  private func compare(
    _ text: String, asOf: String? = nil
  ) throws -> (said: [String], groups: String) {
    var script = Script(
      text: """
        entity person
        events orders of person from "orders.parquet" {
          customer: int   @key
          bought:   time  @time
          amount:   int
        }

        """ + text)
    script.adjust = { $0.asOf = asOf.flatMap(SessionOptions.instant) }
    return try script.inFolder { session in
      try writeOrders(in: session.directory, pool: session.texts)
      var session = session
      session.options.skipsRowGroups = false
      let whole = try traces(session)
      session.options.skipsRowGroups = true
      for partitions in [nil, 1, 3] {
        session.options.spillPartitions = partitions
        #expect(try traces(session) == whole, "partitions \(partitions ?? 0)")
      }
      session.options.spillPartitions = nil
      let groups = (try? session.plan(analyze: true))?
        .firstMatch(of: /row groups: .*/).map { String($0.output) }
      return (whole.said, groups ?? "")
    }
  }

  @Test("with --as-of: groups of rows that were not known then")
  func asOf() throws {
    let found = try compare(
      """
      exposure now of person at @2026-01-25
      feature n = count(orders)
      output all = now | select person, n to "all.csv"
      show now | select person, n

      """, asOf: "2026-01-25")
    #expect(found.groups == "row groups: 3 read, 3 skipped")
    // 36 rows: those of the groups left out and of the one that is read.
    #expect(found.said.last?.contains("24 rows read, 36 not yet known") == true)
  }

  @Test("groups that the only condition on a table rules out")
  func condition() throws {
    let found = try compare(
      """
      show orders | where bought >= @2026-01-12 and amount < 25 | group { n = count() }

      """)
    #expect(found.groups == "row groups: 3 read, 3 skipped")
    #expect(found.said.last?.contains("60 rows read") == true)
  }

  @Test("an error names its row in the file")
  func errors() throws {
    let found = try compare(
      """
      show orders | where bought >= @2026-02-12 and mod(7, amount) >= 0 | select amount

      """)
    #expect(found.said == ["E0701 46"])
  }

  @Test(
    "all are read where something else looks at the rows",
    arguments: [
      "show orders | where amount > 40 | group { n = count() }\nshow orders | group { n = count() }",
      "expect orders.amount >= 0\nshow orders | where amount > 40 | group { n = count() }",
      """
      exposure now of person at @2026-01-25
      feature n = count(orders)
      show now | select n
      show orders | where amount > 40 | group { n = count() }
      """,
      "show orders | where amount > 40 or customer == 1 | group { n = count() }",
      "show orders",
    ])
  func othersLook(text: String) throws {
    #expect(try compare(text + "\n").groups == "row groups: 6 read, 0 skipped")
  }
}
