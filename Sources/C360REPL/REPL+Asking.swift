import C360
import C360Columns
import C360Diagnostics
import C360Semantics
import C360Syntax

extension REPL {
  /// A query as part of the session's text, checked.
  struct Question {
    let composite: Composite
    let session: Session
    let program: Program
    let show: Int
    let warnings: [Diagnostic]

    var query: Query { program.shows[show].query }
  }

  /// Checks a query and hands it on; complaints arrive where it was written.
  func question<Result>(
    _ span: Span, _ body: (Question) throws -> Result
  ) throws -> Result {
    try state.last.holdRows(of: span.text)
    try state.last.hold(span.text)
    let asked: [Composite.Piece] =
      [.words("show ")] + state.last.part(span) + [.words("\n")]
    let composite = state.document.composite(state.last.pieces(for: span.text) + asked)
    return try over(composite) { session in
      let (program, warnings) = try checked(session)
      let start = composite.starts[composite.starts.count - asked.count]
      guard
        let show = program.shows.firstIndex(where: {
          $0.span.file === composite.source && $0.span.range.lowerBound == start
        })
      else { throw Refusal("that is no query") }
      return try body(
        Question(
          composite: composite, session: session, program: program, show: show,
          warnings: warnings.filter {
            $0.primary.map { start <= $0.span.range.lowerBound } ?? false
          }))
    }
  }

  /// The rows of a query.
  func ask(_ span: Span) throws -> [Response.Part] {
    let parts = try question(span) { question -> [Response.Part] in
      let report = try question.session.run(Asked(shows: [question.show]), of: question.program)
      lastResult = report.shows.first.map { ($0, question.program.timezone) }
      let warnings = (question.warnings + report.warnings).map(question.composite.relocated)
      return news(warnings) + report.shows.map { .table(answer($0, report)) }
        + Unmasked.notes(of: question.query, in: question.program)
    }
    state.last.become(span.text)
    return parts
  }

  private func answer(_ table: ResultTable, _ report: RunReport) -> Response.Answer {
    let dropped = report.counts.nullConditions.sorted { $0.key < $1.key }.filter { $0.value > 0 }
    return Response.Answer(
      table: table, elapsed: report.elapsed,
      remarks: dropped.map { _, count in
        "\(count) \(count == 1 ? "row" : "rows") left out, the condition is null"
      })
  }

  // MARK: Values

  /// An expression without rows: literals, params and functions of them.
  func evaluate(_ span: Span) throws -> Response.Part {
    let part = try overOneRow(span) { session, program, _ -> Response.Part in
      guard let show = program.shows.indices.last else { throw Refusal("that is no value") }
      let report = try session.run(Asked(shows: [show]), of: program)
      guard let table = report.shows.first else { throw Refusal("that is no value") }
      return .table(
        Response.Answer(table: table, isValue: true, elapsed: report.elapsed, remarks: []))
    }
    state.last.become(expression: span.text)
    lastResult = nil
    return part
  }

  /// The expression as a column of a table of one row.
  func overOneRow<Result>(
    _ span: Span, _ body: (Session, Program, Query) throws -> Result
  ) throws -> Result {
    try state.last.hold(span.text)
    let composite = state.document.composite(
      state.last.pieces(for: span.text)
        + [
          .words(
            "actions \(Self.oneRowName) from \"\(Self.oneRowName)\" { _key: int @key }\n"
              + "show \(Self.oneRowName) | select value = ")
        ]
        + state.last.part(span) + [.words("\n")])
    return try over(composite, { $0.bindings[Self.oneRowName] = .batch(Self.oneRow) }) { session in
      let (program, _) = try checked(session)
      guard let show = program.shows.last else { throw Refusal("that is no value") }
      return try body(session, program, show.query)
    }
  }

  private static var oneRow: Batch {
    let values = Buffer(byteCount: 8)
    let vector = Vector(type: .int64, count: 1, values: values)
    vector.int64s[0] = 1
    return Batch(columns: [Batch.Column(name: "_key", type: .int, vector: vector)], rowCount: 1)
  }

  // MARK: Declarations

