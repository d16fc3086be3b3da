import C360Columns
import C360Diagnostics
import C360Engine
import C360IO
import C360Lowering
import C360Plan
import C360Semantics
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What was read of one table or exposure.
public struct TableReading: Sendable {
  public let name: String
  /// Rows that the run sees.
  public let rows: Int
  /// Rows that are not there because of `--as-of`.
  public let droppedAsOf: Int
  /// Files in the order of their rows; empty for rows bound in memory.
  public let paths: [String]
  /// Of Parquet files; nil: there are none. Rows of those skipped are among `rows` or `droppedAsOf`.
  public let rowGroups: RowGroupCounts?
  /// What a reader of the results should know of its values.
  let warnings: [Diagnostic]
}

/// The rows behind a program's scans: files by contract, bindings, and the horizon of `--as-of`.
final class HostTables: TableProvider {
  private let program: Program
  private let lowered: LoweredProgram
  private let session: Session
  private let log: ReadLog
  private let files: TableFiles
  private let state = Mutex(State())

  private struct State {
    var readings: [Int: TableReading] = [:]
    /// By source: for each row that is left, its place among those read.
    var places: [Int: [Int32]] = [:]
    /// By source: where the rows were kept in another order than that of the files.
    var kept: [Int: StoredTable] = [:]
    /// By source: rows of files that were not read.
    var skipped: [Int: [SkippedRows]] = [:]
    /// By source and column.
    var lost: [Int: [Int: LostDigits]] = [:]
  }

  init(_ program: Program, _ lowered: LoweredProgram, _ session: Session, _ log: ReadLog) {
    self.program = program
    self.lowered = lowered
    self.session = session
    self.log = log
    files = TableFiles(hashes: session.options.writesOutputs)
  }

  /// In the order of the plan's sources.
  var readings: [TableReading] {
    state.withLock { state in state.readings.sorted { $0.key < $1.key }.map(\.value) }
  }

  /// To be asked when all rows are read: each file must be what it was, and a kept table must be of
  /// the files that are there. What was read is in the log then.
  ///
  /// - Throws: `RunFailure` for files that changed; `OutdatedTable`, once the table is gone.
  func confirm() throws {
    let records = try files.confirmed()
    try confirmKept(by: records)
    for record in records { log.add(record) }
  }

  func load(source index: Int, columns: [String]) throws -> Batch {
    let reading = try reading(of: index, columns, usingKept: true)
    var batch: Batch
    var skipped: [SkippedRows] = []
    var rowGroups: RowGroupCounts?
    switch reading.origin {
    case .batch(let bound): batch = bound
    case .files(let contract):
      if let kept = try kept(contract, reading.paths, source: index) {
        batch = kept
        break
      }
      let read = try readNeededRows(
        contract, pool: session.texts, threads: session.threadCount,
        cancellation: session.options.cancellation, progress: readProgress)
      batch = read.batch
      skipped = read.skipped
      rowGroups = read.rowGroups
    }
    let lost = batch.lostDigits
    if let canary = session.options.canary {
      batch = canary.apply(batch, lowered.sources[index].origin, reading.positions, program)
    }
    let (rows, places) = reading.known(of: batch)
    state.withLock { [skipped] in
      $0.places[index] = places
      $0.skipped[index] = skipped
    }
    record(
      reading, of: index, rows: rows.rowCount + skipped.rowCount(.condition),
      dropped: batch.rowCount - rows.rowCount + skipped.rowCount(.notYetKnown), rowGroups, lost)
    return rows
  }

  func stream(source index: Int, columns: [String]) throws -> any RowStream {
    // A table that is kept is mapped whole.
    let reading = try reading(of: index, columns, usingKept: false)
    // Rows of a stream are told by their number in the file, whatever was loaded before.
    state.withLock {
      $0.places[index] = nil
      $0.skipped[index] = nil
      $0.kept[index] = nil
    }
    let rows: any RowStream
    var files: TableStream?
    var lost: [Int: LostDigits] = [:]
    switch reading.origin {
    case .batch(let bound):
      rows = LoadedRows(bound)
      lost = bound.lostDigits
    case .files(let contract):
      if let kept = try kept(contract, reading.paths, source: index) {
        rows = LoadedRows(kept)
        lost = kept.lostDigits
        break
      }
      let stream = try TableStream(
        contract, pool: session.texts, threads: session.threadCount,
        cancellation: session.options.cancellation, progress: readProgress)
      files = stream
      rows = FileRows(stream, contract)
    }
    return KnownRows(rows, reading) { [self, files, lost] rows, dropped in
      record(
        reading, of: index, rows: rows + (files?.skippedRows(.condition) ?? 0),
        dropped: dropped + (files?.skippedRows(.notYetKnown) ?? 0), files?.rowGroups,
        files?.lostDigits ?? lost)
    }
  }

  /// The rows of files from the columns that stay in memory; nil: there are none.
  private func kept(
    _ contract: TableContract, _ paths: [String], source index: Int
  ) throws -> Batch? {
    try session.options.tableCache?.rows(
      of: contract, paths, session, bytes: estimatedBytes(source: index, columns: []),
      progress: readProgress)
  }

