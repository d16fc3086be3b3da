/// Whole candidates for a remainder by linear programs over its parts: depth first, the greatest share
/// first, a part being left as soon as its linear program is not worth more than the best whole choice.
struct BranchAndBound {
  let problem: RemainderProblem
  /// Differences that are not worth the search.
  let tolerance: Double
  private var work: Int
  private(set) var best: WholeChoice?
  /// Whether every part was looked at.
  private(set) var isComplete = true
  private var search: WholeSearch

  /// - Parameter work: arithmetic, about, that may be spent.
  init(_ problem: RemainderProblem, best: WholeChoice?, tolerance: Double, work: Int) {
    self.problem = problem
    self.best = best
    self.tolerance = tolerance
    self.work = work
    search = WholeSearch(problem)
  }

  mutating func run() {
    let allowed = [Bool](repeating: true, count: problem.columnCount)
    visit(allowed, current: problem.current, depth: 0)
  }

  private mutating func visit(_ allowed: [Bool], current: [Int], depth: Int) {
    guard work > 0, depth < 200 else {
      isComplete = false
      return
    }
    var part = problem
    part.current = current
    let simplex = GroupedSimplex(part)
    simplex.allowed = allowed
    let outcome = simplex.solve(limit: 2_000 + 20 * problem.decisionCount)
    let m = problem.rowCount
    work -= (simplex.pivots + 1) * (2 * m * m + 8 * problem.columnCount + 64)
    if case .infeasible = outcome { return }
    if case .exhausted = outcome {
      isComplete = false
      return
    }
    if let best, simplex.objective() <= best.objective + tolerance { return }
    let shares = simplex.shares()
    let rounded = shares.map { parts in
      parts.max { ($0.share, $1.column) < ($1.share, $0.column) }!.column
    }
    offer(rounded, prices: simplex.rowPrices())
    guard let fractional = mostDivided(shares) else { return }
    let parts = shares[fractional].filter { $0.share > 1e-9 }
      .sorted { ($1.share, $0.column) < ($0.share, $1.column) }
    // Each candidate in use alone, then all the others.
    for part in parts {
      var narrowed = allowed
      for column in problem.columns(fractional) { narrowed[column] = column == part.column }
      var start = rounded
      start[fractional] = part.column
      visit(narrowed, current: start, depth: depth + 1)
    }
    var others = allowed
    for part in parts { others[part.column] = false }
    guard let other = problem.columns(fractional).first(where: { others[$0] }) else { return }
    var start = rounded
    start[fractional] = other
    visit(others, current: start, depth: depth + 1)
  }

  private mutating func offer(_ chosen: [Int], prices: [Double]) {
    let exact = WholeChoice(problem, chosen)
    if exact.violation == 0 { keep(exact) }
    let before = search.looks
    if let found = search.run(from: chosen, prices: prices) { keep(found) }
    work -= (search.looks - before) * 24
  }

  private mutating func keep(_ choice: WholeChoice) {
    if let best, choice.objective <= best.objective { return }
    best = choice
  }

  private func mostDivided(_ shares: [[(column: Int, share: Double)]]) -> Int? {
    var most: (decision: Int, share: Double)?
    for (decision, parts) in shares.enumerated() {
      let greatest = parts.reduce(0) { max($0, $1.share) }
      if greatest < 1 - 1e-9, greatest < most?.share ?? 2 { most = (decision, greatest) }
    }
    return most?.decision
  }
}
