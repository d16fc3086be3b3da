/// The answer to an `AllocationProblem`: prices, a certificate, and one whole decision each.
public struct Allocation: Sendable {
  /// By row: what one more unit of the bound is worth, ≥ 0; at most the penalty of a soft row.
  public let multipliers: [Double]
  /// Effective temperature of the choice (the rule's own, plus the prices of entropy and divergence);
  /// 0: greedy.
  public let temperature: Double
  /// Price of divergence, per nat and decision; the weight of ln prior in the choice.
  public let priorWeight: Double
  /// Mean entropy and divergence of the probabilities, what was repaired being certain, and what one more
  /// nat of their bounds is worth; nil where they are not bounded, or nothing is decided.
  public var entropy: Distributional?
  public var divergence: Distributional?

  /// A mean over decisions that is bounded.
  public struct Distributional: Sendable {
    /// Nats, under the full mixture.
    public var mean: Double
    public let multiplier: Double
  }
  public let certificate: AllocationCertificate
  /// By decision: the candidate that acts.
  public let chosen: [Int32]
  /// By decision: probability of the chosen candidate under the full mixture; NaN where repaired.
  public let propensities: [Double]
  /// By decision: Σ_a p_a·v_a under the full mixture; NaN where undefined (a forced candidate without value).
  public let expectedValues: [Double]
  /// Decisions that were changed after the draw so that hard rows hold; ascending.
  public let repaired: [Int]
  /// Decisions whose probabilities are not those of the prices alone (the remainder that was solved
  /// exactly): place → probability by candidate, before exploration.
  public let remainder: [Int: [Double]]
  /// Of the decisions that the problem watches: probability by candidate under the full mixture, as
  /// before any repair.
  public var distributions: [Int: [Double]] = [:]
}

/// What is proven about an allocation, in the unit of the objective.
public struct AllocationCertificate: Sendable {
  /// No allocation that satisfies the rows is worth more.
  public let bound: Double
  /// Of the whole decisions written; where choices are drawn what the probabilities are worth in expectation,
  /// before anything is repaired.
  public let value: Double
  public let passes: Int
  /// What was drawn, and then repaired, is worth, soft rows paid for; nil where nothing is drawn.
  public var drawnValue: Double?
  public var gap: Double { max(0, bound - value) }

  /// A bound that a value exceeds by no more than sums of doubles are off is as great as the value.
  /// - Parameter scale: of what was summed.
  public static func rounded(
    _ bound: Double, above value: Double, scale: Double = 0
  ) -> Double {
    let rounding = 1e-12 * scale + 1e-9 * max(abs(bound), abs(value))
    return value > bound && value - bound <= rounding ? value : bound
  }

  /// gap / max(|bound|, least positive): 0 where both are 0.
  public var relativeGap: Double { gap == 0 ? 0 : gap / max(abs(bound), abs(value)) }
}

/// Nothing satisfies the hard rows: proven.
public struct AllocationInfeasibility: Error, Sendable {
  public struct Clash: Sendable {
    /// Place in the problem's rows.
    public let row: Int
    public let name: String
    public let bound: Double
    /// The least bound at which the rest of the clash can hold; of a row with a parameter, the nearest
    /// limit. Nil: not found, or not looked for (of very many rows).
    public let closestBound: Double?
    /// What exploration comes to in any case.
    public var explored = 0.0
    /// Whatever is chosen, Σ weight · (what the row comes to − its bound) is above 0 (Farkas); 0: not known.
    public var weight = 0.0
  }
  /// A smallest set: without any one of them the others can hold.
  public let clashes: [Clash]
  /// Of a single row: the first of the others that cannot hold either, each alone, and how many there are.
  public var others: [Clash] = []
  public var otherCount = 0
}

/// No whole decisions were found that hold the hard rows, and no proof that there are none.
public struct AllocationNotFound: Error, Sendable {
  public struct Row: Sendable {
    /// Place in the problem's rows.
    public let row: Int
    public let name: String
    public let bound: Double
    /// Of the nearest decisions found, above the bound.
    public let usage: Double
  }
  /// What the nearest decisions found break.
  public let rows: [Row]
}
