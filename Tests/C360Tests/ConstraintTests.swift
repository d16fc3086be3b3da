import C360
import C360Diagnostics
import Foundation
import Testing

@Suite("constraints: bounds on the decisions of a policy")
struct ConstraintTests {
  /// Eight people in two regions, each decided for once; worth of tea 1…8, of cake 3 more, at 1 and 4.
  static func script(_ constraints: String, _ policy: String, show: String) -> Script {
    var text = """
      entity person
      profile people of person from "people.csv" {
        person: int   @key
        since:  time  @from
        region: text?
        worth:  float?
        left:   int = 1
      }
      actions offers from "offers.csv" {
        offer: text @key
        kind:  text
        cost:  float
        extra: float
        most:  int
        none "nothing"
      }
      exposure sends of person from "sends.csv" {
        person:  int  @key
        sent:    time @time
        keep all
      }
      objective value for offers { maximize gain = (people.worth ?? 0) + offers.extra }

      """
    text += constraints + "\npolicy p for offers at sends {\n  mask none\n  objective value\n"
    text += "  fallback \"nothing\"\n" + policy + "\n}\n" + show + "\n"
    var script = Script(text: text)
    script.files["people.csv"] =
      "person,since,region,worth,left\n"
      + (1...8).map { "\($0),2026-01-01,\($0 <= 4 ? "North" : "South"),\($0),2" }
      .joined(separator: "\n") + "\n"
    script.files["offers.csv"] = "offer,kind,cost,extra,most\ntea,drink,1,0,2\ncake,food,4,3,3\n"
    script.files["sends.csv"] =
      "person,sent\n"
      + (1...8).map { "\($0),2026-02-0\($0)T09:00:00Z" }.joined(separator: "\n") + "\n"
    return script
  }

  private static let byAction =
    "show p | group action { n = count(); v = sum(value) } | sort action"

