import C360Diagnostics

/// A typed pipeline. The source's rows are first turned into `initial` columns: those the source
/// shows by default and every feature, outcome or term that a later stage mentions. All later
/// expressions see only `queryColumn`s of the stage before.
///
/// Row order is canonical at the source (entity key, time, then the row's values in column order;
/// decisions like their exposures; actions and profiles by their rows' values) and stable from there.
public struct Query: Sendable {
  public enum Source: Sendable {
    case table(TableID)
    case exposure(ExposureID)
    /// One row a decision at that exposure.
    case policy(PolicyID, at: ExposureID)
    /// One row a decision at that exposure and candidate: the actions in their order, then the no-op.
    case candidates(PolicyID, at: ExposureID)
    case composition(CompositionID, at: ExposureID)
  }
  public struct Projection: Sendable {
    public let name: String
    public let expression: Expression
    public init(name: String, expression: Expression) {
      self.name = name
      self.expression = expression
    }
  }
  public struct SortKey: Sendable {
    public let expression: Expression
    public let isDescending: Bool
    public init(expression: Expression, isDescending: Bool) {
      self.expression = expression
      self.isDescending = isDescending
    }
  }
  public enum Stage: Sendable {
    /// Rows for which it is true; null drops the row (counted).
    case filter(Expression)
    /// The columns from here on.
    case project([Projection])
    /// The rows as they are, with these columns behind the others, the first of them at that place.
    case derive([Projection], firstColumn: Int)
    /// One row a group, sorted by the keys; expressions of `aggregates` hold `rowAggregate`s.
    /// Columns: keys, then aggregates. No keys: exactly one row.
    case group(keys: [Projection], aggregates: [Projection])
    /// Stable; NaN after numbers, null last, in both directions.
    case sort([SortKey])
    case take(Int)
    case skip(Int)
    /// Some of the rows in their order: which, hangs on the seed of the run and on the values of the
    /// columns of these places alone (docs/randomness.md).
    case sample(SampleAmount, by: [Int])
    /// The rows as they are, with a column a function behind the others.
    case window(RowWindows)
    /// Of each row one row for each of these lists of columns, with those columns; they agree in types.
    case stack([[Int]])
    /// The rows in their order, with columns of others behind theirs.
    indirect case join(RowJoin)
  }
  public let source: Source
  /// The mask under which features are seen; already applied in `initial`.
  public let mask: MaskID?
  /// Why there is none, where the query says `under none because "…"`; empty: it says no more than
  /// `under none`.
  public let unmaskedBecause: String?
  public let initial: [Projection]
  /// Ends with a `project` when hidden helper columns must go.
  public let stages: [Stage]
  /// Names and types of the result.
  public let columns: [(name: String, type: Type)]
  public let span: Span
  public init(
    source: Source, mask: MaskID?, unmaskedBecause: String?, initial: [Projection],
    stages: [Stage], columns: [(name: String, type: Type)], span: Span
  ) {
    self.source = source
    self.mask = mask
    self.unmaskedBecause = unmaskedBecause
    self.initial = initial
    self.stages = stages
    self.columns = columns
    self.span = span
  }
}

/// `output name = query to "path"`
public struct Output: Sendable {
  public let name: String
  public let query: Query
  public let path: String
  /// Directory of the script that names it.
  public let directory: String
  public let format: String?
  public let span: Span
  public init(
    name: String, query: Query, path: String, directory: String, format: String?, span: Span
  ) {
    self.name = name
    self.query = query
    self.path = path
    self.directory = directory
    self.format = format
    self.span = span
  }
}

/// `show query`
public struct Show: Sendable {
  public let query: Query
  public let span: Span
  public init(query: Query, span: Span) {
    self.query = query
    self.span = span
  }
}
