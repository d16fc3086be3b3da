import C360
import C360Columns
import C360Decisions
import C360Diagnostics
import Testing

@Suite("why: one decision with all it came from")
struct WhyTests {
  private static func ask(
    _ script: Script, _ key: String, at: String? = nil, policy: String = "p",
    entity: String? = nil, limit: Int = 5
  ) throws -> Why {
    try script.inFolder {
      try $0.why(
        policy: policy, entity: entity, key: key, at: at.flatMap { SessionOptions.instant($0) },
        limit: limit)
    }
  }

  // MARK: What it saw

  private static let seeing = Shop.script(
    """
    actions offers from "offers.csv" {
      offer: text @key
      kind:  text
      worth: float
      none "nothing"
    }
    exposure days of person every calendar 2w from @2026-01-26 through @2026-02-09
    param least: float = 30.0
    feature spent   = sum(orders.amount where kind == "tea") over 14d
    feature bought  = count(orders)
    feature recent  = count(orders) over session(3d)
    feature own for offers = count(orders where kind == offers.kind) over 60d
    mask m for offers {
      forbid poor when (spent ?? 0.0) < least  because "not worth a letter"
      forbid dull when own == 0
    }
    objective value for offers { maximize gain = sqrt(offers.worth) + float(bought) weight 2 }
    policy p for offers at days {
      mask m
      objective value
      choose softmax(temperature: 4.0)
      explore 20%
      fallback "nothing"
    }
    """)

  private static var seeingScript: Script {
    var script = seeing
    script.files["offers.csv"] = "offer,kind,worth\nleaf,tea,1\nbun,cake,3\nvoid,tea,-1\n"
    return script
  }

