/// Solves allocations: prices of the rows by the dual, a bound that proves how good they are, and whole
/// decisions that keep every row that holds.
///
/// Greedy choice: the smooth dual over falling temperatures, then linear programs over the decisions
/// near a tie (`Sifting`), then whole candidates for those (`WholeSearch`, `BranchAndBound`). Softmax
/// and rules with a floor of entropy or a ceiling of divergence: the dual itself is smooth. Randomised
/// choices are rounded with exact marginals (`balancedRounding`) and changed where rows that hold would
/// not (`repair`).
///
/// Nothing depends on the number of threads. A row holds up to rounding: an excess of 10⁻¹² of its
/// bound or of what is counted in it, which for integers is none.
public struct AllocationSolver: Sendable {
  /// How far a solution has come.
  public struct Progress: Sendable {
    /// Passes over the decisions so far.
    public let passes: Int
    /// In the unit of the objective; nil: not known yet.
    public let bound: Double?
    /// Rows among which a smallest set that clashes is sought; nil: it is not.
    public var clashing: Int?
  }

  var limits = SolverLimits()

  public init() {}

  init(limits: SolverLimits) {
    self.limits = limits
  }

  /// - Parameters:
  ///   - warmStart: prices of rows in the unit of the objective, as `Allocation.multipliers`: of
  ///     yesterday's run.
  ///   - isCancelled: asked now and then, on any thread.
  ///   - progress: called between phases, on the caller's thread.
  /// - Throws: `AllocationInfeasibility` where nothing satisfies the rows; `CancellationError`.
  public func solve(
    _ problem: AllocationProblem, threads: Int = 1, warmStart: [Double]? = nil,
    isCancelled: @escaping @Sendable () -> Bool = { false },
    progress: @escaping (Progress) -> Void = { _ in }
  ) throws -> Allocation {
    let engine = PassEngine(problem, threads: threads, isCancelled: isCancelled)
    if problem.decisionCount * problem.candidateCount > limits.hullPairs,
      let allocation = try engine.hullAllocation()
    {
      return allocation
    }
    let survey = try Survey(engine)
    progress(Progress(passes: 1, bound: nil))
    let dual = DualFunction(engine, survey)
    let clash = Infeasibility(engine, survey, limits: limits) { [dual] rows in
      progress(Progress(passes: dual.passes + 1, bound: nil, clashing: rows))
    }
    try clash.checkConstants()
    let start = try warmStart.flatMap { try dual.start(at: $0) }
    let prices: SolvedPrices
    if isSmooth(problem.rule, survey) {
      prices = try smoothPrices(dual, clash, start: start)
    } else {
      prices = try greedyPrices(dual, clash, start: start)
    }
    let bound = (prices.bound + dual.explored) / survey.weight
    progress(Progress(passes: dual.passes + 1, bound: bound))
    let allocation = try Finish(dual, prices, clash, limits: limits).run()
    if problem.keepsMeasures(allocation) { return allocation }
    return try tightened(dual, prices, clash, allocation)
  }

  /// Where what is written falls short of a bound on entropy or divergence (what was repaired is certain,
  /// and a descent ends a little off): with as much more asked for, until it holds. What is proven stays
  /// that of the bounds as they are.
  private func tightened(
    _ dual: DualFunction, _ first: SolvedPrices, _ clash: Infeasibility, _ allocation: Allocation
  ) throws -> Allocation {
    let problem = dual.engine.problem
    let count = Double(problem.decisionCount)
    var (last, x, factor) = (allocation, first.x, 1.1)
    for _ in 0..<limits.tightenings {
      let lack = problem.lack(last)
      dual.tighten(
        entropy: factor * count * lack.entropy, divergence: factor * count * lack.divergence)
      factor *= 1.5
      guard var next = try? smoothPrices(dual, clash, start: x) else { break }
      next.bound = first.bound
      x = next.x
      last = try Finish(dual, next, clash, limits: limits).run()
      if problem.keepsMeasures(last) { return last }
    }
    if dual.engine.isCancelled() { throw CancellationError() }
    throw problem.brokenMeasures(
      entropy: last.entropy?.mean, divergence: last.divergence?.mean)
  }

  /// Whether the dual has a curvature of its own. A temperature far below the differences between
  /// values chooses as greedily as doubles can tell.
  private func isSmooth(_ rule: AllocationRule, _ survey: Survey) -> Bool {
    if rule.entropyFloor != nil || rule.divergenceCeiling != nil { return true }
    guard case .softmax(let temperature) = rule.base else { return false }
    return temperature * survey.weight > limits.greedyBelow
  }

