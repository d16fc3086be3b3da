import C360Columns
import C360Plan

/// Rows that come in the order of their keys, cut so that those of equal keys stay together.
struct KeyedRows {
  /// The first so many columns.
  private let keyCount: Int
  private var held: HeldRows

  /// - Parameter keyCount: 0: all rows are equal.
  init(_ types: [PhysicalType], keyCount: Int) {
    self.keyCount = keyCount
    held = HeldRows(types)
  }

  var rowCount: Int { held.rowCount }
  var byteCount: Int { held.byteCount }

  /// - Returns: rows of whose keys no more will come; nil: there are none yet.
  mutating func add(
    _ vectors: [Vector], rowCount: Int, _ context: ExecutionContext
  ) throws(EngineError) -> (vectors: [Vector], count: Int)? {
    guard rowCount > 0 else { return nil }
    let start = RowEquality(Array(vectors[..<keyCount]), context).startOfLast(rowCount)
    if start == 0, held.rowCount == 0 || isLikeHeld(vectors, context) {
      held.add(vectors, rowCount: rowCount)
      return nil
    }
    held.add(vectors.map { $0.slice(0..<start) }, rowCount: start)
    let done = held.taken()
    held.add(vectors.map { $0.slice(start..<rowCount) }, rowCount: rowCount - start)
    return done
  }

  /// All that is held, which is of one key, but for a row that tells the key.
  mutating func takenButLast() -> (vectors: [Vector], count: Int) {
    let (vectors, count) = held.taken()
    held.add(vectors.map { $0.slice((count - 1)..<count) }, rowCount: 1)
    return (vectors.map { $0.slice(0..<(count - 1)) }, count - 1)
  }

  /// What is left when no more rows come.
  mutating func taken() -> (vectors: [Vector], count: Int) { held.taken() }

  private func isLikeHeld(_ vectors: [Vector], _ context: ExecutionContext) -> Bool {
    guard let last = held.pieces.last else { return true }
    let keys = (0..<keyCount).map { column in
      let count = last[column].count
      return Vector.joined(
        [last[column].slice((count - 1)..<count), vectors[column].slice(0..<1)],
        held.types[column])
    }
    return RowEquality(keys, context).areEqual(0, 1)
  }
}

/// Which rows a sort leaves equal, among rows that are in its order.
struct RowEquality {
  private let columns: [SortColumn]

  init(_ keys: [Vector], _ context: ExecutionContext) {
    let ranks = keys.contains { $0.type == .text } ? context.pool.ranks() : []
    columns = keys.flatMap {
      SortColumn.columns($0, false, ranks, tellsZeros: false, pool: context.pool)
    }
  }

  func areEqual(_ left: Int, _ right: Int) -> Bool {
    SortOrder.equal(Int32(truncatingIfNeeded: left), Int32(truncatingIfNeeded: right), columns[...])
  }

  /// The first of the rows that equal the last of so many.
  func startOfLast(_ count: Int) -> Int {
    var (low, high) = (0, count - 1)
    while low < high {
      let middle = (low + high) / 2
      if areEqual(middle, count - 1) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The end of the rows that equal the first of so many.
  func endOfFirst(_ count: Int) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if areEqual(0, middle) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
