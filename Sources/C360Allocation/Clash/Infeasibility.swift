/// Finds out which bounds cannot hold together, and what would let them.
struct Infeasibility {
  let engine: PassEngine
  let survey: Survey
  let limits: SolverLimits
  /// Told how many rows are left among which a clash is sought.
  let progress: (Int) -> Void

  init(
    _ engine: PassEngine, _ survey: Survey, limits: SolverLimits,
    progress: @escaping (Int) -> Void = { _ in }
  ) {
    self.engine = engine
    self.survey = survey
    self.limits = limits
    self.progress = progress
  }

  var problem: AllocationProblem { engine.problem }
  var n: Double { Double(max(1, problem.decisionCount)) }

  /// What no prices can help: rows that no decisions hold, whatever the other rows ask, entropy above that
  /// of uniform choice, a prior that leaves a decision nothing.
  func checkConstants() throws {
    let alone = problem.rows.indices.filter { problem.rows[$0].penalty == nil && isAlone($0) }
    if !alone.isEmpty {
      let whole = try wholeMeters(of: Set(alone))
      let clashes = try alone.prefix(AllocationInfeasibility.mostClosest).map { row in
        var clash = clash(row, closest: try closestAlone(row, whole: whole))
        clash.weight = 1
        return clash
      }
      throw AllocationInfeasibility(
        clashes: [clashes[0]], others: Array(clashes.dropFirst()), otherCount: alone.count - 1)
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
      closestBound: closest, explored: problem.rule.explore * survey.uniformUsage[row])
  }

  /// The clash of a problem that is proven to have one.
  func explain() throws -> any Error {
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
}

extension AllocationInfeasibility {
  /// `Clash.row` of the floor of entropy and of the ceiling of divergence, which are no rows.
  public static let entropyRow = -1
  public static let divergenceRow = -2

  /// Rows of which the closest bound is reckoned; of more, the first.
  static let mostClosest = 16
}
