/// Finds out which bounds cannot hold together, and what would let them.
struct Infeasibility {
  let engine: PassEngine
  let survey: Survey
  let limits: SolverLimits

  /// Rows that are tried one by one for a smallest set; of more, the first that are proven to clash.
  static let mostTests = 48
  /// Rows of a program that proves: its inverse is a square of them.
  private static let mostRows = 1500

  init(_ engine: PassEngine, _ survey: Survey, limits: SolverLimits) {
    self.engine = engine
    self.survey = survey
    self.limits = limits
  }

  var problem: AllocationProblem { engine.problem }
  var n: Double { Double(max(1, problem.decisionCount)) }

  /// What no prices can help: rows that nothing is counted in, bounds below every number, entropy
  /// above that of uniform choice, a prior that leaves a decision nothing.
  func checkConstants() throws {
    for (place, row) in problem.rows.enumerated() where row.penalty == nil {
      let isBelowAll = row.bound.isNaN || row.bound == -.infinity
      if !isBelowAll, survey.rowNorms[place] > 0 || row.bound >= 0 { continue }
      let closest = isBelowAll ? try closestBound(place, among: []) : 0
      throw AllocationInfeasibility(clashes: [clash(place, closest: closest)])
    }
    if problem.rule.divergenceCeiling != nil, survey.unlikely > 0 {
      throw AllocationInfeasibility(clashes: [
        divergenceClash(problem.rule.divergenceCeiling ?? 0, closest: nil)
      ])
    }
    let most = survey.uniformEntropy / n
    if problem.decisionCount > 0, let floor = problem.rule.entropyFloor, floor > most * (1 + 1e-12)
    {
      throw AllocationInfeasibility(clashes: [entropyClash(floor, closest: most)])
    }
  }

  func entropyClash(
    _ floor: Double, closest: Double?
  ) -> AllocationInfeasibility.Clash {
    .init(
      row: AllocationInfeasibility.entropyRow, name: "entropy", bound: floor,
      closestBound: closest)
  }

  func divergenceClash(
    _ ceiling: Double, closest: Double?
  ) -> AllocationInfeasibility.Clash {
    .init(
      row: AllocationInfeasibility.divergenceRow, name: "divergence", bound: ceiling,
      closestBound: closest)
  }

  func clash(_ row: Int, closest: Double?) -> AllocationInfeasibility.Clash {
    .init(
      row: row, name: problem.rows[row].name, bound: problem.rows[row].bound,
      closestBound: closest)
  }

  /// The clash of a problem that is proven to have one.
  func explain() throws -> AllocationInfeasibility {
    if let found = try explainIfAny() { return found }
    // The rows can hold: the rule's own bounds are what clashes.
    for measure in [Measure.entropy, .divergence] {
      if let found = try explain(measure) { return found }
    }
    var clashes: [AllocationInfeasibility.Clash] = []
    if let floor = problem.rule.entropyFloor {
      clashes.append(entropyClash(floor, closest: nil))
    }
    if let ceiling = problem.rule.divergenceCeiling {
      clashes.append(divergenceClash(ceiling, closest: nil))
    }
    for (place, row) in problem.rows.enumerated() where row.penalty == nil && row.bound.isFinite {
      clashes.append(clash(place, closest: nil))
    }
    return AllocationInfeasibility(clashes: clashes)
  }

  /// A smallest set of rows that clash (deletion filter: Chinneck and Dravnieks 1991); nil: the rows
  /// can hold as far as can be told.
  func explainIfAny() throws -> AllocationInfeasibility? {
    let hard = problem.rows.indices.filter {
      problem.rows[$0].penalty == nil && problem.rows[$0].bound.isFinite && survey.rowNorms[$0] > 0
    }
    guard var clashing = try proof(among: Set(hard)) else { return nil }
    var left = Self.mostTests
    for row in clashing.sorted().reversed() where left > 0 && clashing.contains(row) {
      left -= 1
      if let smaller = try proof(among: clashing.subtracting([row])) { clashing = smaller }
    }
    let clashes = try clashing.sorted().map { row in
      clash(row, closest: try closestBound(row, among: clashing.subtracting([row])))
    }
    return AllocationInfeasibility(clashes: clashes)
  }

  /// Rows among the given ones that cannot hold together; nil: they can.
  private func proof(among rows: Set<Int>) throws -> Set<Int>? {
    let dual = DualFunction(
      engine, survey, goal: .feasibility,
      enabled: problem.rows.indices.map { rows.contains($0) },
      measures: (entropy: false, divergence: false))
    for row in problem.rows.indices where problem.rows[row].penalty != nil { dual.upper[row] = 0 }
    if problem.decisionCount <= limits.small, dual.share > 0, rows.count <= Self.mostRows {
      return try exactProof(dual)
    }
    var descent = DualDescent(dual)
    let outcome = try descent.run(from: nil, to: limits.lastSmoothing, patience: 60)
    guard case .infeasible(let x) = outcome else {
      // The descent may have been too short to tell.
      guard problem.decisionCount <= limits.mostRemainder, dual.share > 0 else { return nil }
      return try exactProof(dual)
    }
    let greatest = x.max() ?? 0
    return Set(rows.filter { x[$0] > 1e-7 * greatest })
  }

