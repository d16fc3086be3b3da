import C360Columns
import C360Plan

/// A run that does not fit in memory (semantics.md E4): the rows of every source are written to disk
/// by ranges of entity keys, in canonical order; then the steps about single entities run range by
/// range, their results again on disk; then, once, the steps that need all rows.
///
/// The results are those of a run in memory, bit for bit, and so are counts and the row that an
/// error names.
struct PartitionedRun: Sendable {
  let cut: PartitionedPlan
  let runner: StepRunner
  let options: SpillOptions

  init(_ cut: PartitionedPlan, _ runner: StepRunner, _ options: SpillOptions) {
    self.cut = cut
    self.runner = runner
    self.options = options
  }

  var context: ExecutionContext { runner.context }
  var plan: Plan { cut.plan }

  func run(
    inspect: ((EngineError, ExecutionState) -> Void)?
  ) throws(EngineError) -> ExecutionResult {
    var tally = RunTally(plan)
    var failure: RunFailurePlace?
    let before = try runBefore(&tally, &failure, inspect)
    let spill = try SourceSpill(self, beside: before)
    let results = try ResultSpill(cut, directory: options.directory)
    let partitions = try runPartitions(spill, before, results, &tally, &failure, inspect)
    if let failure { throw failure.error }
    var sinks: [Int: SinkRows] = [:]
    let after = try runAfter(before, results, &tally, inspect)
    for (place, sink) in plan.sinks.enumerated() {
      sinks[place] =
        if cut.isInPartitions(sink), let rows = results.rows[sink.relation] {
          SinkRows(rows, sink, in: plan)
        } else {
          SinkRows(sink.batch(after))
        }
    }
    context.progress?(
      ProgressReport(operation: "done", done: plan.steps.count, total: plan.steps.count))
    return ExecutionResult(
      sinks: plan.sinks.enumerated().compactMap { place, sink in
        sinks[place].map { SinkResult(index: sink.index, rows: $0) }
      }, rowCounts: tally.rowCounts, counts: tally.counts, statistics: tally.statistics,
      partitions: partitions)
  }

  // MARK: Before

  private func runBefore(
    _ tally: inout RunTally, _ failure: inout RunFailurePlace?,
    _ inspect: ((EngineError, ExecutionState) -> Void)?
  ) throws(EngineError) -> ExecutionState {
    let (part, steps) = cut.part(.before)
    var state = ExecutionState(plan: part)
    do throws(StepRunner.Failure) {
      try runner.run(part, &state) { tally.add($0, as: steps[$0.step]) }
    } catch {
      guard error.error.isOfRows else { throw error.error }
      // An earlier step may fail in a partition.
      failure = RunFailurePlace(step: steps[error.step], error: error.error)
      inspect?(error.error, state)
    }
    tally.add(state)
    return state
  }

  // MARK: Partitions

  /// - Returns: how many there were.
  private func runPartitions(
    _ spill: SourceSpill, _ before: ExecutionState, _ results: ResultSpill,
    _ tally: inout RunTally, _ failure: inout RunFailurePlace?,
    _ inspect: ((EngineError, ExecutionState) -> Void)?
  ) throws(EngineError) -> Int {
    for (scan, statistics) in zip(cut.scans, spill.statistics) {
      tally.add(statistics, as: scan.index)
    }
    tally.add(spill.counts)
    tally.add(rows: spill.unread)
    let newest = try findNewest(spill, before)
    let (part, steps) = cut.part(.inPartitions, newest: newest)
    return try forEachPartition(spill, before, part) {
      (partitions, state, runner) throws(EngineError) in
      var measured: [StepStatistics] = []
      do throws(StepRunner.Failure) {
        try runner.run(
          part, &state, where: { failure?.asks(for: steps[$0], part.steps[$0], cut) ?? true }
        ) { measured.append($0) }
      } catch {
        guard error.error.isOfRows else { throw error.error }
        let place = RunFailurePlace(
          step: steps[error.step],
          error: try error.error.movingRows { (relation, row) throws(EngineError) in
            if let source = spill.sources.first(where: { $0.relation == relation }) {
              return try source.number(ofRow: row, partitions)
            }
            return row + (tally.rowCounts[relation] ?? 0)
          })
        if failure.map(place.isBefore) ?? true { inspect?(error.error, state) }
        failure = failure.map { $0.merged(with: place) } ?? place
      }
      for statistics in measured { tally.add(statistics, as: steps[statistics.step]) }
      tally.add(state, except: before)
      if failure == nil { try results.append(state) }
    }
  }

