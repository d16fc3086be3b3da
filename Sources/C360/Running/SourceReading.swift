import C360Columns
import C360Engine
import C360IO

/// How the rows of one source are read, and which of them and of their columns a run sees.
struct SourceReading {
  enum Origin {
    /// Bound by the host, or kept in order.
    case batch(Batch)
    case files(TableContract)
  }
  let name: String
  let origin: Origin
  let paths: [String]
  /// Of the columns that are read, in the contract.
  let positions: [Int]
  /// So many of the first columns are asked for; the others are held to the contract.
  let wanted: Int
  /// `--as-of`
  let horizon: Int64?
  /// When a row came to be known, by columns that are read; none without a horizon.
  let clocks: [SourceOrigin.Clock]
  /// The column that is read of what was taken back; nil without a horizon.
  let end: Int?

  /// The rows known before the horizon, with the columns asked for; their places, where some are not.
  func known(of batch: Batch) -> (rows: Batch, places: [Int32]?) {
    var rows = batch
    var places: [Int32]?
    if let horizon, !clocks.isEmpty {
      let kept = Horizon.rows(of: batch, before: horizon, clocks: clocks, end: end)
      if kept.count < batch.rowCount {
        rows = batch.taking(kept)
        places = kept
      }
      if let end {
        rows = rows.withoutEnds(in: end, after: horizon)
        for clock in clocks {
          rows = rows.withoutStarts(in: clock.column, from: clock.latest(before: horizon))
        }
      }
    }
    return (
      Batch(columns: Array(rows.columns.prefix(wanted)), rowCount: rows.rowCount), places
    )
  }
}

/// Rows of files on their way.
final class FileRows: RowStream {
  private let stream: TableStream
  private let contract: TableContract

  init(_ stream: TableStream, _ contract: TableContract) {
    self.stream = stream
    self.contract = contract
  }

  var rowsAtMost: Int { stream.rowsAtMost }

  func sample(column: String, rows: Int) throws -> Vector {
    guard let position = contract.columns.firstIndex(where: { $0.name == column }) else {
      return Vector(type: .int64, count: 0, values: Buffer(byteCount: 0))
    }
    return try stream.sample(column: position, rows: rows)
  }

  func next(bytes: Int) throws -> StreamedRows? {
    try stream.next(bytes: bytes).map { StreamedRows(batch: $0.batch, firstRow: $0.firstRow) }
  }
}

/// Those rows of a stream that are known before the horizon.
final class KnownRows: RowStream {
  private let stream: any RowStream
  private let reading: SourceReading
  private var rows = 0
  private var dropped = 0
  private let atEnd: (_ rows: Int, _ dropped: Int) -> Void

  /// - Parameter atEnd: told how many rows there were.
  init(
    _ stream: any RowStream, _ reading: SourceReading,
    atEnd: @escaping (_ rows: Int, _ dropped: Int) -> Void
  ) {
    self.stream = stream
    self.reading = reading
    self.atEnd = atEnd
  }

  var rowsAtMost: Int { stream.rowsAtMost }

  func sample(column: String, rows: Int) throws -> Vector {
    try stream.sample(column: column, rows: rows)
  }

  func next(bytes: Int) throws -> StreamedRows? {
    guard let next = try stream.next(bytes: bytes) else {
      atEnd(rows, dropped)
      return nil
    }
    let (known, places) = reading.known(of: next.batch)
    rows += known.rowCount
    dropped += next.batch.rowCount - known.rowCount
    return StreamedRows(batch: known, firstRow: next.firstRow, places: places)
  }
}