  /// Takes declarations into the session, when all of it still holds together.
  func declare(_ declared: [Declared], _ source: SourceFile) throws -> [Response.Part] {
    guard !declared.isEmpty else { return [] }
    if let other = declared.first(where: { LastQuery.mentions($0.span.text) }) {
      throw Refusal(
        "`_` is of the prompt alone, and \(other.keyword) stays: write out what it stands for")
    }
    let replaced = state.document.add(declared)
    let unset = declared.compactMap { one -> [String]? in
      guard one.keyword == "param", let name = one.name else { return nil }
      return state.options.parameters.removeValue(forKey: name).map { [name, $0] }
    }
    let composite = state.document.composite()
    return try over(composite) { session in
      let (program, warnings) = try checked(session)
      let own = warnings.map(composite.relocated).filter { $0.primary?.span.file === source }
      var lines: [String] = []
      for one in declared {
        guard let name = one.name else {
          if one.keyword == "timezone" {
            lines.append("\(one.span.text): days and clocks of all that is declared go by it")
          }
          continue
        }
        var line = Describing(program, state.document).headline(of: one)
        if let old = replaced.first(where: { $0.key == one.key }) {
          let users = state.document.declarations.filter {
            $0.key != one.key && $0.mentioned.contains(name)
          }.compactMap(\.name)
          line +=
            old.keyword == one.keyword
            ? ", replaced" : ", in place of the \(old.keyword) of that name"
          if !users.isEmpty { line += "; used by \(users.joined(separator: ", "))" }
        }
        if let dropped = unset.first(where: { $0[0] == name }) {
          line += "; no longer set to \(dropped[1])"
        }
        lines.append(line)
      }
      return news(own) + (lines.isEmpty ? [] : [.text(lines.joined(separator: "\n") + "\n")])
    }
  }

  /// What is done at once besides declaring: `show` prints, `output` writes, `expect` is held.
  func act(on declaration: DeclarationSyntax, _ part: Declared) throws -> [Response.Part] {
    switch declaration {
    case .show(let show):
      guard let query = show.query else { return [] }
      let isOfPrompt = LastQuery.mentions(query.span.text)
      let parts = try ask(query.span)
      if isOfPrompt { return parts + [.note("not kept, since `_` is of the prompt alone")] }
      _ = state.document.add([part])
      return parts
    case .output, .expect: break
    default: return []
    }
    let composite = state.document.composite()
    return try over(composite, { $0.writesOutputs = true }) { session in
      let (program, _) = try checked(session)
      func isHere(_ span: Span) -> Bool {
        composite.relocated(span).map { $0.file === part.source && part.range.overlaps($0.range) }
          ?? false
      }
      let asked = Asked(
        outputs: program.outputs.indices.filter { isHere(program.outputs[$0].span) },
        expectations: program.expectations.indices.filter { isHere(program.expectations[$0].span) })
      let report = try session.run(asked, of: program)
      let written = report.outputs.map {
        "wrote \($0.path), \($0.rows) \($0.rows == 1 ? "row" : "rows")\n"
      }
      return news(report.warnings.map(composite.relocated)) + written.map { .text($0) }
        + (asked.expectations.isEmpty ? [] : [.text("it holds\n")])
    }
  }

  // MARK: Scripts

  func loading(_ path: String) throws -> Response {
    let session = try Session(path: path)
    let isFirst = state.document.scripts.isEmpty
    if isFirst { state.directory = session.directory }
    state.document.scripts.removeAll { $0.path == path }
    let script = Document.Script(path: path, source: session.script)
    let (lost, hidden) = state.document.meeting(script)
    state.document.scripts.append(script)
    let composite = state.document.composite()
    return try overScript(composite, path) { whole in
      let (program, warnings) = try checked(whole)
      var text = "\(path): \(Describing(program, state.document).inventory)\n"
      if !lost.isEmpty { text += "in place of \(lost.map(\.title).joined(separator: ", "))\n" }
      if !hidden.isEmpty {
        text +=
          "\(hidden.map(\.title).joined(separator: ", ")) as typed here, not as in the script\n"
      }
      if session.directory != state.directory {
        text += "its paths are read from \(state.directory), as are those of the first script\n"
      }
      return Response(news(warnings.map(composite.relocated)) + [.text(text)])
    }
  }

  /// Complaints of a script that are told; there are no end of them where it is another kind of file.
  private static let mostComplaints = 5

  /// The same as `over`, for a script: where very much is wrong with it, the first complaints will do.
  private func overScript(
    _ composite: Composite, _ path: String, _ body: (Session) throws -> Response
  ) throws -> Response {
    do {
      return try over(composite, { _ in }, body)
    } catch let error as DiagnosticError where error.diagnostics.count > Self.mostComplaints {
      let more = error.diagnostics.count - Self.mostComplaints
      return .failure([
        .diagnostics(Array(error.diagnostics.prefix(Self.mostComplaints))),
        .note("… and \(more) more; `c360 check \(path)` tells them all"),
      ])
    }
  }

  /// Reads the loaded scripts anew; what was typed stays, over them.
  func reload() throws -> Response {
    guard !state.document.scripts.isEmpty else { throw Refusal("no script is loaded") }
    let paths = state.document.scripts.map(\.path)
    state.document.scripts = try paths.map {
      Document.Script(path: $0, source: try Session(path: $0).script)
    }
    forgetRows()
    let composite = state.document.composite()
    return try over(composite) { session in
      let (program, warnings) = try checked(session)
      return Response(
        news(warnings.map(composite.relocated)) + [
          .text(
            "\(paths.joined(separator: ", ")): \(Describing(program, state.document).inventory)\n")
        ])
    }
  }
}
