import C360Diagnostics

/// What names mean at some place of the text, and what it is for.
struct Scope {
  /// The rows whose columns are at hand.
  enum Rows {
    /// Params and literals only.
    case constant
    /// A decision; of this exposure where that is known.
    case decision(ExposureInfo?)
    /// An event, inside an aggregate.
    case event(TableInfo)
    /// A row of a table in `expect`.
    case table(TableInfo)
    /// A row of an exposure in `expect`.
    case exposureRow(ExposureInfo)
    /// A row of a query.
    case query(QueryScope)
    /// The body of a function: its parameters, and params.
    case function
  }

  /// What an expression is for: what it may read and how complaints call it.
  struct Use {
    enum Kind {
      case constant, feature, outcome, hide, rule, score, term, threshold, constraint, query, expect
      case function
    }
    let kind: Kind
    /// `score `p_buy``
    let noun: String
    /// Qualified name of the declaration, for the features made of its aggregates.
    let owner: String
    init(_ kind: Kind, _ noun: String, owner: String = "") {
      self.kind = kind
      self.noun = noun
      self.owner = owner
    }

    /// Law 1: who may read what is known only after the decision.
    var mayReadAfter: Bool { kind == .outcome || kind == .query || kind == .expect }
    /// Who may read columns of an exposure.
    var mayReadExposure: Bool {
      switch kind {
      case .outcome, .rule, .score, .term, .threshold, .constraint, .query, .expect: true
      case .constant, .feature, .hide, .function: false
      }
    }
    /// Aggregates elsewhere become features of their own.
    var holdsAggregates: Bool { kind == .feature || kind == .outcome }
    var mayAggregate: Bool {
      switch kind {
      case .feature, .outcome, .score, .rule, .term, .threshold, .constraint, .query: true
      case .constant, .hide, .expect, .function: false
      }
    }
  }

  var rows: Rows
  var use: Use
  /// The actions table of `for …`.
  var actions: TableInfo?
  var mask: MaskInfo?
  /// What the decision is about, where that is known and no exposure says it.
  var knownEntity: String?
  var environment: Environment
  /// Inside the braces of `group`, where aggregates range over the rows of the group.
  var isGroup = false
  /// In `pivot`, what else must hold of a row for an aggregate to see it.
  var pivot: Expression?
  /// Inside the braces of `window`: the functions asked for so far.
  var window: WindowRequests?
  /// In the bound of a constraint, where columns of limits and of actions stand for those of their rows.
  var isBound = false
  /// In the argument of an aggregate, where features and profile columns are as of the event.
  var isArgument = false

  init(
    _ rows: Rows, for use: Use, actions: TableInfo? = nil, mask: MaskInfo? = nil,
    in environment: Environment
  ) {
    self.rows = rows
    self.use = use
    self.actions = actions
    self.mask = mask
    self.environment = environment
  }

  func with(rows: Rows) -> Scope {
    var scope = self
    scope.rows = rows
    return scope
  }

  func with(environment: Environment) -> Scope {
    var scope = self
    scope.environment = environment
    return scope
  }

  /// What the decision at hand is about, where that is known.
  var entity: String? {
    if case .decision(let exposure?) = rows { return exposure.exposure.entity }
    return knownEntity
  }

  /// The table whose event is at hand, inside an aggregate.
  var eventTable: TableInfo? {
    if case .event(let table) = rows { return table }
    return nil
  }
}
