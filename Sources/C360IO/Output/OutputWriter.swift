import C360Columns
import C360Diagnostics

/// A table that is being written. Its file appears by `commit`, whole; without it, nothing changes.
///
/// Every call may throw a `DiagnosticError`; the output is then given up already. Not to be shared
/// between threads. The bytes written depend neither on how rows are cut into batches nor on the
/// number of threads.
public protocol OutputWriter: AnyObject {
  /// Appends rows. The batch has the columns the writer was opened with, in that order.
  func write(_ batch: Batch) throws
  /// Completes the file beside its place, durably; no rows come after. With several outputs, all are
  /// finished before the first is committed, so that what may fail has happened by then.
  func finish() throws
  /// Finishes the file, if that was not done, and puts it in its place.
  func commit() throws
  /// Gives the file up. Nothing after `commit`.
  func abort()
}

/// A column of an output.
public struct OutputColumn: Sendable, Hashable {
  public var name: String
  public var type: LogicalType

  public init(name: String, type: LogicalType) {
    self.name = name
    self.type = type
  }
}

public struct OutputOptions: Sendable {
  public var threads: Int
  /// Names and values stored in the file, where its format can: Parquet and Arrow IPC.
  public var metadata: [(name: String, value: String)]
  /// Rows of a row group of Parquet.
  package var rowGroupRows = 1 << 19
  /// Where the script declares the output.
  public var declaration: Span?

  public init(
    threads: Int = 1, metadata: [(name: String, value: String)] = [], declaration: Span? = nil
  ) {
    self.threads = threads
    self.metadata = metadata
    self.declaration = declaration
  }
}

/// Opens an output; the format follows the path: `.parquet`, `.arrow`, `.feather`, `.ipc`, `.csv`,
/// `.tsv`, `.jsonl`, `.ndjson`, the text formats also with `.gz`.
///
/// Nulls are empty in CSV and `null` in JSON. Times are ISO 8601 in UTC, floats the shortest text
/// that reads back as the same float; JSON knows no NaN and no infinity, they become `null`.
///
/// - Throws: `DiagnosticError` when the format is unknown or the file cannot be created.
public func openOutput(
  path: String, columns: [OutputColumn], pool: TextPool, options: OutputOptions = OutputOptions()
) throws -> any OutputWriter {
  guard let format = FileFormat(path: path) else {
    throw DiagnosticError([
      IODiagnostics.unknownOutputFormat.diagnostic(
        "the format of `\(path)` cannot be told from its name", at: options.declaration,
        data: DataPlace(path: path),
        help: ["end it in .parquet, .arrow, .csv or .jsonl"])
    ])
  }
  let isCompressed = path.lowercased().hasSuffix(".gz")
  switch format {
  case .csv(let csv):
    return try TextOutput(
      path: path, columns: columns, pool: pool, options: options, isCompressed: isCompressed,
      format: .csv(delimiter: csv.delimiter))
  case .jsonLines:
    return try TextOutput(
      path: path, columns: columns, pool: pool, options: options, isCompressed: isCompressed,
      format: .jsonLines)
  case .parquet, .arrow:
    #if C360_ARROW
      return try ArrowOutput(
        path: path, columns: columns, pool: pool, options: options,
        format: format == .parquet ? .parquet : .ipc)
    #else
      throw DiagnosticError([formatNotBuilt(path, format, options.declaration)])
    #endif
  }
}
