import C360
import Testing

@Suite("arbitration: first, best of, mixture")
struct ArbitrationTests {
  private static func shown(_ turns: String, _ query: String, _ more: String = "") throws
    -> [[String]]
  {
    try CompositionShop.rows(
      CompositionShop.script(
        more + "\narbitrate contact of customer at now { \(turns) }\nshow contact | \(query)"))
  }

  @Test("the first whose condition holds acts, with its own propensity")
  func turns() throws {
    let rows = try Self.shown(
      "mask none; first coupon when spend > 8; then firm when spend > 5; then soft",
      "select c = customer, policy, propensity, is_fallback, spend")
    for row in rows {
      let spend = (Int(row[0]) ?? 0) % 10
      #expect(row[1] == (spend > 8 ? "coupon" : spend > 5 ? "firm" : "soft"), "\(row)")
      if row[1] == "firm" { #expect(row[2] == "1.0") }
    }
    #expect(rows.count == 400)
  }

  @Test("where no condition holds the no-op acts")
  func nobody() throws {
    let rows = try Self.shown(
      "mask none; first firm when spend > 5",
      "group policy, action { p = min(propensity); n = count() }")
    #expect(rows == [["firm", "wine", "1.0", "160"], ["none", "nothing", "1.0", "240"]])
  }

  @Test("the greatest expected value acts, ties to the first")
  func best() throws {
    let same = """
      policy twin for offers at now { mask none; objective value; choose greedy; fallback "nothing" }
      """
    #expect(
      try Self.shown("first best of soft, firm, twin", "group policy { n = count() }", same)
        == [["firm", "400"]])
    #expect(
      try Self.shown("first best of soft, twin, firm", "group policy { n = count() }", same)
        == [["twin", "400"]])
    // 1.6 from the mixture of 3 and 0 by shares, 2.5 at most from coupons.
    let mixed = """
      experiment half of customer at now { salt "h"; arm none 50%; arm firm 50% }
      """
    #expect(
      try Self.shown("first best of half, soft", "group policy { n = count() }", mixed)
        == [["soft", "400"]])
  }

  @Test("a mixture: each member as often as its share, the propensity over all of them")
  func mixture() throws {
    let rows = try Self.shown(
      "first mixture of soft 50%, firm 30%, none 20%", "select policy, action, propensity")
    for (name, share) in [("soft", 0.5), ("firm", 0.3), ("none", 0.2)] {
      let count = Double(rows.filter { $0[0] == name }.count)
      #expect(abs(count - 400 * share) < 4 * (400 * share).squareRoot(), "\(name)")
    }
    for row in rows {
      var expected = 0.5 * (CompositionShop.soft[row[1]] ?? 0)
      if row[1] == "wine" { expected += 0.3 }
      if row[1] == "nothing" { expected += 0.2 }
      #expect(abs((Double(row[2]) ?? 0) - expected) < 1e-12, "\(row)")
    }
  }

  @Test("an experiment in an arbitration in an experiment")
  func nesting() throws {
    let more = """
      experiment inner of customer at now { salt "i"; arm soft 50%; arm firm 50% }
      arbitrate middle of customer at now { mask none; first inner when spend > 4; then soft }
      experiment outer of customer at now { salt "o"; arm middle 50%; arm none 50% }
      """
    let script = CompositionShop.script(
      more + "\nshow outer | select customer, arm, policy, action, propensity")
    for row in try CompositionShop.rows(script) {
      let isLarge = (Int(row[0]) ?? 0) % 10 > 4
      let soft = CompositionShop.soft[row[3]] ?? 0
      var expected = isLarge ? 0.25 * soft + (row[3] == "wine" ? 0.25 : 0) : 0.5 * soft
      if row[3] == "nothing" { expected += 0.5 }
      #expect(abs((Double(row[4]) ?? 0) - expected) < 1e-12, "\(row)")
      #expect(row[1] == (row[2] == "none" ? "none" : "middle"))
    }
    let nodes = try #require(try script.run().compositions.first).nodes
    #expect(nodes.map(\.name) == ["outer", "middle", "inner"])
    #expect(nodes[1].rows == nodes[0].acted[0].rows && nodes[2].rows == nodes[1].acted[0].rows)
  }

  @Test(arguments: [
    ("mask none", "E0540"),
    ("then firm", "E0540"),
    ("mask none; first firm when spend > 1; first soft", "E0540"),
    ("first firm; then soft", "E0540"),
    ("first firm when spend > 1; then soft", "E0540"),
    ("first none", "E0540"),
    ("first mixture of firm 50%, soft 40%", "E0541"),
    ("mask none; first firm when spend > 1; then bare", "E0543"),
    ("first best of firm, rich", "E0543"),
    ("mask none; first firm when mean(orders.amount) > 1; then soft", "E0301"),
    ("first contact", "E0207"),
    ("mask none; subject to daily; first firm", "E0201"),
    ("mask none; first bare when spend > 1", "E0542"),
  ])
  func mistakes(_ turns: String, _ code: String) throws {
    let more = """
      actions plain from "offers.csv" { offer: text @key; margin: float }
      actions numbered from "numbers.csv" { number: int @key; margin: money(EUR) }
      objective margin for plain { maximize margin = plain.margin }
      objective cash for offers { maximize cash = offers.margin * 1 EUR }
      objective counted for numbered { maximize cash = numbered.margin }
      policy bare for \(turns.contains("then bare") ? "numbered" : "plain") at now {
        mask none; objective \(turns.contains("then bare") ? "counted" : "margin"); choose greedy
        fallback \(turns.contains("then bare") ? "1" : "\"tea\"")
      }
      policy rich for offers at now { mask none; objective cash; choose greedy; fallback "nothing" }
      """
    let script = CompositionShop.script(
      more + "\narbitrate contact of customer at now { \(turns) }")
    #expect(try script.codes() == [code])
  }

  @Test("conditions are seen under the arbitration's own mask")
  func mask() throws {
    let more = """
      mask blind { hide orders }
      """
    let rows = try Self.shown(
      "mask blind; first firm when spend is null; then soft", "group policy { n = count() }", more)
    #expect(rows == [["firm", "400"]])
  }

  @Test("an approval that ran out stops every composition of the policy")
  func approvals() throws {
    let script = CompositionShop.script(
      """
      policy old for offers at now {
        mask none; objective value; choose greedy; fallback "nothing"
        approved "the board" until @2026-05-01
      }
      arbitrate contact of customer at now { mask none; first soft when spend > 5; then old }
      show contact | take 1
      """)
    #expect(try script.codes() == ["E0705"])
  }

  @Test("a label that enters by a condition needs a permit there")
  func labels() throws {
    let more = """
      profile accounts of customer from "accounts.csv" { id: int @key; age: int? @sensitive(age) }
      """
    func codes(_ permit: String) throws -> [String] {
      var script = CompositionShop.script(
        more + """

          arbitrate contact of customer at now {
            mask none\(permit)
            first firm when (accounts.age ?? 0) > 18
            then soft
          }
          show contact | take 1
          """)
      script.files["accounts.csv"] = "id,age\n1,30\n"
      return try script.codes()
    }
    #expect(try codes("") == ["E0331"])
    #expect(try codes("; permit sensitive(age) in firm because \"the law\"") == [])
    #expect(try codes("; permit sensitive(age)") == [])
    #expect(try codes("; permit sensitive(age) in soft") == ["E0333"])
  }
}
