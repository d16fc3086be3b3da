/// Reads some decisions of a problem and writes them as a remainder under what the others leave.
struct RemainderBuilder {
  let dual: DualFunction
  private let problem: AllocationProblem
  private let map: RowMap
  /// Rows that count in each flat cell, as they are asked for.
  private var rowsOfCell: [Int: [(row: Int, coefficient: Double)]] = [:]
  private var sums: [Double]
  private var touched: [Int] = []

  init(_ dual: DualFunction) {
    self.dual = dual
    problem = dual.engine.problem
    map = dual.engine.map
    sums = [Double](repeating: 0, count: map.rows.count)
  }

  /// - Parameters:
  ///   - decisions: ascending.
  ///   - chosen: by decision of the problem: what it takes now.
  ///   - usage: by row: what all decisions use now.
  /// - Returns: the remainder over all rows, in scaled units.
  mutating func build(_ decisions: [Int], chosen: [Int32], usage: [Double]) -> RemainderProblem {
    var remainder = RemainderProblem()
    let worker = PassWorker(dual.engine)
    let blockSize = dual.engine.blockSize
    var left = usage
    var block = -1
    var range = 0..<0
    for decision in decisions {
      if decision / blockSize != block {
        block = decision / blockSize
        range = dual.engine.range(ofBlock: block)
        worker.read(range)
      }
      let row = decision - range.lowerBound
      var current = -1
      for candidate in 0..<problem.candidateCount
      where worker.isEligible(candidate, row, rows: range.count) {
        if candidate == Int(chosen[decision]) { current = remainder.columnCount }
        remainder.candidates.append(Int32(candidate))
        remainder.values.append(dual.weight * worker.value(candidate, row, rows: range.count))
        addEntries(decision, candidate, row, range.count, worker, &remainder)
      }
      guard current >= 0 else { continue }
      for entry in remainder.entryRange(current) {
        let row = Int(remainder.entryRows[entry])
        left[row] -= remainder.entries[entry] / dual.units[row]
      }
      remainder.close(decision: decision, current: current)
    }
    for row in map.rows.indices {
      let bound = dual.bounds[row] / dual.share
      remainder.bounds.append((bound - left[row]) * dual.units[row])
      remainder.penalties.append(dual.upper[row])
      remainder.tolerances.append(0.5 * dual.survey.tolerance(map.rows[row], row) * dual.units[row])
    }
    remainder.set(groups: dual.violationGroups)
    return remainder
  }

  private mutating func addEntries(
    _ decision: Int, _ candidate: Int, _ row: Int, _ rows: Int, _ worker: PassWorker,
    _ remainder: inout RemainderProblem
  ) {
    touched.removeAll(keepingCapacity: true)
    if candidate < problem.actionCount {
      for (place, meter) in problem.meters.enumerated() {
        let cell = meter.cells.map { Int($0[decision]) } ?? (meter.cellCount > 0 ? 0 : -1)
        if cell < 0 { continue }
        let quantity = meter.quantity.amount(candidate, worker.block, row, rows)
        if quantity == 0 { continue }
        for part in coupled(map.offsets[place] + cell) {
          sums[part.row] += part.coefficient * quantity
          touched.append(part.row)
        }
      }
    }
    for row in touched where sums[row] != 0 {
      if let standing = dual.standing, standing[row] != 0 {
        remainder.values[remainder.values.count - 1] -= standing[row] * sums[row]
      }
      if dual.upper[row] > 0 {
        remainder.entryRows.append(Int32(row))
        remainder.entries.append(sums[row] * dual.units[row])
      }
      sums[row] = 0
    }
    remainder.entryStarts.append(remainder.entries.count)
  }

  private mutating func coupled(_ cell: Int) -> [(row: Int, coefficient: Double)] {
    if let known = rowsOfCell[cell] { return known }
    var found: [(row: Int, coefficient: Double)] = []
    for (row, description) in map.rows.enumerated() {
      for term in description.terms where map.cells(term).contains(cell) {
        found.append((row, term.coefficient))
      }
    }
    rowsOfCell[cell] = found
    return found
  }
}

extension PassWorker {
  /// Whether a decision of the block that has been read may take a candidate.
  func isEligible(_ candidate: Int, _ row: Int, rows: Int) -> Bool {
    let forced = Int(block.forced[row])
    if forced >= 0 { return candidate == forced }
    if usesPrior, let prior = block.prior, !(prior[candidate * rows + row] > 0) { return false }
    return candidate >= problem.actionCount || !block.values[candidate * rows + row].isNaN
  }
}

extension RemainderProblem {
  /// Without the rows that no choice of these decisions can bring above their bounds.
  ///
  /// - Returns: also the rows that stay.
  func withoutIdleRows() -> (problem: RemainderProblem, rows: [Int]) {
    var most = [Double](repeating: 0, count: rowCount)
    var isTouched = [Bool](repeating: false, count: rowCount)
    var peak: [Int32: Double] = [:]
    for decision in 0..<decisionCount {
      peak.removeAll(keepingCapacity: true)
      for column in columns(decision) {
        for entry in entryRange(column) {
          peak[entryRows[entry]] = max(peak[entryRows[entry]] ?? 0, entries[entry])
          isTouched[Int(entryRows[entry])] = true
        }
      }
      for (row, amount) in peak { most[Int(row)] += amount }
    }
    let rows = (0..<rowCount).filter { row in
      penalties[row] > 0
        && (isTouched[row] ? most[row] > bounds[row] - 1e-9 : bounds[row] < -tolerances[row])
    }
    return (restricted(to: rows), rows)
  }

  func restricted(to rows: [Int]) -> RemainderProblem {
    var place = [Int32](repeating: -1, count: rowCount)
    for (new, row) in rows.enumerated() { place[row] = Int32(new) }
    var result = self
    result.bounds = rows.map { bounds[$0] }
    result.penalties = rows.map { penalties[$0] }
    result.tolerances = rows.map { tolerances[$0] }
    result.set(groups: groups.map { $0.filter { place[$0] >= 0 }.map { Int(place[$0]) } })
    result.entryRows = []
    result.entries = []
    result.entryStarts = [0]
    for column in 0..<columnCount {
      for entry in entryRange(column) where place[Int(entryRows[entry])] >= 0 {
        result.entryRows.append(place[Int(entryRows[entry])])
        result.entries.append(entries[entry])
      }
      result.entryStarts.append(result.entries.count)
    }
    return result
  }
}

extension Survey {
  /// An excess over the bound of a row that is rounding: 10⁻¹² of the bound, or of what is counted in
  /// the row where that is more. Far below 1 for integers, whose rows therefore hold exactly.
  func tolerance(_ row: AllocationRow, _ place: Int) -> Double {
    let counted = rowNorms[place] * rowNormScale
    return 1e-12 * max(row.bound.isFinite ? abs(row.bound) : 0, counted)
  }
}