  func isReadOnDemand(source index: Int) -> Bool {
    let origin = SourceOrigin(lowered.sources[index].origin, in: program)
    if case .batch? = session.options.bindings[origin.name] { return false }
    // A table that is kept is mapped, which costs nothing.
    guard session.options.canary == nil, origin.order == nil || TableStore(session) == nil,
      let contract = try? contract(of: origin, []),
      let paths = try? resolve(sources: contract.sources, declaration: contract.declaration)
    else { return false }
    return paths.allSatisfy { (contract.format ?? FileFormat(path: $0)) == .parquet }
  }

  private func record(
    _ reading: SourceReading, of index: Int, rows: Int, dropped: Int, _ rowGroups: RowGroupCounts?,
    _ lost: [Int: LostDigits]
  ) {
    let origin = SourceOrigin(lowered.sources[index].origin, in: program)
    state.withLock { state in
      // Columns may come one by one. Those not wanted are held to the contract, no more.
      for place in 0..<reading.wanted {
        state.lost[index, default: [:]][reading.positions[place]] = lost[place]
      }
      let warnings = (state.lost[index] ?? [:]).sorted { $0.key < $1.key }.map { column, lost in
        origin.contract(of: column).diagnostic(lost, path: displayPath(lost.path ?? reading.name))
      }
      state.readings[index] = TableReading(
        name: reading.name, rows: rows, droppedAsOf: dropped, paths: reading.paths,
        rowGroups: rowGroups, warnings: warnings)
    }
  }

  /// The columns of a scan are those of its source. The rest of the contract holds too: roles are
  /// always read, other columns where a file is text and has no schema that would tell.
  ///
  /// - Parameters:
  ///   - names: those of the scan that are asked for.
  ///   - usingKept: a table kept in order serves in place of its files.
  private func reading(
    of index: Int, _ names: [String], usingKept: Bool
  ) throws -> SourceReading {
    let source = lowered.sources[index]
    let origin = SourceOrigin(source.origin, in: program)
    let asked = Set(names)
    let wanted = source.columns.filter { asked.contains(origin.columns[$0].name) }
    var positions = wanted + origin.roles.filter { !wanted.contains($0) }
    var paths: [String] = []
    let rows: SourceReading.Origin
    if case .batch(let bound)? = session.options.bindings[origin.name] {
      rows = .batch(try BoundBatch(bound, origin, session.texts).columns(positions))
    } else {
      var contract = try contract(of: origin, positions)
      paths = try files.paths(of: contract)
      contract.sources = paths
      if let kept = try usingKept ? kept(index, origin, contract, paths) : nil {
        rows = .batch(kept)
      } else {
        let rest = origin.columns.indices.filter { !positions.contains($0) }
        if contract.isText(paths) {
          positions += rest
          contract.columns += rest.map { origin.contract(of: $0) }
        } else {
          contract.unread = rest.map { origin.contract(of: $0) }
        }
        contract.requirements = requirements(of: index, origin, positions)
        // Whoever chooses among the rows looks at what says when they were known.
        if session.options.asOf == nil, session.options.canary == nil {
          contract.asked = wanted.count
        }
        rows = .files(contract)
      }
    }
    let clocks = session.options.asOf == nil ? [] : origin.clocks
    let end = session.options.asOf == nil ? nil : origin.end
    return SourceReading(
      name: origin.name, origin: rows, paths: paths, positions: positions, wanted: wanted.count,
      horizon: session.options.asOf,
      clocks: clocks.compactMap { clock in
        positions.firstIndex(of: clock.column).map {
          SourceOrigin.Clock(column: $0, delay: clock.delay)
        }
      }, end: end.flatMap { positions.firstIndex(of: $0) })
  }

  /// What rows must be for the run to see them, and to do more than drop them.
  private func requirements(
    of index: Int, _ origin: SourceOrigin, _ positions: [Int]
  ) -> [RowRequirement] {
    guard session.options.skipsRowGroups else { return [] }
    var requirements: [RowRequirement] = []
    // A row that ends may count before its clocks.
    if let horizon = session.options.asOf, origin.end == nil {
      requirements += origin.clocks.compactMap { clock in
        positions.firstIndex(of: clock.column).map {
          RowRequirement(column: $0, .less, .int(clock.latest(before: horizon)), .notYetKnown)
        }
      }
    }
    let scan = lowered.plan.steps.lazy.compactMap { step in
      if case .scan(let scan) = step, scan.source == index { scan } else { nil }
    }.first
    guard let scan, scan.columns.count <= positions.count,
      zip(scan.columns, positions).allSatisfy({ $0.name == origin.columns[$1].name })
    else { return requirements }
    return requirements
      + ScanConditions(of: scan, in: lowered.plan).comparisons.compactMap(RowRequirement.init)
  }

