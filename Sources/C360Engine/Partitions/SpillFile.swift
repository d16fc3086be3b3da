import C360Columns
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file for columns that do not fit in memory. It has no name: it is gone when it is closed or the
/// process ends, however that happens.
///
/// Columns lie in it as they lie in memory, values first, then validity where there are nulls; texts
/// are codes of the run's pool. Writes may come from several threads, and so may reads.
package final class SpillFile: Sendable {
  /// A vector in the file.
  package struct Column: Sendable {
    let type: PhysicalType
    let count: Int
    let values: Int
    /// nil: no nulls.
    let validity: Int?
  }

  let directory: String
  private let descriptor: Int32
  private let end = Atomic<Int>(0)

  /// - Throws: `.spill` when no file can be made in the folder.
  package init(directory: String) throws(EngineError) {
    self.directory = directory
    var template = Array("\(directory)/c360-XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw Self.failure(directory, errno) }
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit { close(descriptor) }

  package var byteCount: Int { end.load(ordering: .relaxed) }

  // MARK: Vectors

  package func write(_ vector: Vector) throws(EngineError) -> Column {
    let stride = vector.type.stride
    let values = try append(
      vector.values.pointer + vector.offset * stride, vector.count * stride)
    var validity: Int?
    if let valid = vector.valid, vector.nullCount > 0 {
      validity = try append(valid, vector.count)
    }
    return Column(type: vector.type, count: vector.count, values: values, validity: validity)
  }

  /// The rows of parts of columns of one type, one after the other, as one vector.
  package func read(
    _ parts: [(column: Column, rows: Range<Int>)], type: PhysicalType
  ) throws(EngineError) -> Vector {
    let count = parts.reduce(0) { $0 + $1.rows.count }
    let stride = type.stride
    let values = Buffer(byteCount: count * stride)
    let hasNulls = parts.contains { $0.column.validity != nil && !$0.rows.isEmpty }
    let validity = hasNulls ? Buffer(byteCount: count) : nil
    var row = 0
    for (column, rows) in parts where !rows.isEmpty {
      try read(
        column.values + rows.lowerBound * stride, rows.count * stride,
        into: values.pointer + row * stride)
      if let target = validity?.pointer {
        if let place = column.validity {
          try read(place + rows.lowerBound, rows.count, into: target + row)
        } else {
          memset(target + row, 1, rows.count)
        }
      }
      row += rows.count
    }
    return Vector(type: type, count: count, values: values, validity: validity)
  }

  // MARK: Bytes

  /// - Returns: where the bytes lie.
  private func append(
    _ bytes: UnsafeRawPointer, _ count: Int
  ) throws(EngineError) -> Int {
    let place = end.add(count, ordering: .relaxed).oldValue
    var done = 0
    while done < count {
      let written = pwrite(descriptor, bytes + done, count - done, off_t(place + done))
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw Self.failure(directory, written < 0 ? errno : ENOSPC) }
      done += written
    }
    return place
  }

  private func read(
    _ place: Int, _ count: Int, into target: UnsafeMutableRawPointer
  ) throws(EngineError) {
    var done = 0
    while done < count {
      let found = pread(descriptor, target + done, count - done, off_t(place + done))
      if found < 0, errno == EINTR { continue }
      guard found > 0 else { throw Self.failure(directory, found < 0 ? errno : EIO) }
      done += found
    }
  }

  private static func failure(_ directory: String, _ code: Int32) -> EngineError {
    .spill(directory: directory, detail: String(cString: strerror(code)))
  }
}
