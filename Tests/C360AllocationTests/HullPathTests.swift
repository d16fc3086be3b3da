import Testing

@testable import C360Allocation

@Suite("One budget and very many pairs")
struct HullSolverTests {
  @Test("the hulls give what the general way gives, up to one edge, and hold the budget")
  func agrees() throws {
    for seed in 0..<8 {
      var random = Random(seed: UInt64(seed + 40))
      var small = SmallProblem(
        values: (0..<500).map { _ in
          (0..<4).map { _ in random.next() < 0.1 ? nil : random.next() * 4 - 1 }
        })
      small.meters = [
        .init(
          quantities: (0..<500).map { _ in (0..<4).map { _ in random.next() * 3 } }, cells: nil,
          cellCount: 1)
      ]
      small.rows = [
        AllocationRow(
          name: "budget", terms: [.init(meter: 0, cells: 0..<1, coefficient: 2)], bound: 100)
      ]
      let general = try AllocationSolver().solve(small.problem)
      var limits = SolverLimits()
      limits.hullPairs = 0
      let hulls = try AllocationSolver(limits: limits).solve(small.problem)
      #expect(small.holds(hulls.chosen))
      #expect(abs(small.objective(hulls.chosen) - hulls.certificate.value) < 1e-9)
      #expect(abs(hulls.certificate.bound - general.certificate.bound) < 1e-6)
      #expect(hulls.certificate.gap <= 3)
      #expect(abs(hulls.multipliers[0] - general.multipliers[0]) < 1e-6)
      #expect(hulls.expectedValues.reduce(0, +) - hulls.certificate.value < 1e-9)
    }
  }
}

@Suite("Hulls and the path of gain against budget")
struct HullPathTests {
  private let cost = [AllocationMeter(quantity: .pairs(0), cells: nil, cellCount: 1)]

  private func random(
    _ seed: UInt64, decisions: Int, actions: Int, whole: Bool, budget: Double = 1
  ) -> RoundingFixture {
    func unit(_ place: Int) -> Double { RoundingFixture.unit(seed, UInt64(place)) }
    var fixture = RoundingFixture(decisions: decisions, actions: actions)
    let pairs = decisions * actions
    fixture.values = (0..<actions).map { action in
      (0..<decisions).map { decision in
        let place = decision * actions + action
        guard unit(place) > 0.1 else { return .nan }
        let value = 6 * unit(pairs + place) - 1
        return whole ? value.rounded() : value
      }
    }
    fixture.quantities = [
      (0..<actions).map { action in
        (0..<decisions).map { decision in
          let cost = 5 * unit(2 * pairs + decision * actions + action)
          return whole ? cost.rounded() : cost
        }
      }
    ]
    return fixture
  }

  private func path(
    _ fixture: RoundingFixture, budget: Double = 1, hasNoOp: Bool = true, threads: Int = 1
  ) throws -> HullPath {
    try HullPath(
      fixture.problem(hasNoOp: hasNoOp, meters: cost, rows: [.atMost(budget, meter: 0)]),
      threads: threads)
  }

  /// (cost, value) of every candidate of a decision.
  private func candidates(
    _ fixture: RoundingFixture, _ decision: Int, hasNoOp: Bool
  ) -> [(cost: Double, value: Double)] {
    var list: [(cost: Double, value: Double)] = hasNoOp ? [(0, 0)] : []
    for action in 0..<fixture.actions where !fixture.values[action][decision].isNaN {
      list.append((fixture.quantities[0][action][decision], fixture.values[action][decision]))
    }
    return list
  }

  /// The relaxed optimum by duality: the least over all prices at which some decision is indifferent.
  private func dual(_ fixture: RoundingFixture, budget: Double, hasNoOp: Bool) -> Double {
    let all = (0..<fixture.decisions).map { candidates(fixture, $0, hasNoOp: hasNoOp) }
    var prices = [0.0]
    for list in all {
      for one in list {
        for other in list where other.cost > one.cost && other.value > one.value {
          prices.append((other.value - one.value) / (other.cost - one.cost))
        }
      }
    }
    return prices.map { price in
      all.reduce(price * budget) { sum, list in
        sum + (list.map { $0.value - price * $0.cost }.max() ?? 0)
      }
    }.min()!
  }

  /// The whole optimum by trying everything.
  private func best(_ fixture: RoundingFixture, budget: Double, hasNoOp: Bool) -> Double {
    var totals: [(cost: Double, value: Double)] = [(0, 0)]
    for decision in 0..<fixture.decisions {
      let list = candidates(fixture, decision, hasNoOp: hasNoOp)
      guard !list.isEmpty else { continue }
      totals = totals.flatMap { total in
        list.map { (total.cost + $0.cost, total.value + $0.value) }
      }
    }
    return totals.filter { $0.cost <= budget + 1e-9 }.map(\.value).max() ?? -.infinity
  }

