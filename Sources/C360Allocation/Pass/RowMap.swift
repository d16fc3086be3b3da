/// Between rows and cells: prices of cells from prices of rows, and usages of rows from usages of
/// cells. Cells of all meters stand behind one another in one flat array.
struct RowMap: Sendable {
  let rows: [AllocationRow]
  /// By meter: where its cells begin; one more at the end.
  let offsets: [Int]
  /// Cells are walked one by one while they are few, so that nothing is lost to differences of
  /// prefix sums.
  private let isDirect: Bool

  static let directCells = 1 << 22

  init(_ problem: AllocationProblem) {
    rows = problem.rows
    var offsets = [0]
    for meter in problem.meters { offsets.append(offsets[offsets.count - 1] + meter.cellCount) }
    self.offsets = offsets
    var cells = 0
    for row in problem.rows { for term in row.terms { cells += term.cells.count } }
    isDirect = cells <= Self.directCells
  }

  var cellCount: Int { offsets[offsets.count - 1] }

  /// The cells of a term in the flat array.
  func cells(_ term: AllocationRow.Term) -> Range<Int> {
    let start = offsets[term.meter]
    return start + term.cells.lowerBound..<start + term.cells.upperBound
  }

  /// What a unit in each cell costs when a unit of each row costs `multipliers`.
  func prices(_ multipliers: [Double]) -> [Double] {
    isDirect ? directPrices(multipliers) : runningPrices(multipliers)
  }

  private func directPrices(_ multipliers: [Double]) -> [Double] {
    var prices = [Double](repeating: 0, count: cellCount)
    for (row, multiplier) in zip(rows, multipliers) where multiplier != 0 {
      for term in row.terms {
        let price = multiplier * term.coefficient
        for cell in cells(term) { prices[cell] += price }
      }
    }
    return prices
  }

  /// By differences: each row touches the two ends of its range only.
  private func runningPrices(_ multipliers: [Double]) -> [Double] {
    // One step more a meter, past its last cell.
    var steps = [Double](repeating: 0, count: cellCount + offsets.count)
    for (row, multiplier) in zip(rows, multipliers) where multiplier != 0 {
      for term in row.terms where !term.cells.isEmpty {
        let price = multiplier * term.coefficient
        let start = offsets[term.meter] + term.meter
        steps[start + term.cells.lowerBound] += price
        steps[start + term.cells.upperBound] -= price
      }
    }
    var prices = [Double](repeating: 0, count: cellCount)
    for meter in 0..<offsets.count - 1 {
      var price = 0.0
      for cell in offsets[meter]..<offsets[meter + 1] {
        price += steps[cell + meter]
        prices[cell] = price
      }
    }
    return prices
  }

  /// Σ coefficient · usage of the cells, by row.
  func usages(_ usage: [Double]) -> [Double] {
    combine(usage) { $0 }
  }

  /// Σ weight(coefficient) · amount of the cells, by row.
  func combine(_ amounts: [Double], weight: (Double) -> Double) -> [Double] {
    if isDirect {
      return rows.map { row in
        row.terms.reduce(0) { sum, term in
          sum + weight(term.coefficient) * cells(term).reduce(0) { $0 + amounts[$1] }
        }
      }
    }
    var running = [0.0]
    running.reserveCapacity(amounts.count + 1)
    for amount in amounts { running.append(running[running.count - 1] + amount) }
    return rows.map { row in
      row.terms.reduce(0) { sum, term in
        let range = cells(term)
        return sum + weight(term.coefficient)
          * (running[range.upperBound] - running[range.lowerBound])
      }
    }
  }
}
