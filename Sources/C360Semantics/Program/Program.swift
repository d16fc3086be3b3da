import C360Diagnostics

/// An index into one of the arrays of a `Program`.
public struct ID<Element>: Hashable, Sendable {
  public let index: Int
  public init(_ index: Int) { self.index = index }
}
public typealias ParameterID = ID<Parameter>
public typealias TableID = ID<Table>
public typealias ExposureID = ID<Exposure>
public typealias FeatureID = ID<Feature>
public typealias ScoreID = ID<Score>
public typealias MaskID = ID<Mask>
public typealias PolicyID = ID<Policy>

/// A script and its modules after checking: names resolved, every expression typed, templates
/// expanded, user functions substituted, parameters bound, models of coefficients unfolded into
/// arithmetic, and masks applied: what a mask hides is explicit in the expressions (see `Feature`).
/// Nothing in it can fail to make sense; both the reference interpreter and the lowering read it.
public struct Program: Sendable {
  public var edition: Int
  public var module: String?
  /// IANA name; `UTC` unless declared.
  public var timezone: String
  /// The instant `--now` or the clock at the start, µs UTC; the only clock a program can see.
  public var runTime: Int64
  public var seed: UInt64
  public var parameters: [Parameter] = []
  public var entities: [String] = []
  public var tables: [Table] = []
  public var exposures: [Exposure] = []
  public var features: [Feature] = []
  public var scores: [Score] = []
  public var masks: [Mask] = []
  public var policies: [Policy] = []
  public var assignments: [Assignment] = []
  /// Each stands behind its members.
  public var compositions: [Composition] = []
  public var outputs: [Output] = []
  public var shows: [Show] = []
  public var expectations: [Expectation] = []
  /// Uses of `declassify`, for the manifest and the reviewer.
  public var declassifications: [Declassification] = []
  /// The canonical text of what the program means: declarations in a fixed order, names qualified,
  /// layout and comments gone. Equal texts mean equal programs. Its hash stands in manifests.
  public var canonicalText: String = ""

  public init(edition: Int, module: String?, timezone: String, runTime: Int64, seed: UInt64) {
    self.edition = edition
    self.module = module
    self.timezone = timezone
    self.runTime = runTime
    self.seed = seed
  }

  public subscript(id: ParameterID) -> Parameter { parameters[id.index] }
  public subscript(id: TableID) -> Table { tables[id.index] }
  public subscript(id: ExposureID) -> Exposure { exposures[id.index] }
  public subscript(id: FeatureID) -> Feature { features[id.index] }
  public subscript(id: ScoreID) -> Score { scores[id.index] }
  public subscript(id: MaskID) -> Mask { masks[id.index] }
  public subscript(id: PolicyID) -> Policy { policies[id.index] }
}

public struct Parameter: Sendable {
  public let name: String
  public let type: Type
  /// After `--set`; checked against its domain.
  public let value: Value
  public let because: String?
  public let span: Span
  public init(name: String, type: Type, value: Value, because: String?, span: Span) {
    self.name = name
    self.type = type
    self.value = value
    self.because = because
    self.span = span
  }
}

/// A feature as seen under one mask (`nil`: unmasked). A feature that the mask leaves alone in all
/// it depends on is shared between masks.
///
/// Hiding is explicit in `expression`: an aggregate over a hidden table, a hidden column or a hidden
/// feature stands as `conditional(unless, itself, else-value or null)`.
public struct Feature: Sendable {
  /// Qualified: `rfm.recency`.
  public let name: String
  public let mask: MaskID?
  /// The actions table of a feature `for` actions.
  public let actions: TableID?
  public let expression: Expression
  public let span: Span
  public init(name: String, mask: MaskID?, actions: TableID?, expression: Expression, span: Span) {
    self.name = name
    self.mask = mask
    self.actions = actions
    self.expression = expression
    self.span = span
  }
}

/// A score as seen under one mask.
public struct Score: Sendable {
  public let name: String
  public let mask: MaskID?
  public let actions: TableID?
  public let expression: Expression
  public let span: Span
  public init(name: String, mask: MaskID?, actions: TableID?, expression: Expression, span: Span) {
    self.name = name
    self.mask = mask
    self.actions = actions
    self.expression = expression
    self.span = span
  }
}

/// The action mask: eligible is what no rule forbids. The data mask is already applied everywhere.
public struct Mask: Sendable {
  /// One line of the data mask, applied already; for records.
  public struct Hide: Sendable {
    /// As written, from the target on.
    public let words: String
    /// Total `bool` at the decision; nil: hidden always.
    public let unless: Expression?
    /// Total `bool` at event grain, of the events of this table: which of them are visible.
    public let permitted: (table: TableID, condition: Expression)?
    public let because: String?
    public let span: Span
    public init(
      words: String, unless: Expression?, permitted: (table: TableID, condition: Expression)?,
      because: String?, span: Span
    ) {
      self.words = words
      self.unless = unless
      self.permitted = permitted
      self.because = because
      self.span = span
    }
  }
  public struct Rule: Sendable {
    public let name: String
    /// Total `bool` at exposure or exposure × action grain.
    public let condition: Expression
    public let because: String?
    public let span: Span
    public init(name: String, condition: Expression, because: String?, span: Span) {
      self.name = name
      self.condition = condition
      self.because = because
      self.span = span
    }
  }
  public let name: String
  public let actions: TableID?
  /// Included masks first, in order of inclusion, then its own rules in order.
  public var rules: [Rule]
  /// Those of included masks first.
  public var hides: [Hide]
  public let span: Span
  public init(name: String, actions: TableID?, rules: [Rule], hides: [Hide], span: Span) {
    self.name = name
    self.actions = actions
    self.rules = rules
    self.hides = hides
    self.span = span
  }
}

