import C360
import C360Columns
import Foundation
import Testing

/// Every form of a bound against all decisions that there are: eight people, one decision each, tea (cost 1)
/// or cake (cost 4, worth 3 more).
@Suite("constraints: every form, against all decisions there are")
struct ConstraintFormTests {
  enum Action: Int {
    case nothing, tea, cake
    var cost: Double { [0, 1, 4][rawValue] }
  }
  typealias Choice = [Action]

  struct Form: Sendable, CustomStringConvertible {
    let name: String
    /// Declarations; the constraint that is meant is the first of `subject`.
    let text: String
    var subject = "bound"
    /// What its decisions may be.
    let holds: @Sendable (Choice) -> Bool
    /// What they pay beside.
    var charge: @Sendable (Choice) -> Double = { _ in 0 }
    var description: String { name }
  }

  private static func treated(_ choice: some Sequence<Action>) -> Double {
    Double(choice.count { $0 != .nothing })
  }

  private static func cakes(_ choice: some Sequence<Action>) -> Double {
    Double(choice.count { $0 == .cake })
  }

  private static func teas(_ choice: some Sequence<Action>) -> Double {
    Double(choice.count { $0 == .tea })
  }

  /// People 1…4 are North, 5…8 South.
  private static func regions(_ choice: Choice) -> [ArraySlice<Action>] {
    [choice[0..<4], choice[4..<8]]
  }

  static let forms: [Form] = [
    Form(
      name: "sum where",
      text: "constraint bound: sum(offers.cost where offers.kind == \"food\") <= 9",
      holds: { 4 * cakes($0) <= 9 }),
    Form(
      name: "sum from below",
      text: "constraint bound: sum((people.worth ?? 0) where offers.kind == \"drink\") >= 20",
      holds: { zip($0, 1...8).reduce(0) { $0 + ($1.0 == .tea ? $1.1 : 0) } >= 20 }),
    Form(
      name: "count per calendar week",
      text: "constraint bound: count(where treated) <= 2 per calendar 1w",
      // 1 February 2026 is a Sunday.
      holds: { treated($0[0..<1]) <= 2 && treated($0[1..<8]) <= 2 }),
    Form(
      name: "count in any two days", text: "constraint bound: count(where treated) <= 1 per 48h",
      holds: { choice in (1..<8).allSatisfy { treated(choice[$0 - 1...$0]) <= 1 } }),
    Form(
      name: "sum in any three days", text: "constraint bound: sum(offers.cost) <= 5 per 72h",
      holds: { choice in
        (0..<8).allSatisfy { choice[max(0, $0 - 2)...$0].reduce(0) { $0 + $1.cost } <= 5 }
      }),
    Form(
      name: "rate in each group",
      text: "constraint bound: rate(where offers.kind == \"food\") <= 25% per people.region",
      holds: { regions($0).allSatisfy { cakes($0) <= 1 } }),
    Form(
      name: "rate from below",
      text: """
        constraint bound: rate(where treated) >= 75%
        constraint spend: sum(offers.cost) <= 12
        """, subject: "bound, spend",
      holds: { treated($0) >= 6 && $0.reduce(0) { $0 + $1.cost } <= 12 }),
    Form(
      name: "mean where",
      text: "constraint bound: mean(offers.cost where treated) <= 2",
      holds: { $0.reduce(0) { $0 + $1.cost } <= 2 * treated($0) }),
    Form(
      name: "least exposure of a group of items",
      text: "constraint bound: share(where offers.kind == \"drink\") >= 30%",
      holds: { teas($0) >= 0.3 * treated($0) - 1e-9 }),
    Form(
      name: "least exposure in each group of people",
      text: "constraint bound: share(where offers.kind == \"drink\") >= 40% per people.region",
      holds: { regions($0).allSatisfy { teas($0) >= 0.4 * treated($0) - 1e-9 } }),
    Form(
      name: "difference between groups",
      text: """
        constraint bound: difference(rate(where offers.kind == "food"), by: people.region, to: groups) <= 25%
        constraint reach: sum(offers.cost) <= 20
        """, subject: "bound, reach",
      holds: {
        abs(cakes($0[0..<4]) - cakes($0[4..<8])) <= 1 && $0.reduce(0) { $0 + $1.cost } <= 20
      }),
    Form(
      name: "difference to all",
      text: """
        constraint bound: difference(rate(where treated), by: people.region, to: overall) <= 12.5%
        constraint reach: count(where treated) <= 4
        """, subject: "bound, reach",
      holds: {
        abs(treated($0[0..<4]) / 4 - treated($0) / 8) <= 0.125 && treated($0) <= 4
      }),
    Form(
      name: "ratio between groups",
      text: """
        constraint bound: ratio(rate(where treated), by: people.region, to: groups) >= 0.5
        constraint reach: count(where treated) <= 5
        """, subject: "bound, reach",
      holds: {
        let (north, south) = (treated($0[0..<4]), treated($0[4..<8]))
        return min(north, south) >= 0.5 * max(north, south) && north + south <= 5
      }),
    Form(
      name: "ratio to all",
      text: """
        constraint bound: ratio(rate(where treated), by: people.region, to: overall) >= 0.8
        constraint reach: count(where treated) <= 5
        """, subject: "bound, reach",
      holds: {
        let (north, all) = (treated($0[0..<4]) / 4, treated($0) / 8)
        let south = 2 * all - north
        return [north, south].allSatisfy { min($0, all) >= 0.8 * max($0, all) - 1e-9 }
          && all <= 0.625
      }),
    Form(
      name: "a parameter",
      text: "param most: int = 3\nconstraint bound: count(where treated) <= most",
      holds: { treated($0) <= 3 }),
    Form(
      name: "for each entity, in a calendar week",
      text: "constraint bound: sum(offers.cost) <= 3 per person per calendar 1w",
      holds: { cakes($0) == 0 }),
    Form(
      name: "soft, with a reason",
      text: "constraint bound: count(where treated) <= 2 soft 7.5 because \"the calls take time\"",
      holds: { _ in true }, charge: { 7.5 * max(0, treated($0) - 2) }),
  ]

