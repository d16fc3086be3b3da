import C360Columns

/// What is proven of decisions that were made under bounds, and what each bound came to.
public struct AllocationCounts: Sendable {
  /// A bound in one group or period, in the units in which it was written.
  public struct Bound: Sendable {
    /// Group or period; empty where the constraint has one bound only.
    public let label: String
    public let limit: Double
    /// Of the decisions written; nil: nothing to take a share of.
    public let realized: Double?
    /// Objective that one more unit of the limit as it was written gives (`<=`) or takes (`>=`), ≥ 0.
    public let multiplier: Double
    /// Prices of the rows that it is solved as, for a later run to start from; empty: of one, and its own.
    public let rowMultipliers: [Double]
    public init(
      label: String, limit: Double, realized: Double?, multiplier: Double,
      rowMultipliers: [Double] = []
    ) {
      self.rowMultipliers = rowMultipliers
      self.label = label
      self.limit = limit
      self.realized = realized
      self.multiplier = multiplier
    }
  }
  public struct Constraint: Sendable {
    public let name: String
    public let isAtMost: Bool
    public let isSoft: Bool
    public let bounds: [Bound]
    /// Of groups against each other: decisions whose group is unknown (null, or hidden from the policy).
    public let unknown: Int
    public init(
      name: String, isAtMost: Bool, isSoft: Bool, bounds: [Bound], unknown: Int = 0
    ) {
      self.unknown = unknown
      self.name = name
      self.isAtMost = isAtMost
      self.isSoft = isSoft
      self.bounds = bounds
    }
  }
  /// A bound for each entity.
  public struct Cap: Sendable {
    public let name: String
    /// Pairs of decision and action that it forbade.
    public let blockedPairs: Int
    public init(name: String, blockedPairs: Int) {
      self.name = name
      self.blockedPairs = blockedPairs
    }

    fileprivate func merged(with other: Cap?) -> Cap {
      Cap(name: name, blockedPairs: blockedPairs + (other?.blockedPairs ?? 0))
    }
  }
  /// What the best decisions within a budget are worth.
  public struct PathPoint: Sendable {
    public let budget: Double
    public let value: Double
    /// What one more unit of budget is worth; +∞ where something free is still to be had.
    public let multiplier: Double
    /// Decisions that do not take the no-op.
    public let treated: Int
    public init(budget: Double, value: Double, multiplier: Double, treated: Int) {
      self.budget = budget
      self.value = value
      self.multiplier = multiplier
      self.treated = treated
    }
  }
  public var constraints: [Constraint] = []
  /// Bounds for each entity beside them.
  public var caps: [Cap] = []
  /// For every budget, where it was asked for and there is one budget alone.
  public var path: [PathPoint] = []
  /// No decisions that satisfy the bounds are worth more, in the unit of the objective.
  public var upperBound = 0.0
  /// Whether there is such a bound; else `upperBound` is the value: none is known where choices are drawn
  /// within bounds for each entity.
  public var isProven = true
  /// Value of the decisions written; where choices are drawn, what their probabilities are worth, before
  /// anything is repaired.
  public var value = 0.0
  /// What was drawn is worth; nil: nothing is drawn.
  public var drawnValue: Double?
  /// Whether bound and value are of the objective plus temperature × entropy, as softmax has it.
  public var isEntropic = false
  /// Times that all decisions were gone through.
  public var passes = 0
  /// Decisions that were changed after the draw so that hard bounds hold.
  public var repaired = 0
  /// Where bounds hold for each entity alone, what the figures are sums of: exact, so that they do not hang on
  /// how entities are put together.
  private struct Sums: Sendable {
    var value: ExactSum
    /// nil: nothing is proven.
    var bound: ExactSum?
    /// nil: nothing is drawn.
    var drawn: ExactSum?
  }
  private var sums: Sums?
  public init() {}

  /// Bounds for each entity alone, of choices that are certain.
  public init(value: ExactSum, bound: ExactSum) {
    passes = 1
    setSums(Sums(value: value, bound: bound))
  }

  /// Bounds for each entity alone, of choices that are drawn: nothing is proven of them.
  public init(expected: ExactSum, drawn: ExactSum) {
    passes = 1
    isProven = false
    setSums(Sums(value: expected, drawn: drawn))
  }

  private mutating func setSums(_ sums: Sums) {
    self.sums = sums
    value = sums.value.rounded
    upperBound = sums.bound.map { Self.rounded($0.rounded, above: value) } ?? value
    drawnValue = sums.drawn?.rounded
  }

  /// Decisions of other entities.
  package mutating func merge(_ other: AllocationCounts) {
    guard var own = sums, let theirs = other.sums else { return }
    own.value.merge(theirs.value)
    if let bound = theirs.bound { own.bound?.merge(bound) }
    if let drawn = theirs.drawn { own.drawn?.merge(drawn) }
    // The same step has the same caps in every part.
    caps = caps.enumerated().map { place, cap in
      cap.merged(with: other.caps.indices.contains(place) ? other.caps[place] : nil)
    }
    setSums(own)
  }

