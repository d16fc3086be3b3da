import Testing

@testable import C360Allocation

@Suite("Edges of allocations")
struct EdgeTests {
  private func budget(_ values: [[Double?]], costs: [[Double]], bound: Double) -> SmallProblem {
    var small = SmallProblem(values: values)
    small.meters = [.init(quantities: costs, cells: nil, cellCount: 1)]
    small.rows = [
      AllocationRow(
        name: "budget", terms: [.init(meter: 0, cells: 0..<1, coefficient: 1)], bound: bound)
    ]
    return small
  }

  private func solve(_ small: SmallProblem) throws -> Allocation {
    try AllocationSolver().solve(small.problem)
  }

  @Test("a budget of 0 leaves what costs nothing")
  func zeroBudget() throws {
    let answer = try solve(budget([[5, 1], [4, 2]], costs: [[1, 0], [2, 1]], bound: 0))
    #expect(answer.chosen == [1, 2])
    #expect(answer.certificate.gap == 0)
  }

  @Test("revenue pays for what costs")
  func revenue() throws {
    let answer = try solve(budget([[5], [-1]], costs: [[3], [-3]], bound: 0))
    #expect(answer.chosen == [0, 0])
  }

  @Test("among equals the first that fit")
  func equals() throws {
    let values = [[Double?]](repeating: [1], count: 10)
    let answer = try solve(
      budget(values, costs: [[Double]](repeating: [1], count: 10), bound: 4))
    #expect(answer.certificate.value == 4)
    #expect(answer.certificate.gap == 0)
    #expect(answer.chosen == [0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
  }

  @Test("thousands of equals: as many as the budget holds")
  func manyEquals() throws {
    let count = 6_000
    let answer = try solve(
      budget(
        [[Double?]](repeating: [1], count: count),
        costs: [[Double]](repeating: [1], count: count), bound: 2_500))
    #expect(answer.certificate.value == 2_500)
    #expect(answer.certificate.relativeGap < 1e-9)
    #expect(answer.chosen == (0..<count).map { $0 < 2_500 ? 0 : 1 })
  }

