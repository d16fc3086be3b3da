import C360Diagnostics

public typealias AssignmentID = ID<Assignment>
public typealias CompositionID = ID<Composition>

/// Which arm of an experiment an entity is in at an instant: what the experiment says before it is
/// known what its arms do, so that `arm(spring)` is a feature like any other.
///
/// Arms lie side by side on [0, 1) in the order of their declaration: arm k begins where the shares
/// before it end. A hash of the salt and the entity says where an entity stands. Of each arm the first
/// part, `ramp` of its length, takes part, so a growing ramp moves nobody who is in already.
public struct Assignment: Sendable {
  public struct Arm: Sendable {
    /// As written; `none` for a holdout.
    public let name: String
    /// Constant, 0...1; all of them add to 1.
    public let share: Double
    public let span: Span
    public init(name: String, share: Double, span: Span) {
      self.name = name
      self.share = share
      self.span = span
    }
  }
  /// A slot of a layer: a second hash, shared by the experiments of the layer, in which their slots
  /// are disjoint.
  public struct Layer: Sendable, Hashable {
    public let name: String
    /// 0 <= lower < upper <= 1; the slot is [lower, upper).
    public let lower: Double
    public let upper: Double
    public init(name: String, lower: Double, upper: Double) {
      self.name = name
      self.lower = lower
      self.upper = upper
    }
  }
  public let name: String
  public let entity: String
  public let salt: String
  /// µs UTC, both included; nil: no bound.
  public let from: Int64?
  public let through: Int64?
  public let layer: Layer?
  /// Only entities that are in this arm of another experiment.
  public let within: (assignment: AssignmentID, arm: Int)?
  /// The share of each arm that takes part, 0...1.
  public let ramp: Double
  public let arms: [Arm]
  public let span: Span

  /// By arm, its stretch of [0, 1) whoever takes part: each begins where the shares before it end.
  public var stretches: [(lower: Double, upper: Double)] {
    var lower = 0.0
    return arms.enumerated().map { index, arm in
      let upper = index == arms.count - 1 ? 1 : lower + arm.share
      defer { lower = upper }
      return (lower, upper)
    }
  }

  /// Whether every entity is in an arm at every instant.
  public var isTotal: Bool {
    from == nil && through == nil && layer == nil && within == nil && ramp == 1
  }

  public init(
    name: String, entity: String, salt: String, from: Int64?, through: Int64?, layer: Layer?,
    within: (assignment: AssignmentID, arm: Int)?, ramp: Double, arms: [Arm], span: Span
  ) {
    self.name = name
    self.entity = entity
    self.salt = salt
    self.from = from
    self.through = through
    self.layer = layer
    self.within = within
    self.ramp = ramp
    self.arms = arms
    self.span = span
  }
}

/// A policy made of policies: an experiment or an arbitration.
public struct Composition: Sendable {
  public enum Member: Sendable, Hashable {
    case policy(PolicyID)
    /// Declared before; there are no cycles.
    case composition(CompositionID)
    /// The no-op, for certain.
    case none
  }
  /// One line of an arbitration.
  public struct Turn: Sendable {
    public enum Choice: Sendable {
      case one(Member)
      /// The greatest expected value of the member's own distribution; ties to the first.
      case best([Member])
      /// Shares are constants that add to 1.
      case mixture([(member: Member, share: Double)])
    }
    public let choice: Choice
    /// Total `bool` at the exposure; nil: always.
    public let condition: Expression?
    /// The line as written, without its reason.
    public let words: String
    public let because: String?
    public let span: Span
    public init(
      choice: Choice, condition: Expression?, words: String, because: String?, span: Span
    ) {
      self.choice = choice
      self.condition = condition
      self.words = words
      self.because = because
      self.span = span
    }
  }
  public enum Kind: Sendable {
    /// By arm of the assignment; `otherwise` acts for whoever is in none.
    case experiment(AssignmentID, arms: [Member], otherwise: Member)
    /// The first turn whose condition holds; where none does, the no-op.
    case arbitration([Turn])
  }
  public let name: String
  public let kind: Kind
  /// Where it decides unless a query moves it.
  public let exposure: ExposureID
  /// Under which the conditions of its turns are seen, and features of queries over it.
  public let mask: MaskID?
  /// Policies that may act, each once, in order of declaration.
  public let policies: [PolicyID]
  /// Names of the terms of all of them, each once.
  public let terms: [String]
  /// The name of the no-op where the composition itself may leave things alone.
  public let noAction: String?
  public let permissions: [Policy.Permission]
  /// Bounds on the decisions of all its policies together; then those are its members, all of them over
  /// one table of actions.
  public internal(set) var constraints: [Constraint] = []
  /// Canonical text of the composition and all it depends on.
  public let canonicalText: String
  public let span: Span
  public init(
    name: String, kind: Kind, exposure: ExposureID, mask: MaskID?, policies: [PolicyID],
    terms: [String], noAction: String?, permissions: [Policy.Permission], canonicalText: String,
    span: Span
  ) {
    self.name = name
    self.kind = kind
    self.exposure = exposure
    self.mask = mask
    self.policies = policies
    self.terms = terms
    self.noAction = noAction
    self.permissions = permissions
    self.canonicalText = canonicalText
    self.span = span
  }
}

extension Composition.Turn.Choice {
  /// In the order in which they are written.
  public var members: [Composition.Member] {
    switch self {
    case .one(let member): [member]
    case .best(let members): members
    case .mixture(let shares): shares.map(\.member)
    }
  }
}

extension Composition {
  /// Those written in it, in order.
  public var members: [Member] {
    switch kind {
    case .experiment(_, let arms, let otherwise): arms + [otherwise]
    case .arbitration(let turns): turns.flatMap(\.choice.members)
    }
  }
}

extension Program {
  public subscript(id: AssignmentID) -> Assignment { assignments[id.index] }
  public subscript(id: CompositionID) -> Composition { compositions[id.index] }

  /// The name of a member, `none` for the no-op.
  public func name(of member: Composition.Member) -> String {
    switch member {
    case .policy(let id): self[id].name
    case .composition(let id): self[id].name
    case .none: "none"
    }
  }
}
