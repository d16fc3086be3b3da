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
}
