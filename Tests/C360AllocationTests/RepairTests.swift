import Testing

@testable import C360Allocation

@Suite("Repair and refill")
struct RepairTests {
  private let count = AllocationMeter(quantity: .perAction([1, 1]), cells: nil, cellCount: 1)

  /// Usage of a row under whole decisions, term by term.
  private func activity(_ row: AllocationRow, _ problem: AllocationProblem, _ chosen: [Int32])
    -> Double
  {
    let fixture = problem.source as! RoundingFixture
    var sum = 0.0
    for term in row.terms {
      for decision in 0..<problem.decisionCount where chosen[decision] < problem.actionCount {
        let meter = problem.meters[term.meter]
        guard term.cells.contains(Int(meter.cells?[decision] ?? 0)) else { continue }
        switch meter.quantity {
        case .perAction(let numbers): sum += term.coefficient * numbers[Int(chosen[decision])]
        case .pairs(let pairs):
          sum += term.coefficient * fixture.quantities[pairs][Int(chosen[decision])][decision]
        }
      }
    }
    return sum
  }

  private func holds(_ problem: AllocationProblem, _ chosen: [Int32]) -> Bool {
    problem.rows.allSatisfy {
      $0.penalty != nil || activity($0, problem, chosen) <= $0.bound + 1e-9
    }
  }

  private func value(_ problem: AllocationProblem, _ chosen: [Int32]) -> Double {
    let fixture = problem.source as! RoundingFixture
    return chosen.enumerated().reduce(0) {
      $1.element < problem.actionCount
        ? $0 + fixture.values[Int($1.element)][$1.offset] : $0
    }
  }

  /// Every assignment of eligible candidates.
  private func assignments(_ problem: AllocationProblem) -> [[Int32]] {
    let fixture = problem.source as! RoundingFixture
    var all: [[Int32]] = [[]]
    for decision in 0..<problem.decisionCount {
      let open = (0..<Int32(problem.candidateCount)).filter { candidate in
        if let forced = fixture.forced[decision] { return candidate == forced }
        return Int(candidate) == problem.actionCount
          || !fixture.values[Int(candidate)][decision].isNaN
      }
      all = all.flatMap { head in open.map { head + [$0] } }
    }
    return all
  }

  /// Six decisions, two actions, a cost, a count by region; small enough for every assignment.
  private func random(_ seed: UInt64) -> (AllocationProblem, [Int32]) {
    func unit(_ place: Int) -> Double { RoundingFixture.unit(seed, UInt64(place)) }
    var fixture = RoundingFixture(decisions: 6, actions: 2)
    fixture.values = (0..<2).map { action in
      (0..<6).map { unit($0 * 2 + action) < 0.15 ? .nan : 4 * unit(20 + $0 * 2 + action) - 0.5 }
    }
    fixture.quantities = [
      (0..<2).map { action in (0..<6).map { (4 * unit(40 + $0 * 2 + action)).rounded() } }
    ]
    let meters = [
      AllocationMeter(quantity: .pairs(0), cells: nil, cellCount: 1),
      AllocationMeter(quantity: .perAction([1, 1]), cells: [0, 1, 0, 1, -1, 0], cellCount: 2),
    ]
    var rows = [
      AllocationRow.atMost((8 * unit(60)).rounded(), meter: 0), .atMost(2, meter: 1, cells: 0..<1),
    ]
    if unit(61) < 0.5 {
      // At least so many in the second region.
      rows.append(
        AllocationRow(
          name: "least", terms: [.init(meter: 1, cells: 1..<2, coefficient: -1)],
          bound: -(3 * unit(62)).rounded()))
    }
    let chosen: [Int32] = (0..<6).map { decision in
      let best = (0..<3).max { one, other in
        func worth(_ candidate: Int) -> Double {
          guard candidate < 2 else { return 0 }
          let value = fixture.values[candidate][decision]
          return value.isNaN ? -.infinity : value
        }
        return worth(one) < worth(other)
      }
      return Int32(best!)
    }
    return (fixture.problem(meters: meters, rows: rows), chosen)
  }