  /// Calls `body` with the rows of partitions that fit in memory together, in order. What turns out
  /// not to fit is cut in halves: `body` then throws `.memory`, and must not have kept anything.
  ///
  /// - Returns: how often it was called.
  private func forEachPartition(
    _ spill: SourceSpill, _ before: ExecutionState, _ part: Plan,
    _ body: (Range<Int>, inout ExecutionState, StepRunner) throws(EngineError) -> Void
  ) throws(EngineError) -> Int {
    let forecast = MemoryForecast(part)
    let limit = options.partitions == nil ? runner.memory.limit : nil
    // The next is last.
    var open = Array(
      spill.groups { partitions in
        guard let limit else { return false }
        var rows = before.relations.mapValues(\.rowCount)
        for source in spill.sources {
          rows[source.relation] = source.rowCount(partitions)
        }
        return forecast.peak(rows: rows) <= limit
      }.reversed())
    var done = 0
    while let partitions = open.popLast() {
      let runner = runner.reporting("partition \(done + 1) of \(done + 1 + open.count)")
      var state = ExecutionState(plan: part)
      state.relations = before.relations
      for source in spill.sources {
        state.relations[source.relation] = try source.load(
          partitions, threads: context.threads)
      }
      do throws(EngineError) {
        try body(partitions, &state, runner)
        done += 1
      } catch {
        guard case .memory(let limit, let needed, let operation) = error else { throw error }
        if partitions.count == 1 {
          // What the steps made is given back before rows are looked at again.
          state = before
          let largest = try largestEntity(spill, partitions)
          throw .memory(limit: limit, needed: needed, operation: operation + largest)
        }
        let middle = partitions.lowerBound + partitions.count / 2
        open += [middle..<partitions.upperBound, partitions.lowerBound..<middle]
      }
    }
    return done
  }

  /// The newest events of tables that have observed no longer. Where steps have to tell which events
  /// count, they run in all partitions first.
  private func findNewest(
    _ spill: SourceSpill, _ before: ExecutionState
  ) throws(EngineError) -> [RelationID: Int64] {
    guard let part = cut.newestPart else { return spill.newest }
    var newest: [RelationID: Int64] = [:]
    _ = try forEachPartition(spill, before, part) { (_, state, runner) throws(EngineError) in
      do throws(StepRunner.Failure) {
        try runner.run(part, &state) { _ in }
      } catch {
        // What fails will fail again, and then be told.
        guard error.error.isOfRows else { throw error.error }
        return
      }
      for (relation, events) in cut.newest {
        guard let time = Coverages.newest(events, state) else { continue }
        newest[relation] = max(newest[relation] ?? .min, time)
      }
    }
    return newest
  }

  // MARK: After

  private func runAfter(
    _ before: ExecutionState, _ results: ResultSpill, _ tally: inout RunTally,
    _ inspect: ((EngineError, ExecutionState) -> Void)?
  ) throws(EngineError) -> ExecutionState {
    let (part, steps) = cut.part(.after)
    var state = ExecutionState(plan: part)
    state.relations = before.relations
    let needed = Set(part.steps.flatMap { StepColumns($0, in: plan).read })
      .union(part.sinks.flatMap { $0.columns.map(\.column) })
    for (relation, rows) in results.rows {
      let columns = rows.columns.map(\.id).filter(needed.contains)
      if let limit = runner.memory.limit, !columns.isEmpty {
        let bytes = MemoryBudget.resident(state) + rows.byteCount(columns)
        if bytes > limit {
          let step = part.steps.first { $0.looks(at: relation, in: plan) }
          throw .memory(
            limit: limit, needed: bytes,
            operation: step.map { StepName.inWords($0, in: plan) }
              ?? "all of `\(plan.name(of: relation))`"
          )
        }
      }
      state.relations[relation] = Relation(
        rowCount: rows.rowCount, columns: try rows.load(columns))
    }
    do throws(StepRunner.Failure) {
      try runner.run(part, &state) { tally.add($0, as: steps[$0.step]) }
    } catch {
      inspect?(error.error, state)
      throw error.error
    }
    tally.add(state, except: before, results.rows.keys)
    return state
  }
}

extension StepRunner {
  /// The same with a title before every operation that is reported.
  fileprivate func reporting(_ title: String) -> StepRunner {
    StepRunner(
      tables: tables, decisions: decisions,
      context: context.reporting {
        ProgressReport(operation: "\(title): \($0.operation)", done: $0.done, total: $0.total)
      }, memory: memory)
  }
}

/// Rows, counts and statistics of all parts of a run.
struct RunTally {
  private(set) var rowCounts: [RelationID: Int] = [:]
  private(set) var counts = RunCounts()
  /// By step of the plan.
  private(set) var statistics: [StepStatistics]

  init(_ plan: Plan) {
    statistics = plan.steps.enumerated().map { index, step in
      StepStatistics(
        step: index, operation: StepName.of(step, in: plan), rows: 0, seconds: 0, bytes: 0,
        residentBytes: 0)
    }
  }

  /// Adds what a step did in one part; the memory is that of the part that took most.
  mutating func add(_ other: StepStatistics, as step: Int) {
    let own = statistics[step]
    statistics[step] = StepStatistics(
      step: step, operation: own.operation, rows: own.rows + other.rows,
      seconds: own.seconds + other.seconds, bytes: max(own.bytes, other.bytes),
      residentBytes: max(own.residentBytes, other.residentBytes))
  }

  mutating func add(_ other: RunCounts) { counts.merge(other) }

  mutating func add(rows: [RelationID: Int]) { rowCounts.merge(rows, uniquingKeysWith: +) }

  /// Adds the rows and counts of a part.
  mutating func add(
    _ state: ExecutionState, except before: ExecutionState? = nil,
    _ known: some Collection<RelationID> = []
  ) {
    for (relation, rows) in state.relations
    where before?.relations[relation] == nil && !known.contains(relation) {
      rowCounts[relation, default: 0] += rows.rowCount
    }
    counts.merge(state.counts)
  }
}
