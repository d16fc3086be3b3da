/// The Lagrangian dual of an allocation, and its smooth bounds (dual decomposition with entropic
/// smoothing: Nesterov 2005, "Smooth minimization of non-smooth functions").
///
/// With prices λ of rows, τ of entropy and κ of divergence, θ = T + τ + κ, and π the choice before
/// exploration ε,
///
///     g(λ, τ, κ) = λ·b' − τ·h' + κ·d' + (1 − ε) Σ_i θ ln Σ_a exp((v − λ·A + κ ln prior)_ia / θ)
///
/// where what exploration uses in any case has been taken from the bounds: b' = b − ε·(uniform usage).
/// Exploration makes entropy and divergence those of a mixture; h' and d' hold their bounds by
/// concavity, H((1−ε)π + εu) ≥ (1−ε)H(π) + εH(u), and convexity of D_KL: sufficient, and exact at ε = 0.
/// Every g at λ, τ, κ ≥ 0 is an upper bound. A smoothing s added to θ adds at most (1−ε)·n·s·ln C.
///
/// Soft rows of one group share one violation t, charged w: Σ λ of the group ≤ w, which stands in g as
/// its exact penalty S·max(0, Σ λ − w), S being more than t can be.
///
/// The minimiser works in variables that are alike: x_j = λ_j·‖A_j‖/√n (in units of the typical range
/// of values), then τ, then κ; and with g/n.
final class DualFunction {
  let engine: PassEngine
  let survey: Survey
  /// Bounds of x.
  private(set) var lower: [Double]
  var upper: [Double]
  /// By row: λ (in weighted values) of one unit of x.
  let units: [Double]
  /// By row: bound less what exploration uses.
  let bounds: [Double]
  /// By row, weighted: the price of a soft row in which nothing can be counted, whatever is chosen. It is
  /// violated for certain, or not at all.
  private let constants: [Double]
  /// What values are multiplied by; 0 leaves them out.
  let weight: Double
  let temperature: Double
  let hasEntropy: Bool
  let hasDivergence: Bool
  private var entropyBound: Double
  private var divergenceBound: Double
  /// Soft rows that share a violation.
  private let groups: [SharedViolation]
  var violationGroups: [[Int]] { groups.map(\.rows) }
  /// Whether it is divergence that is kept small, instead of values great.
  private let leastDivergence: Bool
  /// Prices that stand whatever λ is: the objective "use little of a row".
  let standing: [Double]?
  let share: Double
  private(set) var passes = 0

  /// What is maximised beside the prices of `standing`.
  enum Goal {
    /// Values, and what the rule's own temperature adds.
    case value
    /// Nothing: whether the rows can hold.
    case feasibility
    /// Σ entropy, or −Σ divergence, of the choice before exploration.
    case entropy
    case divergence
  }

  /// - Parameters:
  ///   - standing: by row, a price in any case.
  ///   - enabled: rows that count; nil: all.
  ///   - softened: rows that cost one for each unit of violation, whatever they are otherwise.
  ///   - measures: whether bounds on entropy and divergence count.
  init(
    _ engine: PassEngine, _ survey: Survey, goal: Goal = .value, standing: [Double]? = nil,
    enabled: [Bool]? = nil, softened: Set<Int> = [],
    measures: (entropy: Bool, divergence: Bool) = (true, true)
  ) {
    self.engine = engine
    self.survey = survey
    self.standing = standing
    let problem = engine.problem
    let rule = problem.rule
    let explore = rule.explore
    share = 1 - explore
    let n = Double(max(1, problem.decisionCount))
    let units = survey.rowNorms.map { $0 > 0 ? n.squareRoot() / $0 : 0 }
    let isObjective = goal == .value
    let weight = isObjective ? survey.weight : 0
    self.units = units
    bounds = problem.rows.indices.map {
      problem.rows[$0].bound - explore * survey.uniformUsage[$0]
    }
    self.weight = weight
    if isObjective, case .softmax(let temperature) = rule.base {
      self.temperature = temperature * weight
    } else {
      temperature = goal == .entropy ? 1 : 0
    }
    leastDivergence = goal == .divergence
    hasEntropy = measures.entropy && rule.entropyFloor != nil
    hasDivergence = measures.divergence && rule.divergenceCeiling != nil
    entropyBound = (rule.entropyFloor ?? 0) * n - explore * survey.uniformEntropy
    divergenceBound =
      (rule.divergenceCeiling ?? 0) * n
      + explore * (survey.uniformEntropy + survey.uniformPriorLog)
    upper = problem.rows.indices.map { row in
      guard enabled?[row] ?? true, survey.rowNorms[row] > 0 else { return 0 }
      let bound = problem.rows[row].bound
      if !bound.isFinite { return 0 }
      if softened.contains(row) { return 1 / units[row] }
      guard let penalty = problem.rows[row].penalty else { return .infinity }
      return penalty * weight / units[row]
    }
    upper += [hasEntropy ? .infinity : 0, hasDivergence ? .infinity : 0]
    lower = [Double](repeating: 0, count: upper.count)
    constants = Self.constantPrices(problem.rows, survey, enabled: enabled, softened: softened)
      .map { $0 * weight }
    let rows = softened.isEmpty ? problem.rows.softGroups : [softened.sorted()]
    groups = rows.compactMap { [upper, bounds] in
      SharedViolation($0, upper: upper, units, bounds, survey, problem)
    }
    if hasEntropy, entropyBound > 0, temperature < Self.leastTemperature {
      lower[rowCount] = Self.leastTemperature
    }
  }

