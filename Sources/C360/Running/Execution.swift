import C360Columns
import C360Decisions
import C360Diagnostics
import C360Engine
import C360Lowering
import C360Plan
import C360Semantics

/// The rows of all sinks, and what happened on the way.
struct Results {
  let lowered: LoweredProgram
  let tables: [TableReading]
  /// By `Sink.index`.
  let sinks: [SinkRows]
  let rowCounts: [RelationID: Int]
  let counts: RunCounts
  /// By step of the plan.
  let statistics: [StepStatistics]
}

/// One run of a plan.
struct Execution {
  private let program: Program
  private let lowered: LoweredProgram
  private let session: Session
  private let tables: HostTables
  private let watch: DecisionWatch?

  /// - Parameter watch: told of the decisions that it looks for.
  init(
    _ program: Program, _ lowered: LoweredProgram, _ session: Session, _ files: ReadLog,
    watch: DecisionWatch? = nil
  ) {
    self.watch = watch
    self.program = program
    self.lowered = lowered
    self.session = session
    tables = HostTables(program, lowered, session, files)
  }

  /// - Throws: `RunFailure`; `CancellationError`; `OutdatedTable` when a kept table was not that of
  ///   the files, and is gone now.
  func run() throws -> Results {
    if let bound = session.options.memoryLimit { BufferPool.keep(atMost: bound / 16) }
    let context = ExecutionContext(
      threads: session.threadCount, batchSize: session.options.batchSize, pool: session.texts,
      sparesMemory: session.options.memoryLimit != nil || session.options.spillPartitions != nil,
      cancellation: session.options.cancellation, progress: progress)
    let executor = Executor(
      lowered.plan, tables: tables, decisions: DecideOperator(watch: watch), context: context,
      memoryLimit: session.options.memoryLimit, spill: spill)
    var moment: String?
    let result = try failing(
      { () throws(EngineError) in
        try executor.run { moment = momentInWords(of: $0, in: $1) }
      }, at: { moment })
    try tables.confirm()
    return Results(
      lowered: lowered, tables: tables.readings, sinks: result.sinks.map(\.rows),
      rowCounts: result.rowCounts, counts: result.counts, statistics: result.statistics)
  }

  /// `customer 42 at 2026-03-01T00:00:00Z` for an error at a row of an exposure.
  private func momentInWords(of error: EngineError, in state: ExecutionState) -> String? {
    guard case .row(_, let relation, let row, _) = error, let columns = lowered.moments[relation],
      let exposure = lowered.frames[relation], let rows = state.relations[relation],
      let keys = rows.columns[columns.key], let times = rows.columns[columns.time],
      row < rows.rowCount
    else { return nil }
    let key = keys.type == .text ? session.texts.text(keys.codes[row]) : "\(keys.int64s[row])"
    return "\(program[exposure].entity) \(key) at \(ValueText.time(times.int64s[row]))"
  }

  private var spill: SpillOptions {
    SpillOptions(
      directory: Installation.temporaryFolder, partitions: session.options.spillPartitions,
      batchBytes: session.options.spillPartitions == nil ? nil : 1)
  }

  private var progress: (@Sendable (ProgressReport) -> Void)? {
    guard let report = session.options.progress else { return nil }
    return { progress in
      report(
        RunProgress(
          operation: progress.operation, done: progress.done, total: progress.total))
    }
  }

  /// Turns what the engine throws into what hosts catch.
  private func failing<Result>(
    _ body: () throws(EngineError) -> Result, at moment: () -> String?
  ) throws -> Result {
    do {
      return try body()
    } catch {
      switch error {
      case .cancelled: throw CancellationError()
      case .source(let inner as DiagnosticError): throw RunFailure(diagnostics: inner.diagnostics)
      default:
        let words = RuntimeDiagnostics(program: program, lowered: lowered, tables: tables)
        throw RunFailure(diagnostics: [words.diagnostic(for: error, moment: moment())])
      }
    }
  }
}
