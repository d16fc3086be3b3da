import ArgumentParser
import C360

#if canImport(Glibc)
  import Glibc
#endif

/// What every command over a script takes.
struct ScriptOptions: ParsableArguments {
  @Argument(help: "The script.", completion: .file(extensions: ["c360"]))
  var script: String

  @OptionGroup var run: RunOptions

  var format: DiagnosticFormat { run.format }
  var quiet: Bool { run.quiet }

  func session() throws -> Session { try run.session(script) }
}

/// What may be said beside a script.
struct RunOptions: ParsableArguments {
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Give a parameter another value.", valueName: "param=value"))
  var parameters: [String] = []

  @Option(
    name: .customLong("bind"),
    help: ArgumentHelp(
      "Read a table from another file, folder or glob.", valueName: "table=path"),
    completion: .file())
  var bindings: [String] = []

  @Option(
    name: .customLong("as-of"),
    help: ArgumentHelp(
      "Run as at this time, with what was known before; it is the run time, too.", valueName: "time"
    ))
  var asOf: String?

  @Option(help: ArgumentHelp("The run time, when it is not now.", valueName: "time"))
  var now: String?

  @Option(help: ArgumentHelp("The seed of all draws.", valueName: "number"))
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("How diagnostics are written: text, json or sarif."))
  var format: DiagnosticFormat = .text

  @Flag(name: .shortAndLong, help: "No progress and no summary, only results and diagnostics.")
  var quiet = false

  /// What cannot be read is told with the usage of the command at hand.
  func validate() throws { _ = try sessionOptions() }

  func session(_ script: String) throws -> Session {
    try Session(path: script, options: sessionOptions())
  }

  func sessionOptions() throws -> SessionOptions {
    var options = SessionOptions()
    for text in parameters {
      let (name, value) = try Self.pair(text, "--set", "param=value")
      options.parameters[name] = value
    }
    for text in bindings {
      let (name, value) = try Self.pair(text, "--bind", "table=path")
      options.bindings[name] = .path(value)
    }
    options.seed = seed
    if asOf != nil, now != nil {
      throw ValidationError(
        "`--now` says when a run is, and `--as-of` makes it one at that time; give one of them")
    }
    options.asOf = try asOf.map { try Self.instant($0, "--as-of") }
    options.runTime = try now.map { try Self.instant($0, "--now") }
    return options
  }

  static func pair(
    _ text: String, _ option: String, _ form: String
  ) throws -> (String, String) {
    guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
      throw ValidationError("`\(option) \(text)` is not of the form \(form)")
    }
    return (String(text[..<sign]), String(text[text.index(after: sign)...]))
  }

  static func instant(_ text: String, _ option: String) throws -> Int64 {
    guard let instant = SessionOptions.instant(text) else {
      throw ValidationError(
        "`\(option) \(text)` is no time; write 2026-03-01 or 2026-03-01T12:00:00Z")
    }
    return instant
  }
}

enum DiagnosticFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, sarif
}

/// What commands that compute take besides.
struct EngineOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Memory for the run, such as 4GB; what does not fit goes to disk by entity.",
      valueName: "size"))
  var memory: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Threads; all processors unless said.", valueName: "number"))
  var threads: Int?

  @Flag(
    inversion: .prefixedNo,
    help: "Take tables from .c360-cache beside the script, where `c360 cache` made it.")
  var cache = true

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("`--threads` is at least 1") }
    if let memory, SessionOptions.bytes(memory) == nil {
      throw ValidationError("`--memory \(memory)` is no size; write 4GB or 512MB")
    }
  }

  func apply(to options: inout SessionOptions) {
    options.memoryLimit = memory.flatMap { SessionOptions.bytes($0) }
    if options.memoryLimit != nil { Self.returnMemory() }
    options.threads = threads
    options.usesCache = cache
  }

  /// Makes freed buffers go back to the system at once: by default the C library of Linux keeps more
  /// and more of them, 460 MB instead of 137 in a run of 20 million rows with `--memory 128MB`. Arrow
  /// keeps some for every thread, up to 50 MB while it reads and writes Parquet, unless it uses that
  /// library too; it looks at its variable when it first needs memory.
  private static func returnMemory() {
    #if canImport(Glibc)
      // Its header is in no module map; other C libraries have no such function.
      typealias Option = @convention(c) (Int32, Int32) -> Int32
      guard let found = dlsym(nil, "mallopt") else { return }
      let mallopt = unsafeBitCast(found, to: Option.self)
      _ = mallopt(mmapThreshold, 256 << 10)
      _ = mallopt(arenaMax, 2)
      setenv("ARROW_DEFAULT_MEMORY_POOL", "system", 0)
    #endif
  }

  /// `M_MMAP_THRESHOLD` and `M_ARENA_MAX`.
  private static let mmapThreshold: Int32 = -3
  private static let arenaMax: Int32 = -8
}
