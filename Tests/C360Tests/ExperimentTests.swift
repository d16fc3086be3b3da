import C360
import Testing

@Suite("experiments: who is in which arm, and with what probability who got what")
struct ExperimentTests {
  private static func arms(
    _ settings: String, _ arms: String = "arm none 10%; arm soft 90%", seed: UInt64 = 0,
    at exposure: String = "now"
  ) throws -> [String: String] {
    let script = CompositionShop.script(
      """
      experiment trial of customer at now { salt "s"; \(settings.isEmpty ? "" : settings + "; ")\(arms) }
      show \(exposure) | select customer, a = arm(trial)
      """, seed: seed)
    return Dictionary(
      uniqueKeysWithValues: try CompositionShop.rows(script).map { ($0[0], $0[1]) })
  }

  private static func members(_ arms: [String: String], _ arm: String) -> Set<String> {
    Set(arms.filter { $0.value == arm }.keys)
  }

  @Test("arms get their shares, whatever the seed of the run")
  func shares() throws {
    let arms = try Self.arms("", "arm none 10%; arm firm 30%; arm soft 60%")
    #expect(arms.count == 400)
    let counts = ["none", "firm", "soft"].map { Self.members(arms, $0).count }
    // Four standard deviations.
    #expect(abs(counts[0] - 40) < 24 && abs(counts[1] - 120) < 37 && abs(counts[2] - 240) < 39)
    #expect(try Self.arms("", "arm none 10%; arm firm 30%; arm soft 60%", seed: 99) == arms)
  }

  @Test("another salt is another, independent assignment")
  func salts() throws {
    let script = CompositionShop.script(
      """
      experiment one of customer at now { salt "a"; arm firm 50%; arm soft 50% }
      experiment two of customer at now { salt "b"; arm firm 50%; arm soft 50% }
      show now | group x = arm(one), y = arm(two) { n = count() }
      """)
    let cells = try CompositionShop.rows(script).compactMap { Int($0[2]) }
    #expect(cells.count == 4 && cells.allSatisfy { abs($0 - 100) < 35 })
  }

  @Test("a ramp that grows moves nobody who is in already")
  func ramp() throws {
    let steps = try ["0%", "20%", "50%", "100%"].map { try Self.arms("ramp \($0)") }
    #expect(Self.members(steps[0], "").count == 400)
    for (before, after) in zip(steps, steps.dropFirst()) {
      for arm in ["none", "soft"] {
        #expect(Self.members(before, arm).isStrictSubset(of: Self.members(after, arm)))
      }
    }
    #expect(Self.members(steps[3], "").isEmpty)
  }

  @Test("an arm that takes from the one behind it keeps its members")
  func growing() throws {
    let small = try Self.arms("", "arm soft 20%; arm none 80%")
    let large = try Self.arms("", "arm soft 50%; arm none 50%")
    #expect(Self.members(small, "soft").isStrictSubset(of: Self.members(large, "soft")))
  }

  @Test("slots of a layer exclude each other; outside of its slot nobody is in an arm")
  func layers() throws {
    let script = CompositionShop.script(
      """
      experiment one of customer at now { salt "a"; layer "page" 0%..40%; arm firm 50%; arm soft 50% }
      experiment two of customer at now { salt "b"; layer "page" 40%..100%; arm firm 50%; arm soft 50% }
      show now | group x = arm(one) is null, y = arm(two) is null { n = count() }
      """)
    let rows = try CompositionShop.rows(script)
    #expect(rows.map { [$0[0], $0[1]] } == [["false", "true"], ["true", "false"]])
    #expect(abs((Int(rows[0][2]) ?? 0) - 160) < 40)
  }

  @Test("within an arm of another experiment are only those who are in it")
  func nested() throws {
    let script = CompositionShop.script(
      """
      experiment outer of customer at now { salt "a"; arm firm 50%; arm soft 50% }
      experiment inner of customer at now { salt "b"; within outer.soft; arm firm 50%; arm none 50% }
      show now | group x = arm(outer), y = arm(inner) { n = count() }
      """)
    let rows = try CompositionShop.rows(script)
    #expect(rows.map { [$0[0], $0[1]] } == [["firm", ""], ["soft", "firm"], ["soft", "none"]])
  }

