import C360Columns
import C360Plan

/// Where rows of a sort go that do not fit in memory, and how much of them may be there at a time.
struct SortSpill: Sendable {
  let directory: String
  /// nil: no bound; runs are then as small as batches, which only tests want.
  let limit: Int?

  /// Bytes of rows in a run, and of those that are merged at a time: beside them stand the same rows in
  /// order, and what the order takes.
  var bytes: Int { limit.map { $0 / 6 } ?? 1 }
}

/// The rows of a sort that do not fit in memory: runs of them on disk, each in order, then all of them,
/// piece by piece, in the order that they would have in memory.
struct SortedRuns: RowsOfStream {
  private let step: SortStep
  private let tail: SortTail
  private let spill: SortSpill
  private let file: SpillFile
  /// Columns of the input that order rows or are in the result.
  private let columns: [ColumnID]
  private var kept: JoinedBatches
  private var runs: [Run] = []

  private struct Run {
    let count: Int
    let columns: [SpillFile.Column]
  }

  init(_ step: SortStep, _ tail: SortTail, _ spill: SortSpill) throws(EngineError) {
    self.step = step
    self.tail = tail
    self.spill = spill
    file = try SpillFile(directory: spill.directory)
    columns = Set(step.keys.map(\.column)).union(step.columns.map(\.from))
      .sorted { $0.index < $1.index }
    kept = JoinedBatches(columns)
  }

  var heldBytes: Int { kept.byteCount }

  mutating func add(
    _ part: ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) -> Bool {
    kept.add(columns.map { part.vector($0) }, rowCount: part.rowCount(step.input))
    if kept.byteCount >= spill.bytes { try writeRun(part.plan, context) }
    return true
  }

  private mutating func writeRun(_ plan: Plan, _ context: ExecutionContext) throws(EngineError) {
    let count = kept.rowCount
    guard count > 0 else { return }
    let vectors = kept.vectors(in: plan)
    kept = JoinedBatches(columns)
    let order = try order(vectors, count, context)
    var written: [SpillFile.Column] = []
    for vector in vectors {
      written.append(
        try file.write(
          try vector.gathered(
            order.elements(Int32.self), count: count, hasMissing: false, threads: context.threads)))
    }
    runs.append(Run(count: count, columns: written))
  }

  /// Of rows in the order of `columns`; equal ones stay as they come.
  private func order(
    _ vectors: [Vector], _ count: Int, _ context: ExecutionContext
  ) throws(EngineError) -> Buffer {
    let place = Dictionary(uniqueKeysWithValues: zip(columns, vectors))
    return try SortOrder.rows(
      step.keys.compactMap { key in
        place[key.column].map { (vector: $0, isDescending: key.isDescending) }
      }, tieBreakers: step.tieBreakers, count: count, context)
  }

  // MARK: Merging

  mutating func finish(
    _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) -> Bool {
    try writeRun(state.plan, context)
    let chunk = try chunkRows(in: state.plan, context)
    var result = try SortedResult(step, tail, spill.directory, state.plan)
    var next = runs.map { _ in 0 }
    // Of each run, the rows that were read and do not stand in the result yet; in `held`, run by run.
    var left = runs.map { _ in 0..<0 }
    var held: [Vector] = []
    while result.rowsWanted > 0 {
      try context.checkCancelled()
      (held, left) = try refilled(held, left, &next, chunk, state.plan)
      let count = left.last?.upperBound ?? 0
      if count == 0 { break }
      let order = try order(held, count, context)
      let rows = order.elements(Int32.self)
      let ready = min(ready(rows, count, left, next), result.rowsWanted)
      let place = Dictionary(uniqueKeysWithValues: zip(columns, held))
      var piece = Relation(rowCount: ready)
      for (from, to) in step.columns {
        piece.columns[to] = try place[from]?.gathered(
          rows, count: ready, hasMissing: false, threads: context.threads)
      }
      try result.add(piece, context)
      // The rows of a run come in its order, so those that are ready are its first.
      var taken = left.map(\.lowerBound)
      for place in 0..<ready { taken[run(of: Int(rows[place]), left)] += 1 }
      left = zip(taken, left).map { $0..<$1.upperBound }
    }
    try result.finish(&state)
    return true
  }

  /// Rows of a run that are read at a time.
  private func chunkRows(in plan: Plan, _ context: ExecutionContext) throws(EngineError) -> Int {
    let smallest = min(64, context.batchSize)
    // A row, and its place in the order with the key that gives it.
    let width = StepMemory.width(columns, plan) + 24
    let chunk = max(smallest, spill.bytes / max(1, 2 * runs.count * width))
    let needed = 2 * runs.count * chunk * width
    if let limit = spill.limit, needed > limit {
      throw .memory(limit: limit, needed: needed, operation: StepName.of(.sort(step), in: plan))
    }
    return chunk
  }

  /// The rows that are left, with more of every run that has not many.
  private func refilled(
    _ held: [Vector], _ left: [Range<Int>], _ next: inout [Int], _ chunk: Int, _ plan: Plan
  ) throws(EngineError) -> ([Vector], [Range<Int>]) {
    let read = runs.indices.map { run in
      let isLow = left[run].count < chunk
      return next[run]..<min(runs[run].count, next[run] + (isLow ? chunk : 0))
    }
    var vectors: [Vector] = []
    for (number, column) in columns.enumerated() {
      var pieces: [Vector] = []
      for run in runs.indices {
        if !left[run].isEmpty { pieces.append(held[number].slice(left[run])) }
        guard !read[run].isEmpty else { continue }
        let spilled = runs[run].columns[number]
        pieces.append(try file.read([(spilled, read[run])], type: plan[column].type.physical))
      }
      vectors.append(Vector.joined(pieces, plan[column].type.physical))
    }
    var start = 0
    let ranges = runs.indices.map { run in
      let range = start..<(start + left[run].count + read[run].count)
      start = range.upperBound
      return range
    }
    next = read.map(\.upperBound)
    return (vectors, ranges)
  }

  /// So many of the first rows no row can stand before that was not read: up to the last one that was
  /// read of a run that goes on.
  private func ready(
    _ rows: UnsafePointer<Int32>, _ count: Int, _ left: [Range<Int>], _ next: [Int]
  ) -> Int {
    let ends = Set(
      runs.indices.filter { next[$0] < runs[$0].count }
        .map { Int32(truncatingIfNeeded: left[$0].upperBound - 1) })
    if ends.isEmpty { return count }
    var place = 0
    while place < count, !ends.contains(rows[place]) { place += 1 }
    return min(count, place + 1)
  }

  /// The run in whose range a row is.
  private func run(of row: Int, _ left: [Range<Int>]) -> Int {
    var (low, high) = (0, left.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if row < left[middle].upperBound { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
