/// The exact optimum under one budget, for every budget at once: maximise Σ_i Σ_a v_ia·x_ia subject to
/// Σ_i Σ_a c_ia·x_ia ≤ b, each x_i a distribution over the eligible candidates of decision i, c ≥ 0.
///
/// Each decision climbs its upper convex hull of (cost, value) from its baseline: the no-op, or where
/// there is none its cheapest candidate. The edges of all hulls, the steepest first (ties by canonical
/// order), are the relaxed optimum up to any budget; at most one decision is fractional (Zemel 1984;
/// for policies Sun, Du & Wager, "Treatment allocation under uncertain costs", and the package `maq`,
/// whose curve of gain against budget this is). With one action it is the order by value over cost.
///
/// Blocks are streamed; what is kept is one number set an edge and one candidate a decision.
public struct HullPath: Sendable {
  /// A place on the path.
  public struct Point: Sendable, Equatable {
    /// What is spent, in the unit of the meter (before the row's coefficient).
    public let budget: Double
    /// Σ of values, forced decisions and baselines included.
    public let value: Double
    /// What one more unit of budget is worth; +∞ where something free is still to be had.
    public let multiplier: Double
    /// Decisions that do not take the no-op.
    public let treated: Int
  }

  /// Why a problem has no such path.
  public enum Rejection: Error, Equatable, Sendable {
    /// Not exactly one row over one meter, with a coefficient above 0.
    case notOneBudget
    /// The row may be violated at a price.
    case soft
    /// Choices are drawn.
    case notGreedy
    /// An eligible pair whose cost is negative, or whose cost or value is not a finite number.
    case number(decision: Int, action: Int)
    case cancelled
  }

  /// By decision; −1 where nothing is eligible. What is chosen at the least budget, before free gains.
  let baseline: [Int32]
  /// Edges in the order in which they are taken.
  let increments: [HullIncrement]
  /// After so many edges: spent, worth, treated. One longer than `increments`.
  let budgets: [Double]
  let values: [Double]
  let treated: [Int32]
  /// The row's bound in the unit of the meter.
  public let budget: Double

  /// - Parameter isCancelled: asked now and then, on any thread.
  public init(
    _ problem: AllocationProblem, threads: Int = 1,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws(Rejection) {
    guard problem.rows.count == 1, problem.rows[0].terms.count == 1,
      problem.rows[0].terms[0].coefficient > 0
    else { throw .notOneBudget }
    guard problem.rows[0].penalty == nil else { throw .soft }
    guard case .greedy = problem.rule.base, problem.rule.explore == 0,
      problem.rule.entropyFloor == nil, problem.rule.divergenceCeiling == nil
    else { throw .notGreedy }
    budget = problem.rows[0].bound / problem.rows[0].terms[0].coefficient
    let survey = HullSurvey(
      problem, term: problem.rows[0].terms[0], threads: threads, isCancelled: isCancelled)
    if isCancelled() { throw .cancelled }
    if let (decision, action) = survey.rejected {
      throw .number(decision: decision, action: action)
    }
    baseline = survey.baseline
    increments = survey.increments
    var (spent, worth) = (RunningSum(survey.baseCost), RunningSum(survey.baseValue))
    var count = survey.treated
    var (budgets, values) = ([spent.value], [worth.value])
    var treated = [Int32(count)]
    budgets.reserveCapacity(increments.count + 1)
    values.reserveCapacity(increments.count + 1)
    treated.reserveCapacity(increments.count + 1)
    var climbed = [Bool](repeating: !problem.hasNoOp, count: problem.decisionCount)
    for increment in increments {
      spent.add(increment.cost)
      worth.add(increment.gain)
      if !climbed[Int(increment.decision)] {
        climbed[Int(increment.decision)] = true
        count += 1
      }
      // A rounded sum must not fall where the exact one rises.
      budgets.append(max(spent.value, budgets[budgets.count - 1]))
      values.append(max(worth.value, values[values.count - 1]))
      treated.append(Int32(count))
    }
    (self.budgets, self.values, self.treated) = (budgets, values, treated)
  }

  /// Nothing cheaper is possible.
  public var leastBudget: Double { budgets[0] }
  /// More than this buys nothing.
  public var greatestBudget: Double { budgets[budgets.count - 1] }
  /// Number of edges; the path has one point more.
  public var incrementCount: Int { increments.count }

  /// The relaxed optimum at a budget (`treated`: of the whole part); nil below the least.
  public func value(at budget: Double) -> Point? {
    guard budget >= leastBudget else { return nil }
    let taken = prefix(within: budget)
    guard taken < increments.count else {
      return Point(
        budget: budget, value: values[taken], multiplier: 0, treated: Int(treated[taken]))
    }
    let (slope, rest) = (increments[taken].slope, budget - budgets[taken])
    let partial = rest > 0 ? min(values[taken] + rest * slope, values[taken + 1]) : values[taken]
    return Point(
      budget: budget, value: partial, multiplier: slope,
      treated: Int(treated[taken]))
  }

  /// Breakpoints, at most `count` of them: the first, the last, and between them those that cut the
  /// budget and the value into even shares. The line through them is nowhere above the path.
  public func points(atMost count: Int) -> [Point] {
    guard count > 0 else { return [] }
    let last = increments.count
    guard last + 1 > count else { return (0...last).map(point) }
    guard count > 1 else { return [point(last)] }
    let (width, height) = (greatestBudget - leastBudget, values[last] - values[0])
    func share(_ place: Int) -> Double {
      (width > 0 ? (budgets[place] - budgets[0]) / width : 0)
        + (height > 0 ? (values[place] - values[0]) / height : 0)
    }
    let whole = share(last)
    var kept = [point(0)]
    for place in 1..<last where kept.count < count - 1 {
      if share(place) >= whole * Double(kept.count) / Double(count - 1) {
        kept.append(point(place))
      }
    }
    kept.append(point(last))
    return kept
  }

  private func point(_ place: Int) -> Point {
    Point(
      budget: budgets[place], value: values[place],
      multiplier: place < increments.count ? increments[place].slope : 0,
      treated: Int(treated[place]))
  }

  /// How many edges fit.
  func prefix(within budget: Double) -> Int {
    var (low, high) = (0, increments.count)
    while low < high {
      let middle = (low + high + 1) / 2
      if budgets[middle] <= budget { low = middle } else { high = middle - 1 }
    }
    return low
  }
}

/// A sum that carries what rounding loses (Neumaier 1974).
struct RunningSum {
  private var sum: Double
  private var lost = 0.0

  init(_ start: Double = 0) { sum = start }

  var value: Double { sum + lost }

  mutating func add(_ number: Double) {
    let next = sum + number
    lost += abs(sum) >= abs(number) ? (sum - next) + number : (number - next) + sum
    sum = next
  }
}