  private static func worth(_ choice: Choice) -> Double {
    choice.enumerated().reduce(0) { sum, decision in
      decision.element == .nothing
        ? sum : sum + Double(decision.offset + 1) + (decision.element == .cake ? 3 : 0)
    }
  }

  @Test(
    "what is decided holds the bound, and nothing that holds it is worth more", arguments: forms)
  func form(_ form: Form) throws {
    let script = ConstraintTests.script(
      form.text, "  subject to \(form.subject)\n  choose greedy",
      show: "show p | select person, action")
    let report = try script.run()
    let counts = try #require(report.decisions[0].counts.allocation)
    let rows = report.shows[0]
    let choice = try (0..<8).map { row -> Action in
      switch rows.value(row, 1) {
      case .text("tea"): .tea
      case .text("cake"): .cake
      case .text("nothing"): .nothing
      default: throw Failure.action
      }
    }
    var best = -Double.infinity
    for code in 0..<6561 {
      var rest = code
      let other: Choice = (0..<8).map { _ in
        defer { rest /= 3 }
        return Action(rawValue: rest % 3) ?? .nothing
      }
      if form.holds(other) { best = max(best, Self.worth(other) - form.charge(other)) }
    }
    #expect(form.holds(choice))
    #expect(abs(Self.worth(choice) - form.charge(choice) - best) < 1e-9)
    #expect(abs(counts.value - best) < 1e-9 && best <= counts.upperBound + 1e-9)
  }

  enum Failure: Error { case action }

  @Test("the reason stands in the manifest and with the bound")
  func because() throws {
    let form = try #require(Self.forms.last)
    let script = ConstraintTests.script(
      form.text, "  subject to bound\n  choose greedy", show: "show p")
    let why = try script.inFolder { try $0.why(policy: "p", key: "1") }
    let policy = try #require(why.decisions.first?.choice).policy
    let part = try #require(policy.parts.first { $0.kind == .constraint })
    #expect(part.because == "the calls take time")
    #expect(part.words == "count(where treated) <= 2 soft 7.5")
  }

