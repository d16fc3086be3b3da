import C360Columns
import C360Plan

/// Rows that do not fit in memory, put in order: runs of them on disk, each in order, then all of them,
/// piece by piece, in the order that they would have in memory.
final class SortedRuns {
  typealias Key = (column: Int, isDescending: Bool)

  private let types: [PhysicalType]
  private let keys: [Key]
  private let tieBreakers: Int
  private let run: FlowRun
  private let file: SpillFile
  private var kept: HeldRows
  private var runs: [SortedRun] = []

  /// Rows of a run that are read at the least.
  private static let fewestRows = 64

  /// - Parameters:
  ///   - types: of the columns of rows.
  ///   - keys: by places of columns; rows that are equal in all of them stay as they come.
  init(
    _ types: [PhysicalType], by keys: [Key], tieBreakers: Int = 0, _ run: FlowRun
  ) throws(EngineError) {
    self.types = types
    self.keys = keys
    self.tieBreakers = tieBreakers
    self.run = run
    file = try SpillFile(directory: run.directory)
    kept = HeldRows(types)
  }

  /// Of a row, and of its place in the order with the key that gives it.
  private var rowBytes: Int { types.reduce(24) { $0 + $1.stride + 1 } }

  func add(_ vectors: [Vector], rowCount: Int) throws(EngineError) {
    kept.add(vectors, rowCount: rowCount)
    if kept.rowCount * rowBytes >= run.share { try writeRun() }
  }

  private func writeRun() throws(EngineError) {
    guard kept.rowCount > 0 else { return }
    let (vectors, count) = kept.taken()
    let order = try order(vectors, count)
    var written = SortedRun()
    try written.append(try gathered(vectors, order, 0..<count), count: count, to: file)
    runs.append(written)
  }

  private func order(_ vectors: [Vector], _ count: Int) throws(EngineError) -> Buffer {
    try SortOrder.rows(
      keys.map { (vector: vectors[$0.column], isDescending: $0.isDescending) },
      tieBreakers: tieBreakers, count: count, run.context)
  }

  private func gathered(
    _ vectors: [Vector], _ order: Buffer, _ places: Range<Int>
  ) throws(EngineError) -> [Vector] {
    var result: [Vector] = []
    for vector in vectors {
      result.append(
        try vector.gathered(
          order.elements(Int32.self) + places.lowerBound, count: places.count, hasMissing: false,
          threads: run.context.threads))
    }
    return result
  }

  // MARK: Merging

  /// Hands on the rows in order, in at least one piece; they are gone then.
  ///
  /// - Parameter wanted: only so many of the first.
  func merge(
    first wanted: Int = .max, _ take: ([Vector], Int) throws(EngineError) -> Void
  ) throws(EngineError) {
    if runs.isEmpty {
      // All of them are still here.
      let (vectors, count) = kept.taken()
      let rows = 0..<min(count, wanted)
      try take(try gathered(vectors, try order(vectors, count), rows), rows.count)
      return
    }
    try writeRun()
    let atATime = max(2, run.share / (2 * fewestRows * rowBytes))
    while runs.count > atATime {
      var longer: [SortedRun] = []
      for start in stride(from: 0, to: runs.count, by: atATime) {
        var one = SortedRun()
        try merge(Array(runs[start..<min(runs.count, start + atATime)]), .max) {
          (vectors, count) throws(EngineError) in try one.append(vectors, count: count, to: file)
        }
        longer.append(one)
      }
      runs = longer
    }
    let last = runs
    runs = []
    try merge(last, wanted, take)
  }

  private var fewestRows: Int { min(Self.fewestRows, run.context.batchSize) }

  private func merge(
    _ runs: [SortedRun], _ wanted: Int, _ take: ([Vector], Int) throws(EngineError) -> Void
  ) throws(EngineError) {
    var wanted = wanted
    var merge = RunMerge(
      runs, types, chunk: max(fewestRows, run.share / (2 * runs.count * rowBytes)), file)
    var isFirst = true
    while wanted > 0 || isFirst {
      try run.context.checkCancelled()
      let count = try merge.refill()
      if count == 0, !isFirst { return }
      isFirst = false
      let order = try order(merge.held, count)
      let ready = min(merge.ready(order.elements(Int32.self), count), wanted)
      try take(try gathered(merge.held, order, 0..<ready), ready)
      merge.drop(order.elements(Int32.self), ready)
      wanted -= ready
    }
  }
}

