import C360Columns
import C360Diagnostics
import C360Engine
import C360IO

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Tables kept in canonical order beside the script, in a folder that `c360 cache` makes. A table
/// is taken from there while its files are what they were, and kept anew when they are not.
struct TableStore {
  static let folderName = ".c360-cache"
  let folder: String
  let session: Session
  /// Whether keeping tables is what is asked for; a run does without what cannot be written.
  private let isRequired: Bool
  /// Whether the folder was made for this.
  private let isNewFolder: Bool

  /// - Parameter creating: tables are to be kept, in a folder that is made where there is none.
  /// - Returns: nil when there is no folder, or when the session does not want it.
  init?(_ session: Session, creating: Bool = false) {
    folder = "\(session.directory)/\(Self.folderName)"
    self.session = session
    isRequired = creating
    guard session.options.usesCache else { return nil }
    isNewFolder = creating && mkdir(folder, 0o777) == 0
    guard access(folder, R_OK | X_OK) == 0 else { return nil }
  }

  /// The table as kept, or kept now.
  ///
  /// - Parameters:
  ///   - contract: with every column to read.
  ///   - paths: the files of the table.
  /// - Returns: nil for tables that have no order, and where nothing can be written.
  /// - Throws: `DiagnosticError` for files that break the contract, and for a table that cannot be
  ///   written though it was asked for; `CancellationError`.
  func table(
    _ origin: SourceOrigin, _ contract: TableContract, _ paths: [String],
    progress: (@Sendable (ReadProgress) -> Void)?
  ) throws -> (table: StoredTable, isNew: Bool)? {
    // A list is worth as much as the pool of its run: it is read from the files each time.
    let hasLists = contract.columns.contains { if case .list = $0.type { true } else { false } }
    guard let order = origin.order, !hasLists else { return nil }
    let identity = identity(origin, contract, paths)
    let path = path(of: origin, identity)
    let before = paths.compactMap { SourceStamp(path: $0) }
    guard before.count == paths.count else { return nil }
    if let kept = StoredTable(path: path), kept.identity == identity, isCurrent(kept, before) {
      return (kept, false)
    }
    guard access(folder, W_OK) == 0 else { return nil }
    let batch = try readTable(
      contract, pool: session.texts, threads: session.threadCount,
      cancellation: session.options.cancellation, progress: progress)
    // Hashed after reading: what changed in between is not hashed.
    guard let sources = hashed(before) else { return nil }
    let rows = try order.rows(of: batch, session)
    do {
      try storeTable(
        batch, order: rows, identity: identity, sources: sources, pool: session.texts, path: path,
        cancellation: session.options.cancellation)
    } catch let error as DiagnosticError {
      guard isRequired else { return nil }
      throw error
    }
    return StoredTable(path: path).map { ($0, true) }
  }

  /// Removes the folder if it was made for this, and nothing has come into it.
  func removeNewFolder() {
    if isNewFolder { rmdir(folder) }
  }

  /// Whether the files are those that the table was made of. The system's word is taken here;
  /// `isConfirmed` holds it against the hashes that the manifest needs anyway.
  private func isCurrent(_ kept: StoredTable, _ now: [SourceStamp]) -> Bool {
    guard kept.sources.count == now.count else { return false }
    return zip(kept.sources, now).allSatisfy { kept, now in
      if now.isUntouched(since: kept) { return true }
      guard kept.path == now.path, kept.byteCount == now.byteCount else { return false }
      return fileHash(now) == kept.sha256
    }
  }

  /// The stamps with the hashes of their files; nil when a file is not what it was.
  private func hashed(_ stamps: [SourceStamp]) -> [SourceStamp]? {
    var result: [SourceStamp] = []
    for var stamp in stamps {
      guard let hash = fileHash(stamp) else { return nil }
      stamp.sha256 = hash
      result.append(stamp)
    }
    return result
  }

  /// Whether the hashes of the files, as far as they were computed in this run, are those that the
  /// table was made of.
  func isConfirmed(_ kept: StoredTable, of table: String, by records: [FileRecord]) -> Bool {
    let records = records.filter { $0.table == table }
    return kept.sources.allSatisfy { source in
      records.allSatisfy { $0.path != source.path || $0.sha256 == source.sha256 }
    }
  }

  func remove(_ origin: SourceOrigin, _ contract: TableContract, _ paths: [String]) {
    unlink(path(of: origin, identity(origin, contract, paths)))
  }

  /// One file a table and way of reading it: it is replaced when the data change.
  private func path(of origin: SourceOrigin, _ identity: String) -> String {
    "\(folder)/\(origin.name)-\(sha256(identity).prefix(16)).c360table"
  }

  /// All that decides what values are made of the bytes of the files, and their order.
  private func identity(
    _ origin: SourceOrigin, _ contract: TableContract, _ paths: [String]
  ) -> String {
    var lines = ["c360 table 1", "format \(contract.format.map { "\($0)" } ?? "by name")"]
    lines += paths.map { "file \($0)" }
    for column in contract.columns {
      lines.append(
        "column \(column.name): \(column.type) nullable \(column.isNullable)"
          + " default \(column.defaultValue.map { "\($0)" } ?? "none") nan \(column.nan)"
          + " date \(column.bareDate) zone \(column.timeZone)")
    }
    if let order = origin.order { lines.append("order \(order.positions)") }
    return lines.joined(separator: "\n")
  }
}

/// The order in which the engine wants the rows of a table: by entity, then time, then further
/// columns.
struct StoredOrder {
  let key: Int
  /// nil: all rows stand at one time.
  let time: Int?
  /// Positions in the contract.
  let tieBreak: [Int]

  var positions: [Int] { [key] + (time.map { [$0] } ?? [-1]) + tieBreak }

  /// The row at each place; nil: the rows lie in this order already.
  func rows(of batch: Batch, _ session: Session) throws -> Buffer? {
    let context = ExecutionContext(
      threads: session.threadCount, pool: session.texts,
      cancellation: session.options.cancellation)
    return try canonicalRows(
      key: batch.columns[key].vector, time: time.map { batch.columns[$0].vector },
      tieBreak: tieBreak.map { batch.columns[$0].vector }, context: context)
  }
}

/// A kept table turned out to be of other files than those of this run.
struct OutdatedTable: Error {}
