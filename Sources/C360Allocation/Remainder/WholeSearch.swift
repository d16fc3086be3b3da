/// Whole candidates from shares: rounds, repairs what is above its bound, refills what is left, and
/// swaps pairs.
struct WholeSearch {
  let problem: RemainderProblem
  private var scratch: [Double]
  private var touched: [Int] = []
  /// Changes looked at so far.
  private(set) var looks = 0

  init(_ problem: RemainderProblem) {
    self.problem = problem
    scratch = [Double](repeating: 0, count: problem.rowCount)
  }

  /// - Parameter prices: of rows; order the pairs that are tried.
  /// - Returns: nil where no way to hold all rows was found.
  mutating func run(from chosen: [Int], prices: [Double]) -> WholeChoice? {
    var choice = WholeChoice(problem, chosen)
    guard repair(&choice) else { return nil }
    improve(&choice)
    exchange(&choice, prices: prices)
    let exact = choice.refreshed()
    return exact.violation == 0 ? exact : nil
  }

  /// Changes what costs least a unit of excess until no row that holds is exceeded.
  mutating func repair(_ choice: inout WholeChoice) -> Bool {
    var left = 64 + 4 * problem.decisionCount
    while choice.violation > 0 {
      guard left > 0 else { return false }
      left -= 1
      let violation = choice.violation
      looks += problem.columnCount
      var best: (rate: Double, decision: Int, column: Int)?
      for decision in 0..<problem.decisionCount {
        let current = choice.chosen[decision]
        for column in problem.columns(decision) where column != current {
          let effect = choice.effect(
            of: .init(decision: decision, column: column), scratch: &scratch, touched: &touched)
          guard effect.violation < -1e-12 * violation else { continue }
          let rate =
            effect.gain >= 0 ? -effect.gain * effect.violation : effect.gain / -effect.violation
          if rate > best?.rate ?? -.infinity { best = (rate, decision, column) }
        }
      }
      guard let best else {
        if !repairByPair(&choice) { return false }
        continue
      }
      choice.change(best.decision, to: best.column)
      if left % 64 == 0 { choice = choice.refreshed() }
    }
    return true
  }

  /// Where no single change helps: the first pair that does, while pairs are few.
  private mutating func repairByPair(_ choice: inout WholeChoice) -> Bool {
    guard problem.columnCount <= 600 else { return false }
    looks += problem.columnCount * problem.columnCount / 2
    let violation = choice.violation
    for first in 0..<problem.decisionCount {
      for column in problem.columns(first) where column != choice.chosen[first] {
        for second in first + 1..<max(first + 1, problem.decisionCount) {
          for other in problem.columns(second) where other != choice.chosen[second] {
            let effect = choice.effect(
              of: .init(decision: first, column: column),
              and: .init(decision: second, column: other), scratch: &scratch, touched: &touched)
            if effect.violation < -1e-12 * violation {
              choice.change(first, to: column)
              choice.change(second, to: other)
              return true
            }
          }
        }
      }
    }
    return false
  }

  /// Takes every change that gains and exceeds nothing.
  mutating func improve(_ choice: inout WholeChoice) {
    var changed = true
    var rounds = 0
    while changed, rounds < 20 {
      changed = false
      rounds += 1
      looks += problem.columnCount
      for decision in 0..<problem.decisionCount {
        for column in problem.columns(decision) where column != choice.chosen[decision] {
          let effect = choice.effect(
            of: .init(decision: decision, column: column), scratch: &scratch, touched: &touched)
          if effect.violation <= 0, effect.gain > 1e-12 {
            choice.change(decision, to: column)
            changed = true
          }
        }
      }
    }
  }

  /// Pairs of changes among those that lose least at the prices.
  mutating func exchange(_ choice: inout WholeChoice, prices: [Double]) {
    for _ in 0..<3 {
      let moves = nearest(choice, prices: prices, count: 300)
      var changed = false
      looks += problem.columnCount + moves.count * moves.count / 2
      for (place, first) in moves.enumerated() where choice.chosen[first.decision] != first.column {
        for second in moves[..<place]
        where second.decision != first.decision && choice.chosen[second.decision] != second.column {
          let effect = choice.effect(
            of: first, and: second, scratch: &scratch, touched: &touched)
          if effect.violation <= 0, effect.gain > 1e-12 {
            choice.change(first.decision, to: first.column)
            choice.change(second.decision, to: second.column)
            changed = true
            break
          }
        }
      }
      if !changed { return }
    }
  }

  private func nearest(
    _ choice: WholeChoice, prices: [Double], count: Int
  ) -> [WholeChoice.Change] {
    func worth(_ column: Int) -> Double {
      problem.entryRange(column).reduce(problem.values[column]) {
        $0 - prices[Int(problem.entryRows[$1])] * problem.entries[$1]
      }
    }
    var moves: [(loss: Double, decision: Int, column: Int)] = []
    for decision in 0..<problem.decisionCount {
      let here = worth(choice.chosen[decision])
      for column in problem.columns(decision) where column != choice.chosen[decision] {
        moves.append((here - worth(column), decision, column))
      }
    }
    moves.sort { ($0.loss, $0.column) < ($1.loss, $1.column) }
    return moves.prefix(count).map { .init(decision: $0.decision, column: $0.column) }
  }
}
