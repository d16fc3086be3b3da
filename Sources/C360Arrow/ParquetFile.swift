import C360Columns
import CArrowABI
import CArrowShim

/// An open Parquet file. Row groups and columns may be read from several threads at once.
public final class ParquetFile: @unchecked Sendable {
  public let fields: [ArrowField]
  /// The number of rows of each row group.
  public let rowGroups: [Int]
  private let handle: OpaquePointer

  public init(path: String) throws(ArrowFailure) {
    var opened: OpaquePointer?
    try ArrowFailure.check { c360_parquet_open(path, &opened, $0) }
    guard let opened else { throw ArrowFailure(.damaged, "not opened") }
    do throws(ArrowFailure) {
      var schema = ArrowSchema()
      try ArrowFailure.check { c360_parquet_schema(opened, &schema, $0) }
      fields = schema.fields
      schema.releaseNow()
      var rows: [Int] = []
      for group in 0..<c360_parquet_row_groups(opened) {
        let count = c360_parquet_row_group_rows(opened, group)
        guard count >= 0 else { throw ArrowFailure(.damaged, "row group \(group) has no size") }
        rows.append(Int(count))
      }
      rowGroups = rows
    } catch {
      c360_parquet_close(opened)
      throw error
    }
    handle = opened
  }

  deinit { c360_parquet_close(handle) }

  /// Whether a column may hold nulls, as far as the file's statistics tell.
  public func mayHaveNulls(field: Int) -> Bool {
    c360_parquet_null_count(handle, Int32(field)) != 0
  }

  /// What the statistics of a row group say of a column.
  public func bounds(rowGroup: Int, field: Int) -> ColumnBounds {
    var found = c360_column_bounds()
    c360_parquet_bounds(handle, Int32(rowGroup), Int32(field), &found)
    defer { c360_parquet_bounds_free(&found) }
    return ColumnBounds(found)
  }

  /// Reads one column of one row group and hands its arrays to `body`, in order. Their type may be
  /// a dictionary of the field's type.
  public func read(
    rowGroup: Int, field: Int, _ body: (ArrowArray, ArrowType) throws -> Void
  ) throws {
    var stream = ArrowArrayStream()
    try ArrowFailure.check {
      c360_parquet_read(handle, Int32(rowGroup), Int32(field), &stream, $0)
    }
    defer { stream.releaseNow() }
    var schema = ArrowSchema()
    guard stream.get_schema(&stream, &schema) == 0 else {
      throw ArrowFailure(.damaged, "column without a type")
    }
    let type = ArrowType(schema)
    schema.releaseNow()
    while true {
      var array = ArrowArray()
      guard stream.get_next(&stream, &array) == 0 else {
        let message = stream.get_last_error(&stream).map { String(cString: $0) }
        throw ArrowFailure(.damaged, message ?? "no message")
      }
      if array.release == nil { return }
      defer { array.releaseNow() }
      try body(array, type)
    }
  }
}
