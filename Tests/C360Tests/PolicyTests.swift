import C360
import Foundation
import Testing

@Suite("policies: masks, objective, choice, propensity")
struct PolicyTests {
  private static func script(_ policy: String) -> Script {
    var script = Shop.script(
      """
      actions offers from "offers.csv" {
        offer:  text  @key
        margin: float
        kind:   text
        none "nothing"
      }
      exposure now of person in orders at @2026-02-01
      feature n = count(orders)
      objective value for offers { maximize margin = offers.margin weight 2 }

      """ + policy)
    script.files["offers.csv"] = """
      offer,margin,kind
      tea_time,1,tea
      cake_day,3,cake

      """
    return script
  }

  @Test("greedy takes the best eligible action; rules say what they forbid")
  func greedy() throws {
    let script = Self.script(
      """
      mask contact for offers {
        forbid newcomer when n < 2 and offers.kind == "cake" because "cake is for regulars"
      }
      policy first for offers at now {
        mask contact
        objective value
        choose greedy
        fallback "nothing"
      }
      show first | select person, action, value, propensity, eligible, reasons
      """)
    #expect(
      try script.shown() == """
        person  action    value  propensity  eligible  reasons
        ------  --------  -----  ----------  --------  ------------------
             1  cake_day      6           1         3
             2  tea_time      2           1         2  newcomer: cake_day

        """)
  }

  @Test("the fallback acts where nothing is eligible, and says so")
  func fallback() throws {
    let script = Self.script(
      """
      mask none_at_all for offers { forbid never when n >= 0 }
      policy first for offers at now {
        mask none_at_all
        objective value
        choose softmax(temperature: 0.5)
        fallback "nothing"
      }
      show first | select person, action, propensity, is_fallback
      """)
    #expect(
      try script.shown() == """
        person  action   propensity  is_fallback
        ------  -------  ----------  -----------
             1  nothing           1  true
             2  nothing           1  true

        """)
  }

  @Test("propensities are those of the whole mixture; the report counts actions and terms")
  func mixture() throws {
    let script = Self.script(
      """
      policy first for offers at now {
        mask none
        objective value
        choose softmax(temperature: 2)
        explore 30%
        fallback "nothing"
      }
      show first | select action, propensity, expected_value
      """)
    let report = try script.run()
    let decided = try #require(report.decisions.first)
    #expect(decided.counts.rows == 2)
    #expect(decided.terms.map(\.name) == ["margin"])
    // exp(0), exp(1), exp(3) over their sum, seven tenths of it, and a tenth for each action.
    let weights = [1.0, 2.718281828459045, 20.085536923187668]
    let sum = weights.reduce(0, +)
    let expected = weights.map { 0.7 * $0 / sum + 0.1 }
    let names = ["nothing", "tea_time", "cake_day"]
    for row in 0..<2 {
      guard case .text(let action) = report.shows[0].value(row, 0),
        case .float(let propensity) = report.shows[0].value(row, 1),
        let place = names.firstIndex(of: action)
      else {
        Issue.record("no decision")
        continue
      }
      #expect(abs(propensity - expected[place]) < 1e-12)
    }
  }

  @Test("a decision log has the columns that an evaluation needs")
  func log() throws {
    var script = Self.script(
      """
      policy first for offers at now {
        mask none
        objective value
        choose greedy
        fallback "nothing"
      }
      output decisions = first to "decisions.csv"
      """)
    script.adjust = { $0.keepsOutputs = true }
    let log = try #require(try script.run().outputs[0].table)
    #expect(
      log.columnNames == [
        "person", "at", "number", "action", "rank", "propensity", "value", "expected_value",
        "term_margin", "eligible", "reasons", "is_fallback", "policy", "policy_hash",
      ])
    #expect(log.value(0, 12) == .text("first"))
  }

  @Test("actions with equal keys cannot be decided among")
  func badActions() throws {
    var script = Self.script(
      """
      policy first for offers at now {
        mask none
        objective value
        choose greedy
        fallback "nothing"
      }
      show first | select action
      """)
    script.files["offers.csv"] = "offer,margin,kind\na,1,x\na,2,x\n"
    #expect(try script.codes() == ["E0704"])
  }

  /// Four offers by margin: a 4, b 3, c 2, d 1.
  private static func staged(_ policy: String) -> Script {
    var script = Self.script(policy)
    script.files["offers.csv"] = "offer,margin,kind\na,4,x\nb,3,y\nc,2,y\nd,1,x\n"
    return script
  }

  @Test("a first stage leaves the greatest scores of what no rule forbids, ties to the earlier")
  func firstStage() throws {
    let script = Self.staged(
      """
      mask m for offers { forbid first when offers.offer == "a" }
      score match for offers = case { offers.kind == "y": 1.0; offers.offer == "d": 5.0; else: 9.0 }
      policy p for offers at now {
        mask m
        objective value
        candidates top(2) by match
        choose greedy
        fallback "nothing"
      }
      show p | select person, action, rank, eligible, reasons
      """)
    #expect(
      try script.shown() == """
        person  action  rank  eligible  reasons
        ------  ------  ----  --------  -----------------------
             1  b          1         3  first: a; candidates: c
             2  b          1         3  first: a; candidates: c

        """)
  }

  @Test("a null score is no candidate; terms are asked for candidates only, others may fail")
  func nullScore() throws {
    func script(_ count: Int, _ match: String) -> Script {
      Self.staged(
        """
        score match for offers = \(match)
        objective risky for offers {
          maximize gain = if offers.kind == "x" then 9_223_372_036_854_775_807 + n else 1
        }
        policy p for offers at now {
          mask none
          objective risky
          candidates top(\(count)) by match
          choose greedy
          fallback "d"
        }
        show p | select person, action, value, eligible, is_fallback, reasons
        """)
    }
    #expect(
      try script(3, "if offers.kind == \"x\" then null else offers.margin").shown() == """
        person  action  value  eligible  is_fallback  reasons
        ------  ------  -----  --------  -----------  ----------------
             1  b           1         3  false        candidates: a, d
             2  b           1         3  false        candidates: a, d

        """)
    #expect(try script(3, "1.0").codes() == ["E0701"])
    // Where no candidate is left the fallback acts; no rule forbids it.
    #expect(
      try script(3, "if n > 5 then 1.0 else null").shown() == """
        person  action  value  eligible  is_fallback  reasons
        ------  ------  -----  --------  -----------  ----------------------
             1  d        null         1  true         candidates: a, b, c, d
             2  d        null         1  true         candidates: a, b, c, d

        """)
  }

  @Test("a first stage goes before bounds, which see its candidates only")
  func firstStageUnderBounds() throws {
    let script = Self.staged(
      """
      constraint few: count(where treated) <= 1
      constraint each: count(where offers.offer == "c") <= 0 per person
      policy p for offers at now {
        mask none
        objective value
        subject to few, each
        candidates top(2) by -offers.margin
        choose greedy
        fallback "nothing"
      }
      show p | select action, eligible, reasons
      """)
    #expect(
      try script.shown() == """
        action   eligible  reasons
        -------  --------  -------------------------
        d               2  candidates: a, b; each: c
        nothing         2  candidates: a, b; each: c

        """)
  }

  @Test("what a first stage reads needs its permit")
  func firstStageLabels() throws {
    func codes(_ permit: String) throws -> [String] {
      let plain = Self.staged(
        """
        policy p for offers at now {
          mask none
          objective value
          \(permit)
          candidates top(2) by if offers.kind == "x" then 1.0 else 2.0
          choose greedy
          fallback "nothing"
        }
        show p | select action
        """)
      let text = plain.text.replacingOccurrences(
        of: "kind:   text", with: "kind: text @sensitive(age)")
      return try Script(text: text, files: plain.files).codes()
    }
    #expect(try codes("") == ["E0331"])
    #expect(try codes("permit sensitive(age) in choose because \"tested\"") == ["E0331"])
    #expect(try codes("permit sensitive(age) in candidates because \"tested\"") == [])
  }
}
