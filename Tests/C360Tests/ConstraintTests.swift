import C360
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

  @Test("a warm start that is no manifest stops the run")
  func unreadableWarmStart() throws {
    var script = Self.script(
      "constraint spend: sum(offers.cost) <= 12", "  subject to spend\n  choose greedy",
      show: "show p")
    script.adjust = { $0.warmStart = "/nowhere/at/all.json" }
    #expect(try script.codes() == ["E0717"])
  }
}
