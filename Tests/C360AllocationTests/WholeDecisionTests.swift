import Testing

@testable import C360Allocation

@Suite("Whole decisions")
struct WholeDecisionTests {
  @Test(
    "small problems: the best of all combinations, and a bound that none exceeds",
    arguments: 0..<150)
  func enumeration(seed: Int) throws {
    let small = SmallProblem.random(
      seed: UInt64(seed), decisions: 2 + seed % 6, actions: 1 + seed % 3, rowCount: seed % 5)
    let best = small.bestByEnumeration()
    do {
      let answer = try AllocationSolver().solve(small.problem)
      let expected = try #require(best)
      #expect(small.holds(answer.chosen))
      #expect(abs(small.objective(answer.chosen) - answer.certificate.value) < 1e-9)
      #expect(abs(answer.certificate.value - expected) < 1e-9)
      #expect(answer.certificate.bound >= expected - 1e-9)
      #expect(answer.propensities.allSatisfy { $0 == 1 })
    } catch is AllocationInfeasibility {
      #expect(best == nil)
    }
  }

  /// Forces the smooth dual and remainders of few decisions, as large problems have them.
  private var partial: SolverLimits {
    var limits = SolverLimits()
    limits.small = 0
    limits.remainder = 12
    limits.branching = 300_000
    return limits
  }

  @Test("prices of the dual and of one linear program prove the same bound", arguments: 0..<15)
  func sifting(seed: Int) throws {
    let small = SmallProblem.random(
      seed: UInt64(7_000 + seed), decisions: 90, actions: 3, rowCount: 1 + seed % 6)
    var once = SolverLimits()
    once.branching = 300_000
    let whole = try? AllocationSolver(limits: once).solve(small.problem)
    let parts = try? AllocationSolver(limits: partial).solve(small.problem)
    #expect((whole == nil) == (parts == nil))
    guard let whole, let parts else { return }
    let scale = abs(whole.certificate.bound)
    #expect(abs(whole.certificate.bound - parts.certificate.bound) <= 1e-8 * scale)
    for answer in [whole, parts] {
      #expect(small.holds(answer.chosen))
      #expect(answer.certificate.value <= answer.certificate.bound)
      #expect(answer.certificate.relativeGap < 0.06)
      #expect(abs(small.objective(answer.chosen) - answer.certificate.value) < 1e-8 * scale)
    }
  }

  @Test("a multiplier is what one more unit of the bound is worth", arguments: 0..<20)
  func multipliers(seed: Int) throws {
    var small = SmallProblem.random(
      seed: UInt64(900 + seed), decisions: 60, actions: 3, rowCount: 3)
    small.values = small.values.enumerated().map { decision, row in
      row.map { value in value.map { $0 + 1e-3 * Double((decision * 37) % 101) } }
    }
    let answer = try #require(try? AllocationSolver().solve(small.problem))
    for row in small.rows.indices {
      // Too small a step to leave the piece of the line, unless it begins at this bound.
      let step = 1e-7
      var prices: [Double] = []
      for sign in [-1.0, 1] {
        var moved = small
        moved.rows[row] = AllocationRow(
          name: "", terms: small.rows[row].terms, bound: small.rows[row].bound + sign * step,
          penalty: small.rows[row].penalty)
        guard let other = try? AllocationSolver().solve(moved.problem) else { continue }
        prices.append(
          sign * (other.certificate.bound - answer.certificate.bound) / step)
      }
      guard prices.count == 2 else { continue }
      #expect(answer.multipliers[row] <= prices[0] + 1e-3)
      #expect(answer.multipliers[row] >= prices[1] - 1e-3)
      if let penalty = small.rows[row].penalty { #expect(answer.multipliers[row] <= penalty) }
    }
  }

  @Test("no bit depends on the number of threads")
  func threads() throws {
    let small = SmallProblem.random(seed: 5, decisions: 5_000, actions: 3, rowCount: 4)
    for rule in [
      AllocationRule(base: .greedy), AllocationRule(base: .greedy, explore: 0.1),
      AllocationRule(base: .softmax(temperature: 0.7), explore: 0.05),
    ] {
      var ruled = small
      ruled.rule = rule
      ruled.rows = small.rows.map {
        AllocationRow(name: $0.name, terms: $0.terms, bound: 9_000, penalty: $0.penalty)
      }
      let one = try AllocationSolver().solve(ruled.problem, threads: 1)
      let three = try AllocationSolver().solve(ruled.problem, threads: 3)
      #expect(one.chosen == three.chosen)
      #expect(one.multipliers.map(\.bitPattern) == three.multipliers.map(\.bitPattern))
      #expect(one.propensities.map(\.bitPattern) == three.propensities.map(\.bitPattern))
      #expect(one.expectedValues.map(\.bitPattern) == three.expectedValues.map(\.bitPattern))
      #expect(one.certificate.bound.bitPattern == three.certificate.bound.bitPattern)
      #expect(one.certificate.value.bitPattern == three.certificate.value.bitPattern)
    }
  }

  @Test("prices of yesterday lead to the same answer")
  func warmStart() throws {
    let small = SmallProblem.random(seed: 11, decisions: 3_000, actions: 3, rowCount: 3)
    let cold = try AllocationSolver().solve(small.problem)
    let warm = try AllocationSolver().solve(small.problem, warmStart: cold.multipliers)
    #expect(
      abs(cold.certificate.bound - warm.certificate.bound) <= 1e-8 * abs(cold.certificate.bound))
    #expect(small.holds(warm.chosen))
    #expect(warm.certificate.passes < cold.certificate.passes)
  }

  @Test(
    "prices of another unit lead to what is found without any", arguments: [30.0, 1e4, 1e50],
    [AllocationRule.Base.greedy, .softmax(temperature: 0.1)])
  func strangeStart(factor: Double, base: AllocationRule.Base) throws {
    var small = SmallProblem.random(seed: 11, decisions: 3_000, actions: 3, rowCount: 3)
    small.rule = AllocationRule(base: base)
    let cold = try AllocationSolver().solve(small.problem)
    let warm = try AllocationSolver().solve(
      small.problem, warmStart: cold.multipliers.map { factor * ($0 + 1) })
    let scale = abs(cold.certificate.bound)
    #expect(abs(cold.certificate.bound - warm.certificate.bound) <= 1e-7 * scale)
    #expect(warm.certificate.value >= cold.certificate.value - 1e-3 * scale)
  }

  @Test("a cancelled solution throws")
  func cancelled() {
    let small = SmallProblem.random(seed: 11, decisions: 300, actions: 3, rowCount: 3)
    #expect(throws: CancellationError.self) {
      try AllocationSolver().solve(small.problem, isCancelled: { true })
    }
  }
}
