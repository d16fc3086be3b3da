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

  @Test(
    "of days that clash each for itself the first is told, whole as it is", arguments: [40, 400])
  func blocks(ofDay decisions: Int) throws {
    // Two rows a day that clash from the third day on, and one over all days that does not matter.
    let (days, count) = (30, 30 * decisions)
    var small = SmallProblem(values: (0..<count).map { [1 + Double($0 % 5), 0.5] })
    let cells = (0..<count).map { Int32($0 % days) }
    small.meters = [
      .init(quantities: .init(repeating: [2, 1], count: count), cells: cells, cellCount: days),
      .init(quantities: .init(repeating: [1, 1], count: count), cells: cells, cellCount: days),
      .init(quantities: .init(repeating: [1, 0], count: count), cells: nil, cellCount: 1),
    ]
    for day in 0..<days {
      let asked = Double(decisions / (day < 2 ? 4 : 2))
      small.rows += [
        AllocationRow(
          name: "budget \(day)", terms: [.init(meter: 0, cells: day..<day + 1, coefficient: 1)],
          bound: Double(decisions / 4)),
        AllocationRow(
          name: "reach \(day)", terms: [.init(meter: 1, cells: day..<day + 1, coefficient: -1)],
          bound: -asked),
      ]
    }
    small.rows.append(
      AllocationRow(
        name: "all", terms: [.init(meter: 2, cells: 0..<1, coefficient: 1)], bound: Double(count)))
    let error = try #require(throws: AllocationInfeasibility.self) {
      try AllocationSolver().solve(small.problem)
    }
    #expect(error.clashes.map(\.name) == ["budget 2", "reach 2"])
    #expect(
      error.clashes.map(\.closestBound) == [Double(decisions / 2), -Double(decisions / 4)])
  }

  @Test("with the closest bound the rest can hold")
  func closestBoundHolds() throws {
    var small = clash(decisions: 40, least: 20, budget: 24)
    small.rows[1] = AllocationRow(name: "budget", terms: small.rows[1].terms, bound: 40)
    let answer = try AllocationSolver().solve(small.problem)
    #expect(small.holds(answer.chosen))
    // No more is given up than has to be.
    #expect(answer.certificate.relativeGap < 0.1)
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

  @Test("a clash is proven beside values, however far the bounds are apart")
  func farApart() throws {
    // Costs and values at random: 150 of 300 calls at 3.25 cost 487.5, and 2 are allowed.
    var random = Random(seed: 11)
    var small = SmallProblem(
      values: (0..<300).map { _ in (0..<4).map { _ in random.next() * 5 - 1 } })
    small.meters = [
      .init(
        quantities: .init(repeating: [0.5, 3.25, 0.1, 1], count: 300), cells: nil, cellCount: 1),
      .init(quantities: .init(repeating: [0, 1, 0, 0], count: 300), cells: nil, cellCount: 1),
    ]
    small.rows = [
      AllocationRow(
        name: "budget", terms: [.init(meter: 0, cells: 0..<1, coefficient: 1)], bound: 2),
      AllocationRow(
        name: "calls", terms: [.init(meter: 1, cells: 0..<1, coefficient: -1)], bound: -150),
    ]
    let error = try #require(throws: AllocationInfeasibility.self) {
      try AllocationSolver().solve(small.problem)
    }
    #expect(error.clashes.map(\.name) == ["budget", "calls"])
    let closest = error.clashes.map { $0.closestBound ?? .nan }
    #expect(abs(closest[0] - 487.5) <= 1e-6)
    // 2 / 3.25 of a call: no whole one.
    #expect(closest[1] == 0)
  }

  @Test("shares that whole decisions cannot have are not found, which is no clash")
  func integersOnly() throws {
    // Exactly 1.5 of two decisions.
    var small = clash(decisions: 2, least: 1.5, budget: 100)
    small.rows.append(
      AllocationRow(
        name: "most", terms: [.init(meter: 1, cells: 0..<1, coefficient: 1)], bound: 1.5))
    let error = try #require(throws: AllocationNotFound.self) {
      try AllocationSolver().solve(small.problem)
    }
    #expect(error.rows.count == 1)
    for row in error.rows { #expect(row.usage > row.bound) }
  }

  @Test("where repair leads nowhere, the no-op still holds")
  func retreats() throws {
    // Mean of the amounts counted at most 1, in pairs that no single change leads out of; and a share.
    var small = SmallProblem(values: (0..<1_600).map { [3 + Double($0 % 5), 2] })
    small.meters = [
      .init(
        quantities: (0..<1_600).map { $0 % 3 == 0 ? [7.3, 0.1] : [2.9, -0.7] }, cells: nil,
        cellCount: 1),
      .init(
        quantities: (0..<1_600).map { $0 % 2 == 0 ? [1, -0.35] : [-0.15, 1] }, cells: nil,
        cellCount: 1),
    ]
    small.rows = [
      AllocationRow(
        name: "a", terms: [.init(meter: 0, cells: 0..<1, coefficient: 1)], bound: 0),
      AllocationRow(
        name: "b", terms: [.init(meter: 1, cells: 0..<1, coefficient: -1)], bound: 0),
      AllocationRow(
        name: "c", terms: [.init(meter: 1, cells: 0..<1, coefficient: 1)], bound: 0),
    ]
    let answer = try AllocationSolver().solve(small.problem)
    #expect(small.holds(answer.chosen))
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
