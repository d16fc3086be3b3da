import C360Columns
import C360Plan
import Dispatch

/// Runs the steps of a plan, one after the other, each in parallel over its rows.
///
/// A column is freed after the last step that reads it. Cancellation takes effect between steps and
/// between tiles of a step.
public struct Executor: Sendable {
  private let plan: Plan
  private let context: ExecutionContext
  private let tables: any TableProvider
  private let decisions: any DecisionOperator
  private let memory: MemoryBudget

  /// - Parameter memoryLimit: bytes that resident columns may take; nil: no bound. A step that would
  ///   need more is not begun.
  public init(
    _ plan: Plan, tables: any TableProvider, decisions: any DecisionOperator,
    context: ExecutionContext, memoryLimit: Int? = nil
  ) {
    self.plan = plan
    self.tables = tables
    self.decisions = decisions
    self.context = context
    memory = MemoryBudget(limit: memoryLimit)
  }

  /// - Parameter inspect: told of the error that ends the run, with what there was of it: a host can
  ///   say whose row it is about.
  public func run(
    inspect: ((EngineError, ExecutionState) -> Void)? = nil
  ) throws(EngineError) -> ExecutionResult {
    var state = ExecutionState(plan: plan)
    let lifetimes = ColumnLifetimes(plan)
    var statistics: [StepStatistics] = []
    for (index, step) in plan.steps.enumerated() {
      let operation = StepName.of(step, in: plan)
      try context.checkCancelled()
      context.progress?(
        ProgressReport(operation: operation, done: index, total: plan.steps.count))
      try memory.reserve(for: step, operation: operation, state, tables)
      let before = MemoryBudget.resident(state)
      let started = DispatchTime.now().uptimeNanoseconds
      do throws(EngineError) {
        try run(step, &state)
      } catch {
        inspect?(error, state)
        throw error
      }
      let elapsed = DispatchTime.now().uptimeNanoseconds - started
      let after = MemoryBudget.resident(state)
      statistics.append(
        StepStatistics(
          step: index, operation: operation, rows: state.rowCount(StepName.target(of: step)),
          seconds: Double(elapsed) / 1e9, bytes: max(0, after - before), residentBytes: after))
      lifetimes.free(after: index, in: &state)
      state.timelines.dropFreed(state)
    }
    context.progress?(
      ProgressReport(operation: "done", done: plan.steps.count, total: plan.steps.count))
    return ExecutionResult(
      sinks: plan.sinks.map { SinkResult(index: $0.index, batch: batch($0, state)) },
      rowCounts: state.relations.mapValues(\.rowCount), counts: state.counts,
      statistics: statistics)
  }

  private func run(_ step: Step, _ state: inout ExecutionState) throws(EngineError) {
    switch step {
    case .scan(let step): try ScanOperator.run(step, &state, provider: tables)
    case .versions(let step): try VersionsOperator.run(step, &state, context)
    case .frame(let step): try FrameOperator.run(step, &state, context)
    case .timeline(let step): try TimelineOperator.run(step, &state, context)
    case .asOf(let step): try AsOfOperator.run(step, &state, context)
    case .consent(let step): try ConsentOperator.run(step, &state, context)
    case .derive(let step): try DeriveOperator.run(step, &state, context)
    case .filter(let step): try FilterOperator.run(step, &state, context)
    case .group(let step): try GroupOperator.run(step, &state, context)
    case .sort(let step): try SortOperator.run(step, &state, context)
    case .limit(let step): LimitOperator.run(step, &state)
    case .decide(let step): try decisions.run(step, &state, context)
    case .expect(let step): try ExpectOperator.run(step, state, context)
    }
  }

  private func batch(_ sink: Sink, _ state: ExecutionState) -> Batch {
    Batch(
      columns: sink.columns.map { name, column in
        Batch.Column(name: name, type: plan[column].type, vector: state.vector(column))
      }, rowCount: state.rowCount(sink.relation))
  }
}
