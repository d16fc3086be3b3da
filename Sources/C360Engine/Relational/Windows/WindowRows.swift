import C360Columns
import C360Plan

/// Rows of each partition side by side, in the order of the window.
struct WindowRows: @unchecked Sendable {
  let count: Int
  /// Row at each position.
  let places: UnsafeMutablePointer<Int32>
  /// Position at which each partition starts, and the end of the last.
  let starts: UnsafeMutablePointer<Int32>
  let partitionCount: Int
  let keys: [SortOrder.Key]
  /// By row: equal for rows that the order leaves equal; nil: nobody asks, or all are.
  private let peers: GroupIndex?
  private let owners: [Buffer]

  init(
    _ groups: GroupIndex, order keys: [SortOrder.Key], rowCount: Int, tellsPeers: Bool,
    _ context: ExecutionContext
  ) throws(EngineError) {
    let placeBuffer = Buffer(byteCount: max(1, rowCount) * 4)
    let startBuffer = Buffer(byteCount: (groups.count + 1) * 4)
    places = placeBuffer.elements(Int32.self)
    starts = startBuffer.elements(Int32.self)
    try Self.gather(groups, rowCount, places, starts, context)
    if !keys.isEmpty {
      try SortOrder.sort(places, within: starts, partitionCount: groups.count, keys, context)
    }
    self.keys = keys
    count = rowCount
    partitionCount = groups.count
    owners = [placeBuffer, startBuffer]
    peers =
      keys.isEmpty || !tellsPeers
      ? nil : try GroupIndex(keys.map(\.vector), rowCount: rowCount, context)
  }

  private init(
    part rows: WindowRows, _ positions: Range<Int>, partitionCount: Int,
    starts: UnsafeMutablePointer<Int32>
  ) {
    count = positions.count
    places = rows.places + positions.lowerBound
    self.starts = starts
    self.partitionCount = partitionCount
    keys = rows.keys
    peers = rows.peers
    owners = rows.owners
  }

  /// The rows of each group side by side, ascending.
  private static func gather(
    _ groups: GroupIndex, _ rowCount: Int, _ places: UnsafeMutablePointer<Int32>,
    _ starts: UnsafeMutablePointer<Int32>, _ context: ExecutionContext
  ) throws(EngineError) {
    let ids = groups.ids
    let groupCount = groups.count
    // Counts of all pieces together take no more room than the rows.
    let pieces = Parallel.pieces(
      rowCount, threads: min(context.threads, max(1, rowCount / max(1, groupCount))))
    let counted = Buffer(byteCount: max(1, pieces.count * groupCount) * 4)
    let counts = counted.elements(Int32.self)
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      let own = counts + piece * groupCount
      own.update(repeating: 0, count: groupCount)
      for row in pieces[piece] { own[Int(ids[row])] += 1 }
    }
    var next: Int32 = 0
    for group in 0..<groupCount {
      starts[group] = next
      for piece in pieces.indices {
        let rows = counts[piece * groupCount + group]
        counts[piece * groupCount + group] = next
        next += rows
      }
    }
    starts[groupCount] = next
    try context.checkCancelled()
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      let own = counts + piece * groupCount
      for row in pieces[piece] {
        let group = Int(ids[row])
        places[Int(own[group])] = Int32(truncatingIfNeeded: row)
        own[group] += 1
      }
    }
  }

  func partition(_ index: Int) -> Range<Int> { Int(starts[index])..<Int(starts[index + 1]) }

  /// Partitions in pieces of work, which stay in the caches of a processor where they are small.
  var blocks: [Range<Int>] { Self.blocks(starts, partitionCount) }

  static func blocks(
    _ starts: UnsafePointer<Int32>, _ partitionCount: Int
  ) -> [Range<Int>] {
    let size: Int32 = 1 << 15
    var blocks: [Range<Int>] = []
    var first = 0
    for index in 0..<partitionCount
    where starts[index + 1] - starts[first] >= size || index + 1 == partitionCount {
      blocks.append(first..<(index + 1))
      first = index + 1
    }
    return blocks
  }

  /// The rows of some partitions; positions count from the first of them.
  func block(_ partitions: Range<Int>, _ scratch: Scratch) -> WindowRows {
    let first = starts[partitions.lowerBound]
    let own = scratch.take(partitions.count + 1, of: Int32.self)
    for index in 0...partitions.count { own[index] = starts[partitions.lowerBound + index] - first }
    return WindowRows(
      part: self, Int(first)..<Int(starts[partitions.upperBound]),
      partitionCount: partitions.count, starts: own)
  }

  /// Whether the order tells the row at a position from the one before.
  func isNew(_ position: Int) -> Bool {
    guard let peers else { return false }
    return peers.ids[Int(places[position])] != peers.ids[Int(places[position - 1])]
  }

  func rowNumbers() -> Vector {
    let values = Buffer(byteCount: count * 8)
    let target = values.elements(Int64.self)
    for index in 0..<partitionCount {
      let range = partition(index)
      for position in range {
        target[Int(places[position])] = Int64(position - range.lowerBound + 1)
      }
    }
    return Vector(type: .int64, count: count, values: values)
  }

  func ranks(isDense: Bool) -> Vector {
    let values = Buffer(byteCount: count * 8)
    let target = values.elements(Int64.self)
    for index in 0..<partitionCount {
      let range = partition(index)
      var rank: Int64 = 0
      for position in range {
        if position == range.lowerBound || isNew(position) {
          rank = isDense ? rank + 1 : Int64(position - range.lowerBound + 1)
        }
        target[Int(places[position])] = rank
      }
    }
    return Vector(type: .int64, count: count, values: values)
  }

  /// The value at the row so many positions behind (negative: before), in the same partition.
  func shifted(
    _ vector: Vector, by distance: Int, threads: Int
  ) throws(EngineError) -> Vector {
    let found = Buffer(byteCount: count * 4)
    let rows = found.elements(Int32.self)
    for index in 0..<partitionCount {
      let range = partition(index)
      for position in range {
        let other = position + distance
        rows[Int(places[position])] = range.contains(other) ? places[other] : -1
      }
    }
    return try vector.gathered(rows, count: count, hasMissing: true, threads: threads)
  }
}
