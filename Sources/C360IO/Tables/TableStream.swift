import C360Columns
import C360Diagnostics

/// A table that is read batch by batch: the rows of `readTable`, in its order, with memory for a few
/// segments (row groups of Parquet, 4 MB of text) at a time. Compressed text, pipes and Arrow files
/// are held whole by their readers.
///
/// Used by one thread; each batch is read by several.
public final class TableStream {
  private let reading: TableReading
  private let segments: [TableReading.Segment]
  private var next = 0
  private var rowsRead = 0
  /// Rows of the table before the next segment, read or not.
  private var rowsPassed = 0
  /// Rows read of the file of the last segment.
  private var rowsOfFile = 0
  private let progress: (@Sendable (ReadProgress) -> Void)?
  /// By column that was asked for, of the rows so far.
  public private(set) var lostDigits: [Int: LostDigits] = [:]

  /// Opens the files and holds their columns to the contract.
  ///
  /// - Throws: as `readTable`.
  public init(
    _ contract: TableContract, pool: TextPool, threads: Int = 1, cancellation: Cancellation? = nil,
    progress: (@Sendable (ReadProgress) -> Void)? = nil
  ) throws {
    reading = TableReading(
      contract: contract, files: try openFiles(contract, threads: threads, tuning: ReadTuning()),
      rules: try columnRules(contract), pool: pool, threads: threads, cancellation: cancellation,
      progress: nil)
    segments = reading.segments
    self.progress = progress
  }

  public var rowsAtMost: Int { segments.reduce(0) { $0 + $1.capacity } }

  /// nil: no file is Parquet.
  public var rowGroups: RowGroupCounts? { reading.rowGroups(of: segments) }

  /// How many rows are not read, for one reason.
  public func skippedRows(_ reason: RowRequirement.Reason) -> Int {
    segments.reduce(0) { $0 + ($1.reason == reason ? $1.skipped : 0) }
  }

  /// The next rows, of about so many bytes but at least one segment, and how many there are before
  /// them, read or not; nil at the end. Rows that are not read are never between them.
  ///
  /// - Throws: as `readTable`.
  public func next(bytes: Int) throws -> (batch: Batch, firstRow: Int)? {
    while next < segments.count, segments[next].reason != nil {
      if segments[next].index == 0 { rowsOfFile = 0 }
      rowsOfFile += segments[next].skipped
      rowsPassed += segments[next].skipped
      next += 1
    }
    guard next < segments.count else {
      try reading.complainOfColumnsNeverSeen()
      return nil
    }
    let width = reading.rules.reduce(0) {
      $0 + $1.type.physical.stride + ($1.isNullable ? 1 : 0)
    }
    var end = next
    var capacity = 0
    repeat {
      capacity += segments[end].capacity
      end += 1
    } while end < segments.count && segments[end].reason == nil
      && (capacity + segments[end].capacity) * width <= bytes
    let before = segments[next].index == 0 ? 0 : rowsOfFile
    let (batch, counts) = try reading.read(segments[next..<end], rowsBefore: before)
    for (segment, count) in zip(segments[next..<end], counts) {
      if segment.index == 0 { rowsOfFile = 0 }
      rowsOfFile += count
    }
    next = end
    lostDigits.merge(batch.lostDigits) { $0.followed(by: $1) }
    let firstRow = rowsPassed
    rowsPassed += batch.rowCount
    rowsRead += batch.rowCount
    progress?(
      ReadProgress(table: reading.contract.table, rowsRead: rowsRead, rowsAtMost: rowsAtMost))
    return (batch, firstRow)
  }

  /// About so many values of a column of integers or texts, from segments all over the table. Segments that cannot be read
  /// are left out: `next` will complain of them.
  public func sample(column: Int, rows: Int) throws -> Vector {
    let most = 128
    let segments = segments.filter { $0.reason == nil }
    let step = max(1, segments.count / most)
    let chosen = stride(from: 0, to: segments.count, by: step).map { segments[$0] }
    let perSegment = max(1, rows / max(1, chosen.count))
    let type = reading.rules[column].type.physical
    precondition(type == .int64 || type == .text)
    let builder = ColumnBuilder(
      rules: ColumnRules(type: reading.rules[column].type, isNullable: true), capacity: rows * 2,
      pool: reading.pool)
    var count = 0
    for segment in chosen {
      try reading.cancellation?.check()
      guard let (batch, _) = try? reading.read([segment], column: column, rowsBefore: 0) else {
        continue
      }
      let vector = batch.columns[column].vector
      let stride = max(1, vector.count / perSegment)
      for row in Swift.stride(from: 0, to: vector.count, by: stride)
      where count < builder.capacity {
        if vector.isNull(row) {
          _ = builder.setAbsent(count)
        } else if type == .text {
          builder.codes[count] = vector.codes[row]
        } else {
          builder.int64s[count] = vector.int64s[row]
        }
        count += 1
      }
    }
    return builder.vector(count: count)
  }
}

/// About how many rows the files of a table have: as stored, else from the length of the first
/// records; `nil` when that cannot be told without reading them.
public func estimatedRowCount(_ contract: TableContract) -> Int? {
  if let stored = storedRowCount(contract) { return stored }
  guard let paths = try? resolve(sources: contract.sources) else { return nil }
  var rows = 0
  for path in paths {
    if let format = contract.format ?? FileFormat(path: path), format.isText {
      guard let count = textRowCount(path) else { return nil }
      rows += count
    } else if let count = storedRowCount(
      TableContract(table: contract.table, sources: [path], format: contract.format, columns: []))
    {
      rows += count
    } else {
      return nil
    }
  }
  return rows
}

/// From the number of lines in the first part of a file; compressed text is taken for a fifth of
/// what it unfolds to.
private func textRowCount(_ path: String) -> Int? {
  guard let head = TextHead(path: path) else { return nil }
  if head.isCompressed { return head.size * 5 / 32 }
  guard !head.bytes.isEmpty else { return 0 }
  let lines = head.bytes.count { $0 == 0x0A }
  return Int(Double(head.size) * Double(max(1, lines)) / Double(head.bytes.count))
}
