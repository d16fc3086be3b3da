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

  var decisionCount: Int { decisions.count }
  var columnCount: Int { candidates.count }
  var rowCount: Int { bounds.count }

  func columns(_ decision: Int) -> Range<Int> { starts[decision]..<starts[decision + 1] }

  func entryRange(_ column: Int) -> Range<Int> { entryStarts[column]..<entryStarts[column + 1] }

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
