import Testing

@testable import C360Allocation

@Suite("Rows that clash")
struct InfeasibilityTests {
  /// At least `least` of action 0 (its cost is 2), within a budget, and a cap that does not matter.
  private func clash(decisions: Int, least: Double, budget: Double) -> SmallProblem {
    var small = SmallProblem(
      values: (0..<decisions).map { [1 + Double($0 % 7), 0.5] })
    small.meters = [
      .init(
        quantities: [[Double]](repeating: [2, 1], count: decisions), cells: nil, cellCount: 1),
      .init(
        quantities: [[Double]](repeating: [1, 0], count: decisions), cells: nil, cellCount: 1),
      .init(
        quantities: [[Double]](repeating: [0, 1], count: decisions), cells: nil, cellCount: 1),
    ]
    func row(_ name: String, _ meter: Int, _ sign: Double, _ bound: Double) -> AllocationRow {
      AllocationRow(
        name: name, terms: [.init(meter: meter, cells: 0..<1, coefficient: sign)], bound: bound)
    }
    small.rows = [
      row("cap", 2, 1, Double(decisions)), row("budget", 0, 1, budget),
      row("least", 1, -1, -least),
    ]
    return small
  }

  @Test("a smallest set, and the bounds that would do", arguments: [40, 3_000])
  func smallest(decisions: Int) throws {
    let count = Double(decisions)
    let small = clash(decisions: decisions, least: 0.5 * count, budget: 0.6 * count)
    let error = try #require(throws: AllocationInfeasibility.self) {
      try AllocationSolver().solve(small.problem)
    }
    #expect(error.clashes.map(\.name) == ["budget", "least"])
    let closest = error.clashes.map { $0.closestBound ?? .nan }
    #expect(abs(closest[0] - count) <= 1e-6 * count)
    #expect(abs(closest[1] + 0.3 * count) <= 1e-6 * count)
  }

  @Test("with the closest bound the rest can hold")
  func closestBoundHolds() throws {
    var small = clash(decisions: 40, least: 20, budget: 24)
    small.rows[1] = AllocationRow(name: "budget", terms: small.rows[1].terms, bound: 40)
    let answer = try AllocationSolver().solve(small.problem)
    #expect(small.holds(answer.chosen))
  }

  @Test("one row alone")
  func alone() throws {
    let small = clash(decisions: 10, least: 11, budget: 100)
    let error = try #require(throws: AllocationInfeasibility.self) {
      try AllocationSolver().solve(small.problem)
    }
    #expect(error.clashes.map(\.name) == ["least"])
    #expect(error.clashes[0].closestBound == -10)
  }

  @Test("shares that whole decisions cannot have")
  func integersOnly() throws {
    // Exactly 1.5 of two decisions.
    var small = clash(decisions: 2, least: 1.5, budget: 100)
    small.rows.append(
      AllocationRow(
        name: "most", terms: [.init(meter: 1, cells: 0..<1, coefficient: 1)], bound: 1.5))
    let error = try #require(throws: AllocationInfeasibility.self) {
      try AllocationSolver().solve(small.problem)
    }
    #expect(!error.clashes.isEmpty)
    for clash in error.clashes { #expect((clash.closestBound ?? .infinity) > clash.bound) }
  }

  @Test("more entropy than uniform choice has")
  func entropy() throws {
    var small = clash(decisions: 10, least: 0, budget: 100)
    small.rule = AllocationRule(base: .greedy, entropyFloor: 1.2)
    let error = try #require(throws: AllocationInfeasibility.self) {
      try AllocationSolver().solve(small.problem)
    }
    #expect(error.clashes.map(\.row) == [AllocationInfeasibility.entropyRow])
  }
}
