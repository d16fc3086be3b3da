import CArrowABI

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Exports batches as a stream of record batches; the caller owns and releases it. The batches have
/// the columns listed, in that order. Numbers share memory with the batches.
public func exportArrow(
  _ batches: [Batch], columns: [(name: String, type: LogicalType)], pool: TextPool,
  into stream: UnsafeMutablePointer<ArrowArrayStream>
) {
  let state = ExportedStream(batches, columns, pool)
  stream.initialize(to: ArrowArrayStream())
  stream.pointee.private_data = Unmanaged.passRetained(state).toOpaque()
  stream.pointee.get_schema = { stream, schema in
    guard let state = ExportedStream.of(stream), let schema else { return EINVAL }
    exportArrowSchema(state.columns, into: schema)
    return 0
  }
  stream.pointee.get_next = { stream, array in
    guard let state = ExportedStream.of(stream), let array else { return EINVAL }
    return state.next(into: array)
  }
  stream.pointee.get_last_error = { stream in
    ExportedStream.of(stream)?.message.map { UnsafePointer($0) }
  }
  stream.pointee.release = { stream in
    guard let stream, let owner = stream.pointee.private_data else { return }
    Unmanaged<ExportedStream>.fromOpaque(owner).release()
    stream.pointee.private_data = nil
    stream.pointee.release = nil
  }
}

private final class ExportedStream {
  let columns: [(name: String, type: LogicalType)]
  private let batches: [Batch]
  private let pool: TextPool
  private var position = 0
  private(set) var message: UnsafeMutablePointer<CChar>?

  init(_ batches: [Batch], _ columns: [(name: String, type: LogicalType)], _ pool: TextPool) {
    self.batches = batches
    self.columns = columns
    self.pool = pool
  }

  deinit { free(message) }

  static func of(_ stream: UnsafeMutablePointer<ArrowArrayStream>?) -> ExportedStream? {
    guard let owner = stream?.pointee.private_data else { return nil }
    return Unmanaged<ExportedStream>.fromOpaque(owner).takeUnretainedValue()
  }

  func next(into array: UnsafeMutablePointer<ArrowArray>) -> Int32 {
    array.initialize(to: ArrowArray())
    guard position < batches.count else { return 0 }
    do throws(ColumnError) {
      try exportArrow(batches[position], pool: pool, into: array)
      position += 1
      return 0
    } catch {
      free(message)
      message = strdup("row \(error.row): \(error.problem)")
      return EINVAL
    }
  }
}
