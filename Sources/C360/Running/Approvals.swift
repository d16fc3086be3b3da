import C360Diagnostics
import C360Semantics

extension Compiler {
  /// A policy whose approval has run out at the run time writes nothing, and with it the whole run.
  func holdApprovals(of program: Program) throws(DiagnosticError) {
    let sources =
      program.outputs.map(\.query.source) + program.shows.map(\.query.source)
    let used = Set(
      sources.flatMap { source -> [PolicyID] in
        switch source {
        case .policy(let policy, _), .candidates(let policy, _): [policy]
        case .composition(let composition, _): program[composition].policies
        case .table, .exposure: []
        }
      })
    let complaints = used.sorted { $0.index < $1.index }.compactMap { id -> Diagnostic? in
      let policy = program[id]
      guard let approval = policy.approval, let until = approval.until, until < program.runTime
      else { return nil }
      return HostDiagnostics.approvalRanOut.diagnostic(
        "the approval of `\(policy.name)` by \(approval.by) ran out before this run",
        at: policy.span,
        notes: [
          "approved until \(ValueText.time(until)), run at \(ValueText.time(program.runTime))"
        ],
        help: ["nothing is written until the approval is renewed"])
    }
    if !complaints.isEmpty { throw DiagnosticError(complaints) }
  }

  /// Tables that are bound must be tables of the program.
  func holdBindings(to program: Program) throws(DiagnosticError) {
    let names =
      program.tables.map(\.name)
      + program.exposures.compactMap { exposure -> String? in
        if case .file = exposure.origin { exposure.name } else { nil }
      }
    let complaints = session.options.bindings.keys.sorted().filter { !names.contains($0) }.map {
      let near = nearest(to: $0, among: names)
      return HostDiagnostics.unknownBinding.diagnostic(
        "there is no table `\($0)` to bind rows to",
        help: near.map { ["there is `\($0)`"] } ?? ["tables: \(names.joined(separator: ", "))"])
    }
    if !complaints.isEmpty { throw DiagnosticError(complaints) }
  }
}
