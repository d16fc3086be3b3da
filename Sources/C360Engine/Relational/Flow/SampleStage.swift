import C360Columns
import C360Plan

/// A sample: rows in the order of their hashes, where equal ones are numbered and some are chosen, and
/// then back in their order.
final class SampleStage: RowStage {
  private let step: SampleStep
  private let place: Int
  private let run: FlowRun
  private let next: any RowStage
  private let columns: [ColumnID]
  /// Behind the columns: the number of a row, and its hash.
  private let types: [PhysicalType]
  private var sorted: SortedRuns
  /// Rows so far.
  private var count: Int64 = 0
  /// How many rows came before that have this hash.
  private var equals: (hash: Int64, count: UInt64)?

  init(
    _ step: SampleStep, _ place: Int, _ run: FlowRun, _ next: any RowStage
  ) throws(EngineError) {
    self.step = step
    self.place = place
    self.run = run
    self.next = next
    columns = step.columns.map(\.from)
    types = columns.map { run.plan[$0].type.physical } + [.int64, .int64]
    sorted = try SortedRuns(types, by: [(types.count - 1, isDescending: false)], run)
  }

  func take(_ piece: Relation) throws(EngineError) {
    guard run.asks(for: place) else { return }
    try run.measure(place) { () throws(EngineError) in
      let hash = SampleHash(
        seed: step.seed, columns: piece.vectors(step.by), pool: run.context.pool)
      let hashes = Vector(
        type: .int64, count: piece.rowCount,
        values: try hash.ofValues(piece.rowCount, run.context))
      try sorted.add(
        piece.vectors(columns) + [.numbers(from: count, count: piece.rowCount), hashes],
        rowCount: piece.rowCount)
      count += Int64(piece.rowCount)
    }
  }

  func finish() throws(EngineError) {
    guard run.asks(for: place) else { return }
    try run.measure(place) { () throws(EngineError) in
      let back = try SortedRuns(types, by: [(columns.count, isDescending: false)], run)
      switch step.amount {
      case .share(let share):
        try sorted.merge { (vectors, count) throws(EngineError) in
          let hashes = number(vectors[columns.count + 1])
          let values = hashes.elements(UInt64.self)
          let rows = (0..<count).filter { SampleHash.isChosen(values[$0], share: share) }
            .map { Int32(truncatingIfNeeded: $0) }
          var chosen: [Vector] = []
          for vector in vectors {
            chosen.append(
              try vector.gathered(
                rows, count: rows.count, hasMissing: false, threads: run.context.threads))
          }
          try back.add(chosen, rowCount: rows.count)
        }
      case .rows(let wanted):
        let least = try SortedRuns(
          types,
          by: [(columns.count + 1, isDescending: false), (columns.count, isDescending: false)], run)
        try sorted.merge { (vectors, count) throws(EngineError) in
          let hashes = number(vectors[columns.count + 1])
          // As integers that order as the hashes do, which have no sign.
          let values = hashes.elements(UInt64.self)
          for row in 0..<count { values[row] ^= 1 << 63 }
          try least.add(
            vectors.dropLast() + [Vector(type: .int64, count: count, values: hashes)],
            rowCount: count)
        }
        try least.merge(first: wanted) { (vectors, count) throws(EngineError) in
          try back.add(vectors, rowCount: count)
        }
      }
      sorted = try SortedRuns([], by: [], run)
      try back.merge { (vectors, count) throws(EngineError) in
        try next.take(Relation(rowCount: count, step.columns.map(\.to), vectors.dropLast(2)))
      }
    }
    try next.finish()
  }

  /// The hashes of rows with their numbers among those that are equal, which stand side by side.
  private func number(_ hashes: Vector) -> Buffer {
    let numbered = Buffer(byteCount: hashes.count * 8)
    let target = numbered.elements(UInt64.self)
    let values = hashes.int64s
    for row in 0..<hashes.count {
      let number = equals?.hash == values[row] ? equals?.count ?? 0 : 0
      equals = (values[row], number + 1)
      target[row] = SampleHash.numbered(UInt64(bitPattern: values[row]), number)
    }
    return numbered
  }
}