  private func total(_ fixture: RoundingFixture, _ chosen: [Int32]) -> (cost: Double, value: Double)
  {
    var (cost, value) = (0.0, 0.0)
    for (decision, candidate) in chosen.enumerated()
    where candidate >= 0 && Int(candidate) < fixture.actions {
      cost += fixture.quantities[0][Int(candidate)][decision]
      value += fixture.values[Int(candidate)][decision]
    }
    return (cost, value)
  }

  @Test("the relaxed optimum of every budget is the dual's, the whole one lies under it")
  func optimum() throws {
    for seed in 0..<60 {
      let fixture = random(UInt64(seed), decisions: 6, actions: 3, whole: seed % 2 == 0)
      let hasNoOp = seed % 3 > 0
      let path = try self.path(fixture, hasNoOp: hasNoOp)
      for share in [0, 0.1, 0.35, 0.6, 0.9, 1.2] {
        let budget =
          path.leastBudget + share * (path.greatestBudget - path.leastBudget)
        let relaxed = try #require(path.value(at: budget))
        #expect(abs(relaxed.value - dual(fixture, budget: budget, hasNoOp: hasNoOp)) < 1e-9)
        let whole = try #require(path.allocation(within: budget))
        let (spent, value) = total(fixture, whole.chosen)
        #expect(abs(whole.spent - spent) < 1e-9 && abs(whole.value - value) < 1e-9)
        #expect(spent <= budget + 1e-9)
        let reachable = best(fixture, budget: budget, hasNoOp: hasNoOp)
        #expect(value <= reachable + 1e-9 && reachable <= whole.bound + 1e-9)
        let taken = path.prefix(within: budget)
        let marginal = taken < path.increments.count ? path.increments[taken].gain : 0
        #expect(whole.bound - value <= marginal + 1e-9)
      }
    }
  }

  @Test("at a breakpoint the whole answer is the relaxed optimum")
  func breakpoints() throws {
    let fixture = random(5, decisions: 6, actions: 3, whole: true)
    let path = try self.path(fixture)
    #expect(path.incrementCount > 4)
    for place in 0...path.incrementCount {
      let budget = path.budgets[place]
      let whole = try #require(path.allocation(within: budget))
      #expect(whole.value == best(fixture, budget: budget, hasNoOp: true))
      #expect(whole.value == whole.bound)
    }
  }

  @Test("many candidates: what is set aside before sorting was off the hull")
  func manyCandidates() throws {
    for seed in 100..<120 {
      let fixture = random(UInt64(seed), decisions: 3, actions: 60, whole: seed % 2 == 0)
      let path = try self.path(fixture)
      for share in [0.1, 0.3, 0.5, 0.8] {
        let budget = share * path.greatestBudget
        let relaxed = try #require(path.value(at: budget))
        #expect(abs(relaxed.value - dual(fixture, budget: budget, hasNoOp: true)) < 1e-9)
      }
    }
  }

