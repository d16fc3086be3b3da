import C360Columns
import C360Diagnostics
import Synchronization

/// How far the reading of a table has come.
public struct ReadProgress: Sendable {
  public let table: String
  public let rowsRead: Int
  /// At most this many rows there are in all.
  public let rowsAtMost: Int
}

/// Reads a table: the columns of the contract, in its order, from all files, one after the other.
///
/// Values are converted to the language's types (times to µs UTC, integers widened, decimals
/// exactly) and texts interned in `pool`. The result is the same for any number of threads.
///
/// - Parameter progress: called now and then, from any thread.
/// - Throws: `DiagnosticError` for every file or value that breaks the contract;
///   `CancellationError`.
public func readTable(
  _ contract: TableContract, pool: TextPool, threads: Int = 1, cancellation: Cancellation? = nil,
  progress: (@Sendable (ReadProgress) -> Void)? = nil
) throws -> Batch {
  try readTable(
    contract, pool: pool, threads: threads, cancellation: cancellation, progress: progress,
    tuning: ReadTuning())
}

/// The rows of a table that somebody looks at.
public struct ReadRows: Sendable {
  public let batch: Batch
  /// In the order of the table.
  public let skipped: [SkippedRows]
  /// nil: no file is Parquet.
  public let rowGroups: RowGroupCounts?
}

/// As `readTable`, without the row groups that the contract's requirements rule out.
public func readNeededRows(
  _ contract: TableContract, pool: TextPool, threads: Int = 1, cancellation: Cancellation? = nil,
  progress: (@Sendable (ReadProgress) -> Void)? = nil
) throws -> ReadRows {
  let reading = TableReading(
    contract: contract, files: try openFiles(contract, threads: threads, tuning: ReadTuning()),
    rules: try columnRules(contract), pool: pool, threads: threads, cancellation: cancellation,
    progress: progress)
  return try reading.run()
}

/// Sizes that change how a table is read but never what comes out; tests make them tiny.
struct ReadTuning: Sendable {
  /// Bytes of text that one thread parses at a time.
  var chunkSize = 4 << 20
}

func readTable(
  _ contract: TableContract, pool: TextPool, threads: Int, cancellation: Cancellation?,
  progress: (@Sendable (ReadProgress) -> Void)?, tuning: ReadTuning
) throws -> Batch {
  let rules = try columnRules(contract)
  let reading = TableReading(
    contract: contract, files: try openFiles(contract, threads: threads, tuning: tuning),
    rules: rules, pool: pool, threads: threads, cancellation: cancellation, progress: progress)
  return try reading.run().batch
}

func openFiles(
  _ contract: TableContract, threads: Int, tuning: ReadTuning
) throws -> [any TableFile] {
  let paths = try resolve(sources: contract.sources, declaration: contract.declaration)
  return try openFiles(paths, contract, threads: threads, tuning: tuning)
}

func columnRules(_ contract: TableContract) throws -> [ColumnRules] {
  try contract.columns.map { column in
    guard let zone = Zone.named(column.timeZone) else {
      throw DiagnosticError([
        IODiagnostics.unknownTimeZone.diagnostic(
          "the time zone `\(column.timeZone)` is not known to this system",
          at: column.span ?? contract.declaration,
          help: ["zones are named as in `Europe/London` or `UTC`"])
      ])
    }
    return ColumnRules(
      type: column.type, isNullable: column.isNullable,
      defaultValue: column.defaultValue == .null ? nil : column.defaultValue,
      nan: column.nan, bareDate: column.bareDate, zone: zone)
  }
}

func openFiles(
  _ paths: [String], _ contract: TableContract, threads: Int, tuning: ReadTuning
) throws -> [any TableFile] {
  let opened = Mutex<[(any TableFile)?]>([(any TableFile)?](repeating: nil, count: paths.count))
  let failures = FirstFailure()
  parallelLoop(paths.count, threads: threads) { index in
    guard failures.isWanted(index) else { return }
    do {
      let file = try openTableFile(paths[index], contract, threads: threads, tuning: tuning)
      opened.withLock { $0[index] = file }
    } catch {
      failures.record(error, task: index)
    }
  }
  if let failure = failures.failure { throw failure.error }
  return opened.withLock { $0.compactMap { $0 } }
}

/// One reading of a table: segments of all files, read in parallel into whole columns.
struct TableReading: Sendable {
  struct Segment: Sendable {
    var file: Int
    var index: Int
    /// First row that is free for it.
    var start: Int
    var capacity: Int
    /// Rows that are not read; then its capacity is 0.
    var skipped = 0
    var reason: RowRequirement.Reason?
  }
  struct Task: Sendable {
    var segment: Int
    var column: Int?
  }

  let contract: TableContract
  let files: [any TableFile]
  let rules: [ColumnRules]
  let pool: TextPool
  let threads: Int
  let cancellation: Cancellation?
  let progress: (@Sendable (ReadProgress) -> Void)?

  func run() throws -> ReadRows {
    let segments = segments
    let (batch, counts) = try read(segments, rowsBefore: 0)
    try complainOfColumnsNeverSeen()
    var skipped: [SkippedRows] = []
    var row = 0
    for (segment, count) in zip(segments, counts) {
      if let reason = segment.reason {
        skipped.append(SkippedRows(firstRow: row, count: segment.skipped, reason: reason))
      }
      row += count + segment.skipped
    }
    return ReadRows(batch: batch, skipped: skipped, rowGroups: rowGroups(of: segments))
  }

