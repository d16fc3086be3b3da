/// Bounds on entropy and divergence: of the probabilities, and so not seen to by the repair of rows.
extension AllocationProblem {
  /// As far as rounding, as in other rows.
  private static let rounding = 1e-12

  /// Whether what is written has the entropy and divergence that the rule asks for.
  public func keepsMeasures(_ allocation: Allocation) -> Bool {
    lack(allocation) == (0, 0)
  }

  /// Nats a decision by which an allocation falls short of the floor of entropy, and exceeds the ceiling of
  /// divergence.
  func lack(_ allocation: Allocation) -> (entropy: Double, divergence: Double) {
    lack(entropy: allocation.entropy?.mean, divergence: allocation.divergence?.mean)
  }

  /// - Parameters: means over decisions; nil: nothing is decided.
  public func lack(
    entropy: Double?, divergence: Double?
  ) -> (entropy: Double, divergence: Double) {
    func excess(_ value: Double?, over bound: Double?) -> Double {
      guard let value, let bound else { return 0 }
      return value - bound > Self.rounding * (1 + abs(bound)) ? value - bound : 0
    }
    return (
      excess(entropy.map { -$0 }, over: rule.entropyFloor.map { -$0 }),
      excess(divergence, over: rule.divergenceCeiling)
    )
  }

  /// The bounds on entropy and divergence that do not hold.
  /// - Parameters: means over decisions; nil: nothing is decided.
  public func brokenMeasures(entropy: Double?, divergence: Double?) -> AllocationNotFound {
    let lack = lack(entropy: entropy, divergence: divergence)
    var rows: [AllocationNotFound.Row] = []
    if lack.entropy > 0, let entropy {
      rows.append(
        .init(
          row: AllocationInfeasibility.entropyRow, name: "entropy", bound: rule.entropyFloor ?? 0,
          usage: entropy))
    }
    if lack.divergence > 0, let divergence {
      rows.append(
        .init(
          row: AllocationInfeasibility.divergenceRow, name: "divergence",
          bound: rule.divergenceCeiling ?? 0, usage: divergence))
    }
    return AllocationNotFound(rows: rows)
  }

  /// The same problem with more asked of entropy and divergence.
  /// - Parameters: nats a decision.
  public func demanding(entropy: Double, divergence: Double) -> AllocationProblem {
    var problem = AllocationProblem(
      decisionCount: decisionCount, actionCount: actionCount, hasNoOp: hasNoOp, source: source,
      meters: meters, rows: rows,
      rule: AllocationRule(
        base: rule.base, explore: rule.explore,
        entropyFloor: rule.entropyFloor.map { $0 + entropy },
        divergenceCeiling: rule.divergenceCeiling.map { max(0, $0 - divergence) }))
    problem.watched = watched
    return problem
  }
}
