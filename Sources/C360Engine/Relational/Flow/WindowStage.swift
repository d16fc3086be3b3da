import C360Columns
import C360Plan

/// Windows: rows partition by partition, some partitions at a time, and then back in their order.
final class WindowStage: RowStage {
  private let step: WindowStep
  private let place: Int
  private let run: FlowRun
  private let next: any RowStage
  /// The keys of partitions first; behind them stands the number of a row.
  private let columns: [ColumnID]
  private let made: [ColumnID]
  private var sorted: SortedRuns?
  private var back: SortedRuns?
  private var rows: KeyedRows
  /// Rows so far.
  private var count: Int64 = 0
  /// The function that failed, and how: another row may fail before, or an earlier function.
  private var failure: (function: Int, error: EngineError)?

  init(
    _ step: WindowStep, _ place: Int, _ run: FlowRun, _ next: any RowStage
  ) throws(EngineError) {
    self.step = step
    self.place = place
    self.run = run
    self.next = next
    columns =
      step.partition
      + StepColumns(.window(step), in: run.plan).read.subtracting(step.partition)
      .sorted { $0.index < $1.index }
    made = step.columns.map(\.to) + step.outputs.map(\.column)
    let types = columns.map { run.plan[$0].type.physical } + [.int64]
    rows = KeyedRows(types, keyCount: step.partition.count)
    // All rows are one partition otherwise, and in their order.
    if !step.partition.isEmpty {
      sorted = try SortedRuns(
        types, by: step.partition.indices.map { ($0, isDescending: false) }, run)
      back = try SortedRuns(
        made.map { run.plan[$0].type.physical } + [.int64],
        by: [(made.count, isDescending: false)], run)
    }
  }

  func take(_ piece: Relation) throws(EngineError) {
    guard run.asks(for: place) else { return }
    try run.measure(place) { () throws(EngineError) in
      let vectors = piece.vectors(columns) + [.numbers(from: count, count: piece.rowCount)]
      count += Int64(piece.rowCount)
      if let sorted {
        try sorted.add(vectors, rowCount: piece.rowCount)
      } else {
        try add(vectors, piece.rowCount)
      }
    }
  }

  func finish() throws(EngineError) {
    guard run.asks(for: place) else { return }
    try run.measure(place) { () throws(EngineError) in
      try sorted?.merge { (vectors, count) throws(EngineError) in try add(vectors, count) }
      sorted = nil
      let (vectors, rowCount) = rows.taken()
      try compute(vectors, rowCount)
      if let failure { return try run.note(failure.error, at: place) }
      try back?.merge { (vectors, count) throws(EngineError) in
        try next.take(Relation(rowCount: count, made, vectors.dropLast()))
      }
      back = nil
    }
    if failure == nil { try next.finish() }
  }

  private func add(_ vectors: [Vector], _ rowCount: Int) throws(EngineError) {
    if let done = try rows.add(vectors, rowCount: rowCount, run.context) {
      try compute(done.vectors, done.count)
    }
    let working = StepMemory.working(of: .window(step), in: run.plan) { _ in rows.rowCount }
    let added = StepMemory.added(by: .window(step), in: run.plan) { _ in rows.rowCount }
    try run.hold(
      rows.byteCount + working + added, at: place,
      step.partition.isEmpty
        ? ", all of them at once since no `per` cuts them," : ", all of one `per` at once,")
  }

  /// - Parameter vectors: all rows of some partitions.
  private func compute(_ vectors: [Vector], _ rowCount: Int) throws(EngineError) {
    var state = ExecutionState(plan: run.plan)
    state.relations[step.input] = Relation(rowCount: rowCount, columns, Array(vectors.dropLast()))
    let numbers = vectors[columns.count]
    do throws(EngineError) {
      try WindowOperator.run(step, &state, run.context)
    } catch {
      return try note(error, numbers)
    }
    guard failure == nil, let rows = state.relations[step.output] else { return }
    if let back {
      try back.add(rows.vectors(made) + [numbers], rowCount: rowCount)
    } else {
      try next.take(rows)
    }
  }

  /// Functions fail one after the other, each at the first of all rows.
  private func note(_ error: EngineError, _ numbers: Vector) throws(EngineError) {
    guard case .row(let origin, _, _, _) = error else { throw error }
    let function =
      step.outputs.firstIndex {
        if case .aggregate(let aggregate) = $0.function {
          aggregate.origin == origin
        } else {
          false
        }
      } ?? 0
    let moved = try error.movingRows { (_, row) in Int(numbers.int64s[row]) }
    if let failure,
      (failure.function, failure.error.row ?? 0) <= (function, moved.row ?? 0)
    {
      return
    }
    failure = (function, moved)
  }
}

extension Vector {
  /// Integers one after the other.
  static func numbers(from first: Int64, count: Int) -> Vector {
    let values = Buffer(byteCount: count * 8)
    for row in 0..<count { values.elements(Int64.self)[row] = first + Int64(row) }
    return Vector(type: .int64, count: count, values: values)
  }
}
