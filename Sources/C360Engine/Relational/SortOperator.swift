import C360Columns
import C360Plan
import Synchronization

enum SortOperator {
  /// - Parameter missing: reads what of the tie-breakers has not been read yet.
  static func run(
    _ step: SortStep, _ state: inout ExecutionState, _ context: ExecutionContext,
    missing: (step: ScanStep, provider: any TableProvider)? = nil
  ) throws(EngineError) {
    let count = state.rowCount(step.input)
    let wanted = min(count, step.take ?? count)
    var found: Buffer?
    if let missing {
      found = try order(step, before: missing.step, count, wanted, state, context)
      if found == nil { try ScanOperator.add(missing.step, to: &state, provider: missing.provider) }
    }
    let order =
      if let found {
        found
      } else {
        try SortOrder.rows(
          keys(step.keys[...], state), tieBreakers: step.tieBreakers, count: count, first: wanted,
          context)
      }
    var relation = Relation(rowCount: wanted)
    for (from, to) in step.columns {
      relation.columns[to] = try state.vector(from).gathered(
        order.elements(Int32.self), count: wanted, hasMissing: false, threads: context.threads)
    }
    state.relations[step.output] = relation
  }

  /// The order by the keys that are there; nil: they leave ties.
  private static func order(
    _ step: SortStep, before missing: ScanStep, _ count: Int, _ wanted: Int,
    _ state: ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) -> Buffer? {
    let late = Set(missing.columns.map(\.column))
    let leading = step.keys.prefix { !late.contains($0.column) }
    let ties = TieWatch()
    // One row more, since it may equal the last one.
    let order = try SortOrder.rows(
      keys(leading, state),
      tieBreakers: max(0, step.tieBreakers - (step.keys.count - leading.count)), count: count,
      first: min(count, wanted + 1), ties: ties, context)
    return ties.isFound ? nil : order
  }

  private static func keys(
    _ keys: ArraySlice<(column: ColumnID, isDescending: Bool)>, _ state: ExecutionState
  ) -> [SortOrder.Key] {
    keys.map { (vector: state.vector($0.column), isDescending: $0.isDescending) }
  }
}

/// Told by a sort of rows that are equal in all of its keys. Used by one thread.
final class TieWatch {
  fileprivate(set) var isFound = false
}

/// The stable order of rows by several keys; −0 equals 0, NaN stands after numbers and null last, in
/// both directions. In the last keys, the tie-breakers, −0 stands before 0.
enum SortOrder {
  typealias Key = (vector: Vector, isDescending: Bool)

  /// Below this many rows of equal leading keys comparisons are faster than radix passes.
  private static let smallRun = 256
  /// Below this many rows insertion is faster than any other sort.
  private static let shortRun = 24

  /// Row (`Int32`) at each place.
  ///
  /// - Parameters:
  ///   - first: only so many places are asked for.
  ///   - ties: told of rows equal in all keys, at least where they are among those asked for.
  static func rows(
    _ keys: [Key], tieBreakers: Int = 0, count: Int, first wanted: Int? = nil,
    ties: TieWatch? = nil, _ context: ExecutionContext
  ) throws(EngineError) -> Buffer {
    let wanted = wanted ?? count
    // Sorting everything costs less than looking for a large part of it.
    if wanted < count / 4, count > smallRun,
      let found = try top(wanted, of: count, keys, tieBreakers, ties, context)
    {
      return found
    }
    let ranks = keys.contains { $0.vector.type == .text } ? context.pool.ranks() : []
    let firstTieBreaker = keys.count - tieBreakers
    let columns = keys.enumerated().flatMap { place, key in
      SortColumn.columns(
        key.vector, key.isDescending, ranks, tellsZeros: place >= firstTieBreaker,
        pool: context.pool)
    }
    let rows = Buffer(byteCount: count * 4)
    let places = rows.elements(Int32.self)
    for row in 0..<count { places[row] = Int32(truncatingIfNeeded: row) }
    try sort(places, count: count, columns[...], ties, context)
    return rows
  }

