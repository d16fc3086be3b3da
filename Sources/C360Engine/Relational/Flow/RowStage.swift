import C360Columns
import C360Plan

/// A part of a chain: takes the rows of one relation, piece by piece in their order, and hands those of
/// another on to the next. Every stage is given at least one piece, which may be empty.
protocol RowStage: AnyObject {
  func take(_ rows: Relation) throws(EngineError)
  /// There are no more rows.
  func finish() throws(EngineError)
}

/// The end of a chain: rows on disk.
final class StoringStage: RowStage {
  let rows: SpilledRows

  init(_ columns: [ColumnID], in plan: Plan, directory: String) throws(EngineError) {
    rows = SpilledRows(
      file: try SpillFile(directory: directory),
      columns: columns.map { (id: $0, type: plan[$0].type.physical) })
  }

  func take(_ piece: Relation) throws(EngineError) {
    try rows.append(count: piece.rowCount, piece.vectors(rows.columns.map(\.id)))
  }

  func finish() {}
}

/// A step that holds little of the rows it takes: the first of a sort, or a state a group.
final class HoldingStage: RowStage {
  private let place: Int
  private let input: RelationID
  private let output: RelationID
  private var rows: any RowsOfStream
  private let run: FlowRun
  private let next: any RowStage

  init(
    _ place: Int, _ input: RelationID, _ output: RelationID, _ rows: any RowsOfStream,
    _ run: FlowRun, _ next: any RowStage
  ) {
    self.place = place
    self.input = input
    self.output = output
    self.rows = rows
    self.run = run
    self.next = next
  }

  func take(_ piece: Relation) throws(EngineError) {
    guard run.asks(for: place) else { return }
    try run.measure(place) { () throws(EngineError) in
      var part = ExecutionState(plan: run.plan)
      part.relations[input] = piece
      if try !rows.add(part, run.context) { run.wantOrder(at: place) }
      try run.hold(rows.heldBytes, at: place)
    }
  }

  func finish() throws(EngineError) {
    guard run.asks(for: place) else { return }
    var state = ExecutionState(plan: run.plan)
    try run.measure(place) { () throws(EngineError) in
      do throws(EngineError) {
        if try !rows.finish(&state, run.context) { run.wantOrder(at: place) }
      } catch {
        try run.note(error, at: place)
      }
    }
    guard run.asks(for: place), let made = state.relations[output] else { return }
    try next.take(made)
    try next.finish()
  }
}

extension Relation {
  /// - Precondition: they are there.
  func vectors(_ wanted: [ColumnID]) -> [Vector] {
    wanted.map { column in
      guard let vector = columns[column] else {
        preconditionFailure("a column is handed on before it is computed")
      }
      return vector
    }
  }

  init(rowCount: Int, _ ids: [ColumnID], _ vectors: [Vector]) {
    self.init(
      rowCount: rowCount, columns: Dictionary(zip(ids, vectors), uniquingKeysWith: { $1 }))
  }

  func slice(_ rows: Range<Int>) -> Relation {
    Relation(rowCount: rows.count, columns: columns.mapValues { $0.slice(rows) })
  }
}

/// Rows that came in pieces, one after the other.
struct HeldRows {
  let types: [PhysicalType]
  private(set) var pieces: [[Vector]] = []
  private(set) var rowCount = 0
  private(set) var byteCount = 0

  init(_ types: [PhysicalType]) { self.types = types }

  mutating func add(_ vectors: [Vector], rowCount: Int) {
    guard rowCount > 0 else { return }
    pieces.append(vectors)
    self.rowCount += rowCount
    byteCount += vectors.reduce(0) {
      $0 + rowCount * ($1.type.stride + ($1.validity == nil ? 0 : 1))
    }
  }

  /// All of them, which are then held no more.
  mutating func taken() -> (vectors: [Vector], count: Int) {
    let vectors = types.indices.map { column in
      Vector.joined(pieces.map { $0[column] }, types[column])
    }
    let count = rowCount
    self = HeldRows(types)
    return (vectors, count)
  }
}
