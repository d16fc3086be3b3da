import C360Columns
import C360Diagnostics
import C360Engine
import C360Lowering
import C360Plan
import C360Semantics

/// A run that began and could not be finished: the data, an output, a bound. Nothing was written.
public struct RunFailure: Error, Sendable {
  public let diagnostics: [Diagnostic]
  public init(diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }
}

/// Why the engine stopped, in words, with the place in the script and in the data.
struct RuntimeDiagnostics {
  let program: Program
  let lowered: LoweredProgram
  let tables: HostTables

  /// - Parameter moment: whose row it is, where the row is one of an exposure.
  func diagnostic(for error: EngineError, moment: String?) -> Diagnostic {
    switch error {
    case .cancelled:
      return HostDiagnostics.runtimeFailure.diagnostic("the run was cancelled")
    case .row(let origin, let relation, let row, let detail):
      let place = tables.place(ofRow: row, relation: relation)
      return HostDiagnostics.failedRow.diagnostic(
        detail, at: span(origin), data: place,
        notes: place == nil
          ? [moment ?? "in row \(row + 1) of \(lowered.plan.name(of: relation))"] : [],
        help: ["`if`, `??`, `and` and `or` leave out what they do not need"])
    case .badRow(let relation, let row, let detail):
      let links = links(of: relation)
      return HostDiagnostics.badLink.diagnostic(
        detail, at: links?.roles.weight.span ?? declaration(of: relation), label: "of this",
        data: tables.place(ofRow: row, relation: relation, column: links?.column),
        help: links?.roles.rule == .weighted
          ? [
            "the probabilities of one identifier add up to 1 at most, those below the threshold included: mend the "
              + "rows, or write `resolve best`, which takes the most probable link"
          ] : ["80 percent is written 0.8: mend the row"])
    case .unusable(let relation, let detail):
      return HostDiagnostics.unusableRelation.diagnostic(
        detail, at: declaration(of: relation) ?? moments(relation),
        label: declaration(of: relation) == nil ? "declared here" : "read here")
    case .expectation(let origin, let relation, let firstRow, let count):
      return expectation(origin, relation, firstRow, count)
    case .memory(let limit, let needed, let operation):
      return Self.memory(limit, needed: needed, operation)
    case .unsatisfiable(let policy, let bounds):
      return UnsatisfiedBoundsText(policy, bounds, program).diagnostic
    case .spill(let directory, let detail):
      return Self.spill(directory, detail)
    case .source(let error):
      return HostDiagnostics.runtimeFailure.diagnostic("the run failed: \(error)")
    }
  }

  static func memory(_ limit: Int, needed: Int, _ operation: String) -> Diagnostic {
    let whose = limit == Machine.memory ? "this machine has" : "`--memory` allows"
    return HostDiagnostics.memoryExceeded.diagnostic(
      "\(operation) needs \(ValueText.bytes(needed)), more than the \(ValueText.bytes(limit)) that \(whose)",
      help: [
        "what can be cut goes through the disk, and this cannot: give it more, or keep fewer rows and "
          + "columns before it with `where` and `select`"
      ])
  }

  static func spill(_ directory: String, _ detail: String) -> Diagnostic {
    HostDiagnostics.spillFailed.diagnostic(
      "what does not fit in memory cannot be put on disk in `\(directory)`: \(detail)",
      data: DataPlace(path: directory),
      help: ["name a folder with room in `TMPDIR`, or allow more memory with `--memory`"])
  }

  private func expectation(
    _ origin: Int32, _ relation: RelationID, _ firstRow: Int, _ count: Int
  ) -> Diagnostic {
    let span = span(origin)
    let expectation = program.expectations.first { $0.span == span }
    let because = expectation?.because.map { ["because \"\($0)\""] } ?? []
    let place = tables.place(ofRow: firstRow, relation: relation)
    let rows = count == 1 ? "one row does" : "\(count) rows do"
    return HostDiagnostics.failedExpectation.diagnostic(
      "\(rows) not hold what is expected of \(lowered.plan.name(of: relation))", at: span,
      label: "false for row \(firstRow + 1)", data: place, notes: because)
  }

  private func span(_ origin: Int32) -> Span? {
    lowered.origins.indices.contains(Int(origin)) ? lowered.origins[Int(origin)] : nil
  }

  /// Of an exposure whose rows are made.
  private func moments(_ relation: RelationID) -> Span? {
    lowered.frames[relation].map { program[$0].span }
  }

  /// What is declared of links, and the column of their probability; nil where that is an expression.
  private func links(
    of relation: RelationID
  ) -> (roles: Table.IdentityRoles, column: String?)? {
    guard let source = lowered.sources.first(where: { $0.relation == relation }),
      case .table(let id) = source.origin, case .identity(let roles) = program[id].kind
    else { return nil }
    guard case .tableColumn(_, let column) = roles.weight.kind else { return (roles, nil) }
    return (roles, program[id].columns[column].name)
  }

  private func declaration(of relation: RelationID) -> Span? {
    lowered.sources.first { $0.relation == relation }.map { source in
      switch source.origin {
      case .table(let id): program[id].source.span
      case .exposure(let id): program[id].span
      }
    }
  }
}
