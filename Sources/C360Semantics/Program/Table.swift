import C360Diagnostics

/// A column of the contract of a table or exposure.
public struct Column: Sendable {
  public let name: String
  public let type: Type
  /// What counts where a cell is null or (profiles) where the entity has no row yet.
  public let defaultValue: Value?
  /// Sensitive labels, sorted.
  public let labels: [String]
  /// What to do with NaN in the file.
  public let nan: NaNRule
  /// How a bare date in a file becomes an instant (semantics.md T1).
  public let bareDate: BareDateRule
  public let span: Span
  public init(
    name: String, type: Type, defaultValue: Value?, labels: [String], nan: NaNRule = .reject,
    bareDate: BareDateRule = .endOfDay, span: Span
  ) {
    self.name = name
    self.type = type
    self.defaultValue = defaultValue
    self.labels = labels
    self.nan = nan
    self.bareDate = bareDate
    self.span = span
  }
}

public enum NaNRule: Sendable { case reject, null, keep }
public enum BareDateRule: Sendable { case startOfDay, endOfDay }

/// Where rows come from.
public struct DataSource: Sendable {
  /// As written; relative to `directory`.
  public let path: String
  /// Directory of the script that names it.
  public let directory: String
  /// `csv`, `parquet`, …; nil: by the name's extension.
  public let format: String?
  public let options: [String: Value]
  public let span: Span
  public init(
    path: String, directory: String, format: String?, options: [String: Value], span: Span
  ) {
    self.path = path
    self.directory = directory
    self.format = format
    self.options = options
    self.span = span
  }
}

/// `events`, `profile`, `consents`, `actions`, `limits`, `identity`: columns by position, roles as positions.
public struct Table: Sendable {
  var isEvents: Bool { if case .events = kind { true } else { false } }

  public enum Kind: Sendable {
    case events(EventRoles)
    case profile(ProfileRoles)
    case consents(ConsentRoles)
    case actions(ActionRoles)
    case limits(LimitRoles)
    case identity(IdentityRoles)

    /// The column that says whose a row is: the entity or the action; the first key of limits, the identifier
    /// of a link.
    public var keyColumn: Int {
      switch self {
      case .events(let roles): roles.key
      case .profile(let roles): roles.key
      case .consents(let roles): roles.key
      case .actions(let roles): roles.key
      case .limits(let roles): roles.keys.first ?? 0
      case .identity(let roles): roles.identifier
      }
    }
  }
  /// Visible to x iff time < x.t and known < x.t (S1).
  public struct EventRoles: Sendable {
    public let key: Int
    public let time: Int
    /// Column of `@known`; a row whose value is null is never visible.
    public let known: Int?
    /// `arrives within d` without a `@known` column: known = time + d µs.
    public let arrivesWithin: Int64?
    public let sequence: Int?
    /// Rows that share it are versions of one event: the one that became known last counts (S4).
    public let id: Int?
    /// `bool`: the row takes its event back; only beside an `id`.
    public let retracted: Int?
    /// µs UTC, inclusive; nil: the newest event.
    public let observedThrough: Int64?
    /// µs UTC, inclusive; nil: ever since (N2).
    public let observedFrom: Int64?
    /// The key column holds identifiers, which belong to entities through this identity (I1).
    public let via: TableID?
    public init(
      key: Int, time: Int, known: Int?, arrivesWithin: Int64?, sequence: Int?,
      id: Int? = nil, retracted: Int? = nil, observedThrough: Int64?,
      observedFrom: Int64? = nil, via: TableID? = nil
    ) {
      self.key = key
      self.time = time
      self.known = known
      self.arrivesWithin = arrivesWithin
      self.sequence = sequence
      self.id = id
      self.retracted = retracted
      self.observedThrough = observedThrough
      self.observedFrom = observedFrom
      self.via = via
    }
  }
  /// The latest version with from < x.t, known < x.t and not (until <= x.t). No `from`: one version
  /// that has always held.
  public struct ProfileRoles: Sendable {
    public let key: Int
    public let from: Int?
    public let known: Int?
    public let until: Int?
    /// After this long since `from` a version is no longer believed; only beside a `from`.
    public let expiresAfter: Offset?
    public init(
      key: Int, from: Int?, known: Int?, until: Int?, expiresAfter: Offset? = nil
    ) {
      self.key = key
      self.from = from
      self.known = known
      self.until = until
      self.expiresAfter = expiresAfter
    }
  }
  /// Each row: a grant at `from` and, where not null, a withdrawal at `until` (C1, C2).
  public struct ConsentRoles: Sendable {
    public let key: Int
    public let purpose: Int
    public let from: Int
    public let until: Int?
    /// What an entry is limited to; a null there means every channel.
    public let channel: Int?
    public init(key: Int, purpose: Int, from: Int, until: Int?, channel: Int? = nil) {
      self.key = key
      self.purpose = purpose
      self.from = from
      self.until = until
      self.channel = channel
    }
  }
  public struct ActionRoles: Sendable {
    public let key: Int
    /// The name of the no-op, when declared.
    public let none: String?
    public init(key: Int, none: String?) {
      self.key = key
      self.none = none
    }
  }
  /// Bounds of constraints, a row a group; its keys, at least one, are unique together.
  public struct LimitRoles: Sendable {
    public let keys: [Int]
    public init(keys: [Int]) { self.keys = keys }
  }
  /// Links between identifiers and entities (semantics.md I1–I3). Rows of one (identifier, entity)
  /// are versions: at x the latest with known < x.t counts, of equally late ones the last in the
  /// order of the row's values. Without `known` a row has always held.
  public struct IdentityRoles: Sendable {
    public enum Rule: String, Sendable {
      /// To the most confident entity, ties to the smaller key.
      case best
      /// To every entity, with the link's probability.
      case weighted
      /// To the connected component of accepted links between identifiers, named by its smallest.
      case clusters
    }
    /// `@key`, or `@left` of clusters.
    public let identifier: Int
    /// `@entity`, or `@right` of clusters, which is an identifier too.
    public let entity: Int
    /// At row grain, `float`; outside 0…1 is an error of the run. `@weight`, or `link` of clusters.
    public let weight: Expression
    public let known: Int?
    public let rule: Rule
    /// Links below it are none, nor are those of weight 0.
    public let threshold: Double
    public init(
      identifier: Int, entity: Int, weight: Expression, known: Int?, rule: Rule, threshold: Double
    ) {
      self.identifier = identifier
      self.entity = entity
      self.weight = weight
      self.known = known
      self.rule = rule
      self.threshold = threshold
    }
  }
  public let name: String
  public let kind: Kind
  /// `nil` for actions.
  public let entity: String?
  public let source: DataSource
  public let columns: [Column]
  /// Zone for times without an offset and for dates of this table.
  public let timezone: String
  public let span: Span
  public init(
    name: String, kind: Kind, entity: String?, source: DataSource, columns: [Column],
    timezone: String, span: Span
  ) {
    self.name = name
    self.kind = kind
    self.entity = entity
    self.source = source
    self.columns = columns
    self.timezone = timezone
    self.span = span
  }
}