public struct Policy: Sendable {
  public enum Choice: Sendable {
    case greedy
    /// Temperature > 0, in the unit of the objective.
    case softmax(temperature: Double)
    /// Total or nullable `bool` at exposure × action grain: the best action for which it is true, else
    /// the no-op, else the fallback.
    case threshold(Expression)
  }
  public struct Term: Sendable {
    public let name: String
    /// Total float or int (widened) at exposure or exposure × action grain.
    public let value: Expression
    /// Constant; negative for `minimize`.
    public let weight: Double
    public let because: String?
    public let span: Span
    public init(
      name: String, value: Expression, weight: Double, because: String? = nil, span: Span
    ) {
      self.name = name
      self.value = value
      self.weight = weight
      self.because = because
      self.span = span
    }
  }
  /// `permit sensitive(label) in places because "…"`
  public struct Permission: Sendable {
    public let label: String
    /// Rules and terms; empty: anywhere.
    public let places: [String]
    public let because: String?
    public init(label: String, places: [String], because: String?) {
      self.label = label
      self.places = places
      self.because = because
    }
  }
  /// `candidates top(200) by match`: of the actions that no rule forbids, only these stay eligible.
  public struct FirstStage: Sendable {
    /// How many, at least 1.
    public let count: Int
    /// Float at exposure or exposure × action grain; the greatest stay, null and NaN never do.
    public let score: Expression
    public init(count: Int, score: Expression) {
      self.count = count
      self.score = score
    }
  }
  /// `slots 3, at most 1 per brand`: a decision is several actions, position by position.
  public struct Slate: Sendable {
    /// `at most 1 per brand`: of the actions that are equal in a column; a null is a value like others.
    public struct Limit: Sendable {
      /// At least 1.
      public let most: Int
      /// The column of the action.
      public let group: Expression
      /// As reasons name it: `per brand`.
      public let name: String
      public init(most: Int, group: Expression, name: String) {
        self.most = most
        self.group = group
        self.name = name
      }
    }
    /// Positions, at least 1.
    public let slots: Int
    public let limits: [Limit]
    public let span: Span
    public init(slots: Int, limits: [Limit], span: Span) {
      self.slots = slots
      self.limits = limits
      self.span = span
    }
  }
  public let name: String
  public let actions: TableID
  /// Where the policy decides unless a query moves it.
  public let exposure: ExposureID
  public let mask: MaskID?
  public let terms: [Term]
  public let choice: Choice
  /// Share of decisions drawn uniformly over the eligible actions, 0...1.
  public let explore: Double
  /// The key of an action or the name of the no-op.
  public let fallback: Value
  /// Label → the rules or terms through which it may act; empty means anywhere.
  public let permits: [String: [String]]
  /// The lines behind `permits`, as written.
  public var permissions: [Permission] = []
  /// In the order of `subject to`.
  public var constraints: [Constraint] = []
  public var firstStage: FirstStage?
  /// nil: a decision is one action.
  public var slate: Slate?
  /// In the order of the clauses.
  public var stabilities: [Stability] = []
  public let owner: String?
  public let approval: (by: String, until: Int64?)?
  public let ticket: String?
  /// Canonical text of the policy and all it depends on.
  public let canonicalText: String
  public let span: Span
  public init(
    name: String, actions: TableID, exposure: ExposureID, mask: MaskID?, terms: [Term],
    choice: Choice, explore: Double, fallback: Value, permits: [String: [String]], owner: String?,
    approval: (by: String, until: Int64?)?, ticket: String?, canonicalText: String, span: Span
  ) {
    self.name = name
    self.actions = actions
    self.exposure = exposure
    self.mask = mask
    self.terms = terms
    self.choice = choice
    self.explore = explore
    self.fallback = fallback
    self.permits = permits
    self.owner = owner
    self.approval = approval
    self.ticket = ticket
    self.canonicalText = canonicalText
    self.span = span
  }
}

/// `expect condition`: every row of the table must satisfy it, or the run fails before it writes.
public struct Expectation: Sendable {
  public enum Rows: Sendable {
    case table(TableID)
    case exposure(ExposureID)
  }
  public let rows: Rows
  /// Total `bool` over the columns of those rows.
  public let condition: Expression
  public let because: String?
  public let span: Span
  public init(rows: Rows, condition: Expression, because: String?, span: Span) {
    self.rows = rows
    self.condition = condition
    self.because = because
    self.span = span
  }
}

public struct Declassification: Sendable {
  public let label: String
  public let because: String
  public let span: Span
  public init(label: String, because: String, span: Span) {
    self.label = label
    self.because = because
    self.span = span
  }
}
