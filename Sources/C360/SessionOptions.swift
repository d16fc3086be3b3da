import C360Columns

/// What a host says beside the script.
public struct SessionOptions: Sendable {
  /// Parameter → value as written in the language (`--set`).
  public var parameters: [String: String] = [:]
  /// Where a table's or exposure's rows come from instead of its `from` (`--bind`).
  public var bindings: [String: Binding] = [:]
  public var seed: UInt64 = 0
  /// The instant of the run, µs UTC; nil: the clock, once, when the session is made. Of no effect where
  /// there is `asOf`.
  public var runTime: Int64?
  /// The run happens at this instant (µs UTC) with what was known before: rows of events, profiles
  /// and ledgers that happened or became known at or after it are not there, and consent that was
  /// withdrawn after it has not been withdrawn.
  public var asOf: Int64?
  /// nil: one a processor.
  public var threads: Int?
  /// Bytes that a run may take, about; nil: no bound. What does not fit is put on disk by entity.
  public var memoryLimit: Int?
  /// Cuts every run that can be cut into so many partitions, for tests; nothing but time depends on
  /// it.
  package var spillPartitions: Int?
  /// Whether row groups of Parquet are left out where their statistics show that nobody looks at
  /// their rows; nothing but time depends on it.
  package var skipsRowGroups = true
  /// Changes rows where they are read, for the leak canary.
  var canary: CanaryCut?
  /// Points of the path of value against budget that are reported for policies under one budget; 0:
  /// none.
  public var pathPoints = 0
  /// The manifest of an earlier run, relative to the working directory: the search for the prices of
  /// bounds begins at those that it has, which it then needs fewer passes for.
  public var warmStart: String?
  /// Rows of a batch in scalar programs; nothing but time depends on it.
  public var batchSize = 2048
  /// Whether tables are taken from the folder `.c360-cache` beside the script, where there is one.
  public var usesCache = true
  /// Whether outputs are written; their rows are counted either way.
  public var writesOutputs = true
  /// Whether the report keeps the rows of outputs.
  public var keepsOutputs = false
  /// Rows of files that were read before, for sessions that share their texts.
  package var tableCache: TableCache?
  public var cancellation = Cancellation()
  /// Called now and then, from any thread.
  public var progress: (@Sendable (RunProgress) -> Void)?

  public init() {}

  public enum Binding: Sendable {
    /// A file, folder or glob, relative to the working directory.
    case path(String)
    /// Rows in memory; texts are codes of the session's pool.
    case batch(Batch)
  }
}

/// How far a run is: one operator at a time.
public struct RunProgress: Sendable {
  public let operation: String
  public let done: Int
  public let total: Int
  public init(operation: String, done: Int, total: Int) {
    self.operation = operation
    self.done = done
    self.total = total
  }
}