  @Test("a budget goes to whom it is worth most")
  func budget() throws {
    // Everybody's tea is 8, the next best use of money is cake for 3 at 3 more: (20 − 8) / 3 = 4.
    let script = Self.script(
      "constraint spend: sum(offers.cost) <= 20", "  subject to spend\n  choose greedy",
      show: Self.byAction)
    #expect(
      try script.shown() == """
        action  n   v
        ------  -  --
        cake    4  38
        tea     4  10

        """)
    let counts = try #require(script.run().decisions.first?.counts.allocation)
    #expect(counts.value == 48)
    #expect(counts.upperBound == 48)
    #expect(counts.constraints[0].bounds[0].realized == 20)
  }

  @Test("the price of a bound is what one more unit of it is worth")
  func price() throws {
    let script = Self.script(
      "constraint reach: count(where treated) <= 3", "  subject to reach\n  choose greedy",
      show: Self.byAction)
    let bound = try #require(
      script.run().decisions.first?.counts.allocation?.constraints[0].bounds[0])
    // The fourth best is worth 5 + 3, the third 6 + 3.
    #expect(bound.multiplier >= 8 - 1e-6 && bound.multiplier <= 9 + 1e-6)
  }

  @Test("bounds hold in each group of actions and each local day")
  func groups() throws {
    let script = Self.script(
      "constraint each: count(where treated) <= 1 per offers.kind, people.region",
      "  subject to each\n  choose greedy", show: Self.byAction)
    #expect(
      try script.shown() == """
        action   n   v
        -------  -  --
        cake     2  18
        nothing  4   0
        tea      2  10

        """)
  }

  @Test("a share of treated choices, from below")
  func share() throws {
    let script = Self.script(
      "constraint mix: share(where offers.kind == \"drink\") >= 25%",
      "  subject to mix\n  choose greedy", show: Self.byAction)
    #expect(try script.run().decisions[0].counts.actions == ["cake": 6, "tea": 2])
  }

  @Test("parity: no group is treated more often than the others by more than the bound")
  func parity() throws {
    let script = Self.script(
      """
      constraint fair: difference(rate(where treated), by: people.region, to: groups) <= 0
      constraint reach: count(where treated) <= 4
      """, "  subject to fair, reach\n  choose greedy",
      show: "show p | where action != \"nothing\" | group person { } | sort person")
    #expect(
      try script.shown() == """
        person
        ------
             3
             4
             7
             8

        """)
  }

  @Test("each entity keeps its own bound, read at each decision")
  func perEntity() throws {
    var script = Self.script(
      "constraint pacing: count(where treated) <= people.left per person per 7d",
      "  subject to pacing\n  choose greedy",
      show: "show p | select person, at, action, reasons")
    script.files["sends.csv"] = """
      person,sent
      1,2026-02-01T09:00:00Z
      1,2026-02-02T09:00:00Z
      1,2026-02-03T09:00:00Z
      1,2026-02-08T09:00:00Z
      2,2026-02-03T09:00:00Z

      """
    #expect(
      try script.shown() == """
        person  at                    action   reasons
        ------  --------------------  -------  -----------------
             1  2026-02-01T09:00:00Z  cake
             1  2026-02-02T09:00:00Z  cake
             1  2026-02-03T09:00:00Z  nothing  pacing: tea, cake
             1  2026-02-08T09:00:00Z  cake
             2  2026-02-03T09:00:00Z  cake

        """)
  }

  @Test("bounds that clash are named, and nothing is written")
  func clash() throws {
    let script = Self.script(
      """
      constraint spend: sum(offers.cost) <= 2
      constraint reach: rate(where treated) >= 50%
      constraint other: count(where offers.kind == "food") <= 5
      """, "  subject to spend, reach, other\n  choose greedy", show: Self.byAction)
    do {
      _ = try script.run()
      Issue.record("it ran")
    } catch let refused as Script.Refused {
      let text = refused.description
      #expect(text.contains("E0730"))
      #expect(text.contains("`reach`, `spend` together"))
      #expect(!text.contains("other"))
    }
  }

  @Test("whole decisions that cannot be are not found, which is no clash, and named once")
  func notFound() throws {
    // Four in each region: rates are equal only if as many are treated in both.
    let script = Self.script(
      """
      constraint fair:  difference(rate(where treated), by: people.region, to: groups) <= 0
      constraint least: count(where treated) >= 1
      constraint most:  count(where treated) <= 1
      """, "  subject to fair, least, most\n  choose greedy", show: Self.byAction)
    let refused = try #require(throws: Script.Refused.self) { _ = try script.run() }
    #expect(refused.description.contains("E0732"))
    #expect(!refused.description.contains("E0730"))
    let notes = refused.description.split(separator: "\n").filter { $0.contains("= note:") }
    #expect(Set(notes).count == notes.count)
  }

  @Test("a quantity that is no finite number ends the run", arguments: ["", " per person"])
  func notFinite(per: String) throws {
    var script = Self.script(
      "constraint k: sum(1.0 / people.left) <= 100\(per)", "  subject to k\n  choose greedy",
      show: Self.byAction)
    script.files["people.csv"] = script.files["people.csv"]?.replacing(
      "3,2026-01-01,North,3,2", with: "3,2026-01-01,North,3,0")
    let refused = try #require(throws: Script.Refused.self) { _ = try script.run() }
    #expect(refused.description.contains("`k` counts +inf"))
    #expect(refused.description.contains("E0701"))
  }

  @Test("a bound of an entity that is NaN ends the run")
  func nanBound() throws {
    let script = Self.script(
      "constraint k: sum(offers.cost) <= (0.0 / (people.left - 2)) per person",
      "  subject to k\n  choose greedy", show: Self.byAction)
    let refused = try #require(throws: Script.Refused.self) { _ = try script.run() }
    #expect(refused.description.contains("the bound of `k` is NaN"))
  }

  @Test(
    "a bound on a distribution has the sense in which it is convex",
    arguments: ["entropy() <= 0.5", "kl(base) >= 0.1"])
  func distributionSense(bound: String) throws {
    let script = Self.script(
      """
      policy base for offers at sends {
        mask none
        objective value
        choose softmax(temperature: 1)
        fallback "nothing"
      }
      constraint k: \(bound)
      """, "  subject to k\n  choose greedy", show: Self.byAction)
    let refused = try #require(throws: Script.Refused.self) { _ = try script.run() }
    #expect(refused.description.contains("E0530"))
  }

  @Test("the value of drawn choices is expected, what was drawn stands beside it")
  func expectedValue() throws {
    let script = Self.script(
      "constraint vary: entropy() >= 0.5", "  subject to vary\n  choose greedy",
      show: "show p | group { v = sum(value) }")
    let counts = try #require(script.run().decisions.first?.counts.allocation)
    let drawn = try #require(counts.drawnValue)
    #expect(drawn == drawn.rounded())
    #expect(abs(counts.value - counts.upperBound) <= 1e-6 * counts.upperBound)
  }

  @Test("the price of a share is per unit of the share, not of a count")
  func priceOfShare() throws {
    // All eight are treated: one more unit of the share (all of them) moves eight from cake to tea at 3.
    let script = Self.script(
      "constraint mix: share(where offers.kind == \"drink\") >= 30%",
      "  subject to mix\n  choose greedy", show: Self.byAction)
    let bound = try #require(
      script.run().decisions.first?.counts.allocation?.constraints[0].bounds[0])
    #expect(abs(bound.multiplier - 24) <= 1e-6)
  }

  @Test("the price of a budget of nothing is that of its first unit")
  func priceOfNothing() throws {
    let script = Self.script(
      "constraint spend: sum(offers.cost) <= 0", "  subject to spend\n  choose greedy",
      show: Self.byAction)
    let bound = try #require(
      script.run().decisions.first?.counts.allocation?.constraints[0].bounds[0])
    // Tea for the best: 8 for 1.
    #expect(abs(bound.multiplier - 8) <= 1e-6)
  }

  @Test(
    "with caps per entity value, reasons and draws are of the decisions written", arguments: 0..<6)
  func paced(seed: Int) throws {
    for choice in ["greedy", "softmax(temperature: 1)"] {
      var script = Self.script(
        """
        constraint spend:  sum(offers.cost) <= 40
        constraint pacing: count(where treated) <= 1 per person per 3d
        """, "  subject to spend, pacing\n  choose \(choice)",
        show: "show p | select person, at, action, value, reasons")
      script.files["sends.csv"] = Self.manySends(seed)
      let counts = try #require(script.run().decisions.first?.counts.allocation)
      let rows = try script.shown().split(separator: "\n").dropFirst(2)
      #expect(rows.count > 20)
      var worth = 0.0
      var last: [Substring: Int] = [:]
      for row in rows {
        let cells = row.split(separator: " ", omittingEmptySubsequences: true)
        let day = try #require(Int(cells[1].prefix(10).suffix(2)))
        let isForbidden = last[cells[0]].map { day - $0 < 3 } ?? false
        #expect(row.contains("pacing") == isForbidden, "\(row)")
        guard cells[2] != "nothing" else { continue }
        #expect(!isForbidden)
        last[cells[0]] = day
        worth += try #require(Double(cells[3]))
      }
      if choice == "greedy" {
        #expect(abs(counts.value - worth) < 1e-9)
        #expect(counts.repaired == 0)
      } else {
        #expect(abs(try #require(counts.drawnValue) - worth) < 1e-9)
      }
      #expect(counts.value <= counts.upperBound + 1e-9)
      #expect(counts.caps.map(\.name) == ["pacing"])
    }
  }

  /// About thirty sends to eight people in twenty days, one a day each at most.
  private static func manySends(_ seed: Int) -> String {
    var state = UInt64(seed + 1)
    func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
    var lines = ["person,sent"]
    for person in 1...8 {
      for day in 1...20 where next() % 5 == 0 {
        lines.append("\(person),2026-02-\(day < 10 ? "0" : "")\(day)T09:00:00Z")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  @Test("groups are equal when their bytes are: composed and decomposed letters are two regions")
  func groupsByBytes() throws {
    var script = Self.script(
      "constraint each: count(where treated) <= 1 per people.region",
      "  subject to each\n  choose greedy", show: Self.byAction)
    script.files["people.csv"] =
      "person,since,region,worth,left\n"
      + (1...8).map { "\($0),2026-01-01,\($0 % 2 == 0 ? "\u{E9}" : "e\u{301}"),\($0),2" }
      .joined(separator: "\n") + "\n"
    #expect(try script.run().decisions[0].counts.actions == ["nothing": 6, "cake": 2])
  }

  @Test("a cap in fractions holds up to rounding")
  func fractionalCap() throws {
    var script = Self.script(
      "constraint k: sum(offers.cost * 0.1) <= 0.3 per person",
      "  subject to k\n  choose greedy", show: Self.byAction)
    script.files["offers.csv"] = "offer,kind,cost,extra,most\ntea,drink,1,0,9\n"
    script.files["sends.csv"] =
      "person,sent\n" + (1...5).map { "1,2026-02-0\($0)T09:00:00Z\n" }.joined()
    #expect(try script.run().decisions[0].counts.actions == ["nothing": 2, "tea": 3])
  }

  @Test("a budget with caps per entity has no path")
  func noPathBesideCaps() throws {
    var script = Self.script(
      """
      constraint spend:  sum(offers.cost) <= 4
      constraint pacing: count(where treated) <= 1 per person
      """, "  subject to spend, pacing\n  choose greedy", show: Self.byAction)
    script.adjust = { $0.pathPoints = 11 }
    let report = try script.run()
    #expect(report.decisions.first?.counts.allocation?.path.isEmpty == true)
    #expect(report.budgetPaths.contains("`pacing` bounds each entity"))
  }

  @Test("a mean of whole numbers is bounded by a fraction")
  func meanOfIntegers() throws {
    let script = Self.script(
      "constraint k: mean(people.left) <= 2.5", "  subject to k\n  choose greedy",
      show: Self.byAction)
    #expect(try script.run().decisions[0].counts.actions == ["cake": 8])
  }

  @Test("a bound on divergence is named in the clash that it causes")
  func divergence() throws {
    let script = Self.script(
      """
      policy base for offers at sends {
        mask none
        objective value
        choose softmax(temperature: 1)
        fallback "nothing"
      }
      constraint near:  kl(base) <= 0.01
      constraint spend: sum(offers.cost) <= 2
      """, "  subject to near, spend\n  choose greedy", show: Self.byAction)
    do {
      _ = try script.run()
      Issue.record("it ran")
    } catch let refused as Script.Refused {
      #expect(refused.description.contains("`near`, `spend` together"))
    }
  }

  @Test("a soft bound costs its penalty and no more")
  func soft() throws {
    let script = Self.script(
      "constraint reach: count(where treated) <= 2 soft 5.5", "  subject to reach\n  choose greedy",
      show: Self.byAction)
    // Worth 4 … 11 each; what is worth more than 5.5 is taken all the same.
    #expect(try script.run().decisions[0].counts.actions == ["cake": 6, "nothing": 2])
  }

  @Test("draws keep their probabilities, and the bound holds in what is drawn")
  func draws() throws {
    let script = Self.script(
      "constraint reach: count(where treated) <= 3",
      "  subject to reach\n  choose softmax(temperature: 2)", show: Self.byAction)
    let counts = try script.run().decisions[0].counts
    #expect(counts.rows - (counts.actions["nothing"] ?? 0) <= 3)
  }

  @Test("threads and batches change no byte")
  func threads() throws {
    var scripts = [1, 2, 3].map { threads in
      var script = Self.script(
        "constraint spend: sum(offers.cost) <= 13",
        "  subject to spend\n  choose softmax(temperature: 1)\n  explore 10%",
        show: "show p")
      script.adjust = { $0.threads = threads }
      return script
    }
    let first = try scripts.removeFirst().shown()
    for script in scripts { #expect(try script.shown() == first) }
  }

  @Test("what entropy and divergence came to is reported, with what a nat is worth")
  func distributions() throws {
    let base = """
      policy base for offers at sends {
        mask none
        objective value
        choose softmax(temperature: 100)
        fallback "nothing"
      }

      """
    for (bound, isAtMost) in [("entropy() >= 0.4", false), ("kl(base) <= 0.2", true)] {
      let script = Self.script(
        base + "constraint calm: \(bound)", "  subject to calm\n  choose greedy", show: "show p")
      let report = try script.run()
      let found = try #require(
        report.decisions.first { $0.policy == "p" }?.counts.allocation?.constraints[0].bounds.first)
      let realized = try #require(found.realized)
      #expect(isAtMost ? realized <= 0.2 + 1e-6 : realized >= 0.4 - 1e-6)
      // It binds: nothing is given away.
      #expect(abs(realized - found.limit) < 1e-3)
      #expect(found.multiplier > 0)
      #expect(report.summary.contains("one \(isAtMost ? "more" : "less") nat is worth"))
    }
  }

  @Test("figures of bounds have the units of what they count and of the objective")
  func units() throws {
    var script = Self.script(
      "constraint spend: sum(offers.cost) <= 20 GBP\nconstraint reach: count(where treated) <= 5",
      "  subject to spend, reach\n  choose greedy", show: "show p")
    script = Script(
      text: script.text.replacing("cost:  float", with: "cost:  money(GBP)")
        .replacing("extra: float", with: "extra: money(GBP)")
        .replacing("worth:  float?", with: "worth:  money(GBP)?")
        .replacing("(people.worth ?? 0)", with: "(people.worth ?? 0 GBP)"), files: script.files)
    let summary = try script.run().summary
    #expect(summary.contains("value 45 GBP, at most 45 GBP is possible"))
    #expect(summary.contains("spend: 20 <= 20 GBP"))
    #expect(summary.contains("reach: 5 <= 5; one more is worth"))
  }

  @Test("a warm start needs fewer passes and is among the files of the run")
  func warmStart() throws {
    let script = Self.script(
      "constraint spend: sum(offers.cost) <= 12 per people.region\n"
        + "constraint fair: difference(rate(where treated), by: people.region, to: overall) <= 5%",
      "  subject to spend, fair\n  choose softmax(temperature: 1)",
      show: "output log = p to \"log.csv\"")
    try script.inFolder { session in
      let first = try session.run()
      let manifest = try #require(first.manifestPath)
      var again = session
      again.options.warmStart = manifest
      let second = try again.run()
      let counts = try [first, second].map { try #require($0.decisions[0].counts.allocation) }
      #expect(counts[1].passes < counts[0].passes)
      #expect(abs(counts[1].upperBound - counts[0].upperBound) < 1e-4 * counts[0].upperBound)
      #expect(first.decisions[0].counts.actions == second.decisions[0].counts.actions)
    }
  }

  @Test("a gap that is great is a part in hundred")
  func greatGap() throws {
    // Worth most are 8 + 3 and 7 + 3; nine tenths of the second are left.
    let script = Self.script(
      "constraint reach: count(where treated) <= 1.9", "  subject to reach\n  choose greedy",
      show: "show p")
    #expect(try script.run().summary.contains("value 11, at most 20 is possible: gap 45.0 %"))
  }

  @Test(
    "numbers whose sums would not be numbers stop a run under bounds",
    arguments: [
      ("cake,food,4,3,3", "cake,food,1e200,3,3", "sum(offers.cost) <= 1e200", "E0701"),
      ("cake,food,4,3,3", "cake,food,4,1e200,3", "sum(offers.cost) <= 20", "E0701"),
      ("cake,food,4,3,3", "cake,food,4,-1e200,3", "count(where treated) <= 1 per person", "E0701"),
      ("cake,food,4,3,3", "cake,food,4,inf,3", "sum(offers.cost) <= 20", "E0701"),
      (
        "cake,food,4,3,3", "cake,food,1e100,3,3",
        "sum(offers.cost * offers.cost * (people.worth ?? 0)) <= 20", "E0701"
      ),
      ("cake", "cake", "sum(offers.cost) <= 20 soft 1e200", "E0704"),
    ])
  func greatNumbers(_ row: String, _ other: String, _ bound: String, _ code: String) throws {
    var script = Self.script(
      "constraint spend: \(bound)", "  subject to spend\n  choose greedy", show: "show p")
    script.files["offers.csv"] = script.files["offers.csv"]?.replacing(row, with: other)
    #expect(try script.codes() == [code])
    if code == "E0701" {
      // Of what may not be chosen nothing is asked.
      script.text = script.text
        .replacing("  mask none\n", with: "  mask m\n")
        .replacing(
          "objective value for",
          with:
            "mask m for offers { forbid cakes when offers.offer == \"cake\" }\nobjective value for")
      #expect(try script.codes() == (other.contains("1e200,3,3") ? [code] : []))
    }
  }

  @Test("a warm start that is no manifest stops the run")
  func unreadableWarmStart() throws {
    var script = Self.script(
      "constraint spend: sum(offers.cost) <= 12", "  subject to spend\n  choose greedy",
      show: "show p")
    script.adjust = { $0.warmStart = "/nowhere/at/all.json" }
    #expect(try script.codes() == ["E0717"])
  }

  @Test(
    "a warm start without prices of a policy is told, and one with a price that is no number stops the run"
  )
  func uselessWarmStart() throws {
    let script = Self.script(
      "constraint spend: sum(offers.cost) <= 12", "  subject to spend\n  choose greedy",
      show: "output log = p to \"log.csv\"")
    try script.inFolder { session in
      let manifest = try #require(try session.run().manifestPath)
      let text = try String(contentsOfFile: manifest, encoding: .utf8)
      var again = session
      again.options.warmStart = manifest
      #expect(try again.run().warnings.allSatisfy { $0.code.name != "W0711" })
      let other = manifest + ".other.json"
      try text.replacing("\"name\": \"p\"", with: "\"name\": \"q\"")
        .write(toFile: other, atomically: true, encoding: .utf8)
      again.options.warmStart = other
      #expect(try again.run().warnings.contains { $0.code.name == "W0711" })
      let broken = manifest + ".broken.json"
      try text.replacing(#/"multiplier": [0-9.e+-]+/#, with: "\"multiplier\": \"x\"")
        .write(toFile: broken, atomically: true, encoding: .utf8)
      again.options.warmStart = broken
      #expect(throws: DiagnosticError.self) { try again.run() }
    }
  }

  @Test(
    "where bounds change more than one decision in a hundred, the report says that estimates are biased"
  )
  func manyRepaired() throws {
    // Each draw is its own day, and a day may have none: whoever draws tea is changed.
    let script = Self.script(
      "constraint daily: count(where treated) <= 0.5 per calendar 1d",
      "  subject to daily\n  choose softmax(temperature: 100)", show: "show p")
    let report = try script.run()
    let counts = try #require(report.decisions[0].counts.allocation)
    #expect((counts.repaired > 0) == report.warnings.contains { $0.code.name == "W0710" })
    #expect(counts.repaired > 0)
  }

  @Test("a default inside of a reckoned bound is refused: it says nothing of groups without a row")
  func innerDefault() throws {
    var script = Self.script(
      """
      limits room from "room.csv" { kind: text @key; most: int }
      constraint space: count(where treated) <= (room.most ?? 3) * 1.0 per offers.kind
      """, "  subject to space\n  choose greedy", show: "show p")
    script.files["room.csv"] = "kind,most\nfood,1\n"
    #expect(try script.codes() == ["E0536"])
    let outer = Script(
      text: script.text.replacing("(room.most ?? 3) * 1.0", with: "room.most * 1.0 ?? 3"),
      files: script.files)
    #expect(try outer.run().decisions[0].counts.actions == ["cake": 1, "tea": 3, "nothing": 4])
  }
}
