/// The few decisions that prices alone do not settle: each takes one of its candidates, together they
/// keep what is left of the bounds. Values and rows are scaled as the dual is.
struct RemainderProblem {
  /// Places in the allocation, ascending.
  var decisions: [Int] = []
  /// By decision: where its columns begin; one more at the end.
  var starts: [Int] = [0]
  /// By column.
  var candidates: [Int32] = []
  var values: [Double] = []
  /// By column: where its entries begin; one more at the end.
  var entryStarts: [Int] = [0]
  var entryRows: [Int32] = []
  var entries: [Double] = []
  /// By decision: the column that it starts with.
  var current: [Int] = []
  /// By row: what is left for these decisions, and the charge for each unit above it (infinite: the
  /// row holds).
  var bounds: [Double] = []
  var penalties: [Double] = []
  /// By row: an excess that is rounding, not violation.
  var tolerances: [Double] = []
  /// Soft rows that share one violation; the others are in none.
  private(set) var groups: [[Int]] = []
  /// By row: its group; −1: none. Empty: there are no groups.
  private(set) var groupOfRow: [Int] = []

  var decisionCount: Int { decisions.count }
  var columnCount: Int { candidates.count }
  var rowCount: Int { bounds.count }

  func columns(_ decision: Int) -> Range<Int> { starts[decision]..<starts[decision + 1] }

  func entryRange(_ column: Int) -> Range<Int> { entryStarts[column]..<entryStarts[column + 1] }

  mutating func set(groups: [[Int]]) {
    self.groups = groups.filter { $0.count > 1 }
    groupOfRow = self.groups.isEmpty ? [] : [Int](repeating: -1, count: rowCount)
    for (group, rows) in self.groups.enumerated() {
      for row in rows { groupOfRow[row] = group }
    }
  }

  /// The group that a row shares its violation with.
  func group(of row: Int) -> Int? {
    groupOfRow.isEmpty || groupOfRow[row] < 0 ? nil : groupOfRow[row]
  }

  /// What soft rows charge for a usage.
  func charges(_ usage: (Int) -> Double) -> Double {
    var sum = 0.0
    for row in 0..<rowCount where group(of: row) == nil { sum += charge(row, usage(row)) }
    for rows in groups { sum += charge(rows, usage) }
    return sum
  }

  func charge(_ row: Int, _ used: Double) -> Double {
    penalties[row].isFinite ? penalties[row] * max(0, used - bounds[row]) : 0
  }

  /// Of a group: penalties are those of one violation in the scales of its rows.
  func charge(_ rows: [Int], _ usage: (Int) -> Double) -> Double {
    rows.reduce(0) { max($0, charge($1, usage($1))) }
  }

  /// Closes the decision whose columns have been added.
  mutating func close(decision: Int, current: Int) {
    decisions.append(decision)
    starts.append(columnCount)
    self.current.append(current)
  }

  /// Σ of rows that a choice of one column a decision uses.
  func usage(_ chosen: [Int]) -> [Double] {
    var usage = [Double](repeating: 0, count: rowCount)
    for column in chosen {
      for entry in entryRange(column) { usage[Int(entryRows[entry])] += entries[entry] }
    }
    return usage
  }

  /// The part in which only some columns are open; decisions with one open column are settled at it.
  ///
  /// - Parameter isOpen: by column; at least one of each decision.
  /// - Returns: also the places here of the decisions that are left, and what the settled are worth.
  func narrowed(_ isOpen: [Bool]) -> (problem: RemainderProblem, places: [Int], settled: Double) {
    var part = RemainderProblem()
    part.bounds = bounds
    part.penalties = penalties
    part.tolerances = tolerances
    part.set(groups: groups)
    var places: [Int] = []
    var settled = 0.0
    for decision in 0..<decisionCount {
      let open = columns(decision).filter { isOpen[$0] }
      if open.count == 1 {
        settled += values[open[0]]
        for entry in entryRange(open[0]) { part.bounds[Int(entryRows[entry])] -= entries[entry] }
        continue
      }
      let first = part.columnCount
      for column in open {
        part.candidates.append(candidates[column])
        part.values.append(values[column])
        part.entryRows += entryRows[entryRange(column)]
        part.entries += entries[entryRange(column)]
        part.entryStarts.append(part.entries.count)
      }
      part.close(
        decision: decisions[decision],
        current: first + (open.firstIndex(of: current[decision]) ?? 0))
      places.append(decision)
    }
    return (part, places, settled)
  }

  /// Columns here of what is chosen in a larger problem, of which these decisions are `places`.
  func columns(of chosen: [Int], in whole: RemainderProblem, _ places: [Int]) -> [Int] {
    places.enumerated().map { inner, place in
      columns(inner).first { candidates[$0] == whole.candidates[chosen[place]] }!
    }
  }
}