  /// All segments of all files, in order.
  var segments: [Segment] {
    var segments: [Segment] = []
    for (file, opened) in files.enumerated() {
      for (index, rows) in opened.segmentCapacities.enumerated() {
        var segment = Segment(file: file, index: index, start: 0, capacity: rows)
        if let reason = opened.reasonToSkip(segment: index) {
          segment.reason = reason
          segment.skipped = rows
          segment.capacity = 0
        }
        segments.append(segment)
      }
    }
    return segments
  }

  func rowGroups(of segments: [Segment]) -> RowGroupCounts? {
    let groups = segments.filter { files[$0.file].readsColumnsApart }
    guard files.contains(where: { $0.readsColumnsApart }) else { return nil }
    let skipped = groups.count { $0.reason != nil }
    return RowGroupCounts(read: groups.count - skipped, skipped: skipped)
  }

  /// Reads segments that follow each other.
  ///
  /// - Parameters:
  ///   - column: the only one to fill, where files are read column by column; the others are left
  ///     uninitialised.
  ///   - rowsBefore: of the first segment's file.
  /// - Returns: also the rows of each segment.
  func read(
    _ wanted: some Sequence<Segment>, column only: Int? = nil, rowsBefore: Int
  ) throws -> (Batch, counts: [Int]) {
    var segments = Array(wanted)
    var tasks: [Task] = []
    let asked = contract.asked ?? rules.count
    var capacity = 0
    for number in segments.indices {
      segments[number].start = capacity
      capacity += segments[number].capacity
      if segments[number].reason != nil { continue }
      if files[segments[number].file].readsColumnsApart {
        let (file, index) = (files[segments[number].file], segments[number].index)
        let columns =
          only.map { [$0] }
          ?? rules.indices.filter {
            $0 < asked || !file.keepsContract(segment: index, column: $0)
          }
        tasks += columns.map { Task(segment: number, column: $0) }
      } else {
        tasks.append(Task(segment: number, column: nil))
      }
    }
    let columns = rules.map { ColumnBuilder(rules: $0, capacity: capacity, pool: pool) }
    let counts = try fill(columns, segments, tasks, capacity, rowsBefore)
    let lost = columns.map { $0.lostDigits.map { inFile($0, segments, counts, rowsBefore) } }
    let rowCount = close(gapsIn: columns, segments, counts)
    let read = columns.indices.prefix(only == nil ? asked : rules.count).map { place in
      Batch.Column(
        name: contract.columns[place].name, type: contract.columns[place].type,
        vector: columns[place].vector(count: rowCount), lostDigits: lost[place])
    }
    return (Batch(columns: read, rowCount: rowCount), counts)
  }

  /// Runs the tasks and returns the rows of each segment.
  private func fill(
    _ columns: [ColumnBuilder], _ segments: [Segment], _ tasks: [Task], _ capacity: Int,
    _ rowsBefore: Int
  ) throws -> [Int] {
    let counts = Mutex<[Int]>(segments.map { $0.capacity })
    let failures = FirstFailure()
    let rowsRead = Atomic<Int>(0)
    parallelLoop(tasks.count, threads: threads) { number in
      guard failures.isWanted(number) else { return }
      let task = tasks[number]
      let segment = segments[task.segment]
      do {
        try cancellation?.check()
        let rows = try files[segment.file].read(
          segment: segment.index, column: task.column, into: columns, at: segment.start, pool: pool)
        counts.withLock { $0[task.segment] = rows }
        if task.column ?? 0 == 0 {
          let done = rowsRead.add(rows, ordering: .relaxed).newValue
          progress?(ReadProgress(table: contract.table, rowsRead: done, rowsAtMost: capacity))
        }
      } catch {
        failures.record(error, task: number)
      }
    }
    let rows = counts.withLock { $0 }
    guard let (number, error) = failures.failure else { return rows }
    guard let failure = error as? ReadFailure else { throw error }
    // Every earlier task has been run, so the rows before the bad one are known.
    let segment = tasks[number].segment
    throw DiagnosticError([
      contract.diagnostic(
        failure, path: files[segments[segment].file].path,
        rowsBefore: self.rowsBefore(segment, segments, rows, rowsBefore))
    ])
  }

  /// Rows of the file of a segment that stand before it.
  ///
  /// - Parameter rowsBefore: of the first segment's file.
  private func rowsBefore(
    _ wanted: Int, _ segments: [Segment], _ counts: [Int], _ rowsBefore: Int
  ) -> Int {
    let file = segments[wanted].file
    return segments.indices.filter { segments[$0].file == file && $0 < wanted }
      .reduce(file == segments[0].file ? rowsBefore : 0) { $0 + counts[$1] + segments[$1].skipped }
  }

  /// Tells the first row by its place in its file, not in the columns.
  private func inFile(
    _ lost: LostDigits, _ segments: [Segment], _ counts: [Int], _ rowsBefore: Int
  ) -> LostDigits {
    let found = segments.lastIndex { $0.capacity > 0 && $0.start <= lost.row }
    guard let number = found else { return lost }
    let row = lost.row - segments[number].start
    return lost.at(
      row: row + self.rowsBefore(number, segments, counts, rowsBefore),
      of: files[segments[number].file].path)
  }

  func complainOfColumnsNeverSeen() throws {
    for file in files {
      if let column = file.columnsNeverSeen.first {
        throw DiagnosticError([
          contract.missingColumn(column, path: file.path, among: [])
        ])
      }
    }
  }

  /// Moves segments down over rows that earlier ones had room for but did not need.
  private func close(gapsIn columns: [ColumnBuilder], _ segments: [Segment], _ counts: [Int])
    -> Int
  {
    var end = 0
    for (segment, count) in zip(segments, counts) {
      if segment.start != end, count > 0 {
        for column in columns { column.move(segment.start..<(segment.start + count), to: end) }
      }
      end += count
    }
    return end
  }
}
