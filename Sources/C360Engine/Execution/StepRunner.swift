import C360Columns
import C360Plan
import Dispatch

/// Runs the steps of one plan after the other over one state, and measures them.
struct StepRunner: Sendable {
  let tables: any TableProvider
  let decisions: any DecisionOperator
  let context: ExecutionContext
  let memory: MemoryBudget

  /// Which step failed; with what there was of the run, in `state`.
  struct Failure: Error {
    /// Index into the steps that were run.
    let step: Int
    let error: EngineError
  }

  /// - Parameters:
  ///   - isWanted: false for some step, and then for all after it: they are left out.
  ///   - done: told of each step's statistics.
  func run(
    _ plan: Plan, _ state: inout ExecutionState, where isWanted: (Int) -> Bool = { _ in true },
    done: (StepStatistics) -> Void
  ) throws(Failure) {
    let order = ScanStream.order(plan) { stream in
      isStreamed(stream) && stream.places.allSatisfy(isWanted)
    }
    // Places below are those in this order.
    var plan = plan
    plan.steps = order.map { plan.steps[$0] }
    let lifetimes = ColumnLifetimes(plan)
    let late = LateColumns(plan, tables)
    var next = 0
    while next < plan.steps.count {
      let place = next
      next += 1
      guard isWanted(order[place]) else { continue }
      let step = plan.steps[place]
      let operation = StepName.of(step, in: plan)
      do throws(EngineError) {
        try context.checkCancelled()
        context.progress?(
          ProgressReport(operation: operation, done: place, total: plan.steps.count))
        let before = MemoryBudget.resident(state)
        if let stream = ScanStream(place, in: plan),
          stream.places.allSatisfy({ isWanted(order[$0]) }),
          let (places, seconds) = try streamed(stream, &state, late)
        {
          let after = MemoryBudget.resident(state)
          for (place, seconds) in zip(places, seconds) {
            done(
              StepStatistics(
                step: order[place], operation: StepName.of(plan.steps[place], in: plan),
                rows: state.rowCount(StepName.target(of: plan.steps[place])), seconds: seconds,
                bytes: place == places.last ? max(0, after - before) : 0,
                residentBytes: after))
            lifetimes.free(after: place, in: &state)
          }
          next = place + places.count
          continue
        }
        try memory.reserve(
          for: step, operation: StepName.inWords(step, in: plan), state, tables)
        let started = DispatchTime.now().uptimeNanoseconds
        try run(step, &state, late)
        let elapsed = DispatchTime.now().uptimeNanoseconds - started
        let after = MemoryBudget.resident(state)
        done(
          StepStatistics(
            step: order[place], operation: operation,
            rows: state.rowCount(StepName.target(of: step)),
            seconds: Double(elapsed) / 1e9, bytes: max(0, after - before), residentBytes: after))
      } catch {
        throw Failure(step: order[place], error: error)
      }
      lifetimes.free(after: place, in: &state)
      state.timelines.dropFreed(state)
    }
  }

  /// The steps of a stream that are done, with their seconds; nil: they are to run one after the other.
  /// So they do too after an error, which then is the one of the whole table.
  private func streamed(
    _ stream: ScanStream, _ state: inout ExecutionState, _ late: LateColumns
  ) throws(EngineError) -> (places: [Int], seconds: [Double])? {
    var stream: ScanStream? = stream
    while let way = stream, isStreamed(way) {
      do throws(EngineError) {
        if let seconds = try way.run(&state, tables, memory, late, context) {
          return (way.places, seconds)
        }
      } catch {
        if case .cancelled = error { throw error }
        return nil
      }
      stream = way.shorter
    }
    return nil
  }

  /// Whether the rows of a stream may come batch by batch: where that costs no more.
  private func isStreamed(_ stream: ScanStream) -> Bool {
    tables.isReadOnDemand(source: stream.source)
  }

  private func run(
    _ step: Step, _ state: inout ExecutionState, _ late: LateColumns
  ) throws(EngineError) {
    switch step {
    case .scan(let step): try ScanOperator.run(late.early(step), &state, provider: tables)
    case .versions(let step): try VersionsOperator.run(step, &state, context)
    case .frame(let step): try FrameOperator.run(step, &state, context)
    case .link(let step): try LinkOperator.run(step, &state, context)
    case .timeline(let step): try TimelineOperator.run(step, &state, context)
    case .eventMoments(let step): try EventMomentsOperator.run(step, &state, context)
    case .eventValues(let step): try EventMomentsOperator.run(step, &state, context)
    case .coverage(let step): try CoverageOperator.run(step, &state, context)
    case .asOf(let step): try AsOfOperator.run(step, &state, context)
    case .consent(let step): try ConsentOperator.run(step, &state, context)
    case .derive(let step): try DeriveOperator.run(step, &state, context)
    case .filter(let step): try FilterOperator.run(step, &state, context)
    case .group(let step): try GroupOperator.run(step, &state, context)
    case .sort(let step):
      let missing = late.missing(step.input, state).map { (step: $0, provider: tables) }
      try SortOperator.run(step, &state, context, missing: missing)
    case .limit(let step): LimitOperator.run(step, &state)
    case .sample(let step): try SampleOperator.run(step, &state, context)
    case .stack(let step): StackOperator.run(step, &state)
    case .join(let step): try JoinOperator.run(step, &state, context, memory)
    case .window(let step): try WindowOperator.run(step, &state, context)
    case .decide(let step): try decisions.run(step, &state, context)
    case .unfold(let step): try UnfoldOperator.run(step, &state, context)
    case .draw(let step): try decisions.run(step, &state, context)
    case .compose(let step): try decisions.run(step, &state, context)
    case .expect(let step): try ExpectOperator.run(step, state, context)
    }
  }
}

extension Sink {
  /// The rows of a sink out of a state that holds them.
  func batch(_ state: ExecutionState) -> Batch {
    Batch(
      columns: columns.map { name, column in
        Batch.Column(name: name, type: state.plan[column].type, vector: state.vector(column))
      }, rowCount: state.rowCount(relation))
  }
}