/// The moments of decision.
public struct Exposure: Sendable {
  public enum Origin: Sendable {
    /// Rows of a file; `columns` is its contract.
    case file(DataSource)
    /// Every `step` from `start` through `through` (inclusive), for each entity of the population.
    case every(step: Offset, start: Int64, through: Int64, population: TableID?)
    case instant(Int64, population: TableID?)
    /// Of `for customer 42 at …` in a query: one row, whether anything is known of the entity or not.
    case row(entity: Value, at: Int64)
  }
  public enum KeepRule: Sendable {
    /// Declared, or no rule at all (`isDeclared` tells).
    case all
    case first
    /// The first in each stretch of this length, counted on the local calendar or in µs since 1970.
    case firstPer(Offset)
    /// At least this much after the last kept one.
    case nonOverlapping(Offset)
    /// No other exposure of the entity in this much time before it.
    case washout(Offset)
  }
  public struct Outcome: Sendable {
    public let name: String
    /// Phase `after`; aggregates in it look forward (`Window.following`). Null when censored or
    /// hidden, so its type is optional.
    public let expression: Expression
    public let span: Span
    public init(name: String, expression: Expression, span: Span) {
      self.name = name
      self.expression = expression
      self.span = span
    }
  }
  public let name: String
  public let entity: String
  public let origin: Origin
  /// For generated exposures: `customer` (named like the entity) and `at`.
  public let columns: [Column]
  public let key: Int
  public let time: Int
  public let action: (column: Int, table: TableID)?
  public let propensity: Int?
  /// Columns of role `@outcome`.
  public let loggedOutcomes: [Int]
  public let keep: KeepRule
  public let isKeepDeclared: Bool
  public let outcomes: [Outcome]
  public let timezone: String
  public let span: Span
  public init(
    name: String, entity: String, origin: Origin, columns: [Column], key: Int, time: Int,
    action: (column: Int, table: TableID)?, propensity: Int?, loggedOutcomes: [Int],
    keep: KeepRule, isKeepDeclared: Bool, outcomes: [Outcome], timezone: String, span: Span
  ) {
    self.name = name
    self.entity = entity
    self.origin = origin
    self.columns = columns
    self.key = key
    self.time = time
    self.action = action
    self.propensity = propensity
    self.loggedOutcomes = loggedOutcomes
    self.keep = keep
    self.isKeepDeclared = isKeepDeclared
    self.outcomes = outcomes
    self.timezone = timezone
    self.span = span
  }
}