  /// The order within each of several partitions, whose rows ascend in it.
  ///
  /// - Parameter starts: the first place of each partition, and the end of the last.
  static func sort(
    _ places: UnsafeMutablePointer<Int32>, within starts: UnsafePointer<Int32>,
    partitionCount: Int, _ keys: [Key], _ context: ExecutionContext
  ) throws(EngineError) {
    let ranks = keys.contains { $0.vector.type == .text } ? context.pool.ranks() : []
    let columns = keys.flatMap { key in
      SortColumn.columns(
        key.vector, key.isDescending, ranks, tellsZeros: false, pool: context.pool)
    }
    func sort(_ partition: Int, _ context: ExecutionContext) throws(EngineError) {
      let first = places + Int(starts[partition])
      let count = Int(starts[partition + 1] - starts[partition])
      if areInOrder(first, count, columns) { return }
      try Self.sort(first, count: count, columns[...], nil, context)
    }
    if partitionCount < 4 * context.threads {
      for partition in 0..<partitionCount { try sort(partition, context) }
      return
    }
    let alone = context.onOneThread
    let blocks = WindowRows.blocks(starts, partitionCount)
    try Parallel.forEach(blocks.count, threads: context.threads) { block throws(EngineError) in
      try context.checkCancelled()
      for partition in blocks[block] { try sort(partition, alone) }
    }
  }

  /// Whether rows stand in order already, as those of a log do.
  private static func areInOrder(
    _ places: UnsafePointer<Int32>, _ count: Int, _ columns: [SortColumn]
  ) -> Bool {
    for place in stride(from: 1, to: count, by: 1) {
      let (left, right) = (Int(places[place - 1]), Int(places[place]))
      for column in columns {
        if let order = column.order {
          let result = order.compare(left, right)
          if result > 0 { return false }
          if result < 0 { break }
          continue
        }
        let (first, second) = (column.key(left), column.key(right))
        if first > second { return false }
        if first < second { break }
      }
    }
    return true
  }

