import C360Columns
import C360Plan

/// What a run that does not fit in memory may put on disk.
public struct SpillOptions: Sendable {
  /// Folder for files without a name, which are gone when the run ends.
  public var directory: String
  /// Cuts the run into about so many partitions, whether it fits or not; for tests.
  public var partitions: Int?
  /// Bytes that are read at a time; nil: a share of the memory.
  public var batchBytes: Int?
  public init(directory: String, partitions: Int? = nil, batchBytes: Int? = nil) {
    self.directory = directory
    self.partitions = partitions
    self.batchBytes = batchBytes
  }
}

/// Runs the steps of a plan, one after the other, each in parallel over its rows; where they do not
/// fit in memory, partition by partition (see `PartitionedRun`), or, about tables alone, piece by piece
/// (see `FlowRun`).
///
/// A column is freed after the last step that reads it. Cancellation takes effect between steps and
/// between tiles of a step.
public struct Executor: Sendable {
  private let plan: Plan
  private let runner: StepRunner
  private let spill: SpillOptions?

  /// - Parameters:
  ///   - memoryLimit: bytes that the run may take; nil: no bound. A step that would need more is not
  ///     begun.
  ///   - spill: nil: what does not fit ends the run.
  public init(
    _ plan: Plan, tables: any TableProvider, decisions: any DecisionOperator,
    context: ExecutionContext, memoryLimit: Int? = nil, spill: SpillOptions? = nil
  ) {
    self.plan = plan
    self.spill = spill
    runner = StepRunner(
      tables: tables, decisions: decisions, context: context,
      memory: MemoryBudget(limit: memoryLimit))
  }

  /// - Parameter inspect: told of the error that ends the run, with what there was of it: a host can
  ///   say whose row it is about.
  public func run(
    inspect: ((EngineError, ExecutionState) -> Void)? = nil
  ) throws(EngineError) -> ExecutionResult {
    guard let spill, spill.partitions != nil || runner.memory.limit != nil else {
      return try runWhole(inspect)
    }
    let flow = RowFlow(plan)
    let cut = flow == nil ? PartitionedPlan(plan) : nil
    guard flow != nil || cut != nil else { return try runWhole(inspect) }
    if fitsInMemory {
      do throws(EngineError) {
        return try runWhole(inspect)
      } catch {
        guard case .memory = error else { throw error }
      }
    }
    if let flow { return try FlowRun(flow, runner, spill).run(inspect: inspect) }
    guard let cut else { return try runWhole(inspect) }
    return try PartitionedRun(cut, runner, spill).run(inspect: inspect)
  }

  /// As far as the rows of the sources are known.
  private var fitsInMemory: Bool {
    if spill?.partitions != nil { return false }
    guard let limit = runner.memory.limit else { return true }
    var rows: [RelationID: Int] = [:]
    for case .scan(let scan) in plan.steps {
      rows[scan.relation] = runner.tables.estimatedRows(source: scan.source) ?? 0
    }
    return MemoryForecast(plan, passing: passing).peak(rows: rows) <= limit
  }

  /// Relations whose rows are never all there.
  private var passing: Set<RelationID> {
    var passing: Set<RelationID> = []
    for place in plan.steps.indices {
      guard let stream = ScanStream(place, in: plan), stream.isBounded,
        runner.tables.isReadOnDemand(source: stream.source)
      else { continue }
      passing.formUnion(stream.passing)
    }
    return passing
  }

  private func runWhole(
    _ inspect: ((EngineError, ExecutionState) -> Void)?
  ) throws(EngineError) -> ExecutionResult {
    var state = ExecutionState(plan: plan)
    var statistics: [StepStatistics] = []
    do throws(StepRunner.Failure) {
      try runner.run(plan, &state) { statistics.append($0) }
    } catch {
      inspect?(error.error, state)
      throw error.error
    }
    runner.context.progress?(
      ProgressReport(operation: "done", done: plan.steps.count, total: plan.steps.count))
    statistics.sort { $0.step < $1.step }
    return ExecutionResult(
      sinks: plan.sinks.map { SinkResult(index: $0.index, rows: SinkRows($0.batch(state))) },
      rowCounts: state.relations.mapValues(\.rowCount), counts: state.counts,
      statistics: statistics, partitions: nil)
  }
}