  @Test("small problems against every assignment: rows hold, eligible only, near the best")
  func againstEveryAssignment() {
    var (repairable, repaired, regret, worth) = (0, 0, 0.0, 0.0)
    for seed in 0..<400 {
      let (problem, before) = random(UInt64(seed))
      var chosen = before
      let result = problem.repair(&chosen, multipliers: [0, 0, 0].prefix(problem.rows.count) + [])
      let all = assignments(problem)
      let feasible = all.filter { holds(problem, $0) }
      #expect(all.contains(chosen))
      #expect(result.changed == (0..<6).filter { chosen[$0] != before[$0] })
      #expect(result.broken.isEmpty == holds(problem, chosen))
      for (index, row) in problem.rows.enumerated()
      where activity(row, problem, before) <= row.bound {
        #expect(activity(row, problem, chosen) <= row.bound, "row \(index) was broken by repair")
      }
      guard !feasible.isEmpty else {
        #expect(!result.broken.isEmpty)
        continue
      }
      repairable += 1
      guard result.broken.isEmpty else { continue }
      repaired += 1
      _ = problem.refill(&chosen, multipliers: [0, 0, 0].prefix(problem.rows.count) + [])
      #expect(holds(problem, chosen))
      let best = feasible.map { value(problem, $0) }.max()!
      regret += best - value(problem, chosen)
      worth += best
    }
    #expect(repairable > 300)
    #expect(Double(repaired) >= 0.97 * Double(repairable))
    #expect(regret < 0.05 * worth)
  }

  @Test("what loses least for each unit goes, of equals the last, and no more than needed")
  func cheapestFirst() {
    var fixture = RoundingFixture(decisions: 5, actions: 2)
    fixture.values = [[5, 2, 3, 2, 9], [4, .nan, 2.5, .nan, 0]]
    let problem = fixture.problem(meters: [count], rows: [.atMost(3, meter: 0)])
    var chosen: [Int32] = [0, 0, 0, 0, 0]
    let result = problem.repair(&chosen, multipliers: [0])
    #expect(chosen == [0, 2, 0, 2, 0])
    #expect(result.changed == [1, 3])
    #expect(result.broken.isEmpty)
    let one = fixture.problem(meters: [count], rows: [.atMost(4, meter: 0)])
    chosen = [0, 0, 0, 0, 0]
    #expect(one.repair(&chosen, multipliers: [0]).changed == [3])
    // Where treating more is what repairs, the first are treated.
    fixture.values = [[-2, -2, -2, -2, -2], [.nan, .nan, .nan, .nan, .nan]]
    let costly = fixture.problem(meters: [count], rows: [.atLeast(2, meter: 0)])
    chosen = [2, 2, 2, 2, 2]
    #expect(costly.repair(&chosen, multipliers: [0]).changed == [0, 1])
    #expect(chosen == [0, 0, 2, 2, 2])
  }

  @Test("prices of rows count in what is lost")
  func prices() {
    var fixture = RoundingFixture(decisions: 2, actions: 1)
    fixture.values = [[5, 4]]
    let meters = [
      AllocationMeter(quantity: .perAction([1]), cells: nil, cellCount: 1),
      AllocationMeter(quantity: .perAction([1]), cells: [0, -1], cellCount: 1),
    ]
    let problem = fixture.problem(
      meters: meters, rows: [.atMost(1, meter: 0), .atMost(1, meter: 1)])
    var chosen: [Int32] = [0, 0]
    #expect(problem.repair(&chosen, multipliers: [0, 3]).changed == [0])
  }

  @Test("a needless change is taken back")
  func takenBack() {
    // The best rate goes first (2 units for 1), then the other must go too, which alone is enough.
    var fixture = RoundingFixture(decisions: 2, actions: 1)
    fixture.values = [[1, 30]]
    fixture.quantities = [[[2, 10]]]
    let meters = [AllocationMeter(quantity: .pairs(0), cells: nil, cellCount: 1)]
    let problem = fixture.problem(meters: meters, rows: [.atMost(3, meter: 0)])
    var chosen: [Int32] = [0, 0]
    #expect(problem.repair(&chosen, multipliers: [0]).changed == [1])
  }

  @Test("whole numbers are compared exactly, others up to rounding")
  func exactness() {
    var fixture = RoundingFixture(decisions: 3, actions: 1)
    fixture.values = [[1, 1, 1]]
    var chosen: [Int32] = [0, 0, 0]
    for (quantity, bound, changes) in [
      (0.1, 0.3, 0), (0.1, 0.3 - 1e-9, 1), (1, 3, 0), (0x1p40, 0x1.8p41 - 1, 1),
    ] {
      fixture.quantities = [[[quantity, quantity, quantity]]]
      let meters = [AllocationMeter(quantity: .pairs(0), cells: nil, cellCount: 1)]
      let problem = fixture.problem(meters: meters, rows: [.atMost(bound, meter: 0)])
      chosen = [0, 0, 0]
      #expect(problem.repair(&chosen, multipliers: [0]).changed.count == changes)
    }
  }

