import C360
import C360Engine
import Testing

@Suite("bounds in compositions: on all policies together, and of members")
struct CompositionBoundTests {
  private static let people = 1...12
  /// What policy `b` makes of tea; cake is worth nothing to it.
  private static func other(_ person: Int) -> Double { Double((person * 5) % 13) + 0.25 }

  /// Everybody is decided for once. To `a` tea is worth 1…12 and cake 3 more; to `b` tea something else
  /// and cake half of it.
  private static func script(
    _ composition: String, choose: String = "greedy", a: String = "", show: String = "show contact"
  ) -> Script {
    var script = Script(
      text: """
        entity person
        profile people of person from "people.csv" {
          person: int   @key
          since:  time  @from
          worth:  float = 0
          other:  float = 0
        }
        actions offers from "offers.csv" {
          offer: text @key
          cost:  float
          extra: float
          part:  float
          none "nothing"
        }
        exposure sends of person from "sends.csv" {
          person:  int  @key
          sent:    time @time
          keep all
        }
        objective value for offers { maximize gain = people.worth + offers.extra }
        objective rival for offers { maximize gain = people.other * offers.part }
        constraint spend: sum(offers.cost) <= 9
        constraint reach: count(where treated) <= 3
        constraint pacing: count(where treated) <= 1 per person per 7d
        policy a for offers at sends {
          mask none; objective value; choose \(choose); fallback "nothing"; \(a)
        }
        policy b for offers at sends {
          mask none; objective rival; choose \(choose); fallback "nothing"
        }
        \(composition)
        \(show)
        """)
    script.files["people.csv"] =
      "person,since,worth,other\n"
      + people.map { "\($0),2026-01-01,\($0),\(other($0))" }.joined(separator: "\n") + "\n"
    script.files["offers.csv"] = "offer,cost,extra,part\ntea,1,0,1\ncake,4,3,0.5\n"
    script.files["sends.csv"] =
      "person,sent\n" + people.map { "\($0),2026-02-01T09:00:00Z" }.joined(separator: "\n") + "\n"
    return script
  }

  private static func arbitrate(_ text: String) -> String {
    "arbitrate contact of person at sends {\n  mask none\n  \(text)\n}"
  }

  private static func rows(_ script: Script) throws -> [[String: String]] {
    try script.run().shows.first.map { table in
      (0..<table.rowCount).map { row in
        Dictionary(
          uniqueKeysWithValues: table.columnNames.enumerated().map { ($1, table.text(row, $0)) })
      }
    } ?? []
  }

  private static func allocation(_ script: Script) throws -> AllocationCounts {
    try #require(script.run().compositions.first?.counts.allocation)
  }

  @Test("a budget over the best of two policies: no other decisions are worth more")
  func bestOf() throws {
    // The greatest worth at each budget, person by person.
    var best = [Double](repeating: 0, count: 10)
    for person in Self.people {
      let (worth, other) = (Double(person), Self.other(person))
      let options = [(1, worth), (4, worth + 3), (1, other), (4, other / 2)]
      best = best.indices.map { budget in
        options.reduce(best[budget]) { greatest, option in
          option.0 > budget ? greatest : max(greatest, best[budget - option.0] + option.1)
        }
      }
    }
    let script = Self.script(Self.arbitrate("subject to spend\n  first best of a, b"))
    let found = try Self.allocation(script)
    #expect(abs(found.value - best[9]) < 1e-9)
    #expect(found.upperBound >= best[9] - 1e-9)
    let rows = try Self.rows(script)
    let cost = rows.reduce(0) { $0 + ["tea": 1, "cake": 4, "nothing": 0][$1["action"] ?? ""]! }
    #expect(cost <= 9)
    let value = rows.reduce(0) { $0 + (Double($1["value"] ?? "") ?? .nan) }
    #expect(abs(value - best[9]) < 1e-6)
    for row in rows where row["action"] != "nothing" {
      let person = Int(row["person"] ?? "") ?? 0
      #expect(row["policy"] == (Self.other(person) > Double(person) ? "b" : "a"))
    }
  }

  @Test("whose turn it is stands; the bound is over all of them")
  func turns() throws {
    let script = Self.script(
      Self.arbitrate("subject to reach\n  first a when people.worth <= 6\n  then b"))
    let rows = try Self.rows(script)
    let worths = Self.people.map { $0 <= 6 ? Double($0) + 3 : Self.other($0) }
    let least = worths.sorted().suffix(3)[worths.count - 3]
    for (row, worth) in zip(rows, worths) {
      #expect((row["action"] != "nothing") == (worth >= least), "\(row)")
      #expect(row["policy"] == (Int(row["person"] ?? "") ?? 0 <= 6 ? "a" : "b"))
      #expect(row["propensity"] == "1")
    }
  }

