import C360
import C360Columns
import C360Decisions
import Testing

@Suite("why: who acted in an arbitration or an experiment")
struct WhyCompositionTests {
  private static let rival = """
    objective other for offers { maximize gain = (people.worth ?? 0.0) + offers.cost }
    policy q for offers at sends {
      mask none; objective other; choose CHOOSE; fallback "nothing"
    }

    """

  /// - Parameter choose: how `q` does.
  private static func script(
    _ constraints: String, _ policy: String, _ composition: String,
    choose: String = "softmax(temperature: 1)"
  ) -> Script {
    WhyTests.many(
      constraints, policy,
      composition: rival.replacing("CHOOSE", with: choose) + composition + "\nshow contact")
  }

  private static let spend = "constraint spend: sum(offers.cost) <= 50"
  private static let each = "constraint each: count(where treated) <= 1 per person per 2d"
  private static let cases: [(name: String, script: Script)] = [
    (
      "turns, the best and a mixture",
      script(
        "", "choose softmax(temperature: 0.7)\n  explore 5%",
        """
        arbitrate contact of person at sends {
          mask none
          first p when people.region == "North" and at < @2026-02-02
          then mixture of p 30%, q 50%, none 20% when (people.worth ?? 0.0) > 2.0
          then best of q, p when people.region == "South"
        }
        """)
    ),
    (
      "an experiment with everything",
      script(
        "", "choose greedy\n  explore 15%",
        """
        experiment outer of person at sends { salt "o"; arm p 70%; arm none 30% }
        experiment contact of person at sends {
          salt "s"; from @2026-02-02; through @2026-02-03; layer "page" 20%..100%
          within outer.p; ramp 60%; arm q 40%; arm p 40%; arm none 20%; otherwise q
        }
        """)
    ),
    (
      "an experiment in an arbitration in an experiment",
      script(
        "", "choose greedy",
        """
        experiment inner of person at sends { salt "i"; arm p 50%; arm q 50% }
        arbitrate middle of person at sends {
          mask m; first inner when people.region == "South"; then best of q, inner
        }
        experiment contact of person at sends { salt "c"; arm middle 60%; arm q 20%; arm none 20% }
        """)
    ),
    (
      "bounds on the best of two",
      script(
        spend, "choose greedy",
        "arbitrate contact of person at sends { mask none; subject to spend; first best of p, q }",
        choose: "greedy")
    ),
    (
      "bounds on a mixture, for each person too",
      script(
        spend + "\n" + each, "choose greedy",
        """
        arbitrate contact of person at sends {
          mask none; subject to spend, each
          first p when people.region == "North"
          then mixture of p 40%, q 60%
        }
        """, choose: "greedy")
    ),
    (
      "bounds on policies that draw",
      script(
        spend + "\n" + each, "choose softmax(temperature: 0.5)\n  explore 5%",
        """
        arbitrate contact of person at sends {
          mask none; subject to spend, each; first p when people.region == "North"; then q
        }
        """, choose: "softmax(temperature: 0.5)\n  explore 5%")
    ),
    (
      "bounds of an arm",
      script(
        spend + "\n" + each, "subject to spend, each\n  choose greedy",
        """
        experiment contact of person at sends {
          salt "a"; from @2026-02-02; arm p 50%; arm q 25%; arm none 25%; otherwise p
        }
        """)
    ),
  ]

  @Test("equals the decision log bit for bit, at every row of it", arguments: cases.indices)
  func equalsLog(index: Int) throws {
    let (name, script) = Self.cases[index]
    let shown = try #require(try script.run().shows.first)
    #expect(shown.rowCount == 120)
    var policies: Set<Scalar> = []
    try script.inFolder { session in
      for person in 1...40 {
        let why = try session.why(policy: "contact", key: "\(person)")
        #expect(why.decisionCount == 3 && why.decisions.count == 3)
        for (decision, row) in zip(why.decisions.reversed(), 3 * (person - 1)..<3 * person) {
          try decision.holdToLog()
          #expect(decision.log.map(\.name) == shown.columnNames)
          for (place, entry) in decision.log.enumerated() {
            #expect(shown.value(row, place) == entry.value, "\(name), row \(row): \(entry.name)")
            if entry.name == "policy" { policies.insert(entry.value) }
          }
        }
        #expect(why.json.contains("\"nodes\""))
        #expect(!why.text.isEmpty)
      }
    }
    // The cases are about more than one policy.
    #expect(policies.isSuperset(of: [.text("p"), .text("q")]))
  }

