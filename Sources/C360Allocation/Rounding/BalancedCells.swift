/// The meters and cells whose usage rounding keeps at its expectation: those that some row couples.
struct BalancedCells {
  /// Places among the problem's meters, those of hard rows first.
  private(set) var meters: [Int]
  /// By balanced meter and decision: the cell, −1 where no row looks. nil: cell 0 for every decision.
  private(set) var cells: [[Int32]?]
  private(set) var cellCounts: [Int]
  /// By decision: decisions with equal numbers are counted in the same cells; −1: in none.
  let signatures: [Int32]
  let signatureCount: Int

  /// Rows beyond this many meters are left to chance and repair: a step costs the square of it.
  static let mostMeters = 64
  /// Bound on the numbers kept for all signatures together.
  private static let mostNumbers = 1 << 25

  init(_ problem: AllocationProblem) {
    let coupled = Self.coupledCells(problem)
    var order: [Int] = []
    for isHard in [true, false] {
      for row in problem.rows where (row.penalty == nil) == isHard {
        for term in row.terms where !order.contains(term.meter) {
          if coupled[term.meter].contains(true) { order.append(term.meter) }
        }
      }
    }
    meters = Array(order.prefix(Self.mostMeters))
    cells = meters.map { Self.cells(of: problem.meters[$0], coupled: coupled[$0]) }
    cellCounts = meters.map { problem.meters[$0].cellCount }
    (signatures, signatureCount) = Self.signatures(
      cells: cells, cellCounts: cellCounts, decisions: problem.decisionCount)
    let affordable = Int((Double(Self.mostNumbers / max(1, signatureCount))).squareRoot())
    if affordable < meters.count {
      meters = Array(meters.prefix(max(2, affordable)))
      cells = Array(cells.prefix(meters.count))
      cellCounts = Array(cellCounts.prefix(meters.count))
    }
  }

  var isEmpty: Bool { meters.isEmpty || signatureCount == 0 }

  /// Balanced meters by number of cells, ascending: the coarsest is merged over first.
  var fromCoarseToFine: [Int] {
    meters.indices.filter { cells[$0] != nil }.sorted {
      (cellCounts[$0], $0) < (cellCounts[$1], $1)
    }
  }

  @inline(__always)
  func cell(_ meter: Int, _ decision: Int) -> Int32 { cells[meter]?[decision] ?? 0 }

  private static func coupledCells(_ problem: AllocationProblem) -> [[Bool]] {
    var coupled = problem.meters.map { [Bool](repeating: false, count: $0.cellCount) }
    for row in problem.rows {
      for term in row.terms where term.coefficient != 0 {
        for cell in term.cells { coupled[term.meter][cell] = true }
      }
    }
    return coupled
  }

  private static func cells(of meter: AllocationMeter, coupled: [Bool]) -> [Int32]? {
    guard let cells = meter.cells else { return nil }
    return cells.map { $0 >= 0 && coupled[Int($0)] ? $0 : -1 }
  }

  private static func signatures(
    cells: [[Int32]?], cellCounts: [Int], decisions: Int
  ) -> ([Int32], Int) {
    guard !cells.isEmpty else { return ([Int32](repeating: -1, count: decisions), 0) }
    // A meter with one cell for all couples every decision.
    let always = cells.contains { $0 == nil }
    var signatures = [Int32](repeating: always ? 0 : -1, count: decisions)
    var count = always ? 1 : 0
    for (meter, cells) in cells.enumerated() {
      guard let cells else { continue }
      let width = cellCounts[meter] + 1
      var numbers = PairNumbers(possible: (count + 1) * width)
      for decision in 0..<decisions {
        let (before, cell) = (Int(signatures[decision]), Int(cells[decision]))
        guard before >= 0 || cell >= 0 else { continue }
        signatures[decision] = numbers.number((before + 1) * width + cell + 1)
      }
      count = numbers.count
    }
    return (signatures, count)
  }
}

/// Consecutive numbers for keys, in order of first appearance.
private struct PairNumbers {
  private(set) var count = 0
  private var table: [Int32]
  private var sparse: [Int: Int32] = [:]

  init(possible: Int) {
    table = possible <= 1 << 22 ? [Int32](repeating: -1, count: possible) : []
  }

  mutating func number(_ key: Int) -> Int32 {
    if !table.isEmpty {
      if table[key] < 0 {
        table[key] = Int32(count)
        count += 1
      }
      return table[key]
    }
    if let number = sparse[key] { return number }
    sparse[key] = Int32(count)
    count += 1
    return Int32(count - 1)
  }
}
