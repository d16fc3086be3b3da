import C360Columns

/// Numbers in [0, 1), one a row: hashes of what the row is about (docs/randomness.md).
public struct DrawStep: Sendable {
  public enum Hash: Hashable, Sendable {
    /// Of the entity alone: in which arm it is of experiments with this salt.
    case arm(salt: String)
    /// Of the entity alone: where it stands in a layer.
    case layer(String)
    /// Of the decision: which member of a mixture of this composition acts.
    case member(of: String, seed: UInt64, time: ColumnID, number: ColumnID)
  }
  public let frame: RelationID
  /// Of the entity, int64 or text.
  public let key: ColumnID
  /// float64 columns of the frame.
  public let draws: [(Hash, ColumnID)]
  public init(frame: RelationID, key: ColumnID, draws: [(Hash, ColumnID)]) {
    self.frame = frame
    self.key = key
    self.draws = draws
  }
}

/// Who of several policies acts at each row of a frame, and what comes of it. All of them have decided
/// at every row before, or, where bounds hold for all of them, decide together here.
public struct ComposeStep: Sendable {
  public indirect enum Member: Sendable {
    /// Of `policies`.
    case policy(Int)
    /// The no-op, for certain.
    case none
    case node(Node)
  }
  /// A composition in the composition, or itself.
  public struct Node: Sendable {
    public let name: String
    /// int64: which of `choices` is made; nil: the first. Never null.
    public let turn: ColumnID?
    public let choices: [Choice]
    public init(name: String, turn: ColumnID?, choices: [Choice]) {
      self.name = name
      self.turn = turn
      self.choices = choices
    }
  }
  public enum Choice: Sendable {
    /// The greatest expected value, null being less than all; ties to the first.
    case best([Member])
    /// The piece in which the draw falls, else the rest.
    case drawn(pieces: [Piece], rest: (member: Member, share: Double)?, draw: ColumnID)
  }
  public struct Piece: Sendable {
    /// [lower, upper) of the draw.
    public let lower: Double
    public let upper: Double
    /// With what probability it acts.
    public let share: Double
    public let member: Member
    /// Of an experiment: the name of the arm.
    public let arm: String?
    public init(lower: Double, upper: Double, share: Double, member: Member, arm: String?) {
      self.lower = lower
      self.upper = upper
      self.share = share
      self.member = member
      self.arm = arm
    }
  }
  /// A policy that may act: what it decided at every row.
  public struct Policy: Sendable {
    public let name: String
    public let hash: String
    public let actions: RelationID
    public let actionKey: ColumnID
    public let noAction: String?
    public var columns: [DecideStep.Output: ColumnID]
    /// By term of the composition: the policy's own.
    public let terms: [Int?]
    /// Whether its probabilities are 0 and 1.
    public let isCertain: Bool
    /// Of the action that the composition takes; only where it is asked for.
    public var probability: ColumnID?
    public init(
      name: String, hash: String, actions: RelationID, actionKey: ColumnID, noAction: String?,
      columns: [DecideStep.Output: ColumnID], terms: [Int?], isCertain: Bool,
      probability: ColumnID? = nil
    ) {
      self.name = name
      self.hash = hash
      self.actions = actions
      self.actionKey = actionKey
      self.noAction = noAction
      self.columns = columns
      self.terms = terms
      self.isCertain = isCertain
      self.probability = probability
    }
  }
  public enum Output: Hashable, Sendable {
    case action, rank, propensity, value, expectedValue
    /// Of `terms`.
    case term(Int)
    case eligible, reasons, isFallback, repaired, policy, policyHash, arm
  }
  /// Unique among the compositions of a plan; counts stand under it.
  public let name: String
  public let frame: RelationID
  public let root: Node
  public let policies: [Policy]
  /// What the no-op is called where a member is `none`.
  public let noAction: String?
  /// Names of the terms.
  public let terms: [String]
  /// Of the row, where an earlier step has found it: the action that propensities are of.
  public let outputs: [(Output, ColumnID)]
  /// By policy, where bounds couple them: their decisions, with the same bounds in each.
  public var together: [DecideStep] = []
  /// What is looked at where its decisions are explained; no decision hangs on it.
  public struct Watched: Sendable {
    public let key: ColumnID
    public let time: ColumnID
    public let number: ColumnID
    /// With values at the rows of the frame.
    public let scalars: [ScalarID]
    public init(key: ColumnID, time: ColumnID, number: ColumnID, scalars: [ScalarID]) {
      self.key = key
      self.time = time
      self.number = number
      self.scalars = scalars
    }
  }
  /// nil: nobody asks why.
  public var watched: Watched?
  /// False where another step counts the same decisions.
  public let isCounted: Bool
  public init(
    name: String, frame: RelationID, root: Node, policies: [Policy], noAction: String?,
    terms: [String], outputs: [(Output, ColumnID)], isCounted: Bool
  ) {
    self.name = name
    self.frame = frame
    self.root = root
    self.policies = policies
    self.noAction = noAction
    self.terms = terms
    self.outputs = outputs
    self.isCounted = isCounted
  }

  /// The columns that it reads, but for those of the scalars that are watched.
  public var reads: Set<ColumnID> {
    var columns = Self.reads(of: .node(root))
    if let watched { columns.formUnion([watched.key, watched.time, watched.number]) }
    for policy in policies {
      columns.insert(policy.actionKey)
      columns.formUnion(policy.columns.values)
      if let column = policy.probability { columns.insert(column) }
    }
    return columns
  }

  /// Of the policy or composition; `none` for the no-op.
  public func name(of member: Member) -> String {
    switch member {
    case .policy(let index): policies[index].name
    case .none: "none"
    case .node(let node): node.name
    }
  }

  /// The columns that say whose turn it is.
  public static func reads(of member: Member) -> Set<ColumnID> {
    guard case .node(let node) = member else { return [] }
    var columns: Set<ColumnID> = node.turn.map { [$0] } ?? []
    for choice in node.choices {
      if case .drawn(_, _, let draw) = choice { columns.insert(draw) }
      for member in choice.members { columns.formUnion(reads(of: member)) }
    }
    return columns
  }
}

extension ComposeStep.Choice {
  /// By slot.
  public var members: [ComposeStep.Member] {
    switch self {
    case .best(let members): members
    case .drawn(let pieces, let rest, _): pieces.map(\.member) + (rest.map { [$0.member] } ?? [])
    }
  }
}
