import C360
import C360Columns
import C360Diagnostics
import C360Display
import C360IO
import C360Semantics
import C360Syntax

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension REPL {
  /// Does what a command says.
  func obey(_ text: String) throws -> Response {
    // A command may end as statements do.
    let whole = String(text.trimmed.reversed().drop { $0 == ";" }.reversed())
    let (word, rest) = Command.parts(of: whole)
    let found = Command.matching(word)
    guard let command = found.first, found.count == 1 else {
      throw Refusal(Self.unknown(word, among: found))
    }
    switch command.name {
    case .help: return .text(try help(rest))
    case .load: return try loading(try needed(rest, "a script"))
    case .reload: return try reload()
    case .save: return try save(try needed(rest, "the path of a script"))
    case .tables: return try tables()
    case .describe: return describe(try needed(withoutBackTicks(rest), "a name"))
    case .schema: return .text(try FileSchema.block(of: try needed(unquoted(rest), "a data file")))
    case .type: return try type(try needed(rest, "an expression or a query"))
    case .plan: return try plan(rest)
    case .why: return Response(try why(rest))
    case .set: return try set(rest)
    case .unset: return try unset(rest)
    case .time:
      settings.showsTime = try flag(rest)
      return Response()
    case .plot: return try plot(rest)
    case .mode: return try mode(rest)
    case .maxrows: return try maximumRows(rest)
    case .pager:
      settings.usesPager = try flag(rest)
      return Response()
    case .output:
      settings.output = rest.isEmpty ? nil : unquoted(rest)
      return Response()
    case .edit: return Response([], action: .edit(lastStatement))
    case .history: return Response([], action: .history)
    case .reset:
      reset()
      return .text("nothing is declared")
    case .quit: return Response([], action: .quit)
    }
  }

  private static func unknown(_ word: String, among found: [Command]) -> String {
    guard !found.isEmpty, !word.isEmpty else {
      let near = nearest(to: word, among: Command.all.map(\.name.rawValue))
      return word.isEmpty || near == nil
        ? "there is no command `:\(word)`; `:help` lists them"
        : "there is no command `:\(word)`; there is `:\(near ?? "")`"
    }
    return "`:\(word)` may be " + found.map { "`:\($0.name.rawValue)`" }.joined(separator: " or ")
  }

  private func needed(_ text: String, _ what: String) throws -> String {
    guard !text.isEmpty else { throw Refusal("\(what) is missing") }
    return text
  }

  private func unquoted(_ text: String) -> String {
    guard text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return text }
    return String(text.dropFirst().dropLast())
  }

  private func withoutBackTicks(_ text: String) -> String {
    guard text.count > 2, text.hasPrefix("`"), text.hasSuffix("`") else { return text }
    return String(text.dropFirst().dropLast())
  }

  private func flag(_ text: String) throws -> Bool {
    switch text {
    case "on": true
    case "off": false
    default: throw Refusal("it is on or off")
    }
  }

  private func mode(_ text: String) throws -> Response {
    guard !text.isEmpty else { return .text(settings.mode.rawValue) }
    let found = TableMode.allCases.filter { $0.rawValue.hasPrefix(text) }
    guard found.count == 1 else {
      throw Refusal("modes are \(TableMode.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    settings.mode = found[0]
    return Response()
  }

  private func maximumRows(_ text: String) throws -> Response {
    guard !text.isEmpty else { return .text("\(settings.maximumRows ?? 0)") }
    guard let count = Int(text), count >= 0 else {
      throw Refusal("`:maxrows` takes a number, 0 for all")
    }
    settings.maximumRows = count == 0 ? nil : count
    return Response()
  }

  /// The last result as a chart, on the screen or in a file.
  private func plot(_ text: String) throws -> Response {
    guard let (table, timezone) = lastResult else {
      throw Refusal("there is no result to draw; ask a query first")
    }
    do {
      let request = try PlotRequest(text)
      let chart = try request.chart(
        of: table.batch, texts: table.texts, zone: Zone.named(timezone) ?? .utc)
      guard let path = request.svgPath else { return Response([.chart(chart)]) }
      return .text("wrote \(path)" + made(try TextFile.replace(path, with: chart.svg())))
    } catch let problem as PlotProblem {
      throw Refusal(problem.message + (problem.help.map { "; \($0)" } ?? ""))
    }
  }

  /// What is said of a folder that had to be made for a file.
  private func made(_ folder: String?) -> String {
    folder.map { "; the folder \($0) is new" } ?? ""
  }

  // MARK: The session

  private func save(_ rest: String) throws -> Response {
    let isForced = rest.hasPrefix("--force ")
    let path = unquoted(isForced ? rest.dropFirst("--force ".count).trimmed : rest)
    let file = absolutePath(path, from: ".")
    let isLoaded = state.document.scripts.contains { absolutePath($0.path, from: ".") == file }
    let isThere = access(path, F_OK) == 0
    guard !isThere || isLoaded || isForced || state.saved.contains(file) else {
      throw Refusal("`\(path)` is there already; `:save --force \(path)` writes over it")
    }
    var (text, left) = try over(state.document.composite()) { session -> (String, [String]) in
      let (program, _) = try checked(session)
      var saved = SavedScript(
        session.script, from: state.directory, to: Session.folder(of: path))
      return (try saved.text(setting: program.parameters, to: state.options), saved.left)
    }
    if let instant = state.options.runTime, instant != initial.options.runTime {
      left.append("--now \(ResultTable.text(.int(instant), .time))")
    }
    let folder = try TextFile.replace(path, with: text)
    state.saved.insert(file)
    let place =
      !isThere
      ? "" : isLoaded ? ", in place of the script that was loaded" : ", in place of what it was"
    var parts: [Response.Part] = [.text("wrote \(path)\(place)\(made(folder))\n")]
    if !left.isEmpty {
      parts.append(.note("not in the file, but options of a run: \(left.joined(separator: " "))"))
    }
    return Response(parts)
  }

  private func tables() throws -> Response {
    try over(state.document.composite()) { session in
      let (program, _) = try checked(session)
      let lines = Describing(program, state.document).sources
      return .text(lines.isEmpty ? "nothing is declared" : AlignedText.text(lines))
    }
  }

  /// What a name stands for: a declaration with its columns and type, a function, a verb.
  public func describe(_ name: String) -> Response {
    guarding { try self.described(name) }
  }

  private func described(_ name: String) throws -> Response {
    let found = state.document.declarations(named: name)
    guard !found.isEmpty else {
      if let words = Help.word(name) { return .text(words) }
      let known = state.document.declarations.compactMap(\.name)
      let near = nearest(to: name, among: known).map { "; there is `\($0)`" } ?? ""
      throw Refusal("nothing is called `\(name)`\(near)")
    }
    return .text(try found.map { try described($0, name) }.joined(separator: "\n"))
  }

  private func described(_ declared: Declared, _ name: String) throws -> String {
    var text = try over(state.document.composite()) { session in
      let (program, _) = try checked(session)
      let describing = Describing(program, state.document)
      let columns = describing.columns(of: declared).map { AlignedText.text($0, indent: "  ") }
      return describing.headline(of: declared) + "\n" + (columns ?? "")
    }
    let isOfColumns = text.contains("\n  ")
    if ["policy", "view", "experiment", "arbitrate"].contains(declared.keyword) {
      text += try columns(of: name)
    }
    if !isOfColumns {
      let span = declared.span
      text += span.text + "\n"
      let place = span.file.position(of: span.range.lowerBound)
      text += "declared in \(span.file.name), line \(place.line)\n"
    }
    return text
  }

  private func columns(of query: String) throws -> String {
    let source = SourceFile(name: "", text: query)
    return try question(Span(file: source, range: 0..<source.bytes.count)) { question in
      AlignedText.text(question.query.columns.map { [$0.name, "\($0.type)"] }, indent: "  ")
    }
  }

  // MARK: Questions about the language

  private func type(_ text: String) throws -> Response {
    let source = SourceFile(name: "input", text: text)
    let input = parseInput(source, values: valueNames.union(features))
    guard !input.diagnostics.contains(where: { $0.severity == .error }) else {
      throw DiagnosticError(input.diagnostics)
    }
    guard let item = input.items.first, input.items.count == 1 else {
      throw Refusal("`:type` takes one expression or one query")
    }
    switch item.kind {
    case .query:
      return .text(
        try question(item.span) { question in
          AlignedText.text(question.query.columns.map { [$0.name, "\($0.type)"] })
        })
    case .expression: return .text(try typeOfExpression(item.span))
    default: throw Refusal("`:type` takes an expression or a query")
    }
  }

  /// As a value where it is one, else as a feature would be.
  private func typeOfExpression(_ span: Span) throws -> String {
    do {
      return try overOneRow(span) { _, _, query in "\(query.columns[0].type)" }
    } catch is DiagnosticError {}
    let composite = state.document.composite(
      [.words("feature _typed = ")] + state.last.part(span) + [.words("\n")])
    return try over(composite) { session in
      let (program, _) = try checked(session)
      guard let feature = program.features.first(where: { $0.name == "_typed" }) else {
        throw Refusal("that has no type")
      }
      let facts = feature.expression.facts
      var words = "\(feature.expression.type)"
      switch facts.grain.row {
      case .decision(let entity): words += ", known of a \(entity) before a time"
      case .exposure(let id): words += ", of the rows of \(program[id].name)"
      default: break
      }
      if let actions = facts.grain.actions { words += ", for each of \(program[actions].name)" }
      if !facts.labels.isEmpty {
        words += ", sensitive: \(facts.labels.sorted().joined(separator: ", "))"
      }
      return words
    }
  }

  private var features: Set<String> {
    Set(
      state.document.declarations.filter { $0.keyword == "feature" || $0.keyword == "score" }
        .compactMap(\.name))
  }

  private func plan(_ rest: String) throws -> Response {
    let (isAnalyzed, text) = Command.analyzed(rest)
    guard !text.isEmpty else { throw Refusal("a query is missing") }
    let source = SourceFile(name: "input", text: text)
    let input = parseInput(source)
    guard !input.diagnostics.contains(where: { $0.severity == .error }) else {
      throw DiagnosticError(input.diagnostics)
    }
    guard let item = input.items.first, input.items.count == 1, let query = query(of: item) else {
      throw Refusal("`:plan` takes one query")
    }
    return .text(
      try question(query) { question in
        try question.session.plan(
          Asked(shows: [question.show]), of: question.program, analyze: isAnalyzed)
      })
  }

  private func query(of item: TypedInput.Item) -> Span? {
    if item.kind == .query { return item.span }
    if case .show(let show) = DeclarationSyntax(item.node) { return show.query?.span }
    return nil
  }

  /// `winback for customer 42 at @2026-03-01`; `for customer` and the time may be left out.
  func why(_ text: String) throws -> [Response.Part] {
    var words = text.split(whereSeparator: \.isWhitespace).map(String.init)[...]
    if words.first == "why" { words = words.dropFirst() }
    let form = "write `why policy for entity key at @2026-03-01`; the time may be left out"
    guard let policy = words.popFirst() else { throw Refusal(form) }
    var entity: String?
    if words.first == "for" {
      words = words.dropFirst()
      entity = words.popFirst()
    }
    guard let key = words.popFirst() else { throw Refusal(form) }
    var time: Int64?
    if words.first == "at" {
      words = words.dropFirst()
      guard let written = words.popFirst(), let instant = SessionOptions.instant(written) else {
        throw Refusal("after `at` stands a time such as @2026-03-01 or @2026-03-01T12:00:00Z")
      }
      time = instant
    }
    guard words.isEmpty else { throw Refusal(form) }
    return try over(state.document.composite()) { session in
      [.why(try session.why(policy: policy, entity: entity, key: unquoted(key), at: time))]
    }
  }
}

extension Session {
  /// The folder of a file, from the root.
  static func folder(of path: String) -> String { absolutePath(path + "/..", from: ".") }
}
