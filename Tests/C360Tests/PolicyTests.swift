import C360
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
}
