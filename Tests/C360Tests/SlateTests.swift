import C360
import C360Columns
import Foundation
import Testing

@Suite("slates: several actions, position by position")
struct SlateTests {
  private static func script(
    _ policy: String, none: String = "none \"nothing\"",
    adjust: @escaping @Sendable (inout SessionOptions) -> Void = { _ in }
  ) -> Script {
    var script = Shop.script(
      """
      actions offers from "offers.csv" {
        offer:  text  @key
        margin: float
        kind:   text?
        size:   int
        \(none)
      }
      exposure now of person in orders at @2026-02-01
      feature n = count(orders)
      objective value for offers { maximize margin = offers.margin weight 2 }

      """ + policy)
    script.files["offers.csv"] = """
      offer,margin,kind,size
      tea_time,1,tea,1
      cake_day,3,cake,1
      scone,2,cake,2
      mug,0.5,,3
      pin,0.25,,3
      loss,-1,tea,2

      """
    script.adjust = adjust
    return script
  }

  private static func page(
    _ slots: String, choose: String = "greedy", fallback: String = "nothing"
  ) -> String {
    """
    policy page for offers at now {
      mask none
      objective value
      \(slots)
      choose \(choose)
      fallback "\(fallback)"
    }

    """
  }

  @Test("each position takes the best of what is left; what is above is out, and says so")
  func greedy() throws {
    let script = Self.script(
      Self.page("slots 3")
        + "show page | select person, number, position, action, value, rank, eligible, reasons")
    #expect(
      try script.shown() == """
        person  number  position  action    value  rank  eligible  reasons
        ------  ------  --------  --------  -----  ----  --------  ----------------------
             1       0         1  cake_day      6     1         7
             1       0         2  scone         4     1         6  above: cake_day
             1       0         3  tea_time      2     1         5  above: cake_day, scone
             2       0         1  cake_day      6     1         7
             2       0         2  scone         4     1         6  above: cake_day
             2       0         3  tea_time      2     1         5  above: cake_day, scone

        """)
  }

  @Test("a full group is out below, nulls are a group, and where nothing is left the slate ends")
  func limits() throws {
    let script = Self.script(
      Self.page("slots 9, at most 1 per kind")
        + "show page | where person == 1 | select position, action, propensity, reasons")
    #expect(
      try script.shown() == """
        position  action    propensity  reasons
        --------  --------  ----------  ------------------------------------------------
               1  cake_day           1
               2  tea_time           1  above: cake_day; per kind: scone
               3  mug                1  above: tea_time, cake_day; per kind: scone, loss

        """)
    let report = try script.run()
    let counts = try #require(report.decisions.first).counts
    #expect(counts.rows == 2 && counts.positions == 6)
    #expect(counts.actions == ["cake_day": 2, "tea_time": 2, "mug": 2])
    // Of each person: scone, loss and pin.
    #expect(counts.forbidden == ["per kind": 6, "null_value": 0])
    #expect(report.summary.contains("2 decisions, 6 positions: cake_day 2"))
  }

  @Test("of two limits each has a reason of its own; an action is out for the first that is full")
  func twoLimits() throws {
    let script = Self.script(
      Self.page("slots 9, at most 1 per kind, at most 1 per offers.size")
        + "show page | where person == 1 | select position, action, reasons")
    #expect(
      try script.shown() == """
        position  action    reasons
        --------  --------  --------------------------------------------------------------
               1  cake_day
               2  mug       above: cake_day; per kind: scone; per size: tea_time
               3  nothing   above: cake_day, mug; per kind: scone, pin; per size: tea_time

        """)
  }

  @Test("the no-op ends a slate, in a row of its own")
  func noOp() throws {
    let script = Self.script(
      Self.page("slots 9")
        + """
        show page | where person == 1 and position > 4
          | select position, action, value, margin = term_margin, rank, eligible, is_fallback
        """)
    #expect(
      try script.shown() == """
        position  action   value  margin  rank  eligible  is_fallback
        --------  -------  -----  ------  ----  --------  -----------
               5  pin        0.5     0.5     1         3  false
               6  nothing      0       0     1         2  false

        """)
  }

  @Test("where nothing passes a threshold the slate ends; at the first position the fallback acts")
  func threshold() throws {
    let script = Self.script(
      Self.page("slots 4", choose: "threshold(offers.margin > 1.5)", fallback: "tea_time")
        + "show page | select person, position, action, is_fallback", none: "")
    #expect(
      try script.shown() == """
        person  position  action    is_fallback
        ------  --------  --------  -----------
             1         1  cake_day  false
             1         2  scone     false
             2         1  cake_day  false
             2         2  scone     false

        """)
    let none = Self.script(
      Self.page("slots 4", choose: "threshold(offers.margin > 9)", fallback: "tea_time")
        + "show page | select person, position, action, is_fallback", none: "")
    #expect(
      try none.shown() == """
        person  position  action    is_fallback
        ------  --------  --------  -----------
             1         1  tea_time  true
             2         1  tea_time  true

        """)
  }

  @Test("the first stage chooses the candidates of the whole slate")
  func firstStage() throws {
    let script = Self.script(
      Self.page("candidates top(2) by -offers.margin\n  slots 4")
        + "show page | where person == 1 | select position, action, reasons")
    #expect(
      try script.shown() == """
        position  action   reasons
        --------  -------  ------------------------------------------------------
               1  pin      candidates: tea_time, cake_day, scone, mug
               2  nothing  candidates: tea_time, cake_day, scone, mug; above: pin

        """)
  }

  @Test(
    "one slot decides as a single decision does, bit for bit",
    arguments: ["greedy", "softmax(temperature: 1.5)", "threshold(margin > 1)"])
  func oneSlot(choose: String) throws {
    func log(_ slots: String) throws -> ResultTable {
      let explored = Self.page("\(slots)\n  explore 20%", choose: choose)
      return try #require(
        try Self.script(
          explored
            + "show page | select person, action, rank, propensity, value, expected_value, "
            + "term_margin, eligible, reasons, is_fallback"
        ).run().shows.first)
    }
    let (one, single) = (try log("slots 1"), try log(""))
    #expect(one.rowCount == single.rowCount)
    for row in 0..<single.rowCount {
      for column in single.columnNames.indices {
        #expect(one.value(row, column) == single.value(row, column))
      }
    }
  }

  @Test("the log has a row a position, with what is known at the exposure")
  func log() throws {
    var script = Self.script(
      Self.page("slots 2")
        + """
        output decisions = page to "page.csv"
        show page | select person, position, orders = n, late = n + position
        show page | group position { n = count(); most = max(n) }
        """)
    script.adjust = { $0.keepsOutputs = true }
    let report = try script.run()
    let log = try #require(report.outputs[0].table)
    #expect(
      log.columnNames == [
        "person", "at", "number", "position", "action", "rank", "propensity", "value",
        "expected_value", "term_margin", "eligible", "reasons", "is_fallback", "policy",
        "policy_hash",
      ])
    #expect(log.rowCount == 4)
    #expect(
      report.shows[0].rendered() == """
        person  position  orders  late
        ------  --------  ------  ----
             1         1       3     4
             1         2       3     5
             2         1       1     2
             2         2       1     3

        """)
    #expect(
      report.shows[1].rendered() == """
        position  n  most
        --------  -  ----
               1  2     3
               2  2     3

        """)
  }

  @Test("batches, threads and partitions on disk change no bit")
  func invariance() throws {
    let text =
      Self.page("slots 4, at most 1 per kind\n  explore 10%", choose: "softmax(temperature: 2)")
        + """
        show page
        show page | where position == 2 | select person, action, n, u = propensity
        """
    let plain = try Self.script(text).shown()
    for (batch, threads, partitions) in [(1, 1, nil), (3, 2, nil), (2048, 1, 1), (7, 3, 2)]
      as [(Int, Int, Int?)]
    {
      let script = Self.script(text) {
        $0.batchSize = batch
        $0.threads = threads
        $0.spillPartitions = partitions
      }
      #expect(try script.shown() == plain)
    }
  }

  @Test("every position is explained, in the bits of the log")
  func why() throws {
    let script = Self.script(
      Self.page("slots 3, at most 1 per kind", choose: "softmax(temperature: 2)") + "show page")
    let log = try #require(try script.run().shows.first)
    let rows = (0..<log.rowCount).filter { log.value($0, 0) == .int(1) }
    let why = try script.inFolder { try $0.why(policy: "page", key: "1") }
    #expect(why.decisionCount == 1)
    #expect(why.decisions.count == rows.count)
    for (decision, row) in zip(why.decisions, rows) {
      let course = try #require(decision.course)
      let chosen = course.candidates[course.chosen]
      #expect(.int(Int64(course.position ?? 0)) == log.value(row, 3))
      #expect(.text(chosen.name) == log.value(row, 4))
      #expect(.float(chosen.probability) == log.value(row, 6))
      let odds = course.candidates.map(\.probability).reduce(0, +)
      #expect(abs(odds - 1) < 1e-12)
    }
    #expect(why.text.contains("per kind"))
    #expect(why.json.contains("\"position\": 2"))
  }
}
