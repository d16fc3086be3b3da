import C360Columns
import CArrowABI
import CArrowShim

/// Writes batches to a file descriptor as Parquet or as an Arrow IPC file.
public final class ArrowFileWriter {
  public enum Format: Sendable { case parquet, ipc }

  private let handle: OpaquePointer
  private let pool: TextPool

  /// - Parameters:
  ///   - descriptor: stays open and the caller's; must outlive the writer.
  ///   - rowGroupRows: rows of a Parquet row group.
  public init(
    format: Format, descriptor: Int32, columns: [(name: String, type: LogicalType)],
    pool: TextPool, threads: Int, rowGroupRows: Int, metadata: [(name: String, value: String)]
  ) throws(ArrowFailure) {
    self.pool = pool
    var schema = ArrowSchema()
    exportArrowSchema(columns, into: &schema)
    let strings = metadata.flatMap { [$0.name, $0.value] }.map { text in
      let bytes = text.utf8CString
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
      for (index, byte) in bytes.enumerated() { copy[index] = byte }
      return UnsafePointer(copy)
    }
    defer { for string in strings { string.deallocate() } }
    let names = stride(from: 0, to: strings.count, by: 2).map { Optional(strings[$0]) }
    let values = stride(from: 1, to: strings.count, by: 2).map { Optional(strings[$0]) }
    var opened: OpaquePointer?
    do throws(ArrowFailure) {
      try ArrowFailure.check {
        c360_writer_open(
          format == .parquet ? C360_WRITE_PARQUET : C360_WRITE_IPC_FILE, descriptor, &schema,
          Int32(threads), Int64(rowGroupRows), names, values, Int32(metadata.count), &opened, $0)
      }
    } catch {
      schema.releaseNow()
      throw error
    }
    guard let opened else { throw ArrowFailure(.damaged, "not opened") }
    handle = opened
  }

  deinit { c360_writer_free(handle) }

  /// - Throws: `ArrowFailure`, or `ColumnError` for a value that the format cannot hold.
  public func write(_ batch: Batch) throws {
    var array = ArrowArray()
    try exportArrow(batch, pool: pool, into: &array)
    defer { array.releaseNow() }
    try ArrowFailure.check { c360_writer_write(handle, &array, $0) }
  }

  /// Writes the footer.
  public func finish() throws(ArrowFailure) {
    try ArrowFailure.check { c360_writer_finish(handle, $0) }
  }
}
