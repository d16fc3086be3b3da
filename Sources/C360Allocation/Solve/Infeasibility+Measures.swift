extension Infeasibility {
  /// A mean over decisions that is no row.
  enum Measure {
    case entropy
    case divergence
  }

  /// A smallest set with a bound on entropy or divergence; nil: these can hold as far as can be told.
  func explain(_ measure: Measure) throws -> AllocationInfeasibility? {
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
        let fewer = clashing.subtracting([row])
        if let smaller = try extreme(measure, among: fewer, withOther: withOther), smaller.clashes {
          clashing = smaller.rows
          found = smaller
        }
      }
      let closest = found.mean
      let entropy = rule.entropyFloor.map {
        entropyClash($0, closest: measure == .entropy ? closest : nil)
      }
      let divergence = rule.divergenceCeiling.map {
        divergenceClash($0, closest: measure == .divergence ? closest : nil)
      }
      let own = measure == .entropy ? entropy : divergence
      let other = measure == .entropy ? divergence : entropy
      return AllocationInfeasibility(
        clashes: [own, withOther ? other : nil].compactMap { $0 }
          + clashing.sorted().map { clash($0, closest: nil) })
    }
    return nil
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