  private func exactProof(_ dual: DualFunction) throws -> Set<Int>? {
    let look = try Look(dual, [Double](repeating: 0, count: dual.upper.count))
    var builder = RemainderBuilder(dual)
    let (remainder, rows) = builder.build(
      Array(0..<problem.decisionCount), chosen: look.chosen, usage: look.evaluation.usage
    ).withoutIdleRows()
    guard rows.count <= Self.mostRows else { return nil }
    let simplex = GroupedSimplex(remainder)
    simplex.isCancelled = engine.isCancelled
    guard case .infeasible = simplex.solve(limit: limits.pivotLimit(rows: rows.count)) else {
      return nil
    }
    return Set(rows.indices.filter { simplex.prices.start[$0] > 1e-6 }.map { rows[$0] })
  }

  /// The least that a row can be brought to while others hold, those of the same bound being brought with
  /// it; nil: not found.
  private func closestBound(_ row: Int, among rows: Set<Int>) throws -> Double? {
    if let group = problem.rows[row].group {
      let own = Set(problem.rows.indices.filter { problem.rows[$0].group == group })
      return try closestBound(ofGroup: own, among: rows.subtracting(own))
    }
    let unit = survey.rowNorms[row] > 0 ? n.squareRoot() / survey.rowNorms[row] : 1
    let standing = problem.rows.indices.map { $0 == row ? unit : 0 }
    let dual = DualFunction(
      engine, survey, goal: .feasibility, standing: standing,
      enabled: problem.rows.indices.map { rows.contains($0) },
      measures: (entropy: false, divergence: false))
    for row in problem.rows.indices where problem.rows[row].penalty != nil { dual.upper[row] = 0 }
    let constant = (1 - dual.share) * survey.uniformUsage[row]
    guard dual.share > 0 else { return constant }
    guard let value = try greatest(dual, isFree: rows.isEmpty) else { return nil }
    let least = constant - dual.share * value / unit
    // Numbers that stand for sums of integers look like integers; and whole decisions that count
    // in integers come no nearer than the next.
    let whole = least.rounded()
    if abs(least - whole) <= 1e-9 * max(1, abs(whole)) { return whole }
    return try countsInIntegers(row) ? least.rounded(.up) : least
  }

  /// The least common bound of rows; nil where they have none in common, or none was found.
  private func closestBound(ofGroup own: Set<Int>, among rows: Set<Int>) throws -> Double? {
    let bounds = Set(own.map { problem.rows[$0].bound })
    guard bounds.count == 1, let bound = bounds.first else { return nil }
    let dual = DualFunction(
      engine, survey, goal: .feasibility,
      enabled: problem.rows.indices.map { rows.contains($0) || own.contains($0) }, softened: own,
      measures: (entropy: false, divergence: false))
    for row in problem.rows.indices where problem.rows[row].penalty != nil { dual.upper[row] = 0 }
    guard dual.share > 0, let value = try greatest(dual, isFree: false) else { return nil }
    let closest = bound - dual.share * value
    return abs(closest) <= 1e-9 ? 0 : closest
  }

  /// The greatest value of a dual without edges of its own; nil: not found.
  private func greatest(_ dual: DualFunction, isFree: Bool) throws -> Double? {
    var x = [Double](repeating: 0, count: dual.upper.count)
    if problem.decisionCount > limits.small, !isFree {
      var descent = DualDescent(dual)
      guard
        case .prices(let found, _) = try descent.run(
          from: nil, to: limits.lastSmoothing, patience: limits.patience)
      else { return nil }
      x = found
    }
    var sifting = Sifting(dual, limits: limits, threads: engine.threads, start: x)
    try sifting.run(from: x)
    return sifting.primal?.value
  }

  /// Whether whole decisions can bring a row to integers only.
  private func countsInIntegers(_ row: Int) throws -> Bool {
    var pairs: Set<Int> = []
    for term in problem.rows[row].terms {
      guard term.coefficient == term.coefficient.rounded() else { return false }
      switch problem.meters[term.meter].quantity {
      case .perAction(let quantities):
        guard quantities.allSatisfy({ $0 == $0.rounded() }) else { return false }
      case .pairs(let place): pairs.insert(place)
      }
    }
    guard !pairs.isEmpty else { return true }
    let block = problem.emptyBlock(capacity: engine.blockSize)
    for index in 0..<engine.blockCount {
      if engine.isCancelled() { throw CancellationError() }
      let range = engine.range(ofBlock: index)
      problem.source.read(range, into: block)
      for pair in 0..<problem.actionCount * range.count where !block.values[pair].isNaN {
        for place in pairs {
          let quantity = block.quantities[place][pair]
          guard quantity == quantity.rounded() else { return false }
        }
      }
    }
    return true
  }
}

extension AllocationInfeasibility {
  /// `Clash.row` of the floor of entropy and of the ceiling of divergence, which are no rows.
  public static let entropyRow = -1
  public static let divergenceRow = -2
}
