import C360Columns

/// A bound on what the decisions of a step use together. Quantities are 0 at the no-op.
public struct DecideConstraint: Sendable {
  public enum Quantity: Sendable {
    case constant(Double)
    /// float64 column of the actions relation.
    case perAction(ColumnID)
    /// float64 at exposure × action grain.
    case pairs(ScalarID)
  }
  public enum Measure: Sendable {
    /// Σ q
    case total(Quantity)
    /// Σ q / Σ of
    case proportion(Quantity, of: Quantity)
    /// Σ q / number of decisions
    case rate(Quantity)
    /// Rates of the groups of a frame column against each other or against all: the greatest absolute
    /// difference, or the least ratio of a smaller to a greater rate.
    case parity(Quantity, by: ColumnID, toOverall: Bool, isRatio: Bool)
    /// Mean entropy, nats.
    case entropy
    /// Mean divergence from the choices of `DecideStep.prior`, nats.
    case divergence
  }
  public enum Period: Sendable {
    /// Local periods of a zone (IANA name).
    case calendar(CalendarStep, zone: String)
    /// Every stretch (t − length, t], µs.
    case rolling(Int64)
  }
  /// The bound holds in each group; a null is a group.
  public enum Group: Sendable {
    /// Column of the frame.
    case decisions(ColumnID)
    /// Column of the actions relation.
    case actions(ColumnID)
  }
  /// Where each group has a bound of its own.
  public enum Limits: Sendable {
    /// float64 column of the actions relation: the same at all actions of a group; null: `otherwise`.
    case actions(ColumnID, otherwise: Double?)
    /// float64 column of a small relation; of which row, `keys` say.
    case rows(ColumnID, keys: [Key], otherwise: Double?)
  }
  /// A key column of limits, and what it is equal to in a group.
  public enum Key: Sendable {
    /// A member of `groups`.
    case group(ColumnID, Int)
    /// The local day, since 1970-01-01, on which a calendar period starts.
    case day(ColumnID)
  }
  public let name: String
  public let measure: Measure
  public let isAtMost: Bool
  /// NaN where `limits` has it.
  public let bound: Double
  public let limits: Limits?
  public let period: Period?
  public let groups: [Group]
  /// Objective charged for each unit of violation; nil: hard.
  public let penalty: Double?
  /// Of the host's list of places; −1: none.
  public var origin: Int32 = -1
  public init(
    name: String, measure: Measure, isAtMost: Bool, bound: Double, limits: Limits? = nil,
    period: Period?, groups: [Group], penalty: Double?
  ) {
    self.name = name
    self.measure = measure
    self.isAtMost = isAtMost
    self.bound = bound
    self.limits = limits
    self.period = period
    self.groups = groups
    self.penalty = penalty
  }
}

/// Σ q over the choices of one entity in a period, those taken earlier in the run, is at most a bound
/// read at each decision. What would exceed it is not eligible, for this reason.
public struct EntityCap: Sendable {
  public let name: String
  public let quantity: DecideConstraint.Quantity
  /// float64 column of the frame, never null.
  public let bound: ColumnID
  /// nil: the whole run.
  public let period: DecideConstraint.Period?
  /// Of the host's list of places; −1: none.
  public var origin: Int32 = -1
  public init(
    name: String, quantity: DecideConstraint.Quantity, bound: ColumnID,
    period: DecideConstraint.Period?
  ) {
    self.name = name
    self.quantity = quantity
    self.bound = bound
    self.period = period
  }
}