  @Test("forced decisions stay; what cannot hold is named, and nothing else is worse")
  func impossible() {
    var fixture = RoundingFixture(decisions: 3, actions: 1)
    fixture.values = [[1, 1, 1]]
    fixture.forced = [0: 0, 1: 0]
    let problem = fixture.problem(
      meters: [AllocationMeter(quantity: .perAction([1]), cells: nil, cellCount: 1)],
      rows: [.atMost(2, meter: 0), .atMost(1, meter: 0), .atMost(0, meter: 0, penalty: 1)])
    var chosen: [Int32] = [0, 0, 0]
    let result = problem.repair(&chosen, multipliers: [0, 0, 0])
    #expect(result.broken == [1])
    #expect(chosen == [0, 0, 1])
    #expect(result.changed == [2])
  }

  @Test("a row may be exceeded on the way where that helps more than it hurts")
  func trade() {
    // Less of the first row is only had by more of the second, which another decision can give back.
    var fixture = RoundingFixture(decisions: 2, actions: 2)
    fixture.values = [[5, 5], [1, .nan]]
    fixture.quantities = [[[4, 0], [0, 0]], [[0, 1], [1, 0]]]
    let meters = [0, 1].map {
      AllocationMeter(quantity: .pairs($0), cells: nil, cellCount: 1)
    }
    let problem = fixture.problem(
      hasNoOp: false, meters: meters, rows: [.atMost(1, meter: 0), .atMost(1, meter: 1)])
    var chosen: [Int32] = [0, 0]
    // Without a way to give back, both stay as they were.
    #expect(problem.repair(&chosen, multipliers: [0, 0]).broken == [0])
    #expect(chosen == [0, 0])
    fixture.values[1][1] = 0
    let open = fixture.problem(
      hasNoOp: false, meters: meters, rows: [.atMost(1, meter: 0), .atMost(1, meter: 1)])
    #expect(open.repair(&chosen, multipliers: [0, 0]).broken.isEmpty)
    #expect(chosen == [1, 1])
  }

  @Test("refill leaves no single change that gains and fits; threads change nothing")
  func refill() {
    let decisions = 9000
    var fixture = RoundingFixture(decisions: decisions, actions: 2)
    func unit(_ place: Int) -> Double { RoundingFixture.unit(77, UInt64(place)) }
    fixture.values = (0..<2).map { action in (0..<decisions).map { unit($0 * 2 + action) - 0.2 } }
    fixture.quantities = [
      (0..<2).map { action in (0..<decisions).map { unit(100_000 + $0 * 2 + action) + 0.1 } }
    ]
    let meters = [
      AllocationMeter(quantity: .pairs(0), cells: nil, cellCount: 1),
      AllocationMeter(
        quantity: .perAction([1, 1]), cells: (0..<decisions).map { Int32($0 % 40) }, cellCount: 40),
    ]
    let rows =
      [AllocationRow.atMost(900, meter: 0)]
      + (0..<40).map { AllocationRow.atMost(60, meter: 1, cells: $0..<$0 + 1) }
    let problem = fixture.problem(meters: meters, rows: rows)
    var chosen = [Int32](repeating: 2, count: decisions)
    let multipliers = [0.5] + [Double](repeating: 0.1, count: 40)
    let changed = problem.refill(&chosen, multipliers: multipliers)
    #expect(changed == chosen.indices.filter { chosen[$0] != 2 })
    #expect(changed.count > 1000)
    #expect(holds(problem, chosen))
    let spent = activity(rows[0], problem, chosen)
    var counts = [Int](repeating: 0, count: 40)
    for decision in changed { counts[decision % 40] += 1 }
    for decision in 0..<decisions {
      for candidate in 0..<2 where Int(chosen[decision]) != candidate {
        let old = Int(chosen[decision])
        let gain =
          fixture.values[candidate][decision] - (old < 2 ? fixture.values[old][decision] : 0)
        let cost =
          fixture.quantities[0][candidate][decision]
          - (old < 2 ? fixture.quantities[0][old][decision] : 0)
        let fits = spent + cost <= 900 && (old < 2 || counts[decision % 40] < 60)
        #expect(!(gain > 1e-9 && fits))
      }
    }
    var again = [Int32](repeating: 2, count: decisions)
    _ = problem.refill(&again, multipliers: multipliers, threads: 4)
    #expect(again == chosen)
    // And from too much: everyone takes the first action.
    var (one, four) = (
      [Int32](repeating: 0, count: decisions), [Int32](repeating: 0, count: decisions)
    )
    let result = problem.repair(&one, multipliers: multipliers)
    #expect(result.broken.isEmpty && holds(problem, one))
    #expect(problem.repair(&four, multipliers: multipliers, threads: 4).changed == result.changed)
    #expect(one == four)
  }
}