  /// A bound that a value exceeds by no more than sums of doubles are off is as great as the value.
  private static func rounded(_ bound: Double, above value: Double) -> Double {
    let rounding = 1e-9 * max(abs(bound), abs(value))
    return value > bound && value - bound <= rounding ? value : bound
  }

  public var gap: Double { max(0, upperBound - value) }
  /// Gap by the size of the bound; 0 where nothing is to be gained.
  public var relativeGap: Double { gap == 0 ? 0 : gap / max(abs(upperBound), abs(value)) }
}

/// Bounds that no decisions satisfy together, or that none were found to satisfy.
public struct UnsatisfiedBounds: Error, Sendable {
  public struct Clash: Sendable {
    public let constraint: String
    /// Group or period; empty: none.
    public let label: String
    public let isAtMost: Bool
    public let limit: Double
    /// The nearest limit at which the others of the clash can hold; nil: not known. Where nothing is
    /// proven, what the nearest decisions found come to.
    public let closest: Double?
    /// Where the nearest limit is not known for certain: none nearer than this can hold.
    public var beyond: Double?
    /// What exploration comes to in any case, where that is beyond the limit of a total or a rate.
    public var explored: Double?
    /// Decisions that keep it from being held, whatever is chosen at them; nil: none, as far as is known.
    public var forcing: Forcing?
    /// Whether a penalty may take the place of the bound.
    public let mayBeSoft: Bool
    public init(
      constraint: String, label: String, isAtMost: Bool, limit: Double, closest: Double?,
      mayBeSoft: Bool = true
    ) {
      self.mayBeSoft = mayBeSoft
      self.constraint = constraint
      self.label = label
      self.isAtMost = isAtMost
      self.limit = limit
      self.closest = closest
    }
  }
  /// Decisions whose eligible candidates all use some of an upper bound, or add nothing to a lower one.
  public struct Forcing: Sendable {
    public struct Decision: Sendable {
      /// Of the entity.
      public let key: Scalar
      /// µs UTC.
      public let time: Int64
      /// Among decisions of equal entity and time, from 0.
      public let number: Int
      /// The least that a candidate which may be chosen uses; of a lower bound, the most.
      public let quantity: Double
      /// Whether nothing is left but the fallback.
      public let isFallback: Bool
      public init(key: Scalar, time: Int64, number: Int, quantity: Double, isFallback: Bool) {
        self.key = key
        self.time = time
        self.number = number
        self.quantity = quantity
        self.isFallback = isFallback
      }
    }
    /// Most of `first`.
    public static let shown = 5
    public var count = 0
    /// Of these, where nothing is left but the fallback.
    public var fallbacks = 0
    /// All decisions that the bound counts.
    public var counted = 0
    /// What the bound comes to at these decisions, in its unit: the least of an upper bound.
    public var usage = 0.0
    /// In the order of keys and time.
    public var first: [Decision] = []
    public init() {}
  }
  /// Decisions at which what may not be chosen keeps bounds from holding: what proves the clash would not, if
  /// every action might be chosen there.
  public struct Restriction: Sendable {
    public struct Decision: Sendable {
      /// Of the entity.
      public let key: Scalar
      /// µs UTC.
      public let time: Int64
      /// Among decisions of equal entity and time, from 0.
      public let number: Int
      /// Actions that may be chosen there.
      public let eligible: Int
      /// Whether nothing is left but the fallback.
      public let isFallback: Bool
      public init(key: Scalar, time: Int64, number: Int, eligible: Int, isFallback: Bool) {
        self.key = key
        self.time = time
        self.number = number
        self.eligible = eligible
        self.isFallback = isFallback
      }
    }
    public var count = 0
    /// All decisions that the bounds count.
    public var counted = 0
    public var actionCount = 0
    /// In the order of keys and time, at most as many as of `Forcing`.
    public var first: [Decision] = []
    public init() {}
  }
  /// Without any one of them the others can hold; where nothing is proven, those that the nearest
  /// decisions found break.
  public var clashes: [Clash]
  /// Whether no decisions can satisfy them; else none were found.
  public let isProven: Bool
  /// Bounds for each entity: that are part of the clash, or, where nothing is proven, were kept meanwhile.
  public let caps: [String]
  /// Beside a single bound: the first of the others that cannot hold either, each alone, and their number.
  public var others: [Clash] = []
  public var otherCount = 0
  /// Nil: none, as far as is known.
  public var restriction: Restriction?
  public init(clashes: [Clash], isProven: Bool = true, caps: [String] = []) {
    self.clashes = clashes
    self.isProven = isProven
    self.caps = caps
  }
}