  @Test("the plan says what is measured, in which groups and periods")
  func plan() throws {
    let script = ConstraintTests.script(
      "constraint bound: sum(offers.cost) <= 5 per people.region per calendar 1w soft 2",
      "  subject to bound\n  choose greedy", show: "show p")
    let plan = try script.inFolder { try $0.plan() }
    #expect(
      plan.contains(
        "subject to bound <= 5.0 soft 2.0: sum(offers.cost) <= 5 per people.region per calendar 1w soft 2"
      ))
  }

  // MARK: Groups that are not known

  private static func parity(granted: ClosedRange<Int>) -> Script {
    let plain = ConstraintTests.script(
      """
      consents ledger of person from "ledger.csv" {
        id: int @key
        purpose: text @purpose
        granted: time @from
        revoked: time? @until
      }
      mask m for offers { hide people.region unless consent("ads") }
      constraint fair: difference(rate(where treated), by: people.region, to: groups) <= 0
      constraint reach: count(where treated) <= 5
      """, "  subject to fair, reach\n  choose greedy", show: "show p | select person, action")
    var script = Script(text: plain.text.replacing("mask none", with: "mask m"), files: plain.files)
    script.files["ledger.csv"] =
      "id,purpose,granted,revoked\n"
      + granted.map { "\($0),ads,2026-01-01T00:00:00Z," }.joined(separator: "\n") + "\n"
    return script
  }

  @Test("who is hidden is in a group of their own, held to the bound, counted and told")
  func hiddenGroups() throws {
    // North are 1…4, South 5 and 6, and of 7 and 8 it is not known: of each as many in the hundred.
    let report = try Self.parity(granted: 1...6).run()
    let counts = try #require(report.decisions[0].counts.allocation)
    #expect(counts.constraints[0].unknown == 2)
    #expect(counts.constraints[0].bounds.map(\.label) == ["null", "North", "South"])
    #expect(report.decisions[0].counts.actions["nothing"] == 4)
    let warning = try #require(report.warnings.first { $0.code.name == "W0709" })
    #expect(warning.message.contains("unknown at 2 decisions of `p`"))
    #expect(try Self.parity(granted: 1...8).run().warnings.allSatisfy { $0.code.name != "W0709" })
  }

  @Test("where all are hidden nothing is compared, and the run ends")
  func allHidden() throws {
    #expect(try Self.parity(granted: 91...92).codes() == ["E0704"])
  }

  // MARK: Sums

  @Test("what a budget used is the exact sum, whatever the order")
  func exactUsage() throws {
    var script = ConstraintTests.script(
      "constraint spend: sum((people.worth ?? 0) where treated) <= 1e17",
      "  subject to spend\n  choose greedy", show: "show p | group action { n = count() }")
    script.files["people.csv"] =
      "person,since,region,worth,left\n"
      + [1e16, 1, 1, 1, 0.1, 0.2, 0.3, 1].enumerated()
      .map { "\($0 + 1),2026-01-01,North,\($1),2" }.joined(separator: "\n") + "\n"
    let counts = try #require(script.run().decisions[0].counts.allocation)
    // fsum([1e16, 1, 1, 1, 0.1, 0.2, 0.3, 1])
    #expect(counts.constraints[0].bounds[0].realized == 10_000_000_000_000_004)
  }

  // MARK: What is proven

  @Test("of choices that are drawn within bounds for each entity no bound is claimed")
  func unproven() throws {
    let script = ConstraintTests.script(
      """
      constraint pace: count(where treated) <= 1 per person per 7d
      constraint spend: sum(offers.cost) <= 12
      """, "  subject to pace, spend\n  choose greedy\n  explore 20%", show: "show p")
    let report = try script.run()
    let counts = try #require(report.decisions[0].counts.allocation)
    #expect(!counts.isProven)
    #expect(report.summary.contains("how much is possible is not proven"))
  }

  // MARK: Soft differences

  @Test(
    "a soft difference is charged once, by the greatest distance, and no price is above the penalty"
  )
  func softDifference() throws {
    let script = ConstraintTests.script(
      """
      constraint fair: difference(rate(where treated), by: people.region, to: overall) <= 0.25 soft 2
      constraint most: count(where treated) <= 4
      """, "  subject to fair, most\n  choose greedy", show: "show p")
    let counts = try #require(script.run().decisions[0].counts.allocation)
    // 5…8 are worth 8 + 9 + 10 + 11 = 38, and both regions are 0.5 from all: 0.25 too far, which costs 0.5 once.
    // 4 for 5 would lose 1.
    #expect(abs(counts.value - 37.5) < 1e-9)
    #expect(abs(counts.upperBound - 37.5) < 1e-6)
    let prices = counts.constraints[0].bounds.map(\.multiplier)
    #expect(prices.reduce(0, +) <= 2 + 1e-9)
  }

  @Test("a soft ratio is charged by what the least rate falls short of its part of the greatest")
  func softRatio() throws {
    let script = ConstraintTests.script(
      """
      constraint fair: ratio(rate(where treated), by: people.region, to: overall) >= 0.8 soft 2
      constraint most: count(where treated) <= 4
      """, "  subject to fair, most\n  choose greedy", show: "show p")
    let counts = try #require(script.run().decisions[0].counts.allocation)
    // With 5…8 the North is short by 0.8 · 0.5 − 0, which costs 0.8, and all are short of the South by
    // 0.8 · 1 − 0.5, which is less; 4 for 5 would lose 1 and save 0.5.
    #expect(abs(counts.value - 37.2) < 1e-9)
    #expect(abs(counts.upperBound - 37.2) < 1e-6)
  }

  // MARK: Entropy

  @Test("a floor of entropy holds in the probabilities written", arguments: [0.01, 0.02, 0.1, 0.4])
  func entropyHolds(least: Double) throws {
    let script = ConstraintTests.script(
      "constraint calm: entropy() >= \(least)\nconstraint spend: sum(offers.cost) <= 14.5",
      "  subject to calm, spend\n  choose greedy", show: "show p")
    let report = try script.run()
    let counts = try #require(report.decisions[0].counts.allocation)
    #expect(try #require(counts.constraints[0].bounds[0].realized) >= least)
    #expect(try #require(counts.constraints[1].bounds[0].realized) <= 14.5)
    #expect(counts.upperBound >= counts.value)
  }

  @Test(
    "an entropy that cannot be is refused with the most that can, and no advice that is refused")
  func closestEntropy() throws {
    let script = ConstraintTests.script(
      "constraint calm: entropy() >= 1.2", "  subject to calm\n  choose greedy", show: "show p")
    let found = try #require(script.diagnostics().first)
    #expect(found.code.name == "E0730")
    // ln 3
    #expect(found.notes == ["`calm` asks >= 1.2, and the closest that can hold is 1.09861"])
    #expect(found.help == ["loosen it"])
  }

  @Test("only what clashes is named beside a floor of entropy")
  func entropyIsInnocent() throws {
    let script = ConstraintTests.script(
      "constraint calm: entropy() >= 0.1\nconstraint reach: count(where treated) >= 9",
      "  subject to calm, reach\n  choose greedy", show: "show p")
    let found = try #require(script.diagnostics().first)
    #expect(found.message == "no decisions of `p` satisfy `reach`")
  }

  @Test("entropy clashes with the bound that takes it away, and not with others")
  func entropyClashes() throws {
    let script = ConstraintTests.script(
      """
      constraint calm: entropy() >= 0.1
      constraint none: count(where treated) <= 0
      constraint spend: sum(offers.cost) <= 30
      """, "  subject to calm, none, spend\n  choose greedy", show: "show p")
    let found = try #require(script.diagnostics().first)
    #expect(found.message == "no decisions of `p` satisfy `calm`, `none` together")
  }

  @Test("a difference below 0 is never nearer than 0")
  func negativeDifference() throws {
    let script = ConstraintTests.script(
      "constraint fair: difference(rate(where treated), by: people.region, to: overall) <= -0.1",
      "  subject to fair\n  choose greedy", show: "show p")
    let found = try #require(script.diagnostics().first { $0.code.name == "E0730" })
    #expect(found.notes.first?.hasSuffix("the closest that can hold is 0") ?? false)
  }

  @Test("decisions that only have the fallback are told where they force a clash")
  func forcedByFallback() throws {
    var script = ConstraintTests.script(
      "constraint spend: sum(offers.cost) <= 5", "  subject to spend\n  choose greedy",
      show: "show p")
    script = Script(
      text: script.text.replacing("fallback \"nothing\"", with: "fallback \"tea\"")
        .replacing("(people.worth ?? 0) + offers.extra", with: "ln(offers.extra - 9) * 1.0"),
      files: script.files)
    let found = try #require(script.diagnostics().first { $0.code.name == "E0730" })
    #expect(
      found.notes == [
        "`spend` asks <= 5, and the closest that can hold is 8; nothing but the fallback is left at 8 decisions "
          + "counted in it, which come to 8"
      ]
        + (1...5).map {
          "person \($0) at 2026-02-0\($0)T09:00:00Z: only the fallback is left, at 1"
        } + ["and 3 more such decisions"])
  }

  @Test("decisions whose candidates all use a bound are told with the least that they use")
  func forcedByCandidates() throws {
    var script = ConstraintTests.script(
      "constraint spend: sum(offers.cost) <= 9.5", "  subject to spend\n  choose greedy",
      show: "show p")
    // Without a no-op everybody gets something; those up to 4 no tea, whose value is null there.
    script.text = script.text.replacing("  none \"nothing\"\n", with: "")
      .replacing("fallback \"nothing\"", with: "fallback \"tea\"")
      .replacing(
        "(people.worth ?? 0) + offers.extra",
        with: "ln(if (people.worth ?? 0) <= 4 and offers.kind == \"drink\" then -1.0 else 2.0)")
    let found = try #require(script.diagnostics().first)
    #expect(found.code.name == "E0730")
    #expect(
      found.notes == [
        "`spend` asks <= 9.5, and the closest that can hold is 20; 8 decisions counted in it come to 20 at "
          + "least, whatever is chosen"
      ]
        + (1...5).map {
          "person \($0) at 2026-02-0\($0)T09:00:00Z: at least \($0 <= 4 ? 4 : 1) by what may be chosen"
        } + ["and 3 more such decisions"])
  }

  @Test("of a lower bound the decisions are told at which nothing adds to it")
  func forcedBelow() throws {
    var script = ConstraintTests.script(
      "constraint reach: rate(where treated) >= 80%", "  subject to reach\n  choose greedy",
      show: "show p")
    script.text = script.text.replacing("mask none", with: "mask m").replacing(
      "policy p", with: "mask m for offers { forbid far when (people.worth ?? 0) > 6 }\npolicy p")
    let found = try #require(script.diagnostics().first)
    #expect(
      found.notes == [
        "`reach` asks >= 0.8, and the closest that can hold is 0.75; at 2 of the 8 decisions counted in it "
          + "nothing that may be chosen adds to it",
        "person 7 at 2026-02-07T09:00:00Z: only the fallback is left",
        "person 8 at 2026-02-08T09:00:00Z: only the fallback is left",
      ])
  }

  // MARK: Entropy beside what entities may have

  /// The mean entropy of what is written, and who got what.
  private static func entropy(_ report: RunReport) throws -> (mean: Double, actions: [String]) {
    let (listed, decisions) = (report.shows[0], report.shows[1])
    let column = try #require(listed.columnNames.firstIndex(of: "propensity"))
    var sum = 0.0
    for row in 0..<listed.rowCount {
      if case .float(let odds) = listed.value(row, column) { sum -= odds * log(odds) }
    }
    let action = try #require(decisions.columnNames.firstIndex(of: "action"))
    return (
      sum / Double(decisions.rowCount), (0..<decisions.rowCount).map { decisions.text($0, action) }
    )
  }

  private static let both = "show candidates(p) | where propensity > 0\nshow p"

  @Test(
    "a cap for each person and a floor of entropy hold together in what is written",
    arguments: ["choose greedy", "choose softmax(temperature: 0.5)"])
  func entropyWithCaps(choose: String) throws {
    let script = WhyTests.many(
      """
      constraint calm: entropy() >= 0.2
      constraint each: count(where treated) <= 1 per person per 2d
      """, "subject to calm, each\n  \(choose)", composition: Self.both)
    let report = try script.run()
    let (mean, actions) = try Self.entropy(report)
    #expect(mean >= 0.2 - 1e-9)
    let counts = try #require(report.decisions[0].counts.allocation)
    let realized = try #require(counts.constraints[0].bounds[0].realized)
    // What was repaired is certain, and counts so.
    #expect(counts.repaired == 0 ? abs(realized - mean) < 1e-9 : realized <= mean + 1e-9)
    #expect(counts.caps.map(\.name) == ["each"] && counts.caps[0].blockedPairs > 0)
    for person in 0..<40 {
      // Three days in a row: never two of them one after the other.
      let treated = actions[3 * person..<3 * person + 3].map { $0 != "nothing" }
      #expect(!(treated[0] && treated[1]) && !(treated[1] && treated[2]))
    }
  }

  @Test("a cap for each person and a ceiling of divergence hold together in what is written")
  func divergenceWithCaps() throws {
    let script = WhyTests.many(
      """
      policy base for offers at sends {
        mask m; objective value; choose softmax(temperature: 2); fallback "nothing"
      }
      constraint near: kl(base) <= 1
      constraint each: sum(offers.cost) <= 4 per person
      """, "subject to near, each\n  choose greedy", composition: Self.both)
    let report = try script.run()
    let (_, actions) = try Self.entropy(report)
    let counts = try #require(report.decisions.first { $0.name == "p" }?.counts.allocation)
    #expect(try #require(counts.constraints[0].bounds[0].realized) <= 1)
    let costs = ["tea": 1, "cake": 4, "book": 2.5, "nothing": 0]
    for person in 0..<40 {
      let spent = actions[3 * person..<3 * person + 3].reduce(0) { $0 + (costs[$1] ?? .nan) }
      #expect(spent <= 4)
    }
  }

  @Test("a decision without an eligible action is certain, and the others bring the entropy")
  func entropyOfNothingLeft() throws {
    func script(_ least: Double) -> Script {
      var script = ConstraintTests.script(
        "constraint calm: entropy() >= \(least)", "  subject to calm\n  choose greedy",
        show: "show p | select person, propensity, is_fallback")
      script.text = script.text.replacing("mask none", with: "mask m").replacing(
        "policy p", with: "mask m for offers { forbid far when (people.worth ?? 0) > 6 }\npolicy p")
      return script
    }
    let report = try script(0.8).run()
    let bound = try #require(report.decisions[0].counts.allocation).constraints[0].bounds[0]
    // Up to rounding, as every bound.
    #expect(try #require(bound.realized) >= 0.8 - 1e-12)
    let shown = try #require(report.shows.first)
    for row in 0..<8 {
      let isLeft = row >= 6
      #expect(shown.value(row, 2) == .bool(isLeft))
      #expect((shown.value(row, 1) == .float(1)) == isLeft)
    }
    // Six of eight have three candidates each: 6/8 · ln 3.
    let found = try #require(script(0.83).diagnostics().first)
    #expect(found.notes == ["`calm` asks >= 0.83, and the closest that can hold is 0.823959"])
  }

  // MARK: Temperature 0

  @Test("a temperature of 0 is greedy, for certain")
  func coldest() throws {
    func shown(_ choice: String) throws -> String {
      try ConstraintTests.script(
        "", "  choose \(choice)", show: "show p | select person, action, propensity | sort person"
      ).shown()
    }
    #expect(try shown("softmax(temperature: 0)") == shown("greedy"))
  }
}
