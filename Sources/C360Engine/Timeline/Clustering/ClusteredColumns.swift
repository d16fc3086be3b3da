import C360Columns
import C360Plan
import Synchronization

/// Columns of an event table in clustered order, each made when it is first asked for.
final class ClusteredColumns: Sendable {
  enum Part: Hashable {
    case values(ColumnID)
    /// Known times, with the least one for never.
    case known(ColumnID)
    case mask([TimelineProgram.Condition])
  }
  private struct Storage: @unchecked Sendable {
    var parts: [Part: Buffer] = [:]
    var codes: [ColumnID: DenseCodes] = [:]
  }
  private let storage = Mutex(Storage())

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
      case .text: try clusters.inOrder(vector.codes, vector.values, threads: threads)
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
    let made = DenseCodes(vector, isOrdered: isOrdered, pool: context.pool)
    let codes = try clusters.inOrder(
      made.codes.elements(Int32.self), made.codes, threads: context.threads)
    let result = DenseCodes(
      codes: codes, count: made.count, values: made.values, isOrdered: isOrdered)
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
    return try partition.cluster(source, threads: threads)
  }
}
