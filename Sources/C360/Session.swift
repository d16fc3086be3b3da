import C360Columns
import C360Diagnostics
import C360Lowering
import C360Semantics

/// One script and what a host says beside it: check it, look at its plan, run it.
///
/// A session holds no results; every call starts from the script, so the same session gives the
/// same answers as long as the files are the same.
public struct Session: Sendable {
  public let script: SourceFile
  /// Absolute, or the name of a text.
  let scriptPath: String
  /// Folder to which paths of the script are relative.
  public let directory: String
  public var options: SessionOptions
  /// The texts of batches that are bound, and of tables that are returned.
  public let texts: TextPool

  /// - Throws: `DiagnosticError` when the file cannot be read.
  public init(path: String, options: SessionOptions = SessionOptions()) throws(DiagnosticError) {
    let place = absolutePath(path, from: ".")
    let bytes: [UInt8]
    do {
      bytes = try FileReading.bytes(place)
    } catch {
      throw DiagnosticError([
        HostDiagnostics.unreadableScript.diagnostic(
          error.isMissing
            ? "the script `\(path)` does not exist"
            : "the script `\(path)` cannot be read: \(error.words)",
          data: DataPlace(path: path))
      ])
    }
    self.init(
      script: SourceFile(name: displayPath(place), bytes: bytes), path: place,
      directory: Installation.parent(of: place), options: options)
  }

  /// - Parameter directory: to which paths in the text are relative.
  public init(
    text: String, name: String = "script.c360", directory: String = ".",
    options: SessionOptions = SessionOptions()
  ) {
    self.init(
      script: SourceFile(name: name, text: text), path: name,
      directory: absolutePath(directory, from: "."), options: options)
  }

  /// One of several sessions over the same tables, whose texts are the same codes.
  package init(
    script: SourceFile, directory: String, options: SessionOptions, texts: TextPool
  ) {
    self.init(
      script: script, path: script.name, directory: absolutePath(directory, from: "."),
      options: options, texts: texts)
  }

  private init(
    script: SourceFile, path: String, directory: String, options: SessionOptions,
    texts: TextPool = TextPool()
  ) {
    self.script = script
    scriptPath = path
    self.directory = directory
    self.options = options
    self.texts = texts
    started = Clock.wallTime()
  }

  /// When the session was made, µs UTC.
  private let started: Int64
  /// The only clock a program can see, µs UTC.
  public var runTime: Int64 { options.asOf ?? options.runTime ?? started }

  /// Reads a table or exposure from another file, folder or glob.
  public mutating func bind(_ table: String, to path: String) {
    options.bindings[table] = .path(path)
  }

  /// Takes a table's rows from memory: columns named and typed as in its contract.
  public mutating func bind(_ table: String, to batch: Batch) {
    options.bindings[table] = .batch(batch)
  }

  /// All complaints about the script; none of severity `error` means that it may run.
  public func check() -> [Diagnostic] { Compiler(self).diagnostics() }

  /// Runs the leak canary over the script's data (semantics.md S5): everything that a decision may not
  /// see is left out, doubled and replaced, and every feature, score and decision must stay the same.
  ///
  /// - Throws: `DiagnosticError` for a script with errors; `RunFailure` where a value changed, or could
  ///   not be computed; `CancellationError`.
  public func canary() throws -> (report: CanaryReport, warnings: [Diagnostic]) {
    try Compiler(self).canary()
  }

  /// The canary with data that do leak, by so many µs: it has to notice.
  package func canary(leak: Int64) throws -> CanaryReport {
    try Compiler(self).canary(leak: leak).0
  }

  /// What would be computed, as text.
  ///
  /// - Parameter analyze: also compute it, writing nothing, and show rows, time and memory.
  /// - Throws: `DiagnosticError`; `CancellationError`.
  public func plan(analyze: Bool = false) throws -> String {
    try Compiler(self).explain(analyze: analyze)
  }

  /// Computes everything and, when all of it went well, puts all outputs in place.
  ///
  /// - Throws: `DiagnosticError`; `CancellationError`.
  public func run() throws -> RunReport { try Compiler(self).run() }
}