  /// What soft rows charge in which nothing can be counted, weighted.
  var constantCharge: Double {
    constants.indices.reduce(0) { $0 - constants[$1] * bounds[$1] }
  }

  /// By row: the penalty where the bound of a soft row is below 0 and nothing is counted in it; of a group
  /// only in the row that lacks most, if in all of its rows nothing is.
  private static func constantPrices(
    _ rows: [AllocationRow], _ survey: Survey, enabled: [Bool]?, softened: Set<Int>
  ) -> [Double] {
    var prices = rows.indices.map { row -> Double in
      guard enabled?[row] ?? true, survey.rowNorms[row] == 0, !softened.contains(row),
        rows[row].bound < 0, rows[row].bound.isFinite
      else { return 0 }
      return rows[row].penalty ?? 0
    }
    for group in rows.softGroups {
      let isConstant = group.allSatisfy { survey.rowNorms[$0] == 0 }
      let worst = group.min { (rows[$0].bound, $0) < (rows[$1].bound, $1) }
      for row in group where !isConstant || row != worst { prices[row] = 0 }
    }
    return prices
  }

  /// Of a choice that is drawn, in weighted values: below, doubles tell candidates apart that are not.
  static let leastTemperature = 1e-4

  /// Asks for more than the bounds on entropy and divergence do, since what is written fell short of them.
  /// - Parameters: nats, over all decisions.
  func tighten(entropy: Double, divergence: Double) {
    entropyBound += entropy
    divergenceBound -= divergence
    if entropy > 0, temperature < Self.leastTemperature {
      lower[rowCount] = Self.leastTemperature
    }
    if divergence > 0, temperature < Self.leastTemperature {
      lower[rowCount + 1] = Self.leastTemperature
    }
  }

  /// Where smoothing ends, prices of entropy and divergence take its place: without any temperature the
  /// dual has edges, and a descent would stop at one.
  func warm(_ x: inout [Double], to temperature: Double) {
    guard self.temperature < temperature else { return }
    if hasEntropy, entropyBound > 0 { x[rowCount] = max(x[rowCount], temperature) }
    if hasDivergence { x[rowCount + 1] = max(x[rowCount + 1], temperature) }
  }

  /// Prices no greater than penalties.
  func capped(_ x: [Double]) -> [Double] {
    var x = x
    for group in groups {
      let sum = group.rows.reduce(0) { $0 + x[$1] * units[$1] }
      guard sum > group.penalty else { continue }
      for row in group.rows { x[row] *= group.penalty / sum }
    }
    return x
  }

  var rowCount: Int { bounds.count }

  /// What exploration is worth whatever the prices are, weighted.
  var explored: Double { weight == 0 ? 0 : (1 - share) * survey.uniformValue }

  /// Prices of rows, in weighted values.
  func multipliers(_ x: [Double]) -> [Double] {
    (0..<rowCount).map { x[$0] * units[$0] + constants[$0] }
  }

  /// The place of prices given in weighted values.
  func place(_ multipliers: [Double], entropy: Double = 0, divergence: Double = 0) -> [Double] {
    let rows = (0..<rowCount).map { row in
      units[row] > 0 ? max(0, min(upper[row], multipliers[row] / units[row])) : 0
    }
    return rows + [hasEntropy ? entropy : 0, hasDivergence ? divergence : 0]
  }