/// Rows in order on disk.
private struct SortedRun {
  private(set) var count = 0
  /// One after the other, with the rows before.
  private var pieces: [(rows: Range<Int>, columns: [SpillFile.Column])] = []

  mutating func append(
    _ vectors: [Vector], count rowCount: Int, to file: SpillFile
  ) throws(EngineError) {
    guard rowCount > 0 else { return }
    var written: [SpillFile.Column] = []
    for vector in vectors { written.append(try file.write(vector)) }
    pieces.append((count..<(count + rowCount), written))
    count += rowCount
  }

  /// Where some rows of a column lie.
  func parts(
    _ rows: Range<Int>, column: Int
  ) -> [(column: SpillFile.Column, rows: Range<Int>)] {
    // The first piece with rows behind the start.
    var (low, high) = (0, pieces.count)
    while low < high {
      let middle = (low + high) / 2
      if pieces[middle].rows.upperBound <= rows.lowerBound {
        low = middle + 1
      } else {
        high = middle
      }
    }
    var parts: [(column: SpillFile.Column, rows: Range<Int>)] = []
    for piece in pieces[low...] {
      let own = piece.rows.clamped(to: rows)
      if own.isEmpty { break }
      let first = piece.rows.lowerBound
      parts.append((piece.columns[column], (own.lowerBound - first)..<(own.upperBound - first)))
    }
    return parts
  }
}

/// Runs on their way into one: of each some of its next rows.
private struct RunMerge {
  private let runs: [SortedRun]
  private let types: [PhysicalType]
  private let chunk: Int
  private let file: SpillFile
  /// By run: its first row that was not read.
  private var next: [Int]
  /// By run: its rows in `held` that have not been handed on.
  private var left: [Range<Int>]
  /// By column, run by run.
  private(set) var held: [Vector] = []

  /// - Parameter chunk: rows of a run that are read at a time.
  init(_ runs: [SortedRun], _ types: [PhysicalType], chunk: Int, _ file: SpillFile) {
    self.runs = runs
    self.types = types
    self.chunk = chunk
    self.file = file
    next = runs.map { _ in 0 }
    left = runs.map { _ in 0..<0 }
  }

  /// Takes in more of every run of which not many rows are here.
  ///
  /// - Returns: how many rows there are.
  mutating func refill() throws(EngineError) -> Int {
    let read = runs.indices.map { run in
      let isLow = left[run].count < chunk
      return next[run]..<min(runs[run].count, next[run] + (isLow ? chunk : 0))
    }
    var vectors: [Vector] = []
    for (column, type) in types.enumerated() {
      var pieces: [Vector] = []
      for run in runs.indices {
        if !left[run].isEmpty { pieces.append(held[column].slice(left[run])) }
        if read[run].isEmpty { continue }
        pieces.append(
          try file.read(runs[run].parts(read[run], column: column), type: type))
      }
      vectors.append(Vector.joined(pieces, type))
    }
    held = vectors
    var start = 0
    left = runs.indices.map { run in
      let range = start..<(start + left[run].count + read[run].count)
      start = range.upperBound
      return range
    }
    next = read.map(\.upperBound)
    return start
  }

  /// So many of the first rows no row can stand before that was not read: up to the last one that was
  /// read of a run that goes on.
  func ready(_ rows: UnsafePointer<Int32>, _ count: Int) -> Int {
    let ends = Set(
      runs.indices.filter { next[$0] < runs[$0].count }
        .map { Int32(truncatingIfNeeded: left[$0].upperBound - 1) })
    if ends.isEmpty { return count }
    var place = 0
    while place < count, !ends.contains(rows[place]) { place += 1 }
    return min(count, place + 1)
  }

  /// The rows of a run come in its order, so those that were handed on are its first.
  mutating func drop(_ rows: UnsafePointer<Int32>, _ count: Int) {
    var taken = left.map(\.lowerBound)
    for place in 0..<count { taken[run(of: Int(rows[place]))] += 1 }
    left = zip(taken, left).map { $0..<$1.upperBound }
  }

  /// The run in whose range a row is.
  private func run(of row: Int) -> Int {
    var (low, high) = (0, left.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if row < left[middle].upperBound { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
