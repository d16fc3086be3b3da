import C360
import C360Columns
import C360IO
import Foundation
import Testing

/// Numbers that a column of floats cannot hold to the last digit are told of, wherever they come from.
@Suite("numbers that lose digits")
struct LostDigitsTests {
  private static func script(_ file: String, _ shown: String) -> Script {
    Script(
      text: """
        entity person
        events orders of person from "\(file)" {
          customer: int   @key
          bought:   time  @time
          paid:     money(GBP)
          weight:   float
          observed through @2026-03-01
        }
        exposure now of person in orders at @2026-02-01
        feature total = sum(orders.paid)

        """ + shown,
      files: [
        "orders.csv": """
        customer,bought,paid,weight
        1,2026-01-02T00:00:00Z,1.25,9007199254740993
        2,2026-01-03T00:00:00Z,12345678901234567.89,2
        1,2026-01-04T00:00:00Z,12345678901234567.91,2

        """
      ])
  }

  private static let paid =
    "W0601 `orders.csv`, row 2, column `paid`: `12345678901234567.89` loses digits as a float, and so does 1 number more"
  private static let weight =
    "W0601 `orders.csv`, row 1, column `weight`: `9007199254740993` loses digits as a float"

  /// Without the folder of the run.
  private static func warnings(_ session: Session) throws -> [String] {
    try session.run().warnings.map {
      "\($0.code.name) \($0.message.replacing(session.directory + "/", with: ""))"
    }
  }

  @Test("columns that are used are told of, once, whatever the run does with them")
  func used() throws {
    for (shown, told) in [
      // The values of a row decide among events of one time.
      ("show now | select person, total", [Self.paid, Self.weight]),
      ("show orders | group { s = sum(paid); m = mean(paid) }", [Self.paid]),
      ("show orders | group { n = count(bought) }", []),
    ] {
      try Self.script("orders.csv", shown).inFolder { session in
        let plain = try Self.warnings(session)
        #expect(plain == told)
        for partitions in [1, 3] {
          var spilled = session
          spilled.options.spillPartitions = partitions
          let found = try Self.warnings(spilled)
          #expect(found == told)
        }
      }
    }
  }

  @Test("a table that is kept, in memory or on disk, tells what its files would")
  func kept() throws {
    try Self.script("orders.csv", "show now | select person, total").inFolder { session in
      try FileManager.default.createDirectory(
        atPath: session.directory + "/.c360-cache", withIntermediateDirectories: true)
      for _ in 0..<2 {
        let found = try Self.warnings(session)
        #expect(found == [Self.paid, Self.weight])
      }
      let files = try FileManager.default.contentsOfDirectory(
        atPath: session.directory + "/.c360-cache")
      #expect(!files.isEmpty)
    }
    try Self.script("orders.csv", "show orders | group { s = sum(paid) }").inFolder { session in
      var session = session
      session.options.tableCache = TableCache(bound: 1 << 20)
      for _ in 0..<2 {
        let found = try Self.warnings(session)
        #expect(found == [Self.paid])
      }
    }
  }

  @Test("integers of a Parquet file as floats; the manifest tells of them")
  func manifest() throws {
    let script = Script(
      text: """
        entity person
        events orders of person from "orders.csv" {
          customer: int   @key
          bought:   time  @time
          n: int
        }
        output all = orders | select customer, bought, n to "orders.parquet"

        """,
      files: [
        "orders.csv": """
        customer,bought,n
        1,2026-01-02T00:00:00Z,7
        2,2026-01-03T00:00:00Z,9223372036854775807

        """
      ])
    try script.inFolder { session in
      #expect(try session.run().warnings.isEmpty)
      let text = """
        edition 2026
        entity person
        events orders of person from "orders.parquet" {
          customer: int   @key
          bought:   time  @time
          n: float
        }
        output all = orders | select n to "out/n.csv"

        """
      var second = Session(text: text, directory: session.directory, options: session.options)
      #expect(
        try Self.warnings(second) == [
          "W0601 `orders.parquet`, row 2, column `n`: `9223372036854775807` loses digits as a float"
        ])
      second.options.writesOutputs = true
      let path = try #require(try second.run().manifestPath)
      #expect(try String(contentsOfFile: path, encoding: .utf8).contains("\"W0601\""))
    }
  }
}
