import C360Columns

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Cuts a stream of batches into blocks of the same size, so that what is written does not depend
/// on how the rows came.
struct BatchBlocks {
  let blockRows: Int
  private let columns: [OutputColumn]
  private var pending: [Batch] = []
  private var pendingRows = 0

  init(columns: [OutputColumn], blockRows: Int) {
    self.columns = columns
    self.blockRows = blockRows
  }

  /// Adds rows and hands over every block that is full.
  mutating func add(_ batch: Batch, _ body: (Batch) throws -> Void) throws {
    precondition(batch.columns.count == columns.count, "a batch with other columns than its output")
    var start = 0
    while start < batch.rowCount {
      let end = min(start + blockRows - pendingRows, batch.rowCount)
      pending.append(slice(batch, start..<end))
      pendingRows += end - start
      start = end
      if pendingRows == blockRows { try flush(body) }
    }
  }

  /// Hands over what is left.
  mutating func finish(_ body: (Batch) throws -> Void) throws {
    if pendingRows > 0 { try flush(body) }
  }

  private mutating func flush(_ body: (Batch) throws -> Void) throws {
    let block = pending.count == 1 ? pending[0] : joined()
    pending = []
    pendingRows = 0
    try body(block)
  }

  private func slice(_ batch: Batch, _ rows: Range<Int>) -> Batch {
    if rows.count == batch.rowCount { return batch }
    return Batch(
      columns: batch.columns.map {
        Batch.Column(name: $0.name, type: $0.type, vector: $0.vector.slice(rows))
      }, rowCount: rows.count)
  }

  private func joined() -> Batch {
    let merged = columns.indices.map { index -> Batch.Column in
      let vectors = pending.map { $0.columns[index].vector }
      let type = columns[index].type.physical
      let values = Buffer(byteCount: pendingRows * type.stride)
      let validity = vectors.contains { $0.validity != nil } ? Buffer(byteCount: pendingRows) : nil
      var row = 0
      for vector in vectors {
        memcpy(
          values.pointer + row * type.stride,
          vector.values.pointer + vector.offset * type.stride, vector.count * type.stride)
        if let validity {
          if let valid = vector.valid {
            memcpy(validity.pointer + row, valid, vector.count)
          } else {
            memset(validity.pointer + row, 1, vector.count)
          }
        }
        row += vector.count
      }
      return Batch.Column(
        name: columns[index].name, type: columns[index].type,
        vector: Vector(type: type, count: pendingRows, values: values, validity: validity))
    }
    return Batch(columns: merged, rowCount: pendingRows)
  }
}
