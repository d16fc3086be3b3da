import C360
import C360Display
import Foundation
import Testing

@Suite("what is shown, and what is written")
struct ShownTests {
  @Test("csv and json have the values as outputs have them")
  func sameAsOutputs() throws {
    let query = """
      odd | derive {
          x = if n > 2 then null else n / 3.0
          wait = if n == 1 then 90m else if n == 2 then 1d else 0s
          flag = n > 1
          money = 1.5 EUR * n
        } | select n, seen, day, note, x, wait, flag, money
      """
    var script = Script(
      text: """
        entity person
        events odd of person from "odd.csv" {
          n: int @key
          seen: time @time
          day: date
          note: text?
          observed through @2026-02-28
        }
        output rows = \(query) to "rows.csv"
        output lines = \(query) to "rows.jsonl"
        show \(query)
        """)
    script.files["odd.csv"] = """
      n,seen,day,note
      1,2026-01-02T10:00:00Z,2026-01-02,"a ""b"", c"
      2,1999-12-31T23:59:59.25Z,1960-02-29,""
      3,2026-01-02T10:00:00.000001Z,0001-01-01,
      4,2026-01-03T00:00:00Z,2026-01-02,null

      """
    try script.inFolder { session in
      let table = try session.run().shows[0]
      func file(_ name: String) throws -> String {
        try String(contentsOfFile: session.directory + "/" + name, encoding: .utf8)
      }
      #expect(table.rendered(TableOptions(mode: .csv)) == (try file("rows.csv")))
      let lines = try file("rows.jsonl").split(separator: "\n").joined(separator: ",\n ")
      #expect(table.rendered(TableOptions(mode: .json)) == "[\(lines)]\n")
    }
  }
}
