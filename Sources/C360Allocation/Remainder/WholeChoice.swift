/// One candidate for each decision of a remainder, kept together with what it uses.
struct WholeChoice {
  let problem: RemainderProblem
  /// By decision: its column.
  private(set) var chosen: [Int]
  private(set) var usage: [Double]
  private(set) var value: Double

  init(_ problem: RemainderProblem, _ chosen: [Int]) {
    self.problem = problem
    self.chosen = chosen
    usage = problem.usage(chosen)
    value = chosen.reduce(0) { $0 + problem.values[$1] }
  }

  /// Value less what soft rows charge.
  var objective: Double {
    value - problem.charges { usage[$0] }
  }

  /// Σ excess of the rows that hold.
  var violation: Double {
    usage.indices.reduce(0) { $0 + excess($1, usage[$1]) }
  }

  private func excess(_ row: Int, _ used: Double) -> Double {
    guard !problem.penalties[row].isFinite else { return 0 }
    let excess = used - problem.bounds[row]
    return excess > problem.tolerances[row] ? excess : 0
  }

  struct Change {
    let decision: Int
    let column: Int
  }

  /// What one or two changes do, `scratch` being of zeros, a number a row, and left so.
  func effect(
    of first: Change, and second: Change? = nil, scratch: inout [Double], touched: inout [Int]
  ) -> (gain: Double, violation: Double) {
    touched.removeAll(keepingCapacity: true)
    var gain = add(first, &scratch, &touched)
    if let second { gain += add(second, &scratch, &touched) }
    if !problem.groups.isEmpty { gain -= shared(scratch, touched) }
    var violation = 0.0
    for row in touched where scratch[row] != 0 {
      let after = usage[row] + scratch[row]
      violation += excess(row, after) - excess(row, usage[row])
      if problem.group(of: row) == nil {
        gain -= problem.charge(row, after) - problem.charge(row, usage[row])
      }
      scratch[row] = 0
    }
    return (gain, violation)
  }

  /// What groups charge more after a change.
  private func shared(_ change: [Double], _ touched: [Int]) -> Double {
    var more = 0.0
    var seen: Set<Int> = []
    for row in touched where change[row] != 0 {
      guard let group = problem.group(of: row), seen.insert(group).inserted else { continue }
      let rows = problem.groups[group]
      more += problem.charge(rows) { usage[$0] + change[$0] } - problem.charge(rows) { usage[$0] }
    }
    return more
  }

  private func add(
    _ change: Change, _ scratch: inout [Double], _ touched: inout [Int]
  ) -> Double {
    let old = chosen[change.decision]
    add(change.column, 1, &scratch, &touched)
    add(old, -1, &scratch, &touched)
    return problem.values[change.column] - problem.values[old]
  }

  private func add(
    _ column: Int, _ sign: Double, _ scratch: inout [Double], _ touched: inout [Int]
  ) {
    for entry in problem.entryRange(column) {
      let row = Int(problem.entryRows[entry])
      scratch[row] += sign * problem.entries[entry]
      touched.append(row)
    }
  }

  mutating func change(_ decision: Int, to column: Int) {
    let old = chosen[decision]
    chosen[decision] = column
    value += problem.values[column] - problem.values[old]
    for entry in problem.entryRange(old) {
      usage[Int(problem.entryRows[entry])] -= problem.entries[entry]
    }
    for entry in problem.entryRange(column) {
      usage[Int(problem.entryRows[entry])] += problem.entries[entry]
    }
  }

  /// The same from scratch: sums of many changes lose their last digits.
  func refreshed() -> WholeChoice { WholeChoice(problem, chosen) }
}
