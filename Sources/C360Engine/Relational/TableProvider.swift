import C360Columns
import C360Plan

/// Where the rows of scanned tables come from: files, databases or memory of the host.
public protocol TableProvider: Sendable {
  /// The rows of a source of the host's list, in the order of the source, with these columns. Texts
  /// are codes of the run's pool.
  func load(source: Int, columns: [String]) throws -> Batch

  /// About how many bytes `load` will take, when that is known before.
  func estimatedBytes(source: Int, columns: [String]) -> Int?

  /// About how many rows `load` will return, when that is known before.
  func estimatedRows(source: Int) -> Int?

  /// The same rows as `load`, batch by batch.
  func stream(source: Int, columns: [String]) throws -> any RowStream

  /// Whether columns are read one by one and rows batch by batch as they are asked for, so that a part
  /// of them costs less than all, and more of them may be asked for later.
  func isReadOnDemand(source: Int) -> Bool
}

extension TableProvider {
  public func estimatedBytes(source: Int, columns: [String]) -> Int? { nil }
  public func estimatedRows(source: Int) -> Int? { nil }
  public func isReadOnDemand(source: Int) -> Bool { false }
  public func stream(source: Int, columns: [String]) throws -> any RowStream {
    LoadedRows(try load(source: source, columns: columns))
  }
}

/// The rows of a source on their way, for a run that cannot hold them all. Used by one thread.
public protocol RowStream: AnyObject {
  /// At most so many rows will come.
  var rowsAtMost: Int { get }
  /// About so many values of a column from all over the source, with nulls; does not move on.
  func sample(column: String, rows: Int) throws -> Vector
  /// The next rows in the order of the source, of about so many bytes; nil when there are no more.
  func next(bytes: Int) throws -> StreamedRows?
}

public struct StreamedRows: Sendable {
  public let batch: Batch
  /// Rows of the source before these.
  public let firstRow: Int
  /// Of each row its place behind `firstRow`; nil: they stand side by side.
  public let places: [Int32]?
  public init(batch: Batch, firstRow: Int, places: [Int32]? = nil) {
    self.batch = batch
    self.firstRow = firstRow
    self.places = places
  }
}

/// Rows that are in memory all the same.
public final class LoadedRows: RowStream {
  private let batch: Batch
  private var next = 0

  public init(_ batch: Batch) { self.batch = batch }

  public var rowsAtMost: Int { batch.rowCount }

  public func sample(column: String, rows: Int) throws -> Vector {
    guard let vector = batch[column]?.vector else {
      return Vector(type: .int64, count: 0, values: Buffer(byteCount: 0))
    }
    return vector
  }

  public func next(bytes: Int) throws -> StreamedRows? {
    guard next < batch.rowCount else { return nil }
    let width = batch.columns.reduce(1) { $0 + $1.type.physical.stride + 1 }
    let range = next..<min(batch.rowCount, next + max(1, bytes / width))
    next = range.upperBound
    let columns = batch.columns.map {
      Batch.Column(name: $0.name, type: $0.type, vector: $0.vector.slice(range))
    }
    return StreamedRows(
      batch: Batch(columns: columns, rowCount: range.count), firstRow: range.lowerBound)
  }
}

/// A provider that does not keep its contract.
public struct UnexpectedColumn: Error, Sendable {
  public let source: Int
  public let column: String
  public let expected: PhysicalType
  /// nil: there is no such column.
  public let found: PhysicalType?
}

enum ScanOperator {
  static func run(
    _ step: ScanStep, _ state: inout ExecutionState, provider: any TableProvider
  ) throws(EngineError) {
    let names = step.columns.map(\.name)
    let batch = try reading { try provider.load(source: step.source, columns: names) }
    guard batch.rowCount < Int(Int32.max) else {
      throw .unusable(
        relation: step.relation, detail: "has \(batch.rowCount) rows, more than 2³¹ − 2")
    }
    var relation = Relation(rowCount: batch.rowCount)
    for ((_, column), vector) in zip(step.columns, try vectors(step, of: batch, in: state.plan)) {
      relation.columns[column] = vector
    }
    state.relations[step.relation] = relation
  }

  /// More columns of rows that are there.
  static func add(
    _ step: ScanStep, to state: inout ExecutionState, provider: any TableProvider
  ) throws(EngineError) {
    let names = step.columns.map(\.name)
    let batch = try reading { try provider.load(source: step.source, columns: names) }
    guard batch.rowCount == state.rowCount(step.relation) else {
      throw .unusable(relation: step.relation, detail: "changed while it was read")
    }
    for ((_, column), vector) in zip(step.columns, try vectors(step, of: batch, in: state.plan)) {
      state.set(column, vector)
    }
  }

  /// The columns of a scan, in its order.
  static func vectors(
    _ step: ScanStep, of batch: Batch, in plan: Plan
  ) throws(EngineError) -> [Vector] {
    var vectors: [Vector] = []
    for (name, column) in step.columns {
      let expected = plan[column].type.physical
      let found = batch[name]?.vector
      guard let found, found.type == expected else {
        throw .source(
          UnexpectedColumn(
            source: step.source, column: name, expected: expected, found: found?.type))
      }
      vectors.append(found)
    }
    return vectors
  }

  /// What the host's reader throws, as the engine says it.
  static func reading<Result>(_ body: () throws -> Result) throws(EngineError) -> Result {
    do {
      return try body()
    } catch let error as EngineError {
      throw error
    } catch is CancellationError {
      throw .cancelled
    } catch {
      throw .source(error)
    }
  }
}