  /// The columns of a contract from a table that is kept in order; nil where there is none.
  private func kept(
    _ index: Int, _ origin: SourceOrigin, _ contract: TableContract, _ paths: [String]
  ) throws -> Batch? {
    guard let store = TableStore(session) else { return nil }
    var complete = contract
    complete.columns = origin.columns.indices.map { origin.contract(of: $0) }
    // What turns out to be damaged is kept anew.
    for _ in 0..<2 {
      guard let (table, _) = try store.table(origin, complete, paths, progress: readProgress) else {
        return nil
      }
      if let batch = table.batch(
        contract.columns, pool: session.texts, threads: session.threadCount)
      {
        state.withLock { $0.kept[index] = table }
        return batch
      }
      store.remove(origin, complete, paths)
    }
    return nil
  }

  /// Keeps a table that comes from files; nil where it does not, or has no order.
  func keep(
    _ origin: SourceOrigin, in store: TableStore
  ) throws -> (table: StoredTable, isNew: Bool)? {
    if case .batch? = session.options.bindings[origin.name] { return nil }
    var contract = try contract(of: origin, Array(origin.columns.indices))
    let paths = try resolve(sources: contract.sources, declaration: contract.declaration)
    contract.sources = paths
    return try store.table(origin, contract, paths, progress: readProgress)
  }

  private func confirmKept(by records: [FileRecord]) throws {
    guard let store = TableStore(session) else { return }
    for (index, table) in state.withLock({ $0.kept }) {
      let origin = SourceOrigin(lowered.sources[index].origin, in: program)
      if store.isConfirmed(table, of: origin.name, by: records) { continue }
      store.remove(
        origin, try contract(of: origin, Array(origin.columns.indices)), table.sources.map(\.path))
      throw OutdatedTable()
    }
  }

  /// What files will take in memory, as far as their rows are known.
  func estimatedBytes(source index: Int, columns: [String]) -> Int? {
    let source = lowered.sources[index]
    let origin = SourceOrigin(source.origin, in: program)
    guard let rows = estimatedRows(source: index) else { return nil }
    let widths = source.columns.map { position in
      let type = origin.columns[position].type
      return type.physical.stride + (type.isOptional ? 1 : 0)
    }
    return rows * widths.reduce(0, +)
  }

  /// As stored, else from the first records of a text.
  func estimatedRows(source index: Int) -> Int? {
    let source = lowered.sources[index]
    let origin = SourceOrigin(source.origin, in: program)
    if case .batch(let bound)? = session.options.bindings[origin.name] { return bound.rowCount }
    return (try? contract(of: origin, source.columns)).flatMap { estimatedRowCount($0) }
  }

  /// Rows of a source, where that is known before they are read.
  func storedRows(of index: Int) -> Int? {
    let source = lowered.sources[index]
    let origin = SourceOrigin(source.origin, in: program)
    if case .batch(let bound)? = session.options.bindings[origin.name] { return bound.rowCount }
    return (try? contract(of: origin, source.columns)).flatMap { storedRowCount($0) }
  }

  /// Where a row of a scan stands in its file; only the table where it is of several files.
  func place(ofRow row: Int, relation: RelationID, column: String? = nil) -> DataPlace? {
    guard let index = lowered.sources.firstIndex(where: { $0.relation == relation }) else {
      return nil
    }
    return state.withLock { state in
      guard let reading = state.readings[index] else { return nil }
      let read = state.places[index].map { Int($0[row]) } ?? row
      var inFile = state.kept[index]?.place(ofRow: read) ?? read
      for rows in state.skipped[index] ?? [] where rows.firstRow <= inFile { inFile += rows.count }
      if reading.paths.count == 1 {
        return DataPlace(path: displayPath(reading.paths[0]), row: inFile + 1, column: column)
      }
      return DataPlace(path: reading.name, row: inFile + 1, column: column)
    }
  }

  private var readProgress: (@Sendable (ReadProgress) -> Void)? {
    guard let report = session.options.progress else { return nil }
    return { progress in
      report(
        RunProgress(
          operation: "read \(progress.table)", done: progress.rowsRead,
          total: progress.rowsAtMost))
    }
  }

  private func contract(of origin: SourceOrigin, _ positions: [Int]) throws -> TableContract {
    let source = origin.source
    var format = try source.fileFormat()
    if case .path(let path)? = session.options.bindings[origin.name],
      FileFormat(path: path) != nil
    {
      format = nil
    }
    return TableContract(
      table: origin.name, sources: [path(of: origin)], format: format,
      columns: positions.map { origin.contract(of: $0) }, declaration: source.span)
  }

  /// A file, folder or glob from the root; a database's address as written.
  private func path(of origin: SourceOrigin) -> String {
    if case .path(let path)? = session.options.bindings[origin.name] {
      return absolutePath(path, from: ".")
    }
    let written = origin.source.path
    return written.contains("://")
      ? written : absolutePath(written, from: origin.source.directory)
  }

  /// Bytes of a source's one file; nil for folders, globs and rows in memory.
  func fileSize(of index: Int) -> Int? {
    let origin = SourceOrigin(lowered.sources[index].origin, in: program)
    if case .batch? = session.options.bindings[origin.name] { return nil }
    var status = stat()
    guard stat(path(of: origin), &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return nil
    }
    return Int(status.st_size)
  }
}
