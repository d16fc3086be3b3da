import C360Columns
import C360Diagnostics
import C360Plan
import C360Semantics

/// The state of one lowering: what has been asked for so far, each thing once.
///
/// Expressions are lowered where they are asked for, and ask in turn for columns: of tables, of
/// profiles as of a moment, of timelines. When all sinks are lowered, `assemble` puts the steps that
/// compute those columns in order.
final class Lowering {
  let program: Program
  let options: LoweringOptions
  var plan = Plan()
  var scalars = ScalarBuilder()
  var origins: [Span] = []
  private var originOf: [Span: Int32] = [:]

  /// Rows that are read.
  var tables: [RowSource.Origin: TableRows] = [:]
  var tableOrder: [TableRows] = []
  /// Events by identifiers.
  var linkedTables: [TableID: LinkedRows] = [:]
  var linkedOrder: [LinkedRows] = []
  /// Links of identities as events of their entities.
  var linkTimelines: [TableID: LinkTimeline] = [:]
  var linkDerivations: [DeriveStep] = []
  var frames: [ExposureID: Frame] = [:]
  var frameOrder: [Frame] = []
  /// Decisions that are made.
  var decisions: [DecisionKey: Decision] = [:]
  var decisionOrder: [Decision] = []
  var compositions: [CompositionKey: ComposedDecision] = [:]
  var compositionOrder: [ComposedDecision] = []
  /// What is computed at the moments of a relation (frames, and events as moments).
  var requests = MomentRequests()
  /// Columns computed from a scalar before any query.
  var materialized: [MaterializedKey: ColumnID] = [:]
  /// What stands for the value so far in the steps of folds.
  var foldAccumulators: [FoldKey: ColumnID] = [:]
  /// The same among steps of queries, which run after all others.
  var queryColumns: [MaterializedKey: ColumnID] = [:]
  var features: [FeatureKey: ScalarID] = [:]
  var scores: [ScoreKey: ScalarID] = [:]
  var reaches: [Stability.Target: Reach] = [:]
  /// By column: how many timelines in a row stand behind it; absent means none.
  var levels: [ColumnID: Int] = [:]

  var sinks: [SinkTarget] = []
  var hideCounts: [LoweredProgram.HideCount] = []
  var hiddenOutcomes: [LoweredProgram.HiddenOutcome] = []
  var hideSinks: [MaterializedKey: Int] = [:]
  var coverages: [LoweredProgram.OutcomeCoverage] = []
  /// Steps that run as soon as rows are read.
  var expectSteps: [Step] = []
  /// Steps of queries, in order; everything they read is computed before.
  var querySteps: [Step] = []

  init(_ program: Program, _ options: LoweringOptions) {
    self.program = program
    self.options = options
  }

  struct FoldKey: Hashable {
    let relation: RelationID
    let type: LogicalType
  }
  struct MaterializedKey: Hashable {
    let relation: RelationID
    let scalar: ScalarID
  }
  struct FeatureKey: Hashable {
    let feature: FeatureID
    let relation: RelationID
    let actions: RelationID?
    let moved: Moved?
  }
  struct ScoreKey: Hashable {
    let score: ScoreID
    let relation: RelationID
    let actions: RelationID?
    let moved: Moved?
  }

  func origin(_ span: Span) -> Int32 {
    if let known = originOf[span] { return known }
    let index = Int32(origins.count)
    origins.append(span)
    originOf[span] = index
    return index
  }

  func addColumn(
    _ name: String, _ type: LogicalType, in relation: RelationID, nullable: Bool
  ) -> ColumnID {
    plan.addColumn(name, type, in: relation, nullable: nullable)
  }

  func scalar(_ column: ColumnID) -> ScalarID {
    scalars.column(column, plan[column].type.physical)
  }

  /// The longest chain of timelines that must run before the scalar has a value.
  func level(of scalar: ScalarID) -> Int {
    scalars.columns(of: scalar).reduce(0) { max($0, levels[$1] ?? 0) }
  }
}
