import Testing

@testable import C360Allocation

@Suite("Closest bounds of rows that clash")
struct ClosestBoundTests {
  /// Shares, totals and rates over classes of decisions, most of them in a cell of a day.
  private static func random(seed: UInt64, decisions: Int) -> SmallProblem {
    var random = Random(seed: seed)
    var small = SmallProblem(
      values: (0..<decisions).map { _ in
        (0..<3).map { _ in random.next() < 0.35 ? nil : random.next() * 4 - 1 }
      })
    let days = (0..<decisions).map { _ in Int32(random.below(2)) }
    func meter(_ quantities: [Double], _ cells: [Int32]?, _ count: Int) {
      small.meters.append(
        .init(
          quantities: .init(repeating: quantities, count: decisions), cells: cells,
          cellCount: count))
    }
    meter([1, 0, 0], nil, 1)
    meter([1, 1, 1], nil, 1)
    meter([1 + Double(random.below(3)), 1, 2.5], nil, 1)
    meter([0, 1, 1], days, 2)
    func term(_ meter: Int, _ coefficient: Double, _ cell: Int = 0) -> AllocationRow.Term {
      .init(meter: meter, cells: cell..<cell + 1, coefficient: coefficient)
    }
    let share = 0.1 + 0.8 * random.next()
    let isAtMost = random.next() < 0.5
    let sign = isAtMost ? 1.0 : -1.0
    small.rows = [
      AllocationRow(
        name: "share", terms: [term(0, sign), term(1, -sign * share)], bound: 0,
        parameter: .init(limit: share, slope: [term(1, -sign)])),
      AllocationRow(
        name: "treated", terms: [term(1, -1)], bound: -Double(random.below(decisions + 2))),
      AllocationRow(
        name: "budget", terms: [term(2, 1)], bound: Double(random.below(2 * decisions))),
      AllocationRow(
        name: "day", terms: [term(3, -1, 1)], bound: -Double(random.below(decisions))),
    ]
    return small
  }

  /// The clash of a problem, if it has one.
  private func clash(_ small: SmallProblem) throws -> AllocationInfeasibility? {
    do {
      _ = try AllocationSolver().solve(small.problem)
      return nil
    } catch let error as AllocationInfeasibility {
      return error
    } catch is AllocationNotFound {
      return nil
    }
  }

  /// Only the rows of a clash, one of them with another bound.
  private func part(
    _ small: SmallProblem, _ error: AllocationInfeasibility, _ row: Int, bound: Double
  ) -> SmallProblem {
    var part = small
    part.rows = error.clashes.map { clash in
      let own = small.rows[clash.row]
      guard clash.row == row else { return own }
      return own.parameter != nil
        ? own.at(limit: bound)
        : AllocationRow(name: own.name, terms: own.terms, bound: bound)
    }
    return part
  }

  @Test(
    "the closest bound can hold and a tighter one cannot; no row can be left out", arguments: 0..<60
  )
  func closest(seed: Int) throws {
    let small = Self.random(seed: UInt64(300 + seed), decisions: 3 + seed % 5)
    guard let error = try clash(small) else { return }
    #expect(small.bestByEnumeration() == nil)
    for clash in error.clashes {
      var rest = small
      rest.rows = error.clashes.filter { $0.row != clash.row }.map { small.rows[$0.row] }
      #expect(try self.clash(rest) == nil)
      let closest = try #require(clash.closestBound)
      let own = small.rows[clash.row]
      let loosening = own.parameter == nil ? 1.0 : own.terms[0].coefficient
      let step = 1e-7 * max(1, abs(closest)) * loosening
      #expect(try self.clash(part(small, error, clash.row, bound: closest + step)) == nil)
      // Whole decisions come no nearer; shares do where totals of integers were brought to the next.
      if own.parameter != nil || closest != closest.rounded() {
        #expect(try self.clash(part(small, error, clash.row, bound: closest - 100 * step)) != nil)
      }
      let nearer = part(small, error, clash.row, bound: closest - 1000 * step)
      #expect(nearer.bestByEnumeration() == nil)
    }
  }

  @Test("weights of the rows prove the clash", arguments: 0..<40)
  func weights(seed: Int) throws {
    let small = Self.random(seed: UInt64(900 + seed), decisions: 4 + seed % 4)
    guard let error = try clash(small) else { return }
    // The least that Σ weight · row comes to, decision by decision, is above what the bounds allow.
    var least = 0.0
    for decision in small.values.indices {
      least +=
        small.candidates(decision).map { candidate in
          error.clashes.reduce(0.0) { sum, clash in
            let row = small.rows[clash.row]
            guard candidate < small.actionCount else { return sum }
            return sum
              + clash.weight
              * row.terms.reduce(0.0) { used, term in
                let meter = small.meters[term.meter]
                guard term.cells.contains(Int(meter.cells?[decision] ?? 0)) else { return used }
                return used + term.coefficient * meter.quantities[decision][candidate]
              }
          }
        }.min() ?? 0
    }
    let allowed = error.clashes.reduce(0.0) { $0 + $1.weight * small.rows[$1.row].bound }
    #expect(least > allowed)
    #expect(error.clashes.allSatisfy { $0.weight > 0 })
  }