  /// Where a start leads nowhere, without it: the dual is nearly flat far from its minimum.
  private func smoothPrices(
    _ dual: DualFunction, _ clash: Infeasibility, start: [Double]?
  ) throws -> SolvedPrices {
    let found = try smoothPricesOnce(dual, clash, start: start)
    if start == nil || found.isSettled { return found }
    var cold = try smoothPricesOnce(dual, clash, start: nil)
    guard cold.evaluation.dual < found.evaluation.dual else { return found }
    cold.bound = min(cold.bound, found.bound)
    return cold
  }

  private func smoothPricesOnce(
    _ dual: DualFunction, _ clash: Infeasibility, start: [Double]?
  ) throws -> SolvedPrices {
    var descent = DualDescent(dual)
    let outcome = try descent.run(from: start, to: 0, patience: limits.smoothPatience)
    guard case .prices(let found, let converged) = outcome else {
      throw try clash.explain()
    }
    let x = dual.capped(found)
    let evaluation = try dual.evaluate(x, smoothing: 0)
    var prices = SolvedPrices(
      x: x, bound: min(descent.bound, evaluation.dual), evaluation: evaluation, primal: nil)
    prices.isSettled = converged || dual.slope(evaluation) <= limits.settledSlope
    return prices
  }

  /// Where a start does not lead to shares that are worth what the prices prove, without it.
  private func greedyPrices(
    _ dual: DualFunction, _ clash: Infeasibility, start: [Double]?
  ) throws -> SolvedPrices {
    let found = try greedyPricesOnce(dual, clash, start: start)
    guard start != nil, dual.share > 0, found.lack(dual) > limits.negligible else { return found }
    var cold = try greedyPricesOnce(dual, clash, start: nil)
    let bound = min(found.bound, cold.bound)
    if cold.lack(dual) < found.lack(dual) {
      cold.bound = bound
      return cold
    }
    var kept = found
    kept.bound = bound
    return kept
  }

  private func greedyPricesOnce(
    _ dual: DualFunction, _ clash: Infeasibility, start: [Double]?
  ) throws -> SolvedPrices {
    let problem = dual.engine.problem
    var x = start ?? [Double](repeating: 0, count: dual.upper.count)
    var bound = Double.infinity
    if problem.decisionCount > limits.small, dual.upper.contains(where: { $0 > 0 }) {
      var descent = DualDescent(dual)
      let outcome = try descent.run(
        from: start, to: limits.lastSmoothing, patience: limits.patience)
      guard case .prices(let found, _) = outcome else {
        throw try clash.explain()
      }
      x = found
      bound = descent.bound
    }
    guard dual.share > 0 else {
      return SolvedPrices(
        x: x, bound: bound, evaluation: try dual.evaluate(x, smoothing: 0), primal: nil)
    }
    var sifting = Sifting(dual, limits: limits, threads: dual.engine.threads, start: x)
    sifting.bound = bound
    try sifting.run(from: x)
    if sifting.isInfeasible || sifting.primal == nil {
      if let found = try clash.explainIfAny() { throw found }
    }
    let end = try leastPrices(dual, sifting.boundPlace, bound: sifting.bound)
    return SolvedPrices(
      x: end, bound: sifting.bound, evaluation: try dual.evaluate(end, smoothing: 0),
      primal: sifting.primal)
  }

  /// Where a bound leaves nothing to choose (a budget of 0), every price from some level on proves the
  /// same, and a linear program stops at any of them. The least is what one more unit is worth.
  private func leastPrices(
    _ dual: DualFunction, _ prices: [Double], bound: Double
  ) throws -> [Double] {
    var x = prices
    let steep = (0..<dual.rowCount).filter {
      x[$0] > limits.steepPrice && dual.upper[$0] == .infinity
    }
    guard steep.count <= limits.mostSteep else { return x }
    let allowed = bound + 1e-10 * abs(bound) + 1e-9
    for row in steep {
      func proves(_ price: Double) throws -> Bool {
        x[row] = price
        return try dual.evaluate(x, smoothing: 0).dual <= allowed
      }
      var high = x[row]
      if try proves(0) { continue }
      var low = high * 0x1p-40
      while try low > 0 && proves(low) {
        high = low
        low *= 0x1p-40
      }
      while low > 0, high > low * (1 + 1e-9) {
        let middle = (low * high).squareRoot()
        if try proves(middle) { high = middle } else { low = middle }
      }
      x[row] = high
    }
    return x
  }
}

/// Prices, the bound they prove, and what the choice at them comes to.
struct SolvedPrices {
  var x: [Double]
  /// Weighted; without what exploration is worth.
  var bound: Double
  var evaluation: DualFunction.Evaluation
  var primal: Sifting.Primal?
  /// Of a smooth dual: whether the search ended where it is flat.
  var isSettled = true

  /// Part of the bound by which the shares found are worth less; ∞ where none were found.
  func lack(_ dual: DualFunction) -> Double {
    guard let primal else { return .infinity }
    let worth = dual.share * primal.value
    return bound > worth ? (bound - worth) / max(abs(bound), abs(worth)) : 0
  }
}
