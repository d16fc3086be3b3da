import C360Diagnostics

/// A bound on the choices of a run, as a policy that is subject to it sees it. Quantities are floats at
/// exposure × action grain, never null; at the no-op every quantity is 0. "Treated" is every choice but
/// the no-op.
public struct Constraint: Sendable {
  public indirect enum Measure: Sendable {
    /// Σ q over the choices: `sum(x where c)`, `count(where c)`.
    case total(Expression)
    /// Σ numerator / Σ denominator: `share(where c)`, `mean(x where c)`, over treated choices.
    case proportion(Expression, of: Expression)
    /// Σ q / number of decisions: `rate(where c)`.
    case rate(Expression)
    /// Between the groups of `by`: the measure of each group less, or divided by, that of others.
    case parity(Parity)
    /// Mean entropy of the decisions, nats.
    case entropy
    /// Mean D_KL(this policy ‖ that policy) over the decisions, nats.
    case divergence(from: PolicyID)
  }
  /// `difference(rate(where c), by: g, to: overall)` and `ratio(…)`.
  public struct Parity: Sendable {
    public enum Reference: Sendable, Hashable {
      case overall
      /// Every group against every other.
      case groups
    }
    /// The q of a rate.
    public let quantity: Expression
    /// At the decision; a null is a group of its own.
    public let group: Expression
    public let reference: Reference
    public let isRatio: Bool
    public init(quantity: Expression, group: Expression, reference: Reference, isRatio: Bool) {
      self.quantity = quantity
      self.group = group
      self.reference = reference
      self.isRatio = isRatio
    }
  }
  public enum Period: Sendable, Hashable {
    /// Local periods, one beside the other.
    case calendar(CalendarSpan)
    /// Any stretch (t − length, t], µs.
    case rolling(Int64)
  }
  public enum Sense: Sendable, Hashable { case atMost, atLeast }

  /// Where the bound is a column of a small table: one bound a group.
  public struct Limits: Sendable {
    public enum Part: Sendable, Hashable {
      /// Of `groups`.
      case group(Int)
      /// The local day on which a calendar period starts.
      case period
    }
    /// A table of limits, or the actions.
    public let table: TableID
    /// Key columns of a table of limits, each with what it is in a group; none: of actions.
    public let keys: [(column: Int, part: Part)]
    /// The bound of groups without one; nil: there are none, or the run ends.
    public let otherwise: Double?
    public init(table: TableID, keys: [(column: Int, part: Part)], otherwise: Double?) {
      self.table = table
      self.keys = keys
      self.otherwise = otherwise
    }
  }

  /// Qualified.
  public let name: String
  public let measure: Measure
  public let sense: Sense
  /// Float: a constant, total; for each entity, a value at the decision, total; with `limits`, a value
  /// of their rows.
  public let bound: Expression
  public let limits: Limits?
  /// The bound holds for each entity's own choices, at every decision of it.
  public let isPerEntity: Bool
  public let period: Period?
  /// The bound holds in each group: of decisions or of actions, never of pairs; a null is a group.
  public let groups: [Expression]
  /// Objective charged for each unit of violation; nil: the bound is hard.
  public let penalty: Double?
  /// Measure, bound, groups, period and penalty as written, on one line.
  public let words: String
  public let because: String?
  public let span: Span

  public init(
    name: String, measure: Measure, sense: Sense, bound: Expression, limits: Limits? = nil,
    isPerEntity: Bool, period: Period?, groups: [Expression], penalty: Double?, words: String,
    because: String?, span: Span
  ) {
    self.name = name
    self.measure = measure
    self.sense = sense
    self.bound = bound
    self.limits = limits
    self.isPerEntity = isPerEntity
    self.period = period
    self.groups = groups
    self.penalty = penalty
    self.words = words
    self.because = because
    self.span = span
  }

  /// Every expression in it that has a value at a decision or an action.
  public var expressions: [Expression] {
    let measured: [Expression] =
      switch measure {
      case .total(let quantity), .rate(let quantity): [quantity]
      case .proportion(let numerator, let denominator): [numerator, denominator]
      case .parity(let parity): [parity.quantity, parity.group]
      case .entropy, .divergence: []
      }
    return measured + (limits == nil ? [bound] : []) + groups
  }
}
