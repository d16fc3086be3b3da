import C360Columns
import C360Decisions
import C360Diagnostics
import C360Lowering
import C360Semantics
import C360Syntax

/// The way of a program, from text to results: each phase a verb, each with a tree of its own.
///
///     text ─parse─▶ SyntaxTree ─check─▶ Program ─lower─▶ Plan ─execute─▶ Results ─deliver─▶ files
struct Compiler {
  let session: Session
  let files = ReadLog()
  let started = Clock.now()

  init(_ session: Session) { self.session = session }

  /// text → tree; complaints are in the tree.
  func parse() -> SyntaxTree {
    files.add(.script, path: session.scriptPath, bytes: session.script.bytes)
    return C360Syntax.parse(session.script)
  }

  /// tree → typed program, with all laws held.
  func check(_ tree: SyntaxTree) -> (program: Program?, diagnostics: [Diagnostic]) {
    if !TimeRange.instants.contains(session.runTime) {
      let instant = ValueText.time(session.runTime)
      return (
        nil,
        [
          HostDiagnostics.unfitInstant.diagnostic(
            "a run cannot be at \(instant), which is out of the range of times",
            help: [
              "times reach from the year \(TimeRange.years.lowerBound) to"
                + " \(TimeRange.years.upperBound); `runTime` and `asOf` are microseconds since 1970"
            ])
        ]
      )
    }
    return C360Semantics.check(
      tree,
      options: CheckOptions(
        parameters: session.options.parameters, runTime: session.runTime,
        seed: session.options.seed, directory: session.directory),
      resolver: FileResolver(log: files))
  }

  /// program → plan: what sinks need, each thing once.
  ///
  /// - Parameter startPrices: as `EarlierPrices` has them.
  func lower(
    _ program: Program, watch: LoweringOptions.Watch? = nil,
    startPrices: EarlierPrices.Tree = [:]
  ) -> LoweredProgram {
    var options = LoweringOptions(horizon: session.options.asOf) { sha256($0.canonicalText) }
    options.pathPoints = session.options.pathPoints
    options.startPrices = startPrices
    options.watch = watch
    options.measuresStability = watch == nil && session.options.canary == nil
    return C360Lowering.lower(program, options: options)
  }

  /// plan → rows of all sinks, in memory.
  func execute(
    _ program: Program, _ lowered: LoweredProgram, watch: DecisionWatch? = nil
  ) throws -> Results {
    do {
      watch?.reset()
      return try Execution(program, lowered, session, files, watch: watch).run()
    } catch is OutdatedTable {
      return try execute(program, lowered, watch: watch)
    }
  }

  /// rows → files, all of them or none, and the report.
  func deliver(_ results: Results, _ program: Program, warnings: [Diagnostic]) throws -> RunReport {
    try Delivery(results, program, session, files, started: started).deliver(warnings: warnings)
  }

  func diagnostics() -> [Diagnostic] { check(parse()).diagnostics }

  /// The typed program of a script without errors, its bindings held.
  func program() throws -> Program {
    let (program, _) = try accept(check(parse()))
    try holdBindings(to: program)
    return program
  }

  func run() throws -> RunReport {
    let (program, warnings) = try accept(check(parse()))
    try holdBindings(to: program)
    try holdApprovals(of: program)
    let start = try session.options.warmStart.map { try EarlierPrices(manifest: $0, files).prices }
    let results = try execute(program, lower(program, startPrices: start ?? [:]))
    return try deliver(results, program, warnings: warnings)
  }

  /// - Parameter leak: as in `Canary`.
  func canary(leak: Int64 = 0) throws -> (CanaryReport, warnings: [Diagnostic]) {
    let (program, warnings) = try accept(check(parse()))
    try holdBindings(to: program)
    return (try Canary(session, program, leak: leak).run(), warnings)
  }

  func explain(analyze: Bool) throws -> String {
    let (program, _) = try accept(check(parse()))
    try holdBindings(to: program)
    let lowered = lower(program)
    let results = analyze ? try execute(program, lowered) : nil
    let tables = HostTables(program, lowered, session, files)
    return PlanText(program, lowered, tables, measured: results).text
  }

  func accept(
    _ checked: (program: Program?, diagnostics: [Diagnostic])
  ) throws(DiagnosticError) -> (Program, warnings: [Diagnostic]) {
    guard let program = checked.program,
      !checked.diagnostics.contains(where: { $0.severity == .error })
    else { throw DiagnosticError(checked.diagnostics) }
    return (program, checked.diagnostics)
  }
}
