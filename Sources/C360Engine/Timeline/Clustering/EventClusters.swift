import C360Columns

/// Rows of an event table clustered by entity, and in T2 order within (semantics.md E1, T2): time,
/// then the tie-break columns. Rows of other entities, and rows without key or time, are left out.
///
/// Positions are places in this order. Entity `e` has positions `starts[e] ..< ends[e]`; between two
/// entities there may be positions that belong to nobody.
final class EventClusters: @unchecked Sendable {
  let entities: EntityIndex
  /// One past the last position.
  let count: Int
  let starts: UnsafeMutablePointer<Int32>
  let ends: UnsafeMutablePointer<Int32>
  /// By position.
  let times: UnsafeMutablePointer<Int64>
  /// The column of times that rows were ordered by, for comparison only.
  let source: UnsafeMutablePointer<Int64>?
  /// The row at each position; nil: the table is stored in this order.
  let rows: UnsafeMutablePointer<UInt32>?
  /// How rows travelled to their positions; nil: they did not.
  let partition: Partition?
  /// Rows of the table that have a position.
  let used: Int
  /// Rows that are copies of another row in all tie-break columns, key and time.
  let duplicates: Int
  /// Whether any two events of an entity share their time.
  let hasTies: Bool
  private let buffers: [Buffer]
  private let origin: EventClusters?

  init(
    entities: EntityIndex, count: Int, starts: Buffer, ends: Buffer, times: Buffer,
    source: UnsafeMutablePointer<Int64>?, rows: Buffer?, partition: Partition?, used: Int,
    ties: TieCounts
  ) {
    self.source = source
    self.entities = entities
    self.count = count
    self.starts = starts.elements()
    self.ends = ends.elements()
    self.times = times.elements()
    self.rows = rows?.elements()
    self.partition = partition
    self.used = used
    duplicates = ties.duplicates
    hasTies = ties.hasTies
    buffers = [starts, ends, times] + (rows.map { [$0] } ?? [])
    origin = nil
  }

  /// The positions of `other` under entities of another frame.
  init(sharing other: EventClusters, entities: EntityIndex, starts: Buffer, ends: Buffer) {
    self.entities = entities
    count = other.count
    self.starts = starts.elements()
    self.ends = ends.elements()
    times = other.times
    source = other.source
    rows = other.rows
    partition = other.partition
    used = other.used
    duplicates = other.duplicates
    hasTies = other.hasTies
    buffers = [starts, ends]
    origin = other
  }

  /// What it holds of its own; not what it shares.
  var byteCount: Int {
    buffers.reduce(partition?.byteCount ?? 0) { $0 + ($1.isForeign ? 0 : $1.byteCount) }
  }

  @inline(__always)
  func row(_ position: Int) -> Int { rows.map { Int($0[position]) } ?? position }
}

/// What a clustering met among events of equal entity and time.
struct TieCounts {
  var duplicates = 0
  var hasTies = false

  mutating func add(_ other: TieCounts) {
    duplicates += other.duplicates
    hasTies = hasTies || other.hasTies
  }
}

/// How rows were spread over ranges of entities, kept so that columns can follow their rows without
/// random access: first to their partition, in sequence, then within it, in cache.
final class Partition: @unchecked Sendable {
  /// Of each row: the number of its entity; `entityCount` for rows left out.
  let entity: UnsafeMutablePointer<UInt32>
  let entityCount: Int
  /// Entity number >> shift is the partition.
  let shift: Int
  let count: Int
  /// Row ranges that were spread side by side.
  let pieces: [Range<Int>]
  /// For each piece and partition the first place in spread order.
  let places: UnsafeMutablePointer<Int>
  /// First place of each partition, in spread order as in clustered order; `count` + 1 of them.
  let bounds: [Int]
  /// By partition whether it is too large for one thread.
  let isLarge: [Bool]
  /// Of each position its place in spread order.
  let origins: UnsafeMutablePointer<UInt32>
  private let buffers: [Buffer]

  init(
    entity: Buffer, entityCount: Int, shift: Int, count: Int, pieces: [Range<Int>],
    places: Buffer, bounds: [Int], isLarge: [Bool], origins: Buffer
  ) {
    self.entity = entity.elements()
    self.entityCount = entityCount
    self.shift = shift
    self.count = count
    self.pieces = pieces
    self.places = places.elements()
    self.bounds = bounds
    self.isLarge = isLarge
    self.origins = origins.elements()
    buffers = [entity, places, origins]
  }

  var byteCount: Int { buffers.reduce(0) { $0 + $1.byteCount } }

  /// The values of a column in clustered order.
  ///
  /// - Parameter value: of a row of the table.
  @inline(__always)
  func cluster<T: BitwiseCopyable>(
    _: T.Type, threads: Int, _ value: (Int) -> T
  ) throws(EngineError) -> Buffer {
    let result = Buffer(byteCount: bounds[count] * MemoryLayout<T>.stride)
    let values = result.elements(T.self)
    let unused = UInt32(truncatingIfNeeded: entityCount)
    let shift = UInt32(truncatingIfNeeded: shift)
    try Parallel.forEach(pieces.count, threads: threads) { (piece: Int) throws(EngineError) in
      let next = Buffer(byteCount: count * 8)
      let place = next.elements(Int.self)
      place.update(from: places + piece * count, count: count)
      for row in pieces[piece] {
        let number = entity[row]
        if number == unused { continue }
        let partition = Int(number &>> shift)
        let index = place[partition]
        values[index] = value(row)
        place[partition] = index &+ 1
      }
    }
    // Within a partition the values change places through memory that stays in the cache: first
    // touch of memory is dear.
    let scratches = ScratchPool()
    try Parallel.forEach(count, threads: threads) { (partition: Int) throws(EngineError) in
      let range = bounds[partition]..<bounds[partition + 1]
      if isLarge[partition] { return }
      let scratch = scratches.borrow()
      let spread = scratch.take(range.count, of: T.self)
      spread.update(from: values + range.lowerBound, count: range.count)
      let first = UInt32(truncatingIfNeeded: range.lowerBound)
      for position in range { values[position] = spread[Int(origins[position] &- first)] }
      scratches.giveBack(scratch)
    }
    for partition in 0..<count where isLarge[partition] {
      try put(values, bounds[partition]..<bounds[partition + 1], threads: threads)
    }
    return result
  }

  /// Puts the values of a large partition in order, on several threads.
  private func put<T: BitwiseCopyable>(
    _ values: UnsafeMutablePointer<T>, _ range: Range<Int>, threads: Int
  ) throws(EngineError) {
    let buffer = Buffer(byteCount: range.count * MemoryLayout<T>.stride)
    let spread = buffer.elements(T.self)
    let pieces = Parallel.pieces(range.count, threads: threads)
    try Parallel.forEach(pieces.count, threads: threads) { (piece: Int) throws(EngineError) in
      (spread + pieces[piece].lowerBound).update(
        from: values + range.lowerBound + pieces[piece].lowerBound, count: pieces[piece].count)
    }
    let first = UInt32(truncatingIfNeeded: range.lowerBound)
    try Parallel.forEach(pieces.count, threads: threads) { (piece: Int) throws(EngineError) in
      for place in pieces[piece] {
        let position = range.lowerBound + place
        values[position] = spread[Int(origins[position] &- first)]
      }
    }
  }
}
