import C360Columns
import C360Plan

/// The rows of a relation in a spill file, in the order in which they came.
package final class SpilledRows {
  package let file: SpillFile
  /// Of each piece, in the order of the relation's columns.
  package let columns: [(id: ColumnID, type: PhysicalType)]
  private var pieces: [(count: Int, columns: [SpillFile.Column])] = []
  package private(set) var rowCount = 0

  init(file: SpillFile, columns: [(id: ColumnID, type: PhysicalType)]) {
    self.file = file
    self.columns = columns
  }

  func append(count: Int, _ vectors: [Vector]) throws(EngineError) {
    guard count > 0 else { return }
    var written: [SpillFile.Column] = []
    for vector in vectors { written.append(try file.write(vector)) }
    pieces.append((count, written))
    rowCount += count
  }

  package var pieceCount: Int { pieces.count }

  /// All rows of some columns.
  package func load(_ wanted: [ColumnID]) throws(EngineError) -> [ColumnID: Vector] {
    try load(wanted, pieces.indices)
  }

  /// The rows of one piece; pieces follow each other in the order of the relation.
  package func load(
    _ wanted: [ColumnID], piece: Int
  ) throws(EngineError) -> (rowCount: Int, columns: [ColumnID: Vector]) {
    (pieces[piece].count, try load(wanted, piece..<piece + 1))
  }

  private func load(
    _ wanted: [ColumnID], _ range: Range<Int>
  ) throws(EngineError) -> [ColumnID: Vector] {
    var result: [ColumnID: Vector] = [:]
    for (index, column) in columns.enumerated() where wanted.contains(column.id) {
      result[column.id] = try file.read(
        pieces[range].map { (column: $0.columns[index], rows: 0..<$0.count) }, type: column.type)
    }
    return result
  }

  /// Bytes of so many columns in memory.
  func byteCount(_ wanted: [ColumnID]) -> Int {
    columns.reduce(0) { sum, column in
      sum + (wanted.contains(column.id) ? rowCount * (column.type.stride + 1) : 0)
    }
  }
}

/// The rows of a source in a spill file, batch by batch; within a batch they stand partition by
/// partition, and within a partition in the order of the source.
final class SpilledSource {
  private struct Piece {
    let columns: [SpillFile.Column]
    /// Of each row, counted from `firstRow`, its place in the source.
    let numbers: SpillFile.Column
    let firstRow: Int
    /// First row of each partition, and one past the last.
    let starts: [Int32]
  }
  let step: ScanStep
  let file: SpillFile
  private let types: [PhysicalType]
  private var pieces: [Piece] = []
  /// By partition.
  private(set) var rowCounts: [Int]

  init(_ step: ScanStep, types: [PhysicalType], file: SpillFile, partitions: Int) {
    self.step = step
    self.types = types
    self.file = file
    rowCounts = Array(repeating: 0, count: partitions)
  }

  /// - Parameters:
  ///   - vectors: in the order of the scan's columns, partition by partition.
  ///   - numbers: 4 bytes a row.
  func append(
    _ vectors: [Vector], numbers: Vector, firstRow: Int, starts: [Int32]
  ) throws(EngineError) {
    var columns: [SpillFile.Column] = []
    for vector in vectors { columns.append(try file.write(vector)) }
    let number = try file.write(numbers)
    pieces.append(Piece(columns: columns, numbers: number, firstRow: firstRow, starts: starts))
    for partition in rowCounts.indices {
      rowCounts[partition] += Int(starts[partition + 1] - starts[partition])
    }
  }

  func rowCount(_ partitions: Range<Int>) -> Int {
    rowCounts[partitions].reduce(0, +)
  }

  /// The rows of neighbouring partitions.
  func load(_ partitions: Range<Int>, threads: Int) throws(EngineError) -> Relation {
    let columns = try loadColumns(partitions, threads: threads)
    var relation = Relation(rowCount: rowCount(partitions))
    for ((_, column), vector) in zip(step.columns, columns) { relation.columns[column] = vector }
    return relation
  }

  private func loadColumns(
    _ partitions: Range<Int>, threads: Int
  ) throws(EngineError) -> [Vector] {
    nonisolated(unsafe) let found = UnsafeMutablePointer<Vector?>.allocate(capacity: types.count)
    found.initialize(repeating: nil, count: types.count)
    defer {
      found.deinitialize(count: types.count)
      found.deallocate()
    }
    nonisolated(unsafe) let source = self
    try Parallel.forEach(types.count, threads: threads) { (index: Int) throws(EngineError) in
      found[index] = try source.file.read(
        source.pieces.map { ($0.columns[index], Self.rows($0, partitions)) },
        type: source.types[index])
    }
    return (0..<types.count).compactMap { found[$0] }
  }

  /// The place in the source of a row of loaded partitions.
  func number(ofRow row: Int, _ partitions: Range<Int>) throws(EngineError) -> Int {
    var before = 0
    for piece in pieces {
      let rows = Self.rows(piece, partitions)
      if row - before < rows.count {
        let place = rows.lowerBound + row - before
        let number = try file.read([(piece.numbers, place..<place + 1)], type: .text)
        return piece.firstRow + Int(number.codes[0])
      }
      before += rows.count
    }
    return row
  }

  private static func rows(_ piece: Piece, _ partitions: Range<Int>) -> Range<Int> {
    Int(piece.starts[partitions.lowerBound])..<Int(piece.starts[partitions.upperBound])
  }
}