  @Test("a value comes with its window and the events that counted")
  func events() throws {
    let why = try Self.ask(Self.seeingScript, "1", at: "2026-02-09")
    let decision = try #require(why.decisions.first?.choice)
    func read(_ name: String) throws -> (value: Scalar?, events: [Why.Events]) {
      let place = try #require(decision.policy.reads.firstIndex { $0.name == name })
      return (decision.values[place], decision.events[place])
    }
    let spent = try read("spent")
    #expect(spent.value == .float(40))
    // The tea of 31 January; cake does not count, nor what is older than 14 days.
    #expect(spent.events.first?.count == .int(1))
    #expect(spent.events.first?.from == SessionOptions.instant("2026-01-26"))
    #expect(spent.events.first?.to == SessionOptions.instant("2026-02-09"))
    #expect(spent.events.first?.first == SessionOptions.instant("2026-01-31"))
    let bought = try read("bought")
    #expect(bought.events.first?.count == .int(3))
    #expect(bought.events.first?.from == nil)
    #expect(bought.events.first?.first == SessionOptions.instant("2026-01-02T10:00:00Z"))
    #expect(bought.events.first?.last == SessionOptions.instant("2026-01-31"))
    #expect(try read("least").value == .float(30))
    let own = try #require(decision.policy.reads.firstIndex { $0.name == "own" })
    #expect(decision.policy.reads[own].isOfAction)
    #expect(decision.actionValues.map { $0[own] } == [.int(2), .int(1), .int(2)])
    #expect(
      decision.actionEvents[1][own].first?.last == SessionOptions.instant("2026-01-20T10:00:00Z"))
  }

  @Test("rules that hold are named with their words, reasons and values")
  func refusals() throws {
    let why = try Self.ask(Self.seeingScript, "2", at: "2026-02-09")
    let choice = try #require(why.decisions.first?.choice)
    let course = choice.course
    #expect(course.isFallback)
    #expect(
      course.candidates.map { $0.forbiddenBy.map { choice.policy.refusals[$0] } } == [
        ["poor", "dull"], ["poor"], ["poor", "dull"], [],
      ])
    let text = why.text
    #expect(text.contains("    when (spent ?? 0.0) < least  because \"not worth a letter\"\n"))
    #expect(text.contains("    least = 30\n"))
    #expect(text.contains("none is needed: the fallback acts"))
  }

  @Test("an action without a value is not eligible, and no rule is to blame")
  func nullValue() throws {
    let why = try Self.ask(Self.seeingScript, "1", at: "2026-02-09")
    let course = try #require(why.decisions.first?.course)
    let void = course.candidates[2]
    #expect(void.lacksValue)
    #expect(void.terms == [nil] && void.value == nil && void.probability == 0)
    #expect(why.text.contains("no: null_value"))
  }

  @Test("without a time the newest decisions, as many as one asks for")
  func newest() throws {
    let all = try Self.ask(Self.seeingScript, "1")
    #expect(
      all.decisions.map(\.time)
        == ["2026-02-09", "2026-01-26"].map { SessionOptions.instant($0) })
    let one = try Self.ask(Self.seeingScript, "1", limit: 1)
    #expect(one.decisions.map(\.time) == [SessionOptions.instant("2026-02-09")])
    #expect(one.decisionCount == 2)
    #expect(one.text.contains("… 1 more of 2 decisions\n"))
  }

  // MARK: Questions without an answer

  private static func code(_ body: () throws -> Why) -> String? {
    do {
      _ = try body()
      return nil
    } catch let error as DiagnosticError {
      return error.diagnostics.map { "\($0.code.name) \($0.message) \($0.help)" }.joined()
    } catch let error as RunFailure {
      return error.diagnostics.map { "\($0.code.name) \($0.message) \($0.help)" }.joined()
    } catch { return "\(error)" }
  }

  @Test("an unknown policy, entity, key or time is named, with what is near")
  func errors() {
    func complaint(
      _ key: String, at: String? = nil, policy: String = "p", entity: String? = nil
    ) -> String {
      Self.code {
        try Self.ask(Self.seeingScript, key, at: at, policy: policy, entity: entity)
      } ?? ""
    }
    #expect(
      complaint("1", policy: "q").hasPrefix(
        "E0714 there is no policy, arbitration or experiment `q`"))
    #expect(complaint("one").hasPrefix("E0715"))
    #expect(complaint("1", entity: "customer").hasPrefix("E0715"))
    let unknown = complaint("77")
    #expect(unknown.hasPrefix("E0716") && unknown.contains("near it there are 3, 2, 1"))
    let early = complaint("1", at: "2026-02-08")
    #expect(early.hasPrefix("E0716"))
    #expect(early.contains("2026-01-26T00:00:00Z, 2026-02-09T00:00:00Z"))
  }

  // MARK: Bit for bit

  /// Forty people, each decided for on three days.
  /// - Parameter composition: what is made of `p`, and what shows it; nil: `p` is shown.
  static func many(
    _ constraints: String, _ policy: String, composition: String? = nil
  ) -> Script {
    var script = Script(
      text: """
        entity person
        profile people of person from "people.csv" {
          person: int   @key
          region: text  = "none"
          worth:  float = 0.0
        }
        actions offers from "offers.csv" {
          offer: text @key
          kind:  text
          cost:  float
          extra: float
          none "nothing"
        }
        exposure sends of person from "sends.csv" {
          person:  int  @key
          sent:    time @time
          keep all
        }
        mask m for offers {
          forbid far when people.region == "North" and offers.kind == "food"
        }
        objective value for offers {
          maximize gain = (people.worth ?? 0.0) * offers.extra
          minimize cost = offers.cost weight 0.1
        }
        \(constraints)
        policy p for offers at sends {
          mask m
          objective value
          \(policy)
          fallback "nothing"
        }
        \(composition ?? "show p")

        """)
    var state: UInt64 = 7
    func random() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 40) / 16_777_216
    }
    script.files["people.csv"] =
      "person,region,worth\n"
      + (1...40).map { "\($0),\($0 % 3 == 0 ? "North" : "South"),\(random() * 4)" }
      .joined(separator: "\n") + "\n"
    script.files["offers.csv"] =
      "offer,kind,cost,extra\ntea,drink,1,0.7\ncake,food,4,1.3\nbook,print,2.5,0.9\n"
    script.files["sends.csv"] =
      "person,sent\n"
      + (1...40).flatMap { person in
        (1...3).map { "\(person),2026-02-0\($0)T09:00:00Z" }
      }.joined(separator: "\n") + "\n"
    return script
  }

  static let cases: [(constraints: String, policy: String)] = [
    ("", "choose greedy"), ("", "choose greedy\n  explore 15%"),
    ("", "choose softmax(temperature: 0.7)\n  explore 5%"),
    ("", "choose threshold(people.worth > 1.0)"),
    ("constraint spend: sum(offers.cost) <= 50", "subject to spend\n  choose greedy"),
    (
      "constraint spend: sum(offers.cost) <= 50", "subject to spend\n  choose greedy\n  explore 10%"
    ),
    (
      "constraint spend: sum(offers.cost) <= 50\nconstraint reach: rate(where treated) >= 15%",
      "subject to spend, reach\n  choose softmax(temperature: 0.5)\n  explore 5%"
    ),
    (
      "constraint daily: count(where treated) <= 6 per calendar 1d, offers.kind",
      "subject to daily\n  choose greedy"
    ),
    (
      "constraint each: count(where treated) <= 1 per person",
      "subject to each\n  choose softmax(temperature: 0.5)"
    ),
    (
      "constraint each: count(where treated) <= 1 per person\n"
        + "constraint spend: sum(offers.cost) <= 30",
      "subject to each, spend\n  choose greedy"
    ),
  ]

  @Test("equals the decision log bit for bit, with bounds and without", arguments: cases.indices)
  func equalsLog(index: Int) throws {
    let (constraints, policy) = Self.cases[index]
    let script = Self.many(constraints, policy)
    let shown = try #require(try script.run().shows.first)
    for person in stride(from: 1, through: 40, by: 3) {
      let why = try Self.ask(script, "\(person)", limit: 3)
      #expect(why.decisions.count == 3)
      for decision in why.decisions {
        try decision.holdToLog()
        // The same row of the run of the script.
        let row = try #require(
          (0..<shown.rowCount).first {
            shown.value($0, 0) == .int(Int64(person))
              && shown.value($0, 1) == .int(decision.time)
          })
        #expect(decision.log.map(\.name) == shown.columnNames)
        for (place, entry) in decision.log.enumerated() {
          #expect(shown.value(row, place) == entry.value, "\(entry.name)")
        }
      }
    }
  }

  @Test("prices of bounds are those of the run, and make the adjusted value")
  func prices() throws {
    let script = Self.many(
      "constraint spend: sum(offers.cost) <= 50", "subject to spend\n  choose greedy")
    let multiplier = try #require(
      script.run().decisions.first?.counts.allocation?.constraints[0].bounds[0].multiplier)
    #expect(multiplier > 0)
    let why = try Self.ask(script, "2", at: "2026-02-01T09:00:00Z")
    let course = try #require(why.decisions.first?.course)
    #expect(course.bounds.map(\.multiplier) == [multiplier])
    #expect(course.bounds.first?.limit == 50)
    #expect(
      course.candidates.map(\.charges) == [[multiplier], [multiplier * 4], [multiplier * 2.5], [0]])
    for candidate in course.candidates {
      #expect(candidate.adjusted == candidate.value.map { $0 - candidate.charges[0] })
    }
  }

  @Test("bounds for the entity: what they were, which decisions used them, and what was left")
  func caps() throws {
    var script = Self.many(
      """
      constraint pace: sum(offers.cost) <= 3.6 - people.worth * 0 per person per 2d because "calm"
      constraint spend: sum(offers.cost) <= 1000
      """, "subject to pace, spend\n  choose greedy")
    script.files["people.csv"] = "person,region,worth\n2,north,1\n3,north,1\n"
    script.files["sends.csv"] =
      "person,sent\n"
      + ["01T09", "02T08", "02T09", "03T08", "05T09"].map { "2,2026-02-\($0):00:00Z" }
      .joined(separator: "\n") + "\n3,2026-02-01T08:00:00Z\n"
    let why = try Self.ask(script, "2", at: "2026-02-03T08:00:00Z")
    let decision = try #require(why.decisions.first)
    try decision.holdToLog()
    let choice = try #require(decision.choice)
    let cap = try #require(choice.course.caps.first)
    let costs = Dictionary(
      uniqueKeysWithValues: zip(
        choice.course.candidates.filter { !$0.isNoOp }.map(\.name), cap.quantities))
    // Of the same two days: what the log says was done there.
    let all = try Self.ask(script, "2").decisions.filter {
      $0.time < decision.time && $0.time > decision.time - 2 * 86_400_000_000
    }.reversed().compactMap(\.course)
    let expected = all.filter { !$0.candidates[$0.chosen].isNoOp }
    #expect(expected.count == 2)
    #expect(cap.uses.map(\.time) == expected.map(\.time))
    #expect(cap.uses.map(\.action) == expected.map { $0.candidates[$0.chosen].name })
    #expect(cap.uses.allSatisfy { costs[$0.action] == $0.quantity })
    #expect(cap.limit == 3.6 && cap.used == cap.uses.reduce(0) { $0 + $1.quantity })
    for candidate in choice.course.candidates where !candidate.isNoOp {
      let exceeds = (costs[candidate.name] ?? 0) > cap.left
      #expect(candidate.forbiddenBy.contains { choice.policy.refusals[$0] == "pace" } == exceeds)
    }
    #expect(why.text.contains("bounds for the person\n  constraint   bound  used  left"))
    #expect(
      why.text.contains("sum(offers.cost) <= 3.6 - people.worth * 0 per person per 2d  because"))
    #expect(why.json.contains("\"left\""))
  }

  @Test("threads, batches and partitions change nothing")
  func bits() throws {
    let plain = Self.seeingScript
    let expected = try Self.ask(plain, "1").json
    for (threads, batch, partitions) in [(1, 7, nil), (3, 64, 3), (2, 2048, 8)]
      as [(Int, Int, Int?)]
    {
      var other = plain
      other.adjust = {
        $0.threads = threads
        $0.batchSize = batch
        $0.spillPartitions = partitions
      }
      #expect(try Self.ask(other, "1").json == expected)
    }
  }
}
