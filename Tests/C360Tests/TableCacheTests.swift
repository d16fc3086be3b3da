import C360
import C360Diagnostics
import Foundation
import Testing

/// Columns of files that stay in memory between runs: never stale, never more than the bound.
@Suite("tables in memory")
struct TableCacheTests {
  private static func orders(_ rows: Int, amount: Int = 1) -> String {
    "customer,bought,amount,kind\n"
      + (0..<rows).map { "\($0 % 9),2026-01-02T10:00:00Z,\(amount),tea\n" }.joined()
  }

  private static func table(_ name: String, amount: String = "int") -> String {
    """
    events \(name) of person from "\(name).csv" {
      customer: int   @key
      bought:   time  @time
      amount:   \(amount)
      kind:     text
    }

    """
  }

  /// What a query shows in a folder, with a cache.
  private func shown(
    _ query: String, _ tables: String, in folder: String, _ cache: TableCache, _ texts: Session
  ) throws -> String {
    var options = SessionOptions()
    options.runTime = SessionOptions.instant("2026-06-01")
    options.tableCache = cache
    let session = Session(
      script: SourceFile(
        name: "query", text: "edition 2026\nentity person\n\(tables)show \(query)\n"),
      directory: folder, options: options, texts: texts.texts)
    return try session.run().shows.map { $0.rendered() }.joined()
  }

  @Test("a file that changed is read again, in whatever way it changed")
  func changed() throws {
    try Script(text: "", files: ["orders.csv": Self.orders(50)]).inFolder { first in
      let cache = TableCache(bound: 1 << 20)
      func total() throws -> String {
        try shown(
          "orders | group { n = count(); sum = sum(amount) }", Self.table("orders"),
          in: first.directory, cache, first)
      }
      let path = URL(filePath: first.directory).appending(path: "orders.csv")
      let before = try total()
      #expect(cache.byteCount > 0)
      #expect(try total() == before)
      // As many bytes, written in place.
      let handle = try FileHandle(forWritingTo: path)
      try handle.write(contentsOf: Data(Self.orders(50, amount: 3).utf8))
      try handle.close()
      let inPlace = try total()
      #expect(inPlace != before)
      // Another file under the name.
      try Data(Self.orders(60, amount: 3).utf8).write(to: path, options: .atomic)
      #expect(try total() != inPlace)
    }
  }

  @Test("a table that is declared otherwise is read otherwise")
  func redeclared() throws {
    try Script(text: "", files: ["orders.csv": Self.orders(50)]).inFolder { first in
      let cache = TableCache(bound: 1 << 20)
      func total(_ type: String) throws -> String {
        try shown(
          "orders | take 1 | select amount", Self.table("orders", amount: type),
          in: first.directory, cache, first)
      }
      let integers = try total("int")
      let kept = cache.byteCount
      #expect(try total("int") == integers)
      // What only the contract asks for is not read again.
      #expect(cache.byteCount == kept)
      #expect(try total("money(EUR)") != integers)
      #expect(try total("int") == integers)
      // A column that nobody asks for must keep its contract all the same.
      func sum(_ table: String) throws -> String {
        try shown("orders | group { n = sum(amount) }", table, in: first.directory, cache, first)
      }
      #expect(try sum(Self.table("orders")).contains("50"))
      #expect(throws: RunFailure.self) {
        try sum(Self.table("orders").replacing("kind:     text", with: "kind:     int"))
      }
    }
  }

  @Test("columns stay within the bound; what was used longest ago goes first")
  func bound() throws {
    let files = Dictionary(
      uniqueKeysWithValues: ["a", "b", "c"].map { ("\($0).csv", Self.orders(100)) })
    try Script(text: "", files: files).inFolder { first in
      // 100 rows of the column that is asked for: two tables, not three.
      let bound = 2_000
      let cache = TableCache(bound: bound)
      func use(_ name: String) throws {
        _ = try shown(
          "\(name) | group { n = sum(amount) }", Self.table(name), in: first.directory, cache, first
        )
        #expect(cache.byteCount <= bound)
      }
      try use("a")
      let one = cache.byteCount
      #expect(one > 0)
      try use("b")
      #expect(cache.byteCount == 2 * one)
      try use("a")
      try use("c")
      #expect(cache.byteCount == 2 * one)
      #expect(cache.tableNames.sorted() == ["a.csv", "c.csv"])
      cache.bound = one
      #expect(cache.tableNames == ["c.csv"])
      // What does not fit at all is read all the same.
      cache.bound = 100
      try use("a")
      #expect(cache.byteCount == 0)
    }
  }
}