  @Test("one action: by value over cost, free gains first, ties by canonical order")
  func oneAction() throws {
    var fixture = RoundingFixture(decisions: 6, actions: 1)
    fixture.values = [[4, 3, 2, -1, 6, 0]]
    fixture.quantities = [[[2, 0, 1, 0, 2, 0]]]
    let path = try self.path(fixture, budget: 4)
    #expect(path.budget == 4)
    #expect(path.increments.map(\.decision) == [1, 4, 0, 2])
    #expect(path.points(atMost: 10).map(\.budget) == [0, 0, 2, 4, 5])
    #expect(path.points(atMost: 10).map(\.value) == [0, 3, 9, 13, 15])
    #expect(path.points(atMost: 10).map(\.multiplier) == [.infinity, 3, 2, 2, 0])
    #expect(path.points(atMost: 10).map(\.treated) == [0, 1, 2, 3, 4])
    #expect(
      path.value(at: 3) == HullPath.Point(budget: 3, value: 11, multiplier: 2, treated: 2))
    // The first decision does not fit any more, the third does.
    let whole = try #require(path.allocation(within: 3))
    #expect(whole.chosen == [1, 0, 0, 1, 0, 1])
    #expect(whole.value == 11 && whole.spent == 3 && whole.bound == 11 && whole.multiplier == 2)
    #expect(path.allocation(within: 0)?.chosen == [1, 0, 1, 1, 1, 1])
    #expect(path.value(at: -1) == nil && path.allocation(within: .nan) == nil)
  }

  @Test("dominated candidates and equal costs never show")
  func dominated() throws {
    var fixture = RoundingFixture(decisions: 1, actions: 6)
    fixture.values = [[1], [3], [3], [2.9], [4], [-2]]
    fixture.quantities = [[[2], [3], [3], [3], [7], [0]]]
    let path = try self.path(fixture)
    #expect(path.increments.map(\.candidate) == [1, 4])
  }

  @Test("without a no-op the cheapest is the baseline; a budget below it has no answer")
  func noNoOp() throws {
    var fixture = RoundingFixture(decisions: 2, actions: 2)
    fixture.values = [[-3, .nan], [1, .nan]]
    fixture.quantities = [[[1, 0], [3, 0]]]
    let path = try self.path(fixture, hasNoOp: false)
    #expect(path.leastBudget == 1)
    #expect(path.value(at: 0.5) == nil)
    #expect(path.allocation(within: 2)?.chosen == [0, -1])
    #expect(path.allocation(within: 3)?.chosen == [1, -1])
    #expect(path.points(atMost: 9).map(\.treated) == [1, 1])
  }

  @Test("forced decisions are paid for first; decisions of other cells cost nothing")
  func forcedAndUncounted() throws {
    var fixture = RoundingFixture(decisions: 3, actions: 1)
    fixture.values = [[.nan, 2, 5]]
    fixture.quantities = [[[4, 3, 1]]]
    fixture.forced = [0: 0]
    let meters = [AllocationMeter(quantity: .pairs(0), cells: [0, 1, 0], cellCount: 2)]
    let path = try HullPath(
      fixture.problem(meters: meters, rows: [.atMost(9, meter: 0, cells: 0..<1)]))
    #expect(path.leastBudget == 4)
    #expect(path.allocation(within: 4)?.chosen == [0, 0, 1])
    #expect(path.allocation(within: 5)?.chosen == [0, 0, 0])
    #expect(path.greatestBudget == 5)
  }

  @Test("what has no such path is turned away with the reason")
  func rejections() {
    var fixture = RoundingFixture(decisions: 3, actions: 2)
    fixture.values = [[1, 1, 1], [1, 1, 1]]
    fixture.quantities = [[[1, 1, 1], [1, -1, .nan]]]
    #expect(throws: HullPath.Rejection.number(decision: 1, action: 1)) { try self.path(fixture) }
    fixture.values[1][1] = .nan
    #expect(throws: HullPath.Rejection.number(decision: 2, action: 1)) { try self.path(fixture) }
    #expect(throws: HullPath.Rejection.notOneBudget) {
      try HullPath(fixture.problem(meters: cost, rows: []))
    }
    #expect(throws: HullPath.Rejection.soft) {
      try HullPath(fixture.problem(meters: cost, rows: [.atMost(1, meter: 0, penalty: 2)]))
    }
    let drawn = AllocationProblem(
      decisionCount: 3, actionCount: 2, hasNoOp: true, source: fixture, meters: cost,
      rows: [.atMost(1, meter: 0)], rule: AllocationRule(base: .greedy, explore: 0.1))
    #expect(throws: HullPath.Rejection.notGreedy) { try HullPath(drawn) }
  }

  @Test("thinned points are points of the path, with both ends; threads and no decisions")
  func thinning() throws {
    let fixture = random(9, decisions: 9000, actions: 3, whole: false)
    let path = try self.path(fixture)
    let all = path.points(atMost: .max)
    #expect(all.count == path.incrementCount + 1)
    let thin = path.points(atMost: 50)
    #expect(thin.count == 50)
    #expect(thin.first == all.first && thin.last == all.last)
    #expect(zip(thin, thin.dropFirst()).allSatisfy { $0.budget < $1.budget && $0.value < $1.value })
    // A stretch spans 2/49 of budget and value shares, so a straight line misses half of that at most.
    for (one, other) in zip(thin, thin.dropFirst()) {
      let middle = (one.budget + other.budget) / 2
      let missed = path.value(at: middle)!.value - (one.value + other.value) / 2
      #expect(missed >= -1e-6 && missed < path.values.last! / 49)
    }
    #expect(path.points(atMost: 1) == [all.last!])
    #expect(path.points(atMost: 0).isEmpty)
    let again = try self.path(fixture, threads: 4)
    #expect(again.points(atMost: .max) == all)
    #expect(again.increments.map(\.decision) == path.increments.map(\.decision))
    let none = try self.path(RoundingFixture(decisions: 0, actions: 2))
    #expect(none.value(at: 7) == HullPath.Point(budget: 7, value: 0, multiplier: 0, treated: 0))
    #expect(none.allocation(within: 0)?.chosen == [])
  }
}
