import C360
import C360Columns
import C360Diagnostics
import C360Semantics
import C360Syntax

/// A session at a prompt: texts in, answers out. It knows no terminal.
///
/// Its state is the declarations that were loaded and typed, the options, and the last query. An input
/// changes it as a whole or, where anything in it fails, not at all.
public final class REPL {
  struct State {
    var document = Document()
    var options: SessionOptions
    /// To which paths are relative: the folder of the first script, else the working directory.
    var directory = "."
    var last = LastQuery()
    /// Files that `:save` wrote, which it may write again.
    var saved: Set<String> = []
  }
  var state: State
  public var settings = Settings()
  /// Called now and then while a query runs, from any thread.
  public var progress: (@Sendable (RunProgress) -> Void)?
  /// What a new session begins with.
  let initial: State
  /// Of all runs of the session, so that rows read once serve again.
  var texts = TextPool()
  let cache: TableCache
  /// Warnings that were told already.
  var told: Set<String> = []
  /// How many inputs there were, for the names of their texts.
  private var inputs = 0
  /// The last statement that was no command, for the editor.
  var lastStatement = ""
  /// The rows of the last query, and at whose clock its times are shown.
  var lastResult: (table: ResultTable, timezone: String)?
  /// What completion last found out about the columns of a query, and whether its rows are those of a
  /// table.
  var knownColumns: (prefix: String, columns: [(name: String, type: String)], isOfTable: Bool)?
  /// Whether features can be asked of the rows of a query, as completion last found out.
  var knownDecisions: (prefix: String, areAsked: Bool)?
  /// How often completion had a query checked, which is all of its work that hangs on the session's size.
  package internal(set) var completionChecks = 0
  /// The names of the session, for completion.
  var knownNames: KnownNames?
  /// Set while an input is evaluated.
  private var cancellation = Cancellation()

  /// - Parameter options: as for a run; outputs are written where they are typed.
  public init(options: SessionOptions = SessionOptions()) {
    var options = options
    if options.runTime == nil { options.runTime = Session(text: "", options: options).runTime }
    state = State(options: options)
    initial = state
    cache = TableCache(bound: Self.cacheBound(options.memoryLimit))
  }

  /// Bytes of tables that are kept between queries: half of what the session may take, else a quarter of
  /// the machine's memory.
  static func cacheBound(_ memoryLimit: Int?) -> Int {
    memoryLimit.map { $0 / 2 } ?? (Machine.memory ?? 4 << 30) / 4
  }

  /// Forgets everything that was loaded and typed.
  public func reset() {
    state = initial
    forgetNames()
    forgetRows()
    told = []
    lastStatement = ""
    lastResult = nil
  }

  /// Their texts go too, which stay in the pool as long as it lives.
  func forgetRows() {
    cache.removeAll()
    texts = TextPool()
  }

  /// Whether the text is the beginning of something: the parser says so.
  public func isIncomplete(_ text: String) -> Bool {
    if Command.isCommand(text) {
      guard let query = Command.query(of: text) else { return false }
      return isIncomplete(query)
    }
    return parseInput(SourceFile(name: "", text: Self.continued(text))).isIncomplete
  }

  /// The text, behind the last query where it begins with `|`.
  static func continued(_ text: String) -> String {
    text.first { !$0.isWhitespace } == "|" ? "_ " + text : text
  }

  /// Does what the text says: declarations, queries, values, `why`, or a command.
  ///
  /// - Parameter origin: the file that the text is of and its first line there, which complaints name.
  public func evaluate(
    _ text: String, from origin: (path: String, line: Int)? = nil,
    cancellation: Cancellation = Cancellation()
  ) -> Response {
    self.cancellation = cancellation
    let before = state
    let response = guarding { try answer(Self.continued(text), origin) }
    if response.hasFailed { state = before } else { forgetNames() }
    return response
  }

  /// Adds the declarations of a script.
  public func load(_ path: String) -> Response {
    let before = state
    let response = guarding { try self.loading(path) }
    if response.hasFailed { state = before } else { forgetNames() }
    return response
  }

  private func forgetNames() {
    knownColumns = nil
    knownDecisions = nil
    knownNames = nil
  }

