extension Infeasibility {
  /// A mean over decisions that is no row.
  enum Measure {
    case entropy
    case divergence
  }

  /// A smallest set with a bound on entropy or divergence; nil: these can hold as far as can be told. What
  /// is proven of both under exploration is of a bound that is only enough for them: then none was found.
  func explain(_ measure: Measure) throws -> (any Error)? {
    let rule = problem.rule
    let isBounded: Bool
    switch measure {
    case .entropy: isBounded = rule.entropyFloor != nil
    case .divergence: isBounded = rule.divergenceCeiling != nil
    }
    guard isBounded else { return nil }
    // Without the other measure where that is enough.
    for withOther in [false, true] {
      let hard = problem.rows.indices.filter {
        problem.rows[$0].penalty == nil && problem.rows[$0].bound.isFinite
          && survey.rowNorms[$0] > 0
      }
      guard var found = try extreme(measure, among: Set(hard), withOther: withOther), found.clashes
      else { continue }
      var clashing = found.rows
      var left = Self.mostTests
      for row in clashing.sorted().reversed() where left > 0 && clashing.contains(row) {
        left -= 1
        progress(clashing.count)
        let fewer = clashing.subtracting([row])
        if let smaller = try extreme(measure, among: fewer, withOther: withOther), smaller.clashes {
          clashing = smaller.rows
          found = smaller
        }
      }
      let isProven =
        rule.explore == 0 || (measure == .entropy && !withOther && clashing.isEmpty)
      guard isProven else { return unproven(measure, found.mean) }
      var clashes = [clash(measure, closest: found.mean)]
      if withOther {
        let other: Measure = measure == .entropy ? .divergence : .entropy
        let most = try extreme(other, among: clashing, withOther: true)
        clashes.append(clash(other, closest: most?.mean))
      }
      let bounded = (
        entropy: measure == .entropy || withOther, divergence: measure == .divergence || withOther
      )
      for row in clashing.sorted() {
        progress(clashing.count)
        let closest = try closestBound(row, among: clashing, beside: bounded)
        clashes.append(clash(row, closest: closest))
      }
      return AllocationInfeasibility(clashes: clashes)
    }
    return nil
  }

  private func clash(_ measure: Measure, closest: Double?) -> AllocationInfeasibility.Clash {
    switch measure {
    case .entropy: entropyClash(problem.rule.entropyFloor ?? 0, closest: closest)
    case .divergence: divergenceClash(problem.rule.divergenceCeiling ?? 0, closest: closest)
    }
  }

  private func unproven(_ measure: Measure, _ mean: Double) -> AllocationNotFound {
    switch measure {
    case .entropy: problem.brokenMeasures(entropy: mean, divergence: nil)
    case .divergence: problem.brokenMeasures(entropy: nil, divergence: mean)
    }
  }

  /// The nearest bound of a row at which others can hold, and bounds on entropy and divergence.
  private func closestBound(
    _ row: Int, among rows: Set<Int>, beside measures: (entropy: Bool, divergence: Bool)
  ) throws -> Double? {
    let own = sameBound(row)
    let isGroup = problem.rows[row].group != nil
    let enabled = isGroup ? rows.union(own) : rows.subtracting(own)
    return try closest(own, isGroup: isGroup) { changed in
      let part = AllocationProblem(
        decisionCount: problem.decisionCount, actionCount: problem.actionCount,
        hasNoOp: problem.hasNoOp, source: problem.source, meters: problem.meters, rows: changed,
        rule: problem.rule)
      let engine = PassEngine(part, threads: engine.threads, isCancelled: engine.isCancelled)
      let survey = try Survey(engine)
      let unit = survey.rowNorms[row] > 0 ? survey.rowNormScale / survey.rowNorms[row] : 1
      let dual = DualFunction(
        engine, survey, goal: .feasibility,
        standing: isGroup ? nil : changed.indices.map { $0 == row ? unit : 0 },
        enabled: changed.indices.map { enabled.contains($0) }, softened: isGroup ? own : [],
        measures: measures)
      for row in changed.indices where changed[row].penalty != nil { dual.upper[row] = 0 }
      var descent = DualDescent(dual)
      guard
        case .prices(let x, true) = try descent.run(
          from: nil, to: 0, patience: limits.smoothPatience)
      else { return nil }
      let usage = try dual.evaluate(x, smoothing: 0).usage
      return zip(usage, survey.uniformUsage).map { dual.share * $0 + (1 - dual.share) * $1 }
    }
  }

  private struct Extreme {
    /// Nats a decision: the most entropy, or the least divergence.
    let mean: Double
    let clashes: Bool
    /// Rows that keep it from more.
    let rows: Set<Int>
  }

  /// How far a measure can go while rows hold; nil where the other measure is wanted and there is none.
  private func extreme(
    _ measure: Measure, among rows: Set<Int>, withOther: Bool
  ) throws -> Extreme? {
    let rule = problem.rule
    let isEntropy = measure == .entropy
    if withOther, (isEntropy ? rule.divergenceCeiling : rule.entropyFloor) == nil { return nil }
    let dual = DualFunction(
      engine, survey, goal: isEntropy ? .entropy : .divergence,
      enabled: problem.rows.indices.map { rows.contains($0) },
      measures: (entropy: !isEntropy && withOther, divergence: isEntropy && withOther))
    for row in problem.rows.indices where problem.rows[row].penalty != nil { dual.upper[row] = 0 }
    var descent = DualDescent(dual)
    guard
      case .prices(let x, _) = try descent.run(from: nil, to: 0, patience: limits.smoothPatience)
    else { return nil }
    let greatest = x.prefix(problem.rows.count).max() ?? 0
    let support = Set(rows.filter { x[$0] > 1e-7 * greatest })
    let explored = (1 - dual.share) * survey.uniformEntropy
    switch measure {
    case .entropy:
      let mean = (descent.bound + explored) / n
      return Extreme(
        mean: mean, clashes: mean < (rule.entropyFloor ?? 0) * (1 - 1e-12), rows: support)
    case .divergence:
      let ofUniform = -explored - (1 - dual.share) * survey.uniformPriorLog
      let mean = (ofUniform - descent.bound) / n
      return Extreme(
        mean: mean, clashes: mean > (rule.divergenceCeiling ?? 0) + 1e-12, rows: support)
    }
  }
}
