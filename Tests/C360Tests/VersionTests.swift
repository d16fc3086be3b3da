import C360
import Testing

/// Versions and retractions (semantics.md S4).
@Suite("S4: rows that share an @id are versions of one event")
struct VersionTests {
  static let table = """
    entity person
    events orders of person from "orders.csv" {
      order:    text  @id
      customer: int   @key
      bought:   time  @time
      loaded:   time? @known
      amount:   float
      undone:   bool? @retracted
      observed through @2026-02-28
    }
    feature n = count(orders) over all
    feature spent = sum(orders.amount) over 60d
    feature most = max(orders.amount) over all
    feature newest = last(orders.amount) over all
    exposure days of person in orders every 1d from @2026-01-02 through @2026-01-08 {
      keep all
      outcome ahead = count(orders) within 3d
    }
    show days | where person == 1 | select at, n, spent, most, newest, ahead

    """

  private func shown(_ rows: String) throws -> [[String]] {
    let script = Script(
      text: Self.table,
      files: ["orders.csv": "order,customer,bought,loaded,amount,undone\n" + rows])
    return try script.shown().split(separator: "\n").dropFirst(2).map {
      $0.split(separator: " ").map(String.init)
    }
  }

  @Test("the version known last before the decision counts, and nothing while that is a retraction")
  func versions() throws {
    let rows = try shown(
      """
      a,1,2026-01-01T00:00:00Z,2026-01-01T06:00:00Z,10,
      a,1,2026-01-01T00:00:00Z,2026-01-03T00:00:00Z,70,false
      a,1,2026-01-01T00:00:00Z,2026-01-05T00:00:00Z,70,true
      a,1,2026-01-01T00:00:00Z,2026-01-06T12:00:00Z,30,
      b,1,2026-01-02T00:00:00Z,2026-01-02T00:00:00Z,5,

      """)
    #expect(
      rows.map { $0[1...3].joined(separator: " ") } == [
        "1 10 10", "2 15 10",
        // Learned of at the very instant of the third: not yet visible then.
        "2 75 70", "2 75 70", "1 5 5", "2 35 30", "2 35 30",
      ])
    #expect(rows.map { $0[5] } == ["0", "0", "0", "0", "0", "0", "0"])
  }

  @Test(
    "of versions known at one time the later in order counts; a later version may move the event")
  func moved() throws {
    let rows = try shown(
      """
      a,1,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z,10,
      a,1,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z,20,
      b,1,2026-01-01T12:00:00Z,2026-01-01T12:00:00Z,1,
      b,1,2026-01-04T12:00:00Z,2026-01-02T12:00:00Z,2,
      c,1,2026-01-01T18:00:00Z,2026-01-01T18:00:00Z,4,
      c,2,2026-01-01T18:00:00Z,2026-01-03T18:00:00Z,4,

      """)
    #expect(rows.map { $0[1] } == ["3", "2", "1", "2", "2", "2", "2"])
    #expect(rows.map { $0[2] } == ["25", "24", "20", "22", "22", "22", "22"])
    // Forward the last version of each event counts, whenever it became known.
    #expect(rows.map { $0[5] } == ["1", "1", "1", "0", "0", "0", "0"])
  }

  @Test("a version that was never known replaces none and is counted")
  func neverKnown() throws {
    let script = Script(
      text: Self.table,
      files: [
        "orders.csv": """
        order,customer,bought,loaded,amount,undone
        a,1,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z,10,
        a,1,2026-01-01T00:00:00Z,,20,true
        b,1,2026-01-02T00:00:00Z,2026-01-02T00:00:00Z,1,
        b,1,2026-01-02T00:00:00Z,2026-01-03T00:00:00Z,2,

        """
      ])
    let report = try script.run()
    let table = report.shows[0].rendered()
    #expect(table.contains("2026-01-08T00:00:00Z  2     12"))
    #expect(report.counts.neverKnown["orders"] == 1)
    #expect(report.counts.superseded["orders"] == 1)
    #expect(report.counts.retracted["orders"] == 0)
  }

  @Test("without an @id identical rows are events of their own, and copies are counted")
  func copies() throws {
    let script = Shop.script(
      """
      feature n = count(orders) over all
      exposure end of person in orders at @2026-02-01
      show end | where person == 4 | select n
      """)
    var twice = script
    twice.files["orders.csv"] =
      Shop.orders + "4,2026-01-05T09:00:00Z,5,cake\n4,2026-01-05T09:00:00Z,5,cake\n"
    let report = try twice.run()
    #expect(report.shows[0].rendered().contains("2"))
    #expect(report.counts.duplicates["orders"] == 1)
  }
}
