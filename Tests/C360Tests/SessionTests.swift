import C360
import C360Columns
import C360Diagnostics
import Testing

@Suite("a session: what a host program can do")
struct SessionTests {
  @Test("all complaints of a script come at once, and nothing is run")
  func check() throws {
    let script = Shop.script("feature a = count(ordrs)\nfeature b = 1 + \"x\"\n")
    let codes = try script.inFolder { $0.check() }.filter { $0.severity == .error }
    #expect(codes.count == 2)
    #expect(try script.codes().count == 2)
  }

  @Test("rows from memory stand in for a file and are held to its contract")
  func bind() throws {
    let script = Shop.script("show orders | select customer, amount, kind")
    try script.inFolder { session in
      var session = session
      session.bind("orders", to: try batch(session, amounts: [1.5, 2.5]))
      #expect(
        try session.run().shows[0].rendered() == """
          customer  amount  kind
          --------  ------  ----
                 8     1.5  tea
                 9     2.5  tea

          """)
      let whole = try batch(session, amounts: [1, 2])
      session.bind(
        "orders", to: Batch(columns: Array(whole.columns.dropLast()), rowCount: whole.rowCount))
      #expect(throws: RunFailure.self) { try session.run() }
    }
  }

  @Test("what was not known before `asOf` is not there")
  func asOf() throws {
    var script = Shop.script("show orders | group { n = count() }")
    script.adjust = { $0.asOf = SessionOptions.instant("2026-01-20T10:00:00Z") }
    let report = try script.run()
    #expect(report.shows[0].value(0, 0) == .int(2))
    #expect(report.tables[0].droppedAsOf == 3)
    #expect(report.runTime == SessionOptions.instant("2026-01-20T10:00:00Z"))
  }

  @Test("As of a time no outcome is observed beyond it, though a version tells of later events")
  func asOfOutcomes() throws {
    func script(_ more: String) -> Script {
      var script = Script(
        text: """
          entity person
          events visits of person from "visits.csv" {
            person: int   @key
            began:  time  @time
            learnt: time? @known
            visit:  int   @id
            \(more)
          }
          exposure moments of person from "moments.csv" {
            person: int  @key
            at_:    time @time
            keep all
            outcome back = count(visits) within 1d
          }
          show moments | select back

          """,
        files: [
          "visits.csv": """
          person,began,learnt,visit
          1,2026-04-01T00:00:00Z,2026-04-01T00:00:00Z,1
          1,2026-04-06T12:00:00Z,2026-04-02T00:00:00Z,2
          1,2026-04-09T12:00:00Z,,3

          """,
          "moments.csv": """
          person,at_
          1,2026-03-31T12:00:00Z
          1,2026-04-02T12:00:00Z
          1,2026-04-06T00:00:00Z
          1,2026-04-07T00:00:00Z

          """,
        ])
      script.adjust = { $0.asOf = SessionOptions.instant("2026-04-04") }
      return script
    }
    let expected = """
      back
      ----
         1
         0
      null
      null

      """
    #expect(try script("").shown() == expected)
    #expect(try script("observed through @2026-04-30").shown() == expected)
  }

  @Test("a cancelled run throws and writes nothing")
  func cancelled() throws {
    var script = Shop.script("output all = orders | select kind to \"all.csv\"\n")
    script.adjust = { $0.cancellation.cancel() }
    #expect(throws: CancellationError.self) { try script.run() }
  }

  @Test("batch size and threads change nothing", arguments: [1, 7, 2048], [1, 2])
  func edges(batchSize: Int, threads: Int) throws {
    var script = Shop.script(
      """
      exposure now of person at @2026-02-01
      feature n = count(orders) over 30d
      feature kinds = mode(orders.kind)
      show now | select person, n, kinds, doubled = n * 2
      """)
    script.adjust = {
      $0.batchSize = batchSize
      $0.threads = threads
    }
    #expect(
      try script.shown() == """
        person  n  kinds  doubled
        ------  -  -----  -------
             1  3  tea          6
             2  1  cake         2

        """)
  }

  @Test("times and sizes as people write them")
  func words() {
    #expect(SessionOptions.instant("1970-01-02") == 86_400_000_000)
    #expect(SessionOptions.instant("1970-01-01T01:00:00+01:00") == 0)
    #expect(SessionOptions.instant("1970-02-30") == nil)
    #expect(SessionOptions.instant("soon") == nil)
    #expect(SessionOptions.bytes("4GB") == 4_000_000_000)
    #expect(SessionOptions.bytes("1.5GiB") == 1_610_612_736)
    #expect(SessionOptions.bytes("0") == nil)
    #expect(SessionOptions.bytes("much") == nil)
  }

  private func batch(_ session: Session, amounts: [Double]) throws -> Batch {
    let count = amounts.count
    func vector<Value: BitwiseCopyable>(_ type: PhysicalType, _ values: [Value]) -> Vector {
      let buffer = Buffer(byteCount: count * type.stride)
      for (row, value) in values.enumerated() { buffer.elements(Value.self)[row] = value }
      return Vector(type: type, count: count, values: buffer)
    }
    let rows = (0..<count).map { Int64($0) }
    let tea = session.texts.intern("tea")
    return Batch(
      columns: [
        .init(name: "customer", type: .int, vector: vector(.int64, rows.map { $0 + 8 })),
        .init(name: "bought", type: .time, vector: vector(.int64, rows)),
        .init(name: "amount", type: .float, vector: vector(.float64, amounts)),
        .init(name: "kind", type: .text, vector: vector(.text, rows.map { _ in tea })),
      ], rowCount: count)
  }
}
