import C360Diagnostics
import C360Lowering
import C360Semantics

/// What of a checked script is wanted, where not all of it is.
package struct Asked: Sendable {
  /// Positions in `Program.outputs`, `shows` and `expectations`.
  package var outputs: [Int] = []
  package var shows: [Int] = []
  package var expectations: [Int] = []

  package init(outputs: [Int] = [], shows: [Int] = [], expectations: [Int] = []) {
    self.outputs = outputs
    self.shows = shows
    self.expectations = expectations
  }

  func narrow(_ program: Program) -> Program {
    var narrowed = program
    narrowed.outputs = outputs.map { program.outputs[$0] }
    narrowed.shows = shows.map { program.shows[$0] }
    narrowed.expectations = expectations.map { program.expectations[$0] }
    return narrowed
  }
}

/// For hosts that check a script once and ask several things of it: the prompt.
extension Session {
  /// The typed program, nil where a complaint is an error.
  package func checked() -> (program: Program?, diagnostics: [Diagnostic]) {
    let compiler = Compiler(self)
    return compiler.check(compiler.parse())
  }

  /// Computes only what is asked of a program of this session; complaints about its text are not
  /// among the report's.
  ///
  /// - Throws: `DiagnosticError`; `RunFailure`; `CancellationError`.
  package func run(_ asked: Asked, of program: Program) throws -> RunReport {
    let compiler = Compiler(self)
    let narrowed = asked.narrow(program)
    try compiler.holdBindings(to: narrowed)
    if !narrowed.outputs.isEmpty { try compiler.holdApprovals(of: narrowed) }
    let results = try compiler.execute(narrowed, compiler.lower(narrowed))
    return try compiler.deliver(results, narrowed, warnings: [])
  }

  /// The plan of what is asked, as text; `analyze` as in `plan(analyze:)`.
  package func plan(_ asked: Asked, of program: Program, analyze: Bool) throws -> String {
    let compiler = Compiler(self)
    let narrowed = asked.narrow(program)
    try compiler.holdBindings(to: narrowed)
    let lowered = compiler.lower(narrowed)
    let results = analyze ? try compiler.execute(narrowed, lowered) : nil
    let tables = HostTables(narrowed, lowered, self, compiler.files)
    return PlanText(narrowed, lowered, tables, measured: results).text
  }
}