  @Test("equals under several rows, and of two actions: the first get what is worth most")
  func equalsOfTwo() throws {
    // Tea is worth 6 at 1, cake 8 at 3; rows 3 and 7 are worth more than the others.
    let values = (0..<10).map { [3, 7].contains($0) ? [7.0, 9] : [6.0, 8] }
    let meters = [
      AllocationMeter(quantity: .perAction([1, 3]), cells: nil, cellCount: 1),
      AllocationMeter(quantity: .perAction([1, 1]), cells: nil, cellCount: 1),
    ]
    var fixture = RoundingFixture(decisions: 10, actions: 2)
    fixture.values = (0..<2).map { action in values.map { $0[action] } }
    let answer = try AllocationSolver().solve(
      fixture.problem(meters: meters, rows: [.atMost(8, meter: 0), .atMost(4, meter: 1)]))
    #expect(answer.certificate.value == 30)
    #expect(answer.chosen.enumerated().filter { $1 < 2 }.map(\.offset) == [0, 1, 3, 7])
    // The same by the hulls of the decisions.
    let path = try #require(
      try PassEngine(
        fixture.problem(meters: [meters[0]], rows: [.atMost(8, meter: 0)]), threads: 1,
        isCancelled: { false }
      ).hullAllocation())
    #expect(path.chosen == [0, 0, 0, 0, 0, 0, 0, 0, 2, 2])
  }

  @Test("among equals that explore the first have the shares")
  func equalsThatExplore() throws {
    var fixture = RoundingFixture(decisions: 8, actions: 1)
    fixture.values = [[Double](repeating: 1, count: 8)]
    let count = AllocationMeter(quantity: .perAction([1]), cells: nil, cellCount: 1)
    let answer = try AllocationSolver().solve(
      fixture.problem(explore: 0.2, meters: [count], rows: [.atMost(4, meter: 0)]))
    // 0.8 · 4 rows and a tenth of the others use the bound; expected values fall along the keys.
    let shares = [0.9, 0.9, 0.9, 0.9, 0.1, 0.1, 0.1, 0.1]
    #expect(zip(answer.expectedValues, shares).allSatisfy { abs($0 - $1) < 1e-9 })
  }

  @Test("values of 0: nothing is gained, nothing is wrong")
  func zeros() throws {
    let answer = try solve(
      budget([[0, 0], [0, 0]], costs: [[1, 1], [1, 1]], bound: 1))
    #expect(answer.certificate.value == 0)
    #expect(answer.certificate.gap == 0)
    #expect(answer.multipliers == [0])
  }

  @Test("values of any size", arguments: [1e300, 1e-300])
  func extremes(scale: Double) throws {
    let answer = try solve(
      budget([[3 * scale], [2 * scale], [1 * scale]], costs: [[1], [1], [1]], bound: 2))
    #expect(answer.chosen == [0, 0, 1])
    #expect(answer.certificate.bound / scale >= 5 - 1e-9)
    #expect(answer.certificate.bound / scale <= 5 + 1e-9)
  }

  @Test("infinite values are greater than all others")
  func infinite() throws {
    let answer = try solve(
      budget([[.infinity], [2], [-.infinity]], costs: [[1], [1], [1]], bound: 1))
    #expect(answer.chosen == [0, 1, 1])
  }

  @Test("a bound of infinity binds nothing")
  func infiniteBound() throws {
    let answer = try solve(budget([[3], [2]], costs: [[1], [1]], bound: .infinity))
    #expect(answer.chosen == [0, 0])
    #expect(answer.multipliers == [0])
  }

  @Test("rows without terms hold if 0 is within their bounds")
  func withoutTerms() throws {
    var small = budget([[3]], costs: [[1]], bound: 5)
    small.rows.append(AllocationRow(name: "empty", terms: [], bound: 0))
    #expect(try solve(small).chosen == [0])
    small.rows[1] = AllocationRow(name: "empty", terms: [], bound: -1)
    #expect(throws: AllocationInfeasibility.self) { try solve(small) }
  }

  @Test("no decisions")
  func nothing() throws {
    let answer = try solve(SmallProblem(values: []))
    #expect(answer.chosen.isEmpty)
    #expect(answer.certificate.bound == 0)
    #expect(answer.certificate.gap == 0)
  }

  @Test("nothing eligible and no no-op: −1")
  func nothingEligible() throws {
    var small = budget([[nil], [2]], costs: [[1], [1]], bound: 5)
    small.hasNoOp = false
    #expect(try solve(small).chosen == [-1, 0])
  }

  @Test("what is forced acts, and what it uses is taken from the bound")
  func forced() throws {
    var small = budget([[nil], [2], [3]], costs: [[2], [1], [1]], bound: 3)
    small.forced = [0, -1, -1]
    let answer = try solve(small)
    #expect(answer.chosen == [0, 1, 0])
    #expect(answer.expectedValues[0].isNaN)
    #expect(answer.certificate.value == 3)
  }

  @Test("a cell of −1 is not counted, an empty cell uses nothing")
  func cells() throws {
    var small = budget([[2], [3], [4]], costs: [[1], [1], [1]], bound: 1)
    small.meters[0].cells = [-1, 2, 2]
    small.meters[0].cellCount = 4
    small.rows = (0..<4).map {
      AllocationRow(
        name: "\($0)", terms: [.init(meter: 0, cells: $0..<$0 + 1, coefficient: 1)], bound: 1)
    }
    let answer = try solve(small)
    #expect(answer.chosen == [0, 1, 0])
  }

  @Test("a soft row costs its penalty a unit, and no more")
  func soft() throws {
    var small = budget([[5], [3]], costs: [[1], [1]], bound: 0)
    small.rows[0] = AllocationRow(
      name: "soft", terms: small.rows[0].terms, bound: 0, penalty: 4)
    let answer = try solve(small)
    #expect(answer.chosen == [0, 1])
    #expect(answer.certificate.value == 1)
    #expect(answer.multipliers == [4])
  }

  @Test("hundreds of rows over ranges of cells")
  func manyRows() throws {
    var random = Random(seed: 3)
    let count = 1_600
    var small = SmallProblem(
      values: (0..<count).map { _ in [random.next() * 10] })
    small.meters = [
      .init(
        quantities: [[Double]](repeating: [1], count: count),
        cells: (0..<count).map { _ in Int32(random.below(150)) }, cellCount: 150)
    ]
    small.rows = (0..<144).map {
      AllocationRow(
        name: "week \($0)", terms: [.init(meter: 0, cells: $0..<$0 + 7, coefficient: 1)],
        bound: 30)
    }
    let answer = try solve(small)
    #expect(small.holds(answer.chosen))
    #expect(answer.certificate.relativeGap < 0.05)
  }
}
