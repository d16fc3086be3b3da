import C360Columns
import C360Plan
import Synchronization

/// Columns of an event table in clustered order, each made when it is first asked for.
final class ClusteredColumns: Sendable {
  enum Part: Hashable {
    case values(ColumnID)
    /// Known times, with the least one for never.
    case known(ColumnID)
    /// Times after which events no longer count, with the greatest one for never.
    case gone(ColumnID)
    case mask([TimelineProgram.Condition])
    /// Cells of `DistinctSketch`.
    case cells(ColumnID)
  }
  private struct Storage: @unchecked Sendable {
    var parts: [Part: Buffer] = [:]
    var codes: [ColumnID: DenseCodes] = [:]
  }
  private let storage = Mutex(Storage())

  /// Columns that lie in order as they are share the memory of the table.
  var byteCount: Int {
    storage.withLock { storage in
      storage.parts.values.reduce(0) { $0 + ($1.isForeign ? 0 : $1.byteCount) }
        + storage.codes.values.reduce(0) { $0 + $1.codes.byteCount }
    }
  }

  /// A part by position, made when nobody asked for it before.
  func made(
    _ part: Part, _ make: () throws(EngineError) -> Buffer
  ) throws(EngineError) -> Buffer {
    if let known = storage.withLock({ $0.parts[part] }) { return known }
    let made = try make()
    storage.withLock { $0.parts[part] = made }
    return made
  }

  /// The values of a column by position.
  func values(
    _ column: ColumnID, _ vector: Vector, _ clusters: EventClusters, threads: Int
  ) throws(EngineError) -> Buffer {
    try made(.values(column)) { () throws(EngineError) in
      switch vector.type {
      case .bool: try clusters.inOrder(vector.bools, vector.values, threads: threads)
      case .int64: try clusters.inOrder(vector.int64s, vector.values, threads: threads)
      case .float64: try clusters.inOrder(vector.float64s, vector.values, threads: threads)
      case .text, .list: try clusters.inOrder(vector.codes, vector.values, threads: threads)
      case .vector: preconditionFailure("vectors are read by row of their table")
      }
    }
  }

  /// The values of a column as small numbers by position; see `DenseCodes`.
  func codes(
    _ column: ColumnID, _ vector: Vector, _ clusters: EventClusters, isOrdered: Bool,
    _ context: ExecutionContext
  ) throws(EngineError) -> DenseCodes {
    if let known = storage.withLock({ $0.codes[column] }), known.isOrdered || !isOrdered {
      return known
    }
    let result = try DenseCodes(vector, isOrdered: isOrdered, clusters, context)
    storage.withLock { $0.codes[column] = result }
    return result
  }
}

extension EventClusters {
  /// Values by position; the memory of `owner` itself where the table is stored in order.
  func inOrder<T: BitwiseCopyable>(
    _ source: UnsafeMutablePointer<T>, _ owner: Buffer, threads: Int
  ) throws(EngineError) -> Buffer {
    guard let partition else {
      return Buffer(
        foreign: UnsafeMutableRawPointer(source), byteCount: count * MemoryLayout<T>.stride,
        release: { withExtendedLifetime(owner) {} })
    }
    return try partition.cluster(T.self, threads: threads) { source[$0] }
  }

  /// Computed values by position.
  @inline(__always)
  func inOrder<T: BitwiseCopyable>(
    _: T.Type, rows: Int, threads: Int, _ value: (Int) -> T
  ) throws(EngineError) -> Buffer {
    if let partition { return try partition.cluster(T.self, threads: threads, value) }
    let result = Buffer(byteCount: rows * MemoryLayout<T>.stride)
    let target = result.elements(T.self)
    for row in 0..<rows { target[row] = value(row) }
    return result
  }
}