  @Test("rows that cannot hold, each alone, are all told")
  func alone() throws {
    var small = SmallProblem(values: .init(repeating: [1], count: 40))
    small.meters = [
      .init(
        quantities: .init(repeating: [1], count: 40), cells: (0..<40).map { Int32($0 / 10) },
        cellCount: 4)
    ]
    small.rows = (0..<4).map { day in
      AllocationRow(
        name: "day \(day)", terms: [.init(meter: 0, cells: day..<day + 1, coefficient: -1)],
        bound: day == 2 ? -9 : -12)
    }
    let error = try #require(try clash(small))
    #expect(error.clashes.map(\.row) == [0])
    #expect(error.others.map(\.row) == [1, 3])
    #expect(error.otherCount == 2)
    #expect((error.clashes + error.others).allSatisfy { $0.closestBound == -10 })
  }

  @Test("a rate counts whole decisions, too")
  func rate() throws {
    var small = SmallProblem(values: .init(repeating: [1], count: 7))
    small.meters = [
      .init(quantities: .init(repeating: [1], count: 7), cells: nil, cellCount: 1),
      .init(quantities: .init(repeating: [2], count: 7), cells: nil, cellCount: 1),
    ]
    small.rows = [
      AllocationRow(
        name: "rate", terms: [.init(meter: 0, cells: 0..<1, coefficient: -1.0 / 7)], bound: -0.9),
      AllocationRow(
        name: "budget", terms: [.init(meter: 1, cells: 0..<1, coefficient: 1)], bound: 7),
    ]
    let error = try #require(try clash(small))
    // 3.5 of 7 in shares, 3 of them whole.
    #expect(error.clashes.first?.closestBound == -3.0 / 7)
  }

  @Test("the least ratio of rates that can hold")
  func ratio() throws {
    // In the second group nothing may be chosen at three of four decisions.
    var small = SmallProblem(values: .init(repeating: [1], count: 8))
    for decision in 5..<8 { small.values[decision] = [nil] }
    small.meters = [
      .init(
        quantities: .init(repeating: [1], count: 8), cells: (0..<8).map { $0 < 4 ? 0 : 1 },
        cellCount: 2),
      .init(quantities: .init(repeating: [1], count: 8), cells: nil, cellCount: 1),
    ]
    func term(_ meter: Int, _ cell: Int, _ coefficient: Double) -> AllocationRow.Term {
      .init(meter: meter, cells: cell..<cell + 1, coefficient: coefficient)
    }
    let ratio = 0.8
    func row(_ name: String, _ own: Int, _ other: Int) -> AllocationRow {
      AllocationRow(
        name: name, terms: [term(0, own, -0.25), term(0, other, 0.25 * ratio)], bound: 0, group: 0,
        parameter: .init(limit: ratio, slope: [term(0, other, 0.25)]))
    }
    small.rows = [
      row("first", 0, 1), row("second", 1, 0),
      AllocationRow(name: "least", terms: [term(1, 0, -1)], bound: -3),
    ]
    let error = try #require(try clash(small))
    #expect(error.clashes.map(\.name) == ["second", "least"])
    // One of four beside two of four.
    #expect(abs((error.clashes[0].closestBound ?? .nan) - 0.5) < 1e-9)
    // 1 + 1 / 0.8 is less than 3.
    #expect(error.clashes[1].closestBound == -2)
  }

  @Test("beside a floor of entropy a row has a closest bound, too", arguments: 0..<12)
  func besideEntropy(seed: Int) throws {
    var small = Self.random(seed: UInt64(40 + seed), decisions: 12)
    let isShare = seed % 2 == 0
    small.rows = [
      isShare
        ? AllocationRow(
          name: "share",
          terms: [
            .init(meter: 0, cells: 0..<1, coefficient: -1),
            .init(meter: 1, cells: 0..<1, coefficient: 0.97),
          ], bound: 0,
          parameter: .init(limit: 0.97, slope: [.init(meter: 1, cells: 0..<1, coefficient: 1)]))
        : AllocationRow(
          name: "count", terms: [.init(meter: 1, cells: 0..<1, coefficient: -1)], bound: -11.7)
    ]
    small.rule = AllocationRule(base: .greedy, entropyFloor: 0.45)
    guard let error = try clash(small), error.clashes.count == 2 else { return }
    #expect(error.clashes.map(\.row) == [AllocationInfeasibility.entropyRow, 0])
    let closest = try #require(error.clashes[1].closestBound)
    let loosening = isShare ? -1.0 : 1.0
    let own = small.rows[0]
    func at(_ bound: Double) throws -> AllocationInfeasibility? {
      small.rows = [
        isShare
          ? own.at(limit: bound)
          : AllocationRow(name: own.name, terms: own.terms, bound: bound)
      ]
      return try clash(small)
    }
    #expect(try at(closest + loosening * 1e-5) == nil)
    if isShare { #expect(try at(closest - loosening * 1e-4) != nil) }
  }
}
