/// Where every row stands for the whole decisions taken so far, and which rows a cell bears on.
struct RowLedger {
  let rows: [AllocationRow]
  /// By meter: its first cell in the flat order of cells.
  private let firstCells: [Int]
  /// By flat cell: its entries, one for each row that couples it.
  private let starts: [Int]
  private let rowOfEntry: [Int32]
  private let coefficientOfEntry: [Double]

  /// By row: Σ coefficient · usage.
  var activities: [Double]
  /// By row: excess that counts as none; 0 where all numbers are whole.
  private(set) var tolerances: [Double]
  /// Soft rows that share a violation, and by row which of these; −1: none.
  let groups: [[Int]]
  let groupOfRow: [Int]
  /// By row: what violations are measured in.
  private(set) var scales: [Double]

  init(_ problem: AllocationProblem) {
    rows = problem.rows
    var first = [0]
    for meter in problem.meters { first.append(first[first.count - 1] + meter.cellCount) }
    firstCells = first
    var counts = [Int](repeating: 0, count: first[first.count - 1] + 1)
    for row in rows {
      for term in row.terms { for cell in term.cells { counts[first[term.meter] + cell + 1] += 1 } }
    }
    for cell in 1..<max(1, counts.count) { counts[cell] += counts[cell - 1] }
    starts = counts
    var next = counts
    var rowOf = [Int32](repeating: 0, count: counts[counts.count - 1])
    var coefficientOf = [Double](repeating: 0, count: rowOf.count)
    for (row, content) in rows.enumerated() {
      for term in content.terms {
        for cell in term.cells {
          let flat = first[term.meter] + cell
          rowOf[next[flat]] = Int32(row)
          coefficientOf[next[flat]] = term.coefficient
          next[flat] += 1
        }
      }
    }
    rowOfEntry = rowOf
    coefficientOfEntry = coefficientOf
    groups = rows.softGroups
    var groupOfRow = [Int](repeating: -1, count: rows.count)
    for (group, members) in groups.enumerated() {
      for row in members { groupOfRow[row] = group }
    }
    self.groupOfRow = groupOfRow
    activities = [Double](repeating: 0, count: rows.count)
    tolerances = activities
    scales = rows.map { $0.bound == 0 ? 1 : abs($0.bound) }
  }

  var cellCount: Int { firstCells[firstCells.count - 1] }

  @inline(__always)
  func flat(_ meter: Int, _ cell: Int32) -> Int { firstCells[meter] + Int(cell) }

  @inline(__always)
  func forEachRow(of flatCell: Int, _ body: (Int, Double) -> Void) {
    for entry in starts[flatCell]..<starts[flatCell + 1] {
      body(Int(rowOfEntry[entry]), coefficientOfEntry[entry])
    }
  }

  /// By flat cell: Σ over rows of weight · coefficient.
  func weigh(_ weights: [Double]) -> [Double] {
    var sums = [Double](repeating: 0, count: cellCount)
    for (row, weight) in zip(rows, weights) where weight != 0 {
      for term in row.terms {
        for cell in term.cells { sums[firstCells[term.meter] + cell] += weight * term.coefficient }
      }
    }
    return sums
  }

  /// Sets activities from usages by flat cell; `isWhole` by meter: everything it counted is an integer.
  mutating func set(usage: [Double], isWhole: [Bool]) {
    for (index, row) in rows.enumerated() {
      var (sum, lost, size) = (0.0, 0.0, abs(row.bound))
      var exact = true
      for term in row.terms {
        exact = exact && isWhole[term.meter] && term.coefficient.rounded() == term.coefficient
        for cell in term.cells {
          let amount = term.coefficient * usage[firstCells[term.meter] + cell]
          let next = sum + amount
          lost += abs(sum) >= abs(amount) ? (sum - next) + amount : (amount - next) + sum
          sum = next
          size += abs(amount)
        }
      }
      activities[index] = sum + lost
      tolerances[index] = exact && size < 0x1p53 ? 0 : 1e-12 * size
    }
  }

  /// By how much a row would be exceeded at an activity; 0: it holds.
  @inline(__always)
  func excess(_ row: Int, at activity: Double) -> Double {
    let excess = activity - rows[row].bound
    return excess > tolerances[row] ? excess : 0
  }

  /// Hard rows that do not hold, ascending.
  var broken: [Int] {
    rows.indices.filter { rows[$0].penalty == nil && !(excess($0, at: activities[$0]) == 0) }
  }
}

/// What a change of one decision does to the rows; memory of one thread.
struct RowEffects {
  private(set) var touched: [Int] = []
  private var deltas: [Double]
  private var isTouched: [Bool]

  init(rows: Int) {
    deltas = [Double](repeating: 0, count: rows)
    isTouched = [Bool](repeating: false, count: rows)
  }

  subscript(row: Int) -> Double { deltas[row] }

  mutating func clear() {
    for row in touched {
      deltas[row] = 0
      isTouched[row] = false
    }
    touched.removeAll(keepingCapacity: true)
  }

  mutating func add(_ amount: Double, of flatCell: Int, _ ledger: RowLedger) {
    ledger.forEachRow(of: flatCell) { row, coefficient in
      if !isTouched[row] {
        isTouched[row] = true
        touched.append(row)
      }
      deltas[row] += coefficient * amount
    }
  }
}
