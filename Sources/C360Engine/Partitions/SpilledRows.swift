import C360Columns
import C360Plan

/// The rows of a relation in a spill file, in the order in which they came. Written by one thread, before
/// others read.
package final class SpilledRows: @unchecked Sendable {
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
  let relation: RelationID
  let file: SpillFile
  private let columns: [(id: ColumnID, type: PhysicalType)]
  private var pieces: [Piece] = []
  var columnIDs: [ColumnID] { columns.map(\.id) }
  /// By partition.
  private(set) var rowCounts: [Int]

  init(
    _ columns: [ColumnID], of relation: RelationID, in plan: Plan, file: SpillFile, partitions: Int
  ) {
    self.relation = relation
    self.columns = columns.map { (id: $0, type: plan[$0].type.physical) }
    self.file = file
    rowCounts = Array(repeating: 0, count: partitions)
  }

  /// - Parameters:
  ///   - vectors: in the order of the columns, partition by partition.
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
    let vectors = try loadColumns(partitions, threads: threads)
    var relation = Relation(rowCount: rowCount(partitions))
    for (column, vector) in zip(columns, vectors) { relation.columns[column.id] = vector }
    return relation
  }

  private func loadColumns(
    _ partitions: Range<Int>, threads: Int
  ) throws(EngineError) -> [Vector] {
    let count = columns.count
    nonisolated(unsafe) let found = UnsafeMutablePointer<Vector?>.allocate(capacity: count)
    found.initialize(repeating: nil, count: count)
    defer {
      found.deinitialize(count: count)
      found.deallocate()
    }
    nonisolated(unsafe) let source = self
    try Parallel.forEach(count, threads: threads) { (index: Int) throws(EngineError) in
      found[index] = try source.file.read(
        source.pieces.map { ($0.columns[index], Self.rows($0, partitions)) },
        type: source.columns[index].type)
    }
    return (0..<count).compactMap { found[$0] }
  }

  /// The place in the source of a row of loaded partitions.
  func number(ofRow row: Int, _ partitions: Range<Int>) throws(EngineError) -> Int {
    var before = 0
    for piece in pieces {
      let rows = Self.rows(piece, partitions)
      if row - before < rows.count {
        let place = rows.lowerBound + row - before
        return try numbers(of: piece, place..<place + 1)[0]
      }
      before += rows.count
    }
    return row
  }

  /// The places in the source of all rows of some partitions.
  func numbers(_ partitions: Range<Int>) throws(EngineError) -> [Int] {
    var result: [Int] = []
    for piece in pieces { result += try numbers(of: piece, Self.rows(piece, partitions)) }
    return result
  }

  private func numbers(of piece: Piece, _ rows: Range<Int>) throws(EngineError) -> [Int] {
    let numbers = try file.read([(piece.numbers, rows)], type: .text)
    return (0..<rows.count).map { piece.firstRow + Int(UInt32(bitPattern: numbers.codes[$0])) }
  }

  private static func rows(_ piece: Piece, _ partitions: Range<Int>) -> Range<Int> {
    Int(piece.starts[partitions.lowerBound])..<Int(piece.starts[partitions.upperBound])
  }
}