  @Test("propensities of a mixture count what the others would have done at these prices")
  func mixture() throws {
    let script = Self.script(
      Self.arbitrate("subject to reach\n  first mixture of a 30%, b 70%"))
    let price = try Self.allocation(script).constraints[0].bounds[0].multiplier
    let rows = try Self.rows(script)
    #expect(rows.filter { $0["action"] != "nothing" }.count == 3)
    for row in rows {
      let person = Int(row["person"] ?? "") ?? 0
      let choices = ["a": ("cake", Double(person) + 3), "b": ("tea", Self.other(person))]
      if choices.values.contains(where: { abs($0.1 - price) < 1e-9 }) { continue }
      func action(_ policy: String) -> String {
        choices[policy].map { $0.1 > price ? $0.0 : "nothing" } ?? ""
      }
      var expected = 0.0
      if action("a") == row["action"] { expected += 0.3 }
      if action("b") == row["action"] { expected += 0.7 }
      #expect(abs((Double(row["propensity"] ?? "") ?? 0) - expected) < 1e-12, "\(row)")
    }
  }

  @Test("a cap for each person counts what any of the policies did")
  func pacing() throws {
    var script = Self.script(
      Self.arbitrate("subject to pacing\n  first mixture of a 50%, b 50%"),
      show: "show contact | select person, at, action, reasons")
    script.files["sends.csv"] = """
      person,sent
      7,2026-02-01T09:00:00Z
      7,2026-02-02T09:00:00Z
      7,2026-02-04T09:00:00Z
      7,2026-02-08T09:00:00Z
      7,2026-02-09T09:00:00Z

      """
    let rows = try Self.rows(script)
    #expect(rows.map { $0["action"] != "nothing" } == [true, false, false, true, false])
    #expect(
      rows.map { $0["reasons"] } == [
        "", "pacing: tea, cake", "pacing: tea, cake", "", "pacing: tea, cake",
      ])
  }

  @Test("a member's bounds count what it does where it acts")
  func member() throws {
    let script = Self.script(
      """
      experiment contact of person at sends { salt "s"; arm none 50%; arm a 50% }
      """, a: "subject to reach", show: "show contact\nshow a")
    let report = try script.run()
    let price = try #require(
      report.decisions.first { $0.within == "contact" }?.counts.allocation?.constraints[0].bounds[0]
        .multiplier)
    let rows = try Self.rows(script)
    #expect(rows.filter { $0["arm"] == "a" }.count > 3)
    #expect(rows.filter { $0["action"] != "nothing" }.count == 3)
    #expect(rows.allSatisfy { $0["action"] == "nothing" || $0["arm"] == "a" })
    for row in rows {
      let worth = Double(row["person"] ?? "") ?? 0
      if abs(worth + 3 - price) < 1e-9 { continue }
      let isTreated = worth + 3 > price
      #expect(
        row["propensity"] == (row["arm"] == "a" || isTreated ? isTreated ? "0.5" : "1" : "1"),
        "\(row)")
    }
    // On its own it has the bound for itself.
    #expect(report.decisions.first { $0.within == nil }?.counts.actions["cake"] == 3)
  }

  /// An experiment whose arm is under a bound, over two days.
  private static func arm(_ bound: String, share: Int = 100, _ settings: String = "") -> Script {
    var script = script(
      """
      constraint floor: \(bound)
      experiment contact of person at sends {
        salt "s"; \(settings)arm a \(share)%\(share < 100 ? "; arm none \(100 - share)%" : "")
      }
      """, a: "subject to floor")
    script.files["sends.csv"] =
      "person,sent\n"
      + people.map { "\($0),2026-02-0\(1 + $0 % 2)T09:00:00Z" }.joined(separator: "\n") + "\n"
    return script
  }

  @Test(
    "where a member does not act it comes to 0 in its bounds",
    arguments: [
      ("count(where treated) >= 1", 0, ""),
      ("count(where treated) >= 1", 100, "from @2027-01-01 through @2027-01-02; "),
      ("count(where treated) >= 1 per calendar 1d", 100, "from @2026-02-01 through @2026-02-01; "),
      ("count(where treated) >= 1 per 1d", 100, "from @2026-02-02 through @2026-02-02; "),
    ])
  func idleMember(_ bound: String, _ share: Int, _ settings: String) throws {
    let found = try Self.arm(bound, share: share, settings).diagnostics()
    #expect(found.map(\.code.name) == ["E0730"])
    #expect(found[0].notes.allSatisfy { $0.hasSuffix("no decision is counted in it") })
  }

  @Test("a rate or share of nobody is none, and a day without a member is reported")
  func idleReports() throws {
    let outside = "from @2026-02-01 through @2026-02-01; "
    func allocation(_ bound: String) throws -> AllocationCounts {
      try #require(
        Self.arm(bound, outside).run().decisions.first { $0.within == "contact" }?
          .counts.allocation)
    }
    let rate = try allocation("rate(where treated) >= 50% per calendar 1d").constraints[0]
    #expect(rate.bounds.map(\.label) == ["2026-02-01"])
    let share = try allocation("share(where treated) >= 50% per calendar 1d").constraints[0]
    #expect(share.bounds.map(\.realized) == [1, nil])
    let few = try allocation("count(where treated) <= 2 per calendar 1d").constraints[0]
    #expect(few.bounds.map(\.realized) == [2, 0])
    // Two are missing on the day without it.
    let soft = try allocation("count(where treated) >= 2 per calendar 1d soft 1.5")
    #expect(soft.constraints[0].bounds.map(\.multiplier) == [0, 1.5])
    #expect(soft.upperBound == soft.value)
    let free = try allocation("count(where treated) >= 0 per calendar 1d")
    #expect(soft.value == free.value - 3)
  }

  @Test("policies that draw keep their bounds, and say what was repaired")
  func draws() throws {
    let script = Self.script(
      Self.arbitrate("subject to reach\n  first a when people.worth <= 6\n  then b"),
      choose: "softmax(temperature: 2)")
    let rows = try Self.rows(script)
    #expect(rows.filter { $0["action"] != "nothing" }.count <= 3)
    for row in rows {
      #expect((row["propensity"] == "") == (row["repaired"] == "true"))
      if let propensity = Double(row["propensity"] ?? "") {
        #expect(propensity > 0 && propensity < 1)
      }
    }
  }

  @Test("threads and batches change no byte")
  func threads() throws {
    let compositions = [
      Self.arbitrate("subject to spend, pacing\n  first best of a, b"),
      Self.arbitrate("subject to reach\n  first mixture of a 30%, b 70%"),
    ]
    for composition in compositions {
      let shown = try [(1, 2048), (2, 7), (3, 2)].map { threads, batch in
        var script = Self.script(composition)
        script.adjust = {
          $0.threads = threads
          $0.batchSize = batch
        }
        return try script.shown()
      }
      #expect(Set(shown).count == 1)
    }
  }

  @Test("bounds that clash name the arbitration")
  func clash() throws {
    let script = Self.script(
      "constraint least: rate(where treated) >= 50%\n"
        + Self.arbitrate("subject to reach, least\n  first best of a, b"))
    do {
      _ = try script.run()
      Issue.record("it ran")
    } catch let refused as Script.Refused {
      #expect(refused.description.contains("no decisions of `contact` satisfy `least`, `reach`"))
    }
  }

  @Test(
    "what does not go together is refused",
    arguments: [
      ("subject to reach; first best of a, soft", "greedy"),
      ("subject to reach; first mixture of a 50%, soft 50%", "softmax(temperature: 1)"),
      ("subject to reach; first best of a, own", "greedy"),
      ("subject to calm; first a", "greedy"), ("first best of a, own", "greedy"),
      ("first mixture of a 50%, drawn 50%", "greedy"), ("subject to reach; first split", "greedy"),
    ])
  func unfit(_ text: String, _ choose: String) throws {
    let more = """
      constraint calm: entropy() >= 0.1
      policy soft for offers at sends {
        mask none; objective value; choose softmax(temperature: 1); fallback "nothing"
      }
      policy own for offers at sends {
        mask none; objective value; subject to reach; choose greedy; fallback "nothing"
      }
      policy drawn for offers at sends {
        mask none; objective value; subject to reach; choose softmax(temperature: 1)
        fallback "nothing"
      }
      experiment split of person at sends { salt "s"; arm a 50%; arm b 50% }

      """
    let script = Self.script(more + Self.arbitrate(text), choose: choose)
    #expect(try script.codes() == ["E0547"])
  }

  @Test("an arbitration that reads bounds says under which mask, and stands alone")
  func form() throws {
    let unmasked = Self.script(
      "arbitrate contact of person at sends { subject to reach; first best of a, b }")
    #expect(try unmasked.codes() == ["E0540"])
    let inner = Self.script(
      "arbitrate inner of person at sends { mask none; subject to reach; first best of a, b }\n"
        + Self.arbitrate("first inner"))
    #expect(try inner.codes() == ["E0547"])
  }
}
