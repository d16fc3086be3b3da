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
/// fit in memory, partition by partition (see `PartitionedRun`).
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
    let (partitioned, sorting) = (partitioned, sorting)
    guard partitioned != nil || sorting != nil else { return try runWhole(runner, inspect) }
    if fitsInMemory {
      do throws(EngineError) {
        return try runWhole(runner, inspect)
      } catch {
        guard case .memory = error else { throw error }
      }
    }
    if let sorting { return try runWhole(sorting, inspect) }
    guard let partitioned else { return try runWhole(runner, inspect) }
    return try partitioned.run(inspect: inspect)
  }

  /// Sorts on disk; nil: there are none that could be, or steps that partitions are for.
  private var sorting: StepRunner? {
    guard let spill, spill.partitions != nil || runner.memory.limit != nil,
      plan.steps.allSatisfy(\.isRelational),
      plan.steps.indices.contains(where: {
        ScanStream($0, in: plan, sortsOnDisk: true)?.sortsOnDisk ?? false
      })
    else { return nil }
    var sorting = runner
    sorting.sortSpill = SortSpill(
      directory: spill.directory, limit: spill.partitions == nil ? runner.memory.limit : nil)
    return sorting
  }

  /// nil: all in memory, or not at all.
  private var partitioned: PartitionedRun? {
    guard let spill, spill.partitions != nil || runner.memory.limit != nil,
      let cut = PartitionedPlan(plan)
    else { return nil }
    return PartitionedRun(cut, runner, spill)
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
    _ runner: StepRunner, _ inspect: ((EngineError, ExecutionState) -> Void)?
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
      sinks: plan.sinks.map { SinkResult(index: $0.index, rows: $0.rows(state)) },
      rowCounts: state.relations.mapValues(\.rowCount), counts: state.counts,
      statistics: statistics, partitions: nil)
  }
}

extension Sink {
  /// Its rows, wherever they are.
  fileprivate func rows(_ state: ExecutionState) -> SinkRows {
    state.spilled[relation].map { SinkRows($0, self, in: state.plan) } ?? SinkRows(batch(state))
  }
}

extension Step {
  /// Whether it is about rows of tables alone, and none of entities over time.
  fileprivate var isRelational: Bool {
    switch self {
    case .scan, .derive, .filter, .group, .sort, .limit, .sample, .window, .join, .stack, .expect:
      true
    case .versions, .link, .frame, .eventMoments, .eventValues, .timeline, .coverage, .asOf,
      .consent,
      .decide, .unfold, .draw, .compose:
      false
    }
  }
}
