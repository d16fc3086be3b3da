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
/// The minimiser works in variables that are alike: x_j = λ_j·‖A_j‖/√n (in units of the typical range
/// of values), then τ, then κ; and with g/n.
final class DualFunction {
  let engine: PassEngine
  let survey: Survey
  /// Upper bounds of x.
  var upper: [Double]
  /// By row: λ (in weighted values) of one unit of x.
  let units: [Double]
  /// By row: bound less what exploration uses.
  let bounds: [Double]
  /// What values are multiplied by; 0 leaves them out.
  let weight: Double
  let temperature: Double
  let hasEntropy: Bool
  let hasDivergence: Bool
  private let entropyBound: Double
  private let divergenceBound: Double
  /// Prices that stand whatever λ is: the objective "use little of a row".
  let standing: [Double]?
  let share: Double
  private(set) var passes = 0

  /// - Parameters:
  ///   - weight: of values; nil: that of the survey.
  ///   - standing: by row, a price in any case.
  ///   - enabled: rows that count; nil: all.
  init(
    _ engine: PassEngine, _ survey: Survey, weight: Double? = nil, standing: [Double]? = nil,
    enabled: [Bool]? = nil
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
    let weight = weight ?? survey.weight
    self.units = units
    bounds = problem.rows.indices.map {
      problem.rows[$0].bound - explore * survey.uniformUsage[$0]
    }
    self.weight = weight
    let isObjective = weight != 0
    if isObjective, case .softmax(let temperature) = rule.base {
      self.temperature = temperature * weight
    } else {
      temperature = 0
    }
    hasEntropy = isObjective && rule.entropyFloor != nil
    hasDivergence = isObjective && rule.divergenceCeiling != nil
    entropyBound = (rule.entropyFloor ?? 0) * n - explore * survey.uniformEntropy
    divergenceBound =
      (rule.divergenceCeiling ?? 0) * n
      + explore * (survey.uniformEntropy + survey.uniformPriorLog)
    upper = problem.rows.indices.map { row in
      guard enabled?[row] ?? true, survey.rowNorms[row] > 0 else { return 0 }
      let bound = problem.rows[row].bound
      if !bound.isFinite { return 0 }
      guard let penalty = problem.rows[row].penalty else { return .infinity }
      return penalty * weight / units[row]
    }
    upper += [hasEntropy ? .infinity : 0, hasDivergence ? .infinity : 0]
  }

  var rowCount: Int { bounds.count }

  /// What exploration is worth whatever the prices are, weighted.
  var explored: Double { weight == 0 ? 0 : (1 - share) * survey.uniformValue }

  /// Prices of rows, in weighted values.
  func multipliers(_ x: [Double]) -> [Double] {
    (0..<rowCount).map { x[$0] * units[$0] }
  }

  /// The place of prices given in weighted values.
  func place(_ multipliers: [Double], entropy: Double = 0, divergence: Double = 0) -> [Double] {
    let rows = (0..<rowCount).map { row in
      units[row] > 0 ? max(0, min(upper[row], multipliers[row] / units[row])) : 0
    }
    return rows + [hasEntropy ? entropy : 0, hasDivergence ? divergence : 0]
  }

  func setting(_ x: [Double], smoothing: Double) -> PassSetting {
    var prices = multipliers(x)
    if let standing { for row in prices.indices { prices[row] += standing[row] } }
    let (entropy, divergence) = (x[rowCount], x[rowCount + 1])
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
    let n = Double(max(1, engine.problem.decisionCount))
    let point = ProjectedLBFGS.Point(x: x, value: dual / n, gradient: gradient.map { $0 / n })
    return Evaluation(
      point: point, usage: usage, entropy: entropy, divergence: divergence,
      level: totals.level * totals.scale, dual: dual)
  }

  /// Less than any allocation that holds the rows can be worth, in weighted values: a dual value
  /// below it proves that none does.
  func leastValue() -> Double {
    guard weight != 0 else {
      return standing == nil ? -1e-9 * Double(max(1, engine.problem.decisionCount)) : -.infinity
    }
    let n = Double(max(1, engine.problem.decisionCount))
    let explored = share * survey.least
    var least = explored - 1e-9 * (abs(survey.least) + abs(survey.greatest) + n)
    for row in 0..<rowCount where upper[row] > 0 && upper[row].isFinite {
      // A soft row charges at most its penalty for the most that can be used of it.
      let most = n.squareRoot() * survey.rowNorms[row] * Double(engine.problem.candidateCount)
      least -= upper[row] * units[row] * max(0, most - bounds[row])
    }
    return least
  }
}
