import C360Columns

/// A column of a relation, unique in its plan.
public struct ColumnID: Hashable, Sendable {
  public let index: Int
  public init(_ index: Int) { self.index = index }
}

/// A set of rows, unique in its plan. Steps add columns to it; only steps that change rows make a
/// new one.
public struct RelationID: Hashable, Sendable {
  public let index: Int
  public init(_ index: Int) { self.index = index }
}

/// What is known of a column before it has values.
public struct ColumnInfo: Sendable {
  /// For people; not unique.
  public let name: String
  public let type: LogicalType
  public let relation: RelationID
  public let isNullable: Bool
  public init(name: String, type: LogicalType, relation: RelationID, isNullable: Bool) {
    self.name = name
    self.type = type
    self.relation = relation
    self.isNullable = isNullable
  }
}

/// What to compute, as steps over resident columns, in an order in which every step finds what it
/// needs. A plan knows no language: expressions are scalar programs over column ids, tables are
/// indices into the host's list of sources, and places in the source text are indices into `origins`
/// of the host.
public struct Plan: Sendable {
  public var columns: [ColumnInfo] = []
  /// Names of relations, for people: `orders`, `sends`, `winback`.
  public var relations: [String] = []
  public var scalars = ScalarArena()
  public var steps: [Step] = []
  public var sinks: [Sink] = []
  /// Columns that stay until the end, though no step reads them: those that say whose row failed.
  public var lasting: Set<ColumnID> = []
  public init() {}

  public mutating func addRelation(_ name: String) -> RelationID {
    relations.append(name)
    return RelationID(relations.count - 1)
  }

  public mutating func addColumn(
    _ name: String, _ type: LogicalType, in relation: RelationID, nullable: Bool
  ) -> ColumnID {
    columns.append(ColumnInfo(name: name, type: type, relation: relation, isNullable: nullable))
    return ColumnID(columns.count - 1)
  }

  public subscript(column: ColumnID) -> ColumnInfo { columns[column.index] }
  public func name(of relation: RelationID) -> String { relations[relation.index] }
}

/// One operator of the engine.
public enum Step: Sendable {
  case scan(ScanStep)
  case versions(VersionsStep)
  case frame(FrameStep)
  case link(LinkStep)
  case timeline(TimelineStep)
  case eventMoments(EventMomentsStep)
  case eventValues(EventValuesStep)
  case asOf(AsOfStep)
  case coverage(CoverageStep)
  case consent(ConsentStep)
  case derive(DeriveStep)
  case filter(FilterStep)
  case group(GroupStep)
  case sort(SortStep)
  case limit(LimitStep)
  case sample(SampleStep)
  case window(WindowStep)
  case join(JoinStep)
  case stack(StackStep)
  case decide(DecideStep)
  case unfold(UnfoldStep)
  case draw(DrawStep)
  case compose(ComposeStep)
  case expect(ExpectStep)
}

/// Where a relation goes in the end: an output file or the screen; the host knows which by `index`.
public struct Sink: Sendable {
  public let index: Int
  public let relation: RelationID
  public let columns: [(name: String, column: ColumnID)]
  public init(index: Int, relation: RelationID, columns: [(name: String, column: ColumnID)]) {
    self.index = index
    self.relation = relation
    self.columns = columns
  }
}

/// Rows of a table, in the order of its file.
public struct ScanStep: Sendable {
  /// Index into the host's list of sources.
  public let source: Int
  public let relation: RelationID
  /// Columns to read, by their name in the file.
  public let columns: [(name: String, column: ColumnID)]
  public init(source: Int, relation: RelationID, columns: [(name: String, column: ColumnID)]) {
    self.source = source
    self.relation = relation
    self.columns = columns
  }
}

/// New columns computed row by row.
public struct DeriveStep: Sendable {
  public let relation: RelationID
  public let columns: [(scalar: ScalarID, column: ColumnID)]
  public init(relation: RelationID, columns: [(scalar: ScalarID, column: ColumnID)]) {
    self.relation = relation
    self.columns = columns
  }
}

/// Rows for which the condition is true; null drops a row and is counted.
public struct FilterStep: Sendable {
  public let input: RelationID
  public let condition: ScalarID
  public let output: RelationID
  /// Columns that later steps need: of the input, and their ids in the output.
  public let columns: [(from: ColumnID, to: ColumnID)]
  public init(
    input: RelationID, condition: ScalarID, output: RelationID,
    columns: [(from: ColumnID, to: ColumnID)]
  ) {
    self.input = input
    self.condition = condition
    self.output = output
    self.columns = columns
  }
}

/// Groups in the order of their keys (nulls last, NaN before null). No keys: one row, also of nothing.
public struct GroupStep: Sendable {
  public struct Aggregate: Sendable {
    public let function: AggregateFunction
    public let argument: ColumnID?
    public let second: ColumnID?
    /// `bool`; null counts as false. For `share` the condition.
    public let filter: ColumnID?
    public let setting: AggregateSetting
    public let column: ColumnID
    public let origin: Int32
    public init(
      function: AggregateFunction, argument: ColumnID?, second: ColumnID?, filter: ColumnID?,
      setting: AggregateSetting = .none, column: ColumnID, origin: Int32
    ) {
      self.function = function
      self.argument = argument
      self.second = second
      self.filter = filter
      self.setting = setting
      self.column = column
      self.origin = origin
    }
  }
  public let input: RelationID
  public let output: RelationID
  public let keys: [(from: ColumnID, to: ColumnID)]
  public let aggregates: [Aggregate]
  public init(
    input: RelationID, output: RelationID, keys: [(from: ColumnID, to: ColumnID)],
    aggregates: [Aggregate]
  ) {
    self.input = input
    self.output = output
    self.keys = keys
    self.aggregates = aggregates
  }
}

/// A stable sort; NaN after numbers, null last, in both directions.
public struct SortStep: Sendable {
  public let input: RelationID
  public let output: RelationID
  public let keys: [(column: ColumnID, isDescending: Bool)]
  /// So many of the last keys are there to make the order hang on nothing but the rows: −0 stands
  /// before 0 in them, and equals it in the others.
  public let tieBreakers: Int
  /// Only so many of the first rows are wanted; nil: all.
  public let take: Int?
  public let columns: [(from: ColumnID, to: ColumnID)]
  public init(
    input: RelationID, output: RelationID, keys: [(column: ColumnID, isDescending: Bool)],
    tieBreakers: Int = 0, take: Int? = nil, columns: [(from: ColumnID, to: ColumnID)]
  ) {
    self.input = input
    self.output = output
    self.keys = keys
    self.tieBreakers = tieBreakers
    self.take = take
    self.columns = columns
  }
}

public struct LimitStep: Sendable {
  public let input: RelationID
  public let output: RelationID
  public let skip: Int
  /// nil: all
  public let take: Int?
  public let columns: [(from: ColumnID, to: ColumnID)]
  public init(
    input: RelationID, output: RelationID, skip: Int, take: Int?,
    columns: [(from: ColumnID, to: ColumnID)]
  ) {
    self.input = input
    self.output = output
    self.skip = skip
    self.take = take
    self.columns = columns
  }
}

/// Every row must satisfy the condition, or the run fails before anything is written.
public struct ExpectStep: Sendable {
  public let relation: RelationID
  public let condition: ScalarID
  public let origin: Int32
  public init(relation: RelationID, condition: ScalarID, origin: Int32) {
    self.relation = relation
    self.condition = condition
    self.origin = origin
  }
}
