import Testing

@testable import C360Decisions

/// Numbers that look random and are the same on every host.
struct Sequence {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state = state &+ 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
  mutating func unit() -> Double { DrawHash.unit(next()) }
  mutating func below(_ bound: UInt64) -> UInt64 { next() % bound }
}

@Suite struct DistributionTests {
  private static let bases: [(ChoiceRule.Base, Double)] = [
    (.greedy, 0), (.greedy, 0.2), (.softmax(temperature: 0.7), 0),
    (.softmax(temperature: 0.7), 0.1), (.threshold, 0), (.threshold, 0.3),
  ]

  /// Values with ties, nulls and infinities; rules and conditions at random.
  private func problem(
    _ base: ChoiceRule.Base, _ explore: Double, actions: Int, rows: Int, hasNoOp: Bool
  ) -> Problem {
    var random = Sequence(17)
    func matrix(_ odds: UInt64) -> [[Bool]] {
      (0..<rows).map { _ in (0..<actions).map { _ in random.below(odds) == 0 } }
    }
    var problem = Problem(values: [])
    problem.values = (0..<rows).map { _ in
      (0..<actions).map { _ in
        switch random.below(12) {
        case 0: nil
        case 1: random.below(2) == 0 ? .infinity : -.infinity
        case 2: .nan
        default: Double(random.below(9)) / 4 - 1
        }
      }
    }
    problem.rules = [matrix(5), matrix(3)]
    if case .threshold = base { problem.passes = matrix(2) }
    problem.base = base
    problem.explore = explore
    problem.hasNoOp = hasNoOp
    problem.draws = (0..<rows).map { _ in random.unit() }
    return problem
  }

  @Test(arguments: 0..<bases.count, [false, true])
  func nothingDependsOnTiles(_ base: Int, _ hasNoOp: Bool) {
    let (choice, explore) = Self.bases[base]
    let problem = problem(choice, explore, actions: 7, rows: 301, hasNoOp: hasNoOp)
    let whole = problem.decide(tileRows: 1024)
    for rows in [1, 2, 7, 64, 300] {
      let isSame = problem.decide(tileRows: rows) == whole
      #expect(isSame, "tiles of \(rows) rows")
    }
  }

  @Test(arguments: 0..<bases.count, [false, true])
  func propensitiesArePositiveAndSumToOne(_ base: Int, _ hasNoOp: Bool) {
    let (choice, explore) = Self.bases[base]
    var problem = problem(choice, explore, actions: 5, rows: 60, hasNoOp: hasNoOp)
    for decision in problem.decide() {
      #expect(decision.propensity > 0 && decision.propensity <= 1)
    }
    let rows = problem.values
    let rules = problem.rules
    let passes = problem.passes
    for row in rows.indices {
      problem.values = [rows[row]]
      problem.rules = rules.map { [$0[row]] }
      problem.passes = passes.map { [$0[row]] }
      #expect(abs(problem.distribution(steps: 512).reduce(0, +) - 1) < 1e-12)
    }
  }

  @Test func frequenciesFollowPropensities() {
    let draws = 200_000
    let hash = DrawHash(seed: 3, policy: "winback")
    var problem = Problem(
      values: [[0.1, 0.9, nil, 0.4, -1]], base: .softmax(temperature: 0.6), explore: 0.1,
      hasNoOp: true)
    let odds = problem.distribution()
    problem.values = Array(repeating: problem.values[0], count: draws)
    problem.draws = (0..<Int64(draws)).map {
      DrawHash.unit(hash.hash(key: $0 / 10, time: 1_767_571_200_000_000, number: $0 % 10))
    }
    var counts = [Int](repeating: 0, count: odds.count)
    for decision in problem.decide() {
      counts[decision.chosen] += 1
      #expect(decision.propensity == odds[decision.chosen])
    }
    var chiSquare = 0.0
    for (count, p) in zip(counts, odds) where p > 0 {
      let expected = p * Double(draws)
      chiSquare += (Double(count) - expected) * (Double(count) - expected) / expected
    }
    #expect(counts[2] == 0)
    // Four degrees of freedom: above 18.5 once in a thousand.
    #expect(chiSquare < 18.5)
  }

  @Test func theLastPossibleCandidateActsWhereRoundingLeavesARest() {
    // Ten tenths sum to just under 1.
    var problem = Problem(
      values: [Array(repeating: 1, count: 10) + [nil]], base: .softmax(temperature: 1))
    problem.draws = [(1.0).nextDown]
    #expect(problem.decide()[0].chosen == 9)
    problem.draws = [0]
    #expect(problem.decide()[0].chosen == 0)
  }

  @Test func aZeroDrawSkipsCandidatesOfNoProbability() {
    let problem = Problem(
      values: [[nil, -.infinity, 2]], base: .softmax(temperature: 1), draws: [0])
    #expect(problem.decide()[0].chosen == 2)
  }
}