  private func answer(
    _ text: String, _ origin: (path: String, line: Int)?
  ) throws -> Response {
    if Command.isCommand(text) { return try obey(text) }
    inputs += 1
    if let meant = Command.meant(by: text, declared: names) { throw Refusal(meant) }
    let source =
      origin.map {
        SourceFile(name: $0.path, text: String(repeating: "\n", count: $0.line - 1) + text)
      } ?? SourceFile(name: "input \(inputs)", text: text)
    let input = parseInput(source, values: valueNames)
    let errors = input.diagnostics.filter { $0.severity == .error }
    guard errors.isEmpty else { throw DiagnosticError(input.diagnostics) }
    guard !input.items.isEmpty else { return Response() }
    lastStatement = text
    return try answer(input)
  }

  private func answer(_ input: TypedInput) throws -> Response {
    var response = Response()
    let all = Declared.all(of: input.items.map(\.node), in: input.tree, areTyped: true)
    let declared = zip(input.items, all).compactMap { $0.kind == .declaration ? $1 : nil }
    if !declared.isEmpty {
      response.parts += try declare(declared.filter { $0.keyword != "show" }, input.tree.source)
    }
    for (item, part) in zip(input.items, all) {
      switch item.kind {
      case .declaration:
        response.parts += try act(on: DeclarationSyntax(item.node), part)
      case .query: response.parts += try ask(item.span)
      case .expression: response.parts.append(try evaluate(item.span))
      case .why: response.parts += try why(item.span.text)
      }
    }
    return response
  }

  // MARK: What fails

  /// What is thrown, as parts of a response.
  func guarding(_ body: () throws -> Response) -> Response {
    do {
      return try body()
    } catch let error as RunFailure {
      return .failure([.diagnostics(error.diagnostics)])
    } catch let error as DiagnosticError {
      return .failure([.diagnostics(error.diagnostics)])
    } catch is CancellationError {
      return .failure([.cancelled])
    } catch let refusal as Refusal {
      return .refusal(refusal.words)
    } catch {
      return .failure([.text("\(error)\n")])
    }
  }

  /// Runs `body` over a text of the session, and moves its complaints to where they were written.
  func over<Result>(
    _ composite: Composite, _ adjust: (inout SessionOptions) -> Void = { _ in },
    _ body: (Session) throws -> Result
  ) throws -> Result {
    var options = state.options
    options.cancellation = cancellation
    options.progress = progress
    options.tableCache = cache
    options.writesOutputs = false
    if let limit = options.memoryLimit {
      cache.bound = Self.cacheBound(limit)
      options.memoryLimit = max(1, limit - cache.byteCount)
    }
    adjust(&options)
    let session = Session(
      script: composite.source, directory: state.directory, options: options, texts: texts)
    do {
      return try body(session)
    } catch let error as RunFailure {
      throw RunFailure(
        diagnostics: error.diagnostics.map(composite.relocated).map(Self.withoutOwnRows))
    } catch let error as DiagnosticError {
      throw DiagnosticError(error.diagnostics.map(composite.relocated))
    }
  }

  /// The name of the table whose one row an expression is computed from.
  static let oneRowName = "_one"

  /// A row that nobody wrote explains nothing.
  private static func withoutOwnRows(_ diagnostic: Diagnostic) -> Diagnostic {
    var diagnostic = diagnostic
    if diagnostic.data?.path == oneRowName { diagnostic.data = nil }
    return diagnostic
  }

  /// The program of a text of the session.
  ///
  /// - Throws: `DiagnosticError` where it has errors, at the places of the composite.
  func checked(_ session: Session) throws -> (program: Program, warnings: [Diagnostic]) {
    let (program, diagnostics) = session.checked()
    let errors = diagnostics.filter { $0.severity == .error }
    guard let program, errors.isEmpty else { throw DiagnosticError(errors) }
    return (program, diagnostics)
  }

  /// Warnings that were not told yet; they are now.
  func news(_ warnings: [Diagnostic]) -> [Response.Part] {
    let fresh = warnings.filter { told.insert("\($0.code) \($0.message)").inserted }
    return fresh.isEmpty ? [] : [.diagnostics(fresh)]
  }

  /// Names that alone are an expression and no query.
  var valueNames: Set<String> {
    state.last.isValue ? parameterNames.union([LastQuery.name]) : parameterNames
  }

  var parameterNames: Set<String> {
    Set(state.document.declarations.filter { $0.keyword == "param" }.compactMap(\.name))
  }
}
