import C360Columns
import CArrowABI
import CArrowShim

/// Columns of an Arrow IPC file or stream, as record batches in memory.
public final class IPCFile: @unchecked Sendable {
  /// The columns that were read, in file order.
  public let fields: [ArrowField]
  /// The number of rows of each record batch.
  public let batches: [Int]
  private let handle: OpaquePointer

  /// All columns of a file, without its rows.
  public static func fields(path: String) throws(ArrowFailure) -> [ArrowField] {
    var schema = ArrowSchema()
    try ArrowFailure.check { c360_ipc_schema(path, &schema, $0) }
    defer { schema.releaseNow() }
    return schema.fields
  }

  /// Reads the columns at these positions; ascending, at least one.
  public init(path: String, columns: [Int]) throws(ArrowFailure) {
    let all = try Self.fields(path: path)
    fields = columns.map { all[$0] }
    let positions = columns.map { Int32($0) }
    var opened: OpaquePointer?
    try ArrowFailure.check {
      c360_ipc_open(path, positions, Int32(positions.count), &opened, $0)
    }
    guard let opened else { throw ArrowFailure(.damaged, "not opened") }
    handle = opened
    batches = (0..<c360_ipc_batches(opened)).map { Int(c360_ipc_batch_rows(opened, $0)) }
  }

  deinit { c360_ipc_close(handle) }

  /// Hands the arrays of one batch to `body`, one a column, and frees them. Once for each batch;
  /// different batches may be taken on different threads.
  public func take(batch: Int, _ body: ([ArrowArray]) throws -> Void) throws {
    var array = ArrowArray()
    try ArrowFailure.check { c360_ipc_take(handle, Int32(batch), &array, $0) }
    defer { array.releaseNow() }
    guard Int(array.n_children) == fields.count else {
      throw ArrowFailure(.damaged, "a record batch with other columns than its schema")
    }
    try body((0..<fields.count).compactMap { array.children[$0]?.pointee })
  }
}
