import C360Columns
import C360Plan

/// What the last step of a stream makes of rows that come batch by batch.
protocol RowsOfStream {
  /// Takes the rows of a batch from the relation they are in.
  ///
  /// - Returns: false when the rows are needed all at once.
  mutating func add(
    _ part: ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) -> Bool

  /// Adds the relation that is made of all of them.
  ///
  /// - Returns: false when the rows are needed all at once.
  mutating func finish(
    _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) -> Bool

  /// Bytes of the rows that are held.
  var heldBytes: Int { get }
}

/// Columns of batches, one after the other.
struct JoinedBatches {
  let columns: [ColumnID]
  private var pieces: [[Vector]] = []
  private(set) var rowCount = 0
  private(set) var byteCount = 0

  init(_ columns: [ColumnID]) { self.columns = columns }

  /// - Parameter piece: in the order of the columns.
  mutating func add(_ piece: [Vector], rowCount: Int) {
    pieces.append(piece)
    self.rowCount += rowCount
    byteCount += piece.reduce(0) {
      $0 + $1.count * ($1.type.stride + ($1.validity == nil ? 0 : 1))
    }
  }

  func vectors(in plan: Plan) -> [Vector] {
    columns.enumerated().map { number, column in
      Vector.joined(pieces.map { $0[number] }, plan[column].type.physical)
    }
  }
}

/// The rows that a filter leaves.
struct KeptRows: RowsOfStream {
  private let step: FilterStep
  private var kept: JoinedBatches

  init(_ step: FilterStep) {
    self.step = step
    kept = JoinedBatches(step.columns.map(\.to))
  }

  var heldBytes: Int { kept.byteCount }

  mutating func add(
    _ part: ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) -> Bool {
    kept.add(kept.columns.map { part.vector($0) }, rowCount: part.rowCount(step.output))
    return true
  }

  mutating func finish(
    _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) -> Bool {
    var relation = Relation(rowCount: kept.rowCount)
    for (column, vector) in zip(kept.columns, kept.vectors(in: state.plan)) {
      relation.columns[column] = vector
    }
    state.relations[step.output] = relation
    return true
  }
}
