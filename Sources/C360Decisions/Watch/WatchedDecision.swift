import C360Columns

/// One decision with everything it came from, in the bits in which it was made.
public struct WatchedDecision: Sendable {
  public struct Candidate: Sendable {
    /// The key as text, or the name of the no-op.
    public let name: String
    public let isNoOp: Bool
    /// Places among what may forbid it: the step's rules, its first stage, its bounds for each entity, in
    /// a slate that it stands above and the limits.
    public let forbiddenBy: [Int]
    /// By term, times its weight; empty where something forbids the action, nil: null.
    public let terms: [Double?]
    /// nil: not eligible.
    public let value: Double?
    /// Of a threshold, where it is asked.
    public let passes: Bool?
    /// What each of `bounds` charges: Σ multiplier · coefficient · quantity.
    public let charges: [Double]
    /// Value less charges; nil: not eligible.
    public let adjusted: Double?
    /// Under the full mixture.
    public let probability: Double
    /// By value among the eligible ones, from 1.
    public let rank: Int?
    /// By `DecideStep.watched`; nil: it has no value here (an overflow, a bad cast). Empty at the no-op.
    public let reads: [Scalar?]

    /// Neither rule nor bound forbids it, but its value is null or NaN.
    public var lacksValue: Bool { !isNoOp && forbiddenBy.isEmpty && value == nil }
  }

  /// A bound on all decisions, in a group or period that this decision is in.
  public struct Bound: Sendable {
    public let constraint: String
    /// Group and period; empty where there is one bound.
    public let label: String
    public let isAtMost: Bool
    public let limit: Double
    /// Of all decisions written; nil: of none.
    public let realized: Double?
    /// In units of the objective a unit of the bound; ≥ 0.
    public let multiplier: Double
  }

  /// What the number that was drawn is for.
  public enum DrawUse: Sendable, Hashable {
    /// Nothing: one candidate is certain.
    case none
    /// The first candidate whose running sum of probabilities exceeds it acts.
    case picks
    /// Decisions are rounded together, so that usages stay at their expectations.
    case rounds
  }

  /// µs UTC.
  public let time: Int64
  /// Among decisions of equal entity and time, from 0.
  public let number: Int
  /// In a slate, from 1; nil: the decision is a single action.
  public let position: Int?
  public let draw: Double
  public let drawUse: DrawUse
  /// Place among `candidates`.
  public let chosen: Int
  /// nil: repaired.
  public let propensity: Double?
  public let isFallback: Bool
  /// Changed after the draw, so that hard bounds hold.
  public let isRepaired: Bool
  /// Prices alone leave it undecided, or decide it otherwise: it was solved exactly with others.
  public let isRemainder: Bool
  /// Of the choice at its prices, with what a floor of entropy and a ceiling of divergence add; nil
  /// where nothing bounds all decisions.
  public let temperature: Double?
  /// Weight of ln(probability under the other policy) of a ceiling of divergence.
  public let priorWeight: Double?
  public let candidates: [Candidate]
  public let bounds: [Bound]
  /// Bounds for the entity, in the order in which the policy lists them.
  public let caps: [Cap]
}
