import Testing

@testable import C360Allocation

@Suite("Balanced rounding")
struct BalancedRoundingTests {
  /// Probabilities by candidate, then decision, as balanced rounding asks for them.
  private func round(
    _ problem: AllocationProblem, _ table: [[Double]], threads: Int = 1
  ) -> [Int32] {
    balancedRounding(problem, threads: threads) { range, _, chances in
      for candidate in 0..<problem.candidateCount {
        for (place, decision) in range.enumerated() {
          chances[candidate * range.count + place] = table[candidate][decision]
        }
      }
    }
  }

  private func mixture(decisions: Int, candidates: Int, stream: UInt64) -> [[Double]] {
    var table = [[Double]](repeating: [], count: candidates)
    for decision in 0..<decisions {
      let weights = (0..<candidates).map {
        RoundingFixture.unit(stream, UInt64(decision * candidates + $0)) + 0.01
      }
      let total = weights.reduce(0, +)
      for candidate in 0..<candidates { table[candidate].append(weights[candidate] / total) }
    }
    return table
  }

  private func numbers(decisions: Int, actions: Int, stream: UInt64) -> [[Double]] {
    (0..<actions).map { action in
      (0..<decisions).map { RoundingFixture.unit(stream, UInt64($0 * actions + action)) }
    }
  }

  private func usage(
    _ meter: AllocationMeter, _ table: [[Double]]?, cell: Int32, weight: (Int, Int) -> Double,
    decisions: Int
  ) -> Double {
    var sum = 0.0
    for decision in 0..<decisions where (meter.cells?[decision] ?? 0) == cell {
      for action in 0..<3 {
        let quantity: Double
        switch meter.quantity {
        case .perAction(let numbers): quantity = numbers[action]
        case .pairs: quantity = table![action][decision]
        }
        sum += quantity * weight(action, decision)
      }
    }
    return sum
  }

  @Test("every candidate is taken with its probability, whatever is balanced")
  func marginals() {
    let decisions = 7
    let table = mixture(decisions: decisions, candidates: 4, stream: 1)
    let meters = [
      AllocationMeter(quantity: .pairs(0), cells: nil, cellCount: 1),
      AllocationMeter(
        quantity: .perAction([1, 1, 0]), cells: [0, 1, 0, 1, -1, 0, 1], cellCount: 2),
    ]
    let rows = [AllocationRow.atMost(1, meter: 0), .atMost(1, meter: 1, cells: 0..<2)]
    let runs = 12_000
    var counts = [[Double]](repeating: [Double](repeating: 0, count: decisions), count: 4)
    for seed in 0..<runs {
      var fixture = RoundingFixture(decisions: decisions, actions: 3, seed: UInt64(seed))
      fixture.quantities = [numbers(decisions: decisions, actions: 3, stream: 9)]
      let chosen = round(fixture.problem(meters: meters, rows: rows), table)
      for decision in 0..<decisions { counts[Int(chosen[decision])][decision] += 1 }
    }
    // 7 × 3 degrees of freedom; a χ² above 56.5 has a chance of 4e-5.
    var chiSquare = 0.0
    for candidate in 0..<4 {
      for decision in 0..<decisions {
        let expected = table[candidate][decision] * Double(runs)
        let difference = counts[candidate][decision] - expected
        chiSquare += difference * difference / expected
      }
    }
    #expect(chiSquare < 56.5)
    #expect(chiSquare > 4)
  }

  @Test("usage of coupled cells stays within a few decisions of its expectation")
  func balance() {
    let decisions = 6000
    let table = mixture(decisions: decisions, candidates: 4, stream: 2)
    let costs = numbers(decisions: decisions, actions: 3, stream: 3)
    let days = (0..<decisions).map { Int32($0 * 7919 % 30) }
    let regions = (0..<decisions).map { Int32($0 * 104_729 % 7) - 1 }
    let meters = [
      AllocationMeter(quantity: .pairs(0), cells: nil, cellCount: 1),
      AllocationMeter(quantity: .perAction([1, 0, 1]), cells: days, cellCount: 30),
      AllocationMeter(quantity: .perAction([1, 1, 1]), cells: regions, cellCount: 6),
    ]
    let rows = [
      AllocationRow.atMost(1, meter: 0), .atMost(1, meter: 1, cells: 0..<30),
      .atMost(1, meter: 2, cells: 0..<6),
    ]
    var fixture = RoundingFixture(decisions: decisions, actions: 3, seed: 5)
    fixture.quantities = [costs]
    let problem = fixture.problem(meters: meters, rows: rows)
    func worst(_ chosen: [Int32]) -> [Double] {
      meters.map { meter in
        (0..<Int32(meter.cellCount)).map { cell in
          let difference = usage(
            meter, costs, cell: cell,
            weight: { table[$0][$1] - (Int(chosen[$1]) == $0 ? 1 : 0) }, decisions: decisions)
          return abs(difference)
        }.max()!
      }
    }
    let balanced = worst(round(problem, table))
    #expect(balanced.allSatisfy { $0 <= 3 })
    let independent = worst(round(fixture.problem(meters: meters, rows: []), table))
    // Draws of their own leave the square root of the count.
    #expect(independent[0] > 5 && independent[1] > 5 && independent[2] > 10)
  }

