import C360Columns
import C360Plan

/// The rows of a sink: in memory, or in pieces in a spill file.
public struct SinkRows: @unchecked Sendable {
  private enum Storage {
    case batch(Batch)
    /// Never changed once it is here.
    case spilled(SpilledRows, columns: [(name: String, type: LogicalType, column: ColumnID)])
  }
  private let storage: Storage
  public let rowCount: Int

  public init(_ batch: Batch) {
    storage = .batch(batch)
    rowCount = batch.rowCount
  }

  init(_ rows: SpilledRows, _ sink: Sink, in plan: Plan) {
    storage = .spilled(
      rows, columns: sink.columns.map { (name: $0, type: plan[$1].type, column: $1) })
    rowCount = rows.rowCount
  }

  public var columns: [(name: String, type: LogicalType)] {
    switch storage {
    case .batch(let batch): batch.columns.map { ($0.name, $0.type) }
    case .spilled(_, let columns): columns.map { ($0.name, $0.type) }
    }
  }

  /// All rows, taken into memory.
  ///
  /// - Throws: `.spill` when they cannot be read back.
  public func whole() throws(EngineError) -> Batch {
    switch storage {
    case .batch(let batch): return batch
    case .spilled(let rows, let columns):
      return Self.batch(
        columns, rowCount, try rows.load(columns.map(\.column)))
    }
  }

  /// Bytes that `whole` takes beside what is in memory.
  public var spilledBytes: Int {
    switch storage {
    case .batch: 0
    case .spilled(let rows, let columns): rows.byteCount(columns.map(\.column))
    }
  }

  /// The number of pieces, which follow each other in order.
  public var pieceCount: Int {
    switch storage {
    case .batch: 1
    case .spilled(let rows, _): max(1, rows.pieceCount)
    }
  }

  /// - Throws: `.spill` when it cannot be read back.
  public func piece(_ index: Int) throws(EngineError) -> Batch {
    switch storage {
    case .batch(let batch): return batch
    case .spilled(let rows, let columns):
      if rows.pieceCount == 0 { return try whole() }
      let (count, vectors) = try rows.load(columns.map(\.column), piece: index)
      return Self.batch(columns, count, vectors)
    }
  }

  private static func batch(
    _ columns: [(name: String, type: LogicalType, column: ColumnID)], _ rowCount: Int,
    _ vectors: [ColumnID: Vector]
  ) -> Batch {
    Batch(
      columns: columns.compactMap { name, type, column in
        vectors[column].map { Batch.Column(name: name, type: type, vector: $0) }
      }, rowCount: rowCount)
  }
}