  // MARK: What is said

  private static func ask(_ script: Script, _ key: Int, at: String? = nil) throws -> Why {
    try script.inFolder {
      try $0.why(policy: "contact", key: "\(key)", at: at.flatMap { SessionOptions.instant($0) })
    }
  }

  @Test("lines up to the one that holds have their values, those behind it are not asked")
  func turns() throws {
    let script = Self.cases[0].script
    let first = try Self.ask(script, 3, at: "2026-02-01T09:00:00Z")
    guard case .arbitration(let arbitration)? = first.decisions.first?.composed?.nodes.first else {
      Issue.record("no arbitration")
      return
    }
    #expect(arbitration.conditions == [.holds, .notAsked, .notAsked])
    #expect(arbitration.reads.map(\.name) == ["people.region", "people.worth"])
    #expect(arbitration.values.first == .text("North"))
    #expect(first.decisions.first?.choice?.policy.name == "p")
    let text = first.text
    #expect(text.contains("whose turn it is in contact\n"))
    #expect(
      text.contains("  *  first p when people.region == \"North\" and at < @2026-02-02"))
    #expect(text.contains("\n\np for person 3 at 2026-02-01T09:00:00Z\n"))
    #expect(!text.contains("who acts in contact"))
    // A line without a condition holds always where it is reached, and is not asked where it is not.
    func conditions(_ turns: String) throws -> [Why.Arbitration.Condition] {
      let script = Self.script(
        "", "choose greedy",
        "arbitrate contact of person at sends { mask none; \(turns); then q }\nshow q")
      let decision = try #require(
        try Self.ask(script, 3, at: "2026-02-01T09:00:00Z").decisions.first)
      guard case .arbitration(let found)? = decision.composed?.nodes.first else { return [] }
      return found.conditions
    }
    #expect(try conditions("first p when people.region == \"North\"") == [.holds, .notAsked])
    #expect(try conditions("first p when people.region == \"West\"") == [.fails, .always])
  }

  @Test("a mixture says what was drawn and how the propensity comes about")
  func mixture() throws {
    let script = Self.cases[0].script
    for person in 1...40 {
      let why = try Self.ask(script, person, at: "2026-02-03T09:00:00Z")
      let composed = try #require(why.decisions.first?.composed)
      guard composed.course.nodes[0].turn == 1 else { continue }
      let node = composed.course.nodes[0]
      #expect(node.members.map(\.name) == ["p", "q", "none"])
      #expect(node.members.map(\.share) == [0.3, 0.5, 0.2])
      #expect(why.text.contains("  u = \(node.place ?? -1): "))
      #expect(why.text.contains("probability of \(composed.course.action): "))
      return
    }
    Issue.record("nobody is drawn for")
  }

  @Test("where no condition holds nobody acts, and there is no policy to explain")
  func nobody() throws {
    let script = Self.script(
      "", "choose greedy",
      "arbitrate contact of person at sends { mask none; first p when people.region == \"West\" }\nshow q"
    )
    let why = try Self.ask(script, 1, at: "2026-02-01T09:00:00Z")
    let decision = try #require(why.decisions.first)
    #expect(decision.choice == nil && decision.composed?.course.actor == nil)
    #expect(why.text.contains("  no condition holds: the no-op acts\n"))
    #expect(why.json.contains("\"acting\": null"))
  }

  @Test("an experiment says why an entity is outside, and from which ramp on it is in")
  func outside() throws {
    let script = Self.cases[1].script
    var reasons: Set<String> = []
    for person in 1...40 {
      for decision in try Self.ask(script, person).decisions {
        guard case .experiment(let own)? = decision.composed?.nodes.first else { continue }
        let node = try #require(decision.composed?.course.nodes.first)
        let isOutside = node.members[node.acting].arm == nil
        if !own.isInTime { reasons.insert("time") }
        if own.layer?.isIn == false { reasons.insert("layer") }
        if own.within?.isIn == false { reasons.insert("within") }
        if !own.isInRamp { reasons.insert("ramp") }
        let isReason =
          !own.isInTime || own.layer?.isIn == false || own.within?.isIn == false || !own.isInRamp
        #expect(isReason == isOutside)
        // It is in at a ramp that is a little greater, and not at one that is less.
        #expect((0...1).contains(own.leastRamp))
        #expect(own.isInRamp == (own.leastRamp < own.ramp))
        if isOutside { #expect(decision.choice?.policy.name == "q") }
      }
    }
    #expect(reasons == ["time", "layer", "within", "ramp"])
    let text = try Self.ask(script, 1).text
    #expect(text.contains("where it stands in contact\n  salt    \"s\": u = "))
    #expect(text.contains("  layer   \"page\", 0.2 <= u < 1: u = "))
    #expect(
      text.contains("  time    from 2026-02-02T00:00:00Z through 2026-02-03T23:59:59.999999Z: "))
    #expect(text.contains("  within  outer.p: it is in "))
    #expect(text.contains("  ramp    60 %: "))
  }

  @Test("a condition's own value may be missing where a line before it holds")
  func notAsked() throws {
    let script = Self.script(
      "", "choose greedy",
      """
      feature part = 9223372036854775807 + (if people.region == "North" then 0 else 1)
      arbitrate contact of person at sends {
        mask none; first q when people.region == "South"; then p when part > 0; then q
      }
      """)
    let why = try Self.ask(script, 1, at: "2026-02-01T09:00:00Z")
    guard case .arbitration(let own)? = why.decisions.first?.composed?.nodes.first else { return }
    #expect(own.conditions == [.holds, .notAsked, .notAsked])
    #expect(own.values[own.reads.firstIndex { $0.name == "part" } ?? 0] == nil)
    #expect(why.text.contains("no value"))
  }

  @Test("bounds on all members together are those of the one that acts, with its adjusted value")
  func bounds() throws {
    let script = Self.cases[3].script
    let price = try #require(
      script.run().compositions.first?.counts.allocation?.constraints[0].bounds[0].multiplier)
    #expect(price > 0)
    let costs = ["tea": 1, "cake": 4, "book": 2.5, "nothing": 0]
    for person in 1...40 {
      for decision in try Self.ask(script, person).decisions {
        let composed = try #require(decision.composed)
        #expect(decision.course?.bounds.map(\.multiplier) == [price])
        for (member, adjusted) in zip(composed.course.nodes[0].members, composed.adjusted[0]) {
          let value = try #require(member.value)
          #expect(adjusted == value - price * (costs[member.action ?? ""] ?? .nan))
        }
        if decision.course?.isRemainder == false {
          let node = composed.course.nodes[0]
          let best = composed.adjusted[0].compactMap { $0 }.max()
          #expect(composed.adjusted[0][node.acting] == best)
        }
      }
    }
    let text = try Self.ask(script, 1).text
    #expect(text.contains("bounds on all decisions\n"))
    #expect(text.contains("  the greatest value less prices acts\n"))
  }

  @Test("threads, batches and partitions change nothing", arguments: cases.indices)
  func bits(index: Int) throws {
    let plain = Self.cases[index].script
    let expected = try Self.ask(plain, 7).json
    for (threads, batch, partitions) in [(1, 7, nil), (2, 64, 3)] as [(Int, Int, Int?)] {
      var other = plain
      other.adjust = {
        $0.threads = threads
        $0.batchSize = batch
        $0.spillPartitions = partitions
      }
      #expect(try Self.ask(other, 7).json == expected)
    }
  }
}
