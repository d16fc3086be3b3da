import C360Columns

/// One decision a row of the frame: masks, scores, objective, choice, draw. Runs in tiles of
/// exposures × actions; scalars in it may read columns of the frame, columns of the actions relation
/// (null at the no-op, for which nothing is evaluated) and the columns of `actionTimelines`.
public struct DecideStep: Sendable {
  public struct Rule: Sendable {
    public let name: String
    public let condition: ScalarID
    public init(name: String, condition: ScalarID) {
      self.name = name
      self.condition = condition
    }
  }
  public struct Term: Sendable {
    public let name: String
    /// float64
    public let value: ScalarID
    public let weight: Double
    public init(name: String, value: ScalarID, weight: Double) {
      self.name = name
      self.value = value
      self.weight = weight
    }
  }
  public enum Choice: Sendable {
    case greedy
    case softmax(temperature: Double)
    case threshold(ScalarID)
  }
  /// Only the actions of the greatest scores stay eligible, of those that no rule forbids.
  public struct FirstStage: Sendable {
    /// How many, at least 1.
    public let count: Int
    /// float64; null and NaN are never kept.
    public let score: ScalarID
    public init(count: Int, score: ScalarID) {
      self.count = count
      self.score = score
    }
  }
  /// A decision of several actions: positions are drawn one after the other by the same rule from what
  /// is left, and the outputs are columns of a relation with a row a position.
  public struct Slate: Sendable {
    /// So many actions at most that are equal in a column; a null is a value like others.
    public struct Limit: Sendable {
      /// As reasons name it.
      public let name: String
      /// At least 1.
      public let most: Int
      /// Of the actions relation.
      public let column: ColumnID
      public init(name: String, most: Int, column: ColumnID) {
        self.name = name
        self.most = most
        self.column = column
      }
    }
    /// Positions, at least 1.
    public let slots: Int
    public let limits: [Limit]
    /// In the order of the frame's rows, then of positions.
    public let rows: RelationID
    /// int64, in `rows`: the row of the frame.
    public let origin: ColumnID
    public init(slots: Int, limits: [Limit], rows: RelationID, origin: ColumnID) {
      self.slots = slots
      self.limits = limits
      self.rows = rows
      self.origin = origin
    }
  }
  /// The same decision with something moved that it reads; how far its choices differ is counted.
  public struct Variant: Sendable {
    /// For people: `spend_90d +10%`.
    public let name: String
    /// In the order of `rules`.
    public let rules: [ScalarID]
    /// In the order of `terms`.
    public let terms: [ScalarID]
    /// The condition of a threshold.
    public let passing: ScalarID?
    /// Of the first stage.
    public let score: ScalarID?
    public init(
      name: String, rules: [ScalarID], terms: [ScalarID], passing: ScalarID?, score: ScalarID?
    ) {
      self.name = name
      self.rules = rules
      self.terms = terms
      self.passing = passing
      self.score = score
    }

    public var scalars: [ScalarID] { rules + terms + [passing, score].compactMap { $0 } }
  }
  public enum Output: Hashable, Sendable {
    /// Of a slate, from 1.
    case position
    case action, rank, propensity, value, expectedValue
    case term(Int)
    case eligible, reasons, isFallback, repaired
    /// With what probability the policy, its whole mixture, takes the action that stands in a column of
    /// the frame; 0 for what is none of its candidates, null where the column is null.
    case probability(of: ColumnID)
  }
  /// A relation with one row a row of the frame and candidate, in their orders.
  public struct Listing: Sendable {
    public enum Output: Hashable, Sendable {
      case action, isEligible, reasons, value, rank, propensity, isChosen
      case term(Int)
      /// A value at a pair, as those of rules are; null at the no-op.
      case computed(ScalarID)
    }
    public let relation: RelationID
    /// int: the row of the frame.
    public let row: ColumnID
    public var outputs: [(Output, ColumnID)] = []
    public init(relation: RelationID, row: ColumnID) {
      self.relation = relation
      self.row = row
    }
  }
  /// Enters the draws.
  public let policy: String
  /// Unique among the decisions of a plan; counts stand under it.
  public let name: String
  public let frame: RelationID
  public let key: ColumnID
  public let time: ColumnID
  public let number: ColumnID
  public let actions: RelationID
  /// Key column of the actions relation, int64 or text.
  public let actionKey: ColumnID
  public let noAction: String?
  /// Features `for` the actions: aggregates with matches, computed tile by tile.
  public var actionTimelines: [TimelineStep]
  /// Consents by the channel of the action, looked up tile by tile; all tests are `ofAction`.
  public var actionConsents: [ConsentStep] = []
  /// False where the same decisions are counted by another step.
  public var isCounted = true
  public let rules: [Rule]
  public let terms: [Term]
  public var firstStage: FirstStage?
  public var slate: Slate?
  /// Bounds on all decisions together; solved before any is written.
  public var constraints: [DecideConstraint] = []
  /// Bounds on the decisions of each entity.
  public var entityCaps: [EntityCap] = []
  /// Points of the path of value against budget to report, where there is one budget; 0: none.
  public var pathPoints = 0
  /// A member of a composition, whose bounds count what it does where it acts.
  public struct Acting: Sendable {
    public let root: ComposeStep.Node
    /// Among the policies of the composition.
    public let member: Int
    public init(root: ComposeStep.Node, member: Int) {
      self.root = root
      self.member = member
    }
  }
  /// nil: it acts at every row.
  public var acting: Acting?
  /// Constraint → group or period → prices that its bound had in an earlier run: where the search for
  /// prices begins.
  public var startPrices: [String: [String: [Double]]] = [:]
  /// The policy from which a divergence is measured: none or one, at the same frame and actions.
  public var prior: [DecideStep] = []
  /// Of decisions that no bound couples.
  public var variants: [Variant] = []
  /// Scalars that are looked at where a decision is explained; no decision hangs on them.
  public var watched: [ScalarID] = []
  /// nil: nobody asks for candidates.
  public var listing: Listing?
  public let choice: Choice
  public let explore: Double
  /// As text: the key of an action, or the no-op's name.
  public let fallback: String
  public let seed: UInt64
  /// Columns to produce in the frame, of a slate in its rows.
  public let outputs: [(Output, ColumnID)]
  public init(
    policy: String, frame: RelationID, key: ColumnID, time: ColumnID, number: ColumnID,
    actions: RelationID, actionKey: ColumnID, noAction: String?, actionTimelines: [TimelineStep],
    rules: [Rule], terms: [Term], choice: Choice, explore: Double, fallback: String, seed: UInt64,
    outputs: [(Output, ColumnID)], name: String? = nil
  ) {
    self.policy = policy
    self.name = name ?? policy
    self.frame = frame
    self.key = key
    self.time = time
    self.number = number
    self.actions = actions
    self.actionKey = actionKey
    self.noAction = noAction
    self.actionTimelines = actionTimelines
    self.rules = rules
    self.terms = terms
    self.choice = choice
    self.explore = explore
    self.fallback = fallback
    self.seed = seed
    self.outputs = outputs
  }
}

extension DecideStep.Listing {
  /// What is computed for it alone.
  public var scalars: [ScalarID] {
    outputs.compactMap { if case .computed(let scalar) = $0.0 { scalar } else { nil } }
  }
}

extension DecideStep.Slate {
  /// Rows of the longest slate: where no action is left, it ends.
  public func width(actions: Int) -> Int { min(slots, max(1, actions)) }
}
