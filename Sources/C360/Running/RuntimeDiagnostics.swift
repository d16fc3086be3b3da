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
      return HostDiagnostics.badLink.diagnostic(
        detail, at: declaration(of: relation), label: "read here",
        data: tables.place(ofRow: row, relation: relation))
    case .unusable(let relation, let detail):
      return HostDiagnostics.unusableRelation.diagnostic(
        detail, at: declaration(of: relation),
        label: "read here")
    case .expectation(let origin, let relation, let firstRow, let count):
      return expectation(origin, relation, firstRow, count)
    case .memory(let limit, let needed, let operation):
      let whose = limit == Machine.memory ? "this machine has" : "`--memory` allows"
      return HostDiagnostics.memoryExceeded.diagnostic(
        "\(operation) needs \(ValueText.bytes(needed)), more than the \(ValueText.bytes(limit)) that \(whose)",
        help: [
          "entities are computed in partitions on disk, but this must be in memory as a whole: "
            + "give it more, or ask for fewer rows and columns"
        ])
    case .unsatisfiable(let policy, let bounds): return unsatisfiable(policy, bounds)
    case .spill(let directory, let detail):
      return Self.spill(directory, detail)
    case .source(let error):
      return HostDiagnostics.runtimeFailure.diagnostic("the run failed: \(error)")
    }
  }

  private func unsatisfiable(_ name: String, _ bounds: UnsatisfiedBounds) -> Diagnostic {
    let policy = program.policies.first { $0.name == name }
    let composition = program.compositions.first {
      $0.name == name || name.hasPrefix("\($0.name) at ")
    }
    func declared(_ clash: UnsatisfiedBounds.Clash) -> Span? {
      (policy?.constraints ?? composition?.constraints ?? [])
        .first { $0.name == clash.constraint }?.span
    }
    let clashes = bounds.clashes
    let notes = clashes.prefix(8).map { clash in
      let place = clash.label.isEmpty ? "" : " [\(clash.label)]"
      let sign = clash.isAtMost ? "<=" : ">="
      let closest = clash.closest.map {
        bounds.isProven
          ? ", and the closest that can hold is \(ValueText.figure($0))"
          : ", and the nearest decisions found come to \(ValueText.figure($0))"
      }
      let forced = clash.forced.map { part in
        "; nothing but the fallback is left at \(part.decisions) "
          + (part.decisions == 1 ? "decision" : "decisions") + " counted in it, which "
          + (part.decisions == 1 ? "comes" : "come") + " to \(ValueText.figure(part.usage))"
      }
      return "`\(clash.constraint)`\(place) asks \(sign) \(ValueText.figure(clash.limit))"
        + (closest ?? "") + (forced ?? "")
    }
    var seen: Set<String> = []
    let places = clashes.filter { seen.insert($0.constraint).inserted }.compactMap { clash in
      declared(clash).map { LabeledSpan($0, bounds.isProven ? "clashes" : "not met") }
    }
    guard bounds.isProven else { return notMet(name, bounds, notes, places) }
    let names = seen.sorted().map { "`\($0)`" }.joined(separator: ", ")
    return HostDiagnostics.unsatisfiableBounds.diagnostic(
      clashes.count == 1
        ? "no decisions of `\(name)` satisfy \(names)"
        : "no decisions of `\(name)` satisfy \(names) together",
      at: policy?.span ?? composition?.span,
      label: "subject to them", secondary: places,
      notes: notes + (clashes.count > 8 ? ["and \(clashes.count - 8) more"] : []),
      help: [Self.help(bounds)])
  }

  private static func help(_ bounds: UnsatisfiedBounds) -> String {
    let them = bounds.clashes.count == 1 ? "it" : "one of them"
    let soft = bounds.clashes.filter(\.mayBeSoft)
    if soft.isEmpty { return "loosen \(them)" }
    let one = bounds.clashes.count == 1 || soft.count == bounds.clashes.count
    return
      "loosen \(them), or make \(one ? "it" : "`\(soft[0].constraint)`") `soft` with a penalty for "
      + "each unit of violation"
  }

  private func notMet(
    _ name: String, _ bounds: UnsatisfiedBounds, _ notes: [String], _ places: [LabeledSpan]
  ) -> Diagnostic {
    let policy = program.policies.first { $0.name == name }
    let caps = bounds.caps.map { "`\($0)`" }.joined(separator: ", ")
    let more = bounds.clashes.count - notes.count
    return HostDiagnostics.boundsNotMet.diagnostic(
      "no decisions of `\(name)` were found that hold all bounds", at: policy?.span,
      label: "subject to them", secondary: places,
      notes: notes + (more > 0 ? ["and \(more) more"] : [])
        + (caps.isEmpty
          ? ["shares of decisions may hold them, but none of whole decisions were found that do"]
          : ["\(caps) held meanwhile: what each entity may have is decided in the order of time"]),
      help: [Self.help(bounds)])
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

  private func declaration(of relation: RelationID) -> Span? {
    lowered.sources.first { $0.relation == relation }.map { source in
      switch source.origin {
      case .table(let id): program[id].source.span
      case .exposure(let id): program[id].span
      }
    }
  }
}