  /// The first rows in order, when they are few: those that may be among them by the first key are
  /// found in one pass, and only they are sorted.
  ///
  /// - Returns: nil where the first key does not tell.
  private static func top(
    _ wanted: Int, of count: Int, _ keys: [Key], _ tieBreakers: Int, _ ties: TieWatch?,
    _ context: ExecutionContext
  ) throws(EngineError) -> Buffer? {
    if wanted == 0 { return Buffer(byteCount: 4) }
    guard let key = keys.first, !key.vector.type.isCollection else { return nil }
    let ranks = key.vector.type == .text ? context.pool.ranks() : []
    let column = SortColumn.columns(
      key.vector, key.isDescending, ranks, tellsZeros: tieBreakers == keys.count,
      pool: context.pool)[0]
    let pieces = Parallel.pieces(count, threads: context.threads)
    let searches = pieces.map { _ in LeastKeys(wanted) }
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      try context.checkCancelled()
      searches[piece].search(column, pieces[piece])
    }
    let bound = LeastKeys.bound(wanted, searches)
    let found = searches.flatMap { $0.rows(upTo: bound, column) }
    let rows = Buffer(byteCount: max(1, found.count) * 4)
    let places = rows.elements(Int32.self)
    places.update(from: found, count: found.count)
    var own: [Key] = []
    for key in keys {
      own.append(
        (
          vector: try key.vector.gathered(
            places, count: found.count, hasMissing: false, threads: context.threads),
          isDescending: key.isDescending
        ))
    }
    // All of these, in order.
    let order = try Self.rows(
      own, tieBreakers: tieBreakers, count: found.count, ties: ties, context)
    let target = order.elements(Int32.self)
    for place in found.indices { target[place] = found[Int(target[place])] }
    return order
  }

  /// Orders rows that are equal in all keys before `columns`, and ascend.
  private static func sort(
    _ places: UnsafeMutablePointer<Int32>, count: Int, _ columns: ArraySlice<SortColumn>,
    _ ties: TieWatch?, _ context: ExecutionContext
  ) throws(EngineError) {
    guard count > smallRun, let column = columns.first, column.order == nil else {
      sortSmall(places, count, columns, ties)
      return
    }
    try context.checkCancelled()
    let buffer = Buffer(byteCount: count * 8)
    let keys = buffer.elements(UInt64.self)
    let greatest = try column.keys(of: places, count: count, into: keys, context)
    let order = try RadixOrder.rows(
      keys: keys, count: count, maximum: greatest, threads: context.threads)
    let sorted = order.elements(UInt32.self)
    let moved = Buffer(byteCount: count * 4)
    let target = moved.elements(Int32.self)
    let pieces = Parallel.pieces(count, threads: context.threads)
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      for place in pieces[piece] { target[place] = places[Int(sorted[place])] }
    }
    places.update(from: target, count: count)
    if columns.count == 1, ties?.isFound ?? true { return }
    try sortRuns(places, count, keys, columns.dropFirst(), ties, context)
  }

  /// Orders rows within each run of equal keys, which were sorted with them.
  private static func sortRuns(
    _ places: UnsafeMutablePointer<Int32>, _ count: Int, _ keys: UnsafePointer<UInt64>,
    _ columns: ArraySlice<SortColumn>, _ ties: TieWatch?, _ context: ExecutionContext
  ) throws(EngineError) {
    /// The first place from there on that begins a run.
    func runStart(_ place: Int) -> Int {
      var place = place
      while place > 0, place < count, keys[place] == keys[place - 1] { place += 1 }
      return place
    }
    let pieces = Parallel.pieces(count, threads: context.threads).map {
      runStart($0.lowerBound)..<max(runStart($0.lowerBound), runStart($0.upperBound))
    }
    // One run may be most of the rows: then its threads are of use within it.
    let context = pieces.count { !$0.isEmpty } > 1 ? context.onOneThread : context
    let areFound = Atomic<Bool>(false)
    try Parallel.forEach(pieces.count, threads: pieces.count) { piece throws(EngineError) in
      try context.checkCancelled()
      let own = ties.map { _ in TieWatch() }
      var start = pieces[piece].lowerBound
      while start < pieces[piece].upperBound {
        let key = keys[start]
        var end = start + 1
        while end < count, keys[end] == key { end += 1 }
        if end - start > 1 {
          try sort(places + start, count: end - start, columns, own, context)
        }
        start = end
      }
      if own?.isFound == true { areFound.store(true, ordering: .relaxed) }
    }
    if areFound.load(ordering: .relaxed) { ties?.isFound = true }
  }

  static func equal(
    _ left: Int32, _ right: Int32, _ columns: ArraySlice<SortColumn>
  ) -> Bool {
    columns.allSatisfy { column in
      if let order = column.order { return order.compare(Int(left), Int(right)) == 0 }
      return column.key(Int(left)) == column.key(Int(right))
    }
  }

  private struct Entry: BitwiseCopyable {
    let key: UInt64
    let row: Int32
  }

  /// The same for few rows: each key is made once a row.
  private static func sortSmall(
    _ places: UnsafeMutablePointer<Int32>, _ count: Int, _ columns: ArraySlice<SortColumn>,
    _ ties: TieWatch?
  ) {
    guard count > 1 else { return }
    guard let column = columns.first else {
      ties?.isFound = true
      return
    }
    if column.order != nil {
      compareAll(UnsafeMutableBufferPointer(start: places, count: count), columns)
      if let ties, !ties.isFound {
        ties.isFound = (1..<count).contains { equal(places[$0 - 1], places[$0], columns) }
      }
      return
    }
    withUnsafeTemporaryAllocation(of: Entry.self, capacity: count) { entries in
      for place in 0..<count {
        let row = places[place]
        let entry = Entry(key: column.key(Int(row)), row: row)
        guard count <= shortRun else {
          entries[place] = entry
          continue
        }
        var hole = place
        while hole > 0, entries[hole - 1].key > entry.key {
          entries[hole] = entries[hole - 1]
          hole -= 1
        }
        entries[hole] = entry
      }
      // Rows of equal keys ascend, which makes the order stable.
      if count > shortRun {
        var entries = entries
        entries.sort { ($0.key, $0.row) < ($1.key, $1.row) }
      }
      for place in 0..<count { places[place] = entries[place].row }
      if columns.count == 1, ties?.isFound ?? true { return }
      var start = 0
      while start < count {
        var end = start + 1
        while end < count, entries[end].key == entries[start].key { end += 1 }
        sortSmall(places + start, end - start, columns.dropFirst(), ties)
        start = end
      }
    }
  }

  /// By the order of lists and vectors first.
  private static func compareAll(
    _ places: UnsafeMutableBufferPointer<Int32>, _ columns: ArraySlice<SortColumn>
  ) {
    var places = places
    // Rows are distinct numbers: equal keys fall back to them, which makes the order stable. Before
    // this they lie in ascending order.
    places.sort { left, right in
      for column in columns {
        if let order = column.order {
          let result = order.compare(Int(left), Int(right))
          if result != 0 { return result < 0 }
          continue
        }
        let (first, second) = (column.key(Int(left)), column.key(Int(right)))
        if first != second { return first < second }
      }
      return left < right
    }
  }
}