  /// The place of given prices to begin at.
  /// - Parameter prices: by row, in the unit of the objective.
  /// - Returns: nil where no prices prove a lower bound than these do: those of another unit, or another
  ///   problem, are worse than none.
  func start(at prices: [Double]) throws -> [Double]? {
    let x = place(prices.map { $0.isFinite ? max(0, $0) * weight : 0 })
    let none = try evaluate(lower, smoothing: 0).dual
    let given = try evaluate(zip(x, lower).map { max($0, $1) }, smoothing: 0).dual
    return given <= none ? x : nil
  }

  /// Greatest slope of the dual that no bound of a price holds back.
  func slope(_ evaluation: Evaluation) -> Double {
    ProjectedLBFGS(lower: lower, upper: upper).projectedGradient(evaluation.point)
  }

  func setting(_ x: [Double], smoothing: Double) -> PassSetting {
    var prices = multipliers(x)
    if let standing { for row in prices.indices { prices[row] += standing[row] } }
    let entropy = x[rowCount]
    let divergence = x[rowCount + 1] + (leastDivergence ? 1 : 0)
    return PassSetting(
      prices: engine.map.prices(prices), weight: weight,
      temperature: temperature + entropy + divergence + smoothing, priorWeight: divergence)
  }

  struct Evaluation {
    var point: ProjectedLBFGS.Point
    /// By row, before exploration.
    var usage: [Double]
    /// Σ over decisions, before exploration.
    var entropy: Double
    var divergence: Double
    /// Σ of the decisions' own part of g.
    var level: Double
    /// g, not divided by n.
    var dual: Double
  }

  /// One pass at x.
  func evaluate(
    _ x: [Double], smoothing: Double, stride: Int = 1, visit: PassEngine.Visitor? = nil
  ) throws -> Evaluation {
    let setting = setting(x, smoothing: smoothing)
    let totals = try engine.run(setting, stride: stride, visit: visit)
    passes += 1
    let usage = engine.map.usages(totals.usage).map { $0 * totals.scale }
    let entropy = totals.entropy * totals.scale
    let divergence = -entropy - totals.priorLog * totals.scale
    let lambda = multipliers(x)
    var dual = share * totals.level * totals.scale
    for row in lambda.indices where lambda[row] > 0 { dual += lambda[row] * bounds[row] }
    dual += x[rowCount + 1] * divergenceBound - x[rowCount] * entropyBound
    var gradient = (0..<rowCount).map { row in
      upper[row] > 0 ? units[row] * (bounds[row] - share * usage[row]) : 0
    }
    gradient.append(hasEntropy ? share * entropy - entropyBound : 0)
    gradient.append(hasDivergence ? divergenceBound - share * divergence : 0)
    var smoothed = dual
    let blur = setting.temperature > 0 ? max(smoothing, Self.leastTemperature) : 0
    for group in groups {
      let cost = group.cost(lambda, blur: blur)
      dual += cost.exact
      smoothed += cost.smooth
      for row in group.rows where upper[row] > 0 { gradient[row] += units[row] * cost.slope }
    }
    let n = Double(max(1, engine.problem.decisionCount))
    let point = ProjectedLBFGS.Point(x: x, value: smoothed / n, gradient: gradient.map { $0 / n })
    return Evaluation(
      point: point, usage: usage, entropy: entropy, divergence: divergence,
      level: totals.level * totals.scale, dual: dual)
  }

  /// Less than any allocation that holds the rows can be worth, in weighted values: a dual value
  /// below it proves that none does.
  func leastValue() -> Double {
    guard weight != 0 else {
      let isFree = standing == nil && groups.isEmpty && temperature == 0 && !leastDivergence
      return isFree ? -1e-9 * Double(max(1, engine.problem.decisionCount)) : -.infinity
    }
    let n = Double(max(1, engine.problem.decisionCount))
    let explored = share * survey.least
    var least = explored - 1e-9 * (abs(survey.least) + abs(survey.greatest) + n)
    for row in 0..<rowCount where upper[row] > 0 && upper[row].isFinite {
      // A soft row charges at most its penalty for the most that can be used of it.
      let most = n.squareRoot() * survey.rowNorms[row] * Double(engine.problem.candidateCount)
      least -= upper[row] * units[row] * max(0, most - bounds[row])
    }
    least -= constantCharge
    return least
  }
}