  @Test("the spread of usage over seeds is that of one decision, not of all")
  func spread() {
    let decisions = 400
    let table = mixture(decisions: decisions, candidates: 4, stream: 4)
    let costs = numbers(decisions: decisions, actions: 3, stream: 6)
    let meters = [AllocationMeter(quantity: .pairs(0), cells: nil, cellCount: 1)]
    func variance(_ rows: [AllocationRow]) -> Double {
      var (sum, squares) = (0.0, 0.0)
      for seed in 0..<300 {
        var fixture = RoundingFixture(decisions: decisions, actions: 3, seed: UInt64(seed))
        fixture.quantities = [costs]
        let chosen = round(fixture.problem(meters: meters, rows: rows), table)
        let difference = usage(
          meters[0], costs, cell: 0,
          weight: { table[$0][$1] - (Int(chosen[$1]) == $0 ? 1 : 0) }, decisions: decisions)
        sum += difference
        squares += difference * difference
      }
      return squares / 300 - (sum / 300) * (sum / 300)
    }
    #expect(variance([.atMost(1, meter: 0)]) < 0.25)
    #expect(variance([]) > 20)
  }

  @Test("two meters with many cells each, and more signatures than decisions fit in")
  func manyCells() {
    let decisions = 3000
    let table = mixture(decisions: decisions, candidates: 4, stream: 7)
    let meters = [3, 11].map { factor in
      AllocationMeter(
        quantity: .perAction([1, 1, 0]),
        cells: (0..<decisions).map { Int32(($0 * factor * 7919) % (100 * factor)) },
        cellCount: 100 * factor)
    }
    let rows = [
      AllocationRow.atMost(1, meter: 0, cells: 0..<300), .atMost(1, meter: 1, cells: 0..<1100),
    ]
    let fixture = RoundingFixture(decisions: decisions, actions: 3, seed: 5)
    let chosen = round(fixture.problem(meters: meters, rows: rows), table)
    #expect(chosen.allSatisfy { (0..<4).contains($0) })
    // Counts of 1,100 and 300 cells cannot all be kept; they are nearer than draws of their own.
    func sumOfSquares(_ chosen: [Int32]) -> Double {
      meters.flatMap { meter in
        (0..<Int32(meter.cellCount)).map { cell in
          let difference = usage(
            meter, nil, cell: cell,
            weight: { table[$0][$1] - (Int(chosen[$1]) == $0 ? 1 : 0) }, decisions: decisions)
          return difference * difference
        }
      }.reduce(0, +)
    }
    let independent = round(fixture.problem(meters: meters, rows: []), table)
    #expect(sumOfSquares(chosen) < 0.7 * sumOfSquares(independent))
  }

  @Test("threads change nothing, seeds do, and only candidates with a probability are taken")
  func invariance() {
    let decisions = 20_000
    var table = mixture(decisions: decisions, candidates: 4, stream: 8)
    for decision in stride(from: 0, to: decisions, by: 3) {
      table[1][decision] = decision % 2 == 0 ? 0 : .nan
    }
    let meters = [
      AllocationMeter(
        quantity: .perAction([2, 1, 5]), cells: (0..<decisions).map { Int32($0 % 5) }, cellCount: 5)
    ]
    let rows = [AllocationRow.atMost(1, meter: 0, cells: 0..<5)]
    var fixture = RoundingFixture(decisions: decisions, actions: 3, seed: 5)
    let one = round(fixture.problem(meters: meters, rows: rows), table)
    #expect(one == round(fixture.problem(meters: meters, rows: rows), table, threads: 4))
    #expect(one.enumerated().allSatisfy { table[Int($1)][$0] > 0 })
    fixture.seed = 6
    #expect(one != round(fixture.problem(meters: meters, rows: rows), table))
  }

  @Test("without rows: the first candidate whose running sum exceeds the draw")
  func independent() {
    let fixture = RoundingFixture(decisions: 500, actions: 2, seed: 3)
    let table = [
      [Double](repeating: 0.25, count: 500), [Double](repeating: 0, count: 500),
      [Double](repeating: 0.75, count: 500),
    ]
    let chosen = round(fixture.problem(meters: [], rows: []), table)
    for decision in 0..<500 { #expect(chosen[decision] == (fixture.draw(decision) < 0.25 ? 0 : 2)) }
  }

  @Test("forced decisions, decisions without any probability, and no decisions")
  func edges() {
    var fixture = RoundingFixture(decisions: 3, actions: 1, seed: 1)
    fixture.forced = [1: 0]
    let meters = [AllocationMeter(quantity: .perAction([1]), cells: nil, cellCount: 1)]
    let rows = [AllocationRow.atMost(1, meter: 0)]
    let none: [[Double]] = [[0, 0, 1], [0, 1, 0]]
    #expect(round(fixture.problem(meters: meters, rows: rows), none) == [1, 0, 0])
    let strict = fixture.problem(hasNoOp: false, meters: meters, rows: rows)
    #expect(round(strict, [[0, 0, 1]]) == [-1, 0, 0])
    fixture.decisions = 0
    #expect(round(fixture.problem(meters: meters, rows: rows), [[], []]).isEmpty)
  }

  @Test("probabilities at the edge of representation end in a decision")
  func tinyProbabilities() {
    let decisions = 64
    let table = (0..<4).map { candidate in
      (0..<decisions).map { [1, 1e-308, 1e-17, 1e-300][(candidate + $0) % 4] }
    }
    var fixture = RoundingFixture(decisions: decisions, actions: 3, seed: 5)
    fixture.quantities = [
      (0..<3).map { action in (0..<decisions).map { Double($0 * action) * 1e200 } }
    ]
    let meters = [AllocationMeter(quantity: .pairs(0), cells: nil, cellCount: 1)]
    let chosen = round(fixture.problem(meters: meters, rows: [.atMost(1, meter: 0)]), table)
    for decision in 0..<decisions { #expect(table[Int(chosen[decision])][decision] == 1) }
  }
}
