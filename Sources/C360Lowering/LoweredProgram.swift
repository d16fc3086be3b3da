import C360Diagnostics
import C360Plan
import C360Semantics

/// A plan, and what its indices mean to the host: which rows a scan reads, where a sink goes, which
/// place of the source an origin is.
public struct LoweredProgram: Sendable {
  public let plan: Plan
  /// By `ScanStep.source`.
  public let sources: [RowSource]
  /// By the `origin` of scalars and steps.
  public let origins: [Span]
  /// By `Sink.index`.
  public let sinks: [SinkTarget]
  /// Frames that are computed, and the exposures they are.
  public let frames: [RelationID: ExposureID]
  /// Of those frames, the columns that say whose moment a row is.
  public let moments: [RelationID: (key: ColumnID, time: ColumnID)]
  /// Decisions that are computed.
  public let decisions: [Decided]
  /// Compositions that are computed.
  public let compositions: [Composed]
  /// Frames whose exposures declare no `keep` rule and have outcomes: their step counts as kept the
  /// rows that overlap no earlier row's outcome window.
  public let unruled: Set<RelationID>
  /// Outcomes that ask whether their windows are observed to the end.
  public let coverages: [OutcomeCoverage]
  /// Events by identifiers, as events of entities, and the tables they are of.
  public let linked: [RelationID: TableID]

  /// The table whose rows, or events of entities, a relation holds.
  public func table(of relation: RelationID) -> TableID? {
    if let id = linked[relation] { return id }
    guard case .table(let id)? = sources.first(where: { $0.relation == relation })?.origin else {
      return nil
    }
    return id
  }

  /// What masks of outputs hide, by sinks of one row with one column.
  public let hideCounts: [HideCount]

  public let hiddenOutcomes: [HiddenOutcome]

  /// By a sink of one row with one column: rows of which a mask hides an outcome.
  public struct HiddenOutcome: Sendable {
    /// Position among the program's outputs.
    public let output: Int
    public let outcome: String
    /// Position of the sink.
    public let rows: Int
  }

  /// How often each line of a mask hides at the rows of an exposure. By line: positions of sinks.
  public struct HideCount: Sendable {
    public let mask: MaskID
    public let exposure: ExposureID
    /// Rows of the exposure; nil: all.
    public let rows: [Int?]
    /// Events that are not permitted; nil where events are not asked.
    public let events: [Int?]
  }

  public struct Decided: Sendable {
    public let policy: PolicyID
    public let exposure: ExposureID
    /// `DecideStep.name`.
    public let name: String
    /// Whether a query asks for it, and not only a composition of which it is a member.
    public let isAsked: Bool
    /// The composition of which it is a member, where bounds count what it does there alone.
    public let within: CompositionID?
  }

  public struct Composed: Sendable {
    public let composition: CompositionID
    public let exposure: ExposureID
    /// `ComposeStep.name`.
    public let name: String
  }

  /// One outcome and the coverage columns it depends on.
  public struct OutcomeCoverage: Sendable {
    public let exposure: ExposureID
    public let outcome: Int
    public let columns: [ColumnID]
  }
}

/// Rows that the host reads, by the contract of a table or of an exposure from a file.
public struct RowSource: Sendable {
  public enum Origin: Hashable, Sendable {
    case table(TableID)
    case exposure(ExposureID)
  }
  public let origin: Origin
  public let relation: RelationID
  /// Positions in the contract's columns, ascending; the scan asks for these.
  public let columns: [Int]
}

/// Where the rows of a sink go, as an index into the program's outputs or shows.
public enum SinkTarget: Hashable, Sendable {
  case output(Int)
  case show(Int)
  /// Nowhere: a number for the record of the run.
  case count
}

/// What lowering has to be told by the host.
public struct LoweringOptions: Sendable {
  /// Hash of the canonical text of a policy, as decision logs carry it.
  public var policyHash: @Sendable (Policy) -> String
  /// µs UTC: rows at or after it are not read, so no table is observed at or after it.
  public var horizon: Int64?
  /// Points of the path of value against budget, for policies under one budget; 0: none.
  public var pathPoints = 0
  /// Policy → exposure → constraint → group → prices of an earlier run.
  public var startPrices: [String: [String: [String: [String: [Double]]]]] = [:]
  /// Whose decisions are explained, and by which values.
  public var watch: Watch?
  /// Whether `stable` clauses are looked at: no decision hangs on them.
  public var measuresStability = true

  /// Expressions by which decisions at an exposure are explained.
  public struct Watch: Sendable {
    public let exposure: ExposureID
    /// By policy: with values at its exposures, or its exposures × actions, in the order of
    /// `DecideStep.watched`.
    public let policies: [PolicyID: [Expression]]
    /// The composition whose decisions these are, and expressions with values at its exposures, in the order
    /// of `ComposeStep.watched`; nil: they are those of one policy.
    public let composition: (id: CompositionID, expressions: [Expression])?
    public init(
      exposure: ExposureID, policies: [PolicyID: [Expression]],
      composition: (id: CompositionID, expressions: [Expression])? = nil
    ) {
      self.exposure = exposure
      self.policies = policies
      self.composition = composition
    }
  }
  public init(horizon: Int64? = nil, policyHash: @escaping @Sendable (Policy) -> String) {
    self.horizon = horizon
    self.policyHash = policyHash
  }
}

/// Lowers a checked program to a plan. Only what an output, a `show` or an `expect` depends on is
/// in it.
public func lower(_ program: Program, options: LoweringOptions) -> LoweredProgram {
  let lowering = Lowering(program, options)
  lowering.lowerExpectations()
  lowering.lowerSinks()
  lowering.lowerHideCounts()
  lowering.lowerHiddenOutcomes()
  return lowering.assemble()
}