  @Test("outside of its time `otherwise` acts, for certain and without an arm")
  func time() throws {
    let text = """
      experiment trial of customer at now {
        salt "s"; from @2026-02-01 through @2026-02-28; arm none 50%; arm soft 50%; otherwise firm
      }
      """
    let outside = CompositionShop.script(
      text
        + "\nshow trial at later | group arm, policy, action { n = count(); p = min(propensity) }")
    #expect(try CompositionShop.rows(outside) == [["", "firm", "wine", "400", "1.0"]])
    let inside = CompositionShop.script(text + "\nshow trial | group arm, policy { n = count() }")
    #expect(
      try CompositionShop.rows(inside).map { [$0[0], $0[1]] } == [
        ["none", "none"], ["soft", "soft"],
      ])
  }

  @Test("without `otherwise` the no-op acts outside")
  func nothingOutside() throws {
    let script = CompositionShop.script(
      """
      experiment trial of customer at now { salt "s"; ramp 0%; arm soft 100% }
      show trial | group policy, action, h = policy_hash is null { n = count(); p = min(propensity) }
      """)
    #expect(try CompositionShop.rows(script) == [["none", "nothing", "true", "400", "1.0"]])
  }

  @Test("propensities are sums over the arms, also where several can do the same")
  func propensities() throws {
    let script = CompositionShop.script(
      """
      experiment trial of customer at now {
        salt "s"; ramp 80%; arm none 10%; arm soft 60%; arm firm 30%; otherwise firm
      }
      show trial | select action, propensity, policy
      """)
    let expected: [String: Double] = CompositionShop.soft.reduce(into: [:]) { sums, one in
      var sum = 0.6 * 0.8 * one.value
      if one.key == "nothing" { sum += 0.1 * 0.8 }
      if one.key == "wine" { sum += 0.3 * 0.8 + 0.2 }
      sums[one.key] = sum
    }
    #expect(abs(expected.values.reduce(0, +) - 1) < 1e-12)
    let rows = try CompositionShop.rows(script)
    #expect(Set(rows.map { $0[2] }) == ["none", "soft", "firm"])
    for row in rows {
      let found = try #require(Double(row[1]))
      #expect(abs(found - (expected[row[0]] ?? 0)) < 1e-12, "\(row)")
    }
    // Each action is taken as often as its propensity says.
    for (action, share) in expected {
      let count = Double(rows.filter { $0[0] == action }.count)
      #expect(abs(count - 400 * share) < 4 * (400 * share).squareRoot(), "\(action)")
    }
  }

  @Test("members of different actions; terms of others are null")
  func tables() throws {
    let script = CompositionShop.script(
      """
      experiment trial of customer at now { salt "s"; arm firm 50%; arm coupon 50% }
      show trial | group policy, margin = term_margin is null, worth = term_worth is null { n = count() }
      """)
    #expect(
      try CompositionShop.rows(script).map { Array($0.prefix(3)) } == [
        ["coupon", "true", "false"], ["firm", "false", "true"],
      ])
  }

  @Test("an action of two tables is told when the run meets it")
  func sharedNames() throws {
    var script = CompositionShop.script(
      """
      experiment trial of customer at now { salt "s"; arm firm 50%; arm coupon 50% }
      show trial | take 1
      """)
    script.files["coupons.csv"] = "coupon,worth\nwine,1\n"
    #expect(try script.codes() == ["E0704"])
  }

  @Test("the report says who acted, how often, and of what share")
  func report() throws {
    let script = CompositionShop.script(
      """
      experiment trial of customer at now { salt "s"; ramp 50%; arm none 20%; arm soft 80% }
      show trial | take 1
      """)
    let report = try script.run()
    let trial = try #require(report.compositions.first)
    #expect(trial.counts.rows == 400)
    let node = try #require(trial.nodes.first)
    #expect(node.acted.map(\.name) == ["none", "soft"])
    #expect(node.acted.map(\.share) == [0.1, 0.4])
    #expect(node.rows == 400 && trial.nodes.count == 1)
    let summary = report.summary
    #expect(summary.contains("arms: none ") && summary.contains("wanted 20.0 %"), "\(summary)")
    // The member's own decisions are not those of the experiment.
    #expect(!summary.contains("  soft  "))
  }

  @Test("`arm` stays free as a name of functions, columns and features")
  func names() throws {
    let script = CompositionShop.script(
      """
      function arm(x: float) -> float = x + 1
      feature salt = arm(2)
      feature layer = 1
      show now | take 1 | select salt, layer
      """)
    #expect(try CompositionShop.rows(script) == [["3.0", "1"]])
  }

  @Test(arguments: [
    ("arm soft 100%", "E0540"),
    ("salt \"\"; arm soft 100%", "E0540"),
    ("salt \"s\"", "E0540"),
    ("salt \"s\"; arm none 100%", "E0540"),
    ("salt \"s\"; arm soft 60%; arm firm 30%", "E0541"),
    ("salt \"s\"; arm soft 120%; arm firm 0%", "E0541"),
    ("salt \"s\"; ramp 101%; arm soft 100%", "E0541"),
    ("salt \"s\"; arm soft 50%; arm soft 50%", "E0210"),
    ("salt \"s\"; salt \"t\"; arm soft 100%", "E0210"),
    ("salt \"s\"; arm nobody 100%", "E0201"),
    ("salt \"s\"; arm value 100%", "E0204"),
    ("salt \"s\"; arm trial 100%", "E0207"),
    ("salt \"s\"; layer \"page\" 40%..20%; arm soft 100%", "E0544"),
    ("salt \"s\"; layer \"page\" 40%; arm soft 100%", "E0544"),
    ("salt \"s\"; within soft; arm soft 100%", "E0546"),
    ("salt \"s\"; within trial.soft; arm soft 100%", "E0207"),
    ("salt \"s\"; from @2026-03-01 through @2026-02-01; arm soft 100%", "E0546"),
  ])
  func mistakes(_ body: String, _ code: String) throws {
    let script = CompositionShop.script("experiment trial of customer at now { \(body) }")
    #expect(try script.codes() == [code])
  }

  @Test("what an arm does must not hang on which arm it is")
  func ownArm() throws {
    let policy = """
      mask m for offers { forbid odd when arm(trial) == "soft" }
      policy odd for offers at now { mask m; objective value; choose greedy; fallback "nothing" }

      """
    #expect(
      try CompositionShop.script(
        policy + "experiment trial of customer at now { salt \"s\"; arm soft 50%; arm odd 50% }"
      ).codes() == ["E0545"])
    #expect(
      try CompositionShop.script(
        policy + """
          experiment trial of customer at now { salt "s"; arm soft 50%; arm firm 50% }
          experiment other of customer at now { salt "t"; arm soft 50%; arm odd 50% }
          show other | take 1
          """
      ).codes() == [])
    #expect(
      try CompositionShop.script(
        """
        experiment outer of customer at now { salt "s"; arm soft 50%; arm inner 50% }
        experiment inner of customer at now { salt "u"; within outer.inner; arm firm 100%; otherwise soft }
        """
      ).codes() == ["E0545"])
  }

  @Test("the same rows with any number of threads and size of batches")
  func threads() throws {
    let text = """
      experiment trial of customer at now { salt "s"; ramp 70%; arm none 20%; arm soft 80%; otherwise coupon }
      show trial
      """
    var script = CompositionShop.script(text)
    let one = try CompositionShop.rows(script)
    script.adjust = { $0.threads = 3 }
    #expect(try CompositionShop.rows(script) == one)
    script.adjust = { $0.batchSize = 7 }
    #expect(try CompositionShop.rows(script) == one)
  }
}
