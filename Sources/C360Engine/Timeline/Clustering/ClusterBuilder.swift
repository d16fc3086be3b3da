import C360Columns

/// Clusters rows that lie in any order: a radix partition by entity, then sorting within.
struct ClusterBuilder {
  /// Rows at their places: first spread over partitions, then in order. By place their time, their
  /// row, and first the number of their entity, then the place in spread order.
  struct Places: @unchecked Sendable {
    let times: UnsafeMutablePointer<Int64>
    let rows: UnsafeMutablePointer<UInt32>
    let origins: UnsafeMutablePointer<UInt32>
  }
  let entities: EntityIndex
  let key: Vector
  let time: Vector?
  let tieBreak: RowOrder
  let context: ExecutionContext
  private var threads: Int { context.threads }

  func build() throws(EngineError) -> EventClusters {
    let pieces = context.pieces(key.count)
    // About 2^14 rows a partition keep the sorting in cache, at most 2^11 partitions the spreading.
    var shift = 0
    let wanted = min(1 << 11, max(1, key.count / context.smallestPiece))
    while (entities.count - 1) >> shift >= wanted { shift += 1 }
    let count = max(1, (entities.count + (1 << shift) - 1) >> shift)

    let entity = Buffer(byteCount: key.count * 4)
    let places = Buffer(byteCount: pieces.count * count * 8)
    try number(pieces, into: entity.elements(), places.elements(), shift: shift, count: count)
    let bounds = Self.sumUp(places.elements(), pieces: pieces.count, count: count)
    try context.checkCancelled()

    let times = Buffer(byteCount: bounds[count] * 8)
    let rows = Buffer(byteCount: bounds[count] * 4)
    let origins = Buffer(byteCount: bounds[count] * 4)
    let target = Places(
      times: times.elements(), rows: rows.elements(), origins: origins.elements())
    try spread(
      pieces, entity.elements(), places.elements(), into: target, shift: shift, count: count)
    try context.checkCancelled()

    let partition = Partition(
      entity: entity, entityCount: entities.count, shift: shift, count: count, pieces: pieces,
      places: places, bounds: bounds,
      isLarge: bounds.indices.dropLast().map {
        isTooLargeForOneThread(bounds[$0 + 1] - bounds[$0], of: bounds[count])
      }, origins: origins)
    return try sort(target, partition, times: times, rows: rows)
  }

  /// Numbers every row's entity and counts rows by piece and partition.
  private func number(
    _ pieces: [Range<Int>], into entity: UnsafeMutablePointer<UInt32>,
    _ counts: UnsafeMutablePointer<Int>, shift: Int, count: Int
  ) throws(EngineError) {
    let unused = UInt32(truncatingIfNeeded: entities.count)
    let shift = UInt32(truncatingIfNeeded: shift)
    try Parallel.forEach(pieces.count, threads: threads) { (piece: Int) throws(EngineError) in
      let own = counts + piece * count
      own.update(repeating: 0, count: count)
      for block in stride(from: pieces[piece].lowerBound, to: pieces[piece].upperBound, by: 4096) {
        let rows = block..<min(block + 4096, pieces[piece].upperBound)
        entities.table.numbers(of: key, rows: rows, absent: unused, into: entity)
        if let valid = time?.valid {
          for row in rows where valid[row] == 0 { entity[row] = unused }
        }
        for row in rows where entity[row] != unused { own[Int(entity[row] &>> shift)] &+= 1 }
      }
    }
  }

  /// Turns counts into first places and returns where partitions begin.
  private static func sumUp(
    _ places: UnsafeMutablePointer<Int>, pieces: Int, count: Int
  ) -> [Int] {
    var bounds: [Int] = []
    var place = 0
    for partition in 0..<count {
      bounds.append(place)
      for piece in 0..<pieces {
        let size = places[piece * count + partition]
        places[piece * count + partition] = place
        place += size
      }
    }
    return bounds + [place]
  }

  private func spread(
    _ pieces: [Range<Int>], _ entity: UnsafeMutablePointer<UInt32>,
    _ places: UnsafeMutablePointer<Int>, into target: Places, shift: Int, count: Int
  ) throws(EngineError) {
    let unused = UInt32(truncatingIfNeeded: entities.count)
    let shift = UInt32(truncatingIfNeeded: shift)
    let times = time?.int64s
    try Parallel.forEach(pieces.count, threads: threads) { (piece: Int) throws(EngineError) in
      let next = Buffer(byteCount: count * 8)
      let place = next.elements(Int.self)
      place.update(from: places + piece * count, count: count)
      for row in pieces[piece] {
        let number = entity[row]
        if number == unused { continue }
        let partition = Int(number &>> shift)
        let index = place[partition]
        target.times[index] = times.map { $0[row] } ?? .min
        target.rows[index] = UInt32(truncatingIfNeeded: row)
        target.origins[index] = number
        place[partition] = index &+ 1
      }
    }
  }

  /// One entity may have half of all rows.
  private func isTooLargeForOneThread(_ rows: Int, of total: Int) -> Bool {
    threads > 1 && rows > max(4 * context.smallestPiece, total / (8 * threads))
  }

  private func sort(
    _ places: Places, _ partition: Partition, times: Buffer, rows: Buffer
  ) throws(EngineError) -> EventClusters {
    let total = partition.bounds[partition.count]
    let starts = Buffer(byteCount: entities.count * 4)
    let ends = Buffer(byteCount: entities.count * 4)
    let sorter = PartitionSorter(
      tieBreak: tieBreak, starts: starts.elements(), ends: ends.elements(),
      times: places.times, rows: places.rows, origins: places.origins)
    let counted = Buffer(byteCount: partition.count * MemoryLayout<TieCounts>.stride)
    let counts = counted.elements(TieCounts.self)
    func numbers(ofPartition index: Int) -> Range<Int> {
      let first = index << partition.shift
      return first..<min(self.entities.count, first + (1 << partition.shift))
    }
    let scratches = ScratchPool()
    try Parallel.forEach(partition.count, threads: threads) { (index: Int) throws(EngineError) in
      counts[index] = TieCounts()
      if partition.isLarge[index] { return }
      let scratch = scratches.borrow()
      counts[index] = sorter.sort(
        partition.bounds[index]..<partition.bounds[index + 1],
        entities: numbers(ofPartition: index),
        scratch)
      scratches.giveBack(scratch)
    }
    for index in 0..<partition.count where partition.isLarge[index] {
      let large = LargePartitionSorter(
        sorter: sorter, range: partition.bounds[index]..<partition.bounds[index + 1],
        entities: numbers(ofPartition: index), context: context)
      counts[index] = try large.sort(scratches)
    }
    var ties = TieCounts()
    for index in 0..<partition.count { ties.add(counts[index]) }
    return EventClusters(
      entities: entities, count: total, starts: starts, ends: ends, times: times,
      source: time?.int64s, rows: rows, partition: partition, used: total, ties: ties)
  }
}

/// Sorts the rows of one partition by entity, time and tie-break columns.
struct PartitionSorter {
  let tieBreak: RowOrder
  let starts: UnsafeMutablePointer<Int32>
  let ends: UnsafeMutablePointer<Int32>
  let times: UnsafeMutablePointer<Int64>
  let rows: UnsafeMutablePointer<UInt32>
  let origins: UnsafeMutablePointer<UInt32>

  /// - Parameter range: of spread order and of positions; `origins` holds numbers of entities.
  func sort(_ range: Range<Int>, entities: Range<Int>, _ scratch: Scratch) -> TieCounts {
    let next = scratch.take(entities.count + 1, filledWith: Int32(0))
    let first = UInt32(truncatingIfNeeded: entities.lowerBound)
    for index in range { next[Int(origins[index] &- first)] &+= 1 }
    var place = Int32(truncatingIfNeeded: range.lowerBound)
    for entity in entities {
      let count = next[entity - entities.lowerBound]
      starts[entity] = place
      next[entity - entities.lowerBound] = place
      place &+= count
      ends[entity] = place
    }
    // Rows of one entity keep their order; logs are in order of time, so often no more is to be done.
    let spreadTimes = scratch.take(range.count, of: Int64.self)
    let spreadRows = scratch.take(range.count, of: UInt32.self)
    let numbers = scratch.take(range.count, of: UInt32.self)
    spreadTimes.update(from: times + range.lowerBound, count: range.count)
    spreadRows.update(from: rows + range.lowerBound, count: range.count)
    numbers.update(from: origins + range.lowerBound, count: range.count)
    for index in 0..<range.count {
      let entity = Int(numbers[index] &- first)
      let position = Int(next[entity])
      next[entity] = Int32(truncatingIfNeeded: position &+ 1)
      times[position] = spreadTimes[index]
      rows[position] = spreadRows[index]
      origins[position] = UInt32(truncatingIfNeeded: range.lowerBound &+ index)
    }
    var ties = TieCounts()
    for entity in entities {
      sortEntity(Int(starts[entity])..<Int(ends[entity]), &ties, scratch)
    }
    return ties
  }

  /// Sorts rows of one entity, all of them or those of a span of time.
  func sortEntity(_ range: Range<Int>, _ ties: inout TieCounts, _ scratch: Scratch) {
    if range.count < 2 { return }
    var isAscending = true
    var hasTies = false
    for position in range.lowerBound + 1..<range.upperBound {
      isAscending = isAscending && times[position - 1] <= times[position]
      hasTies = hasTies || times[position - 1] == times[position]
    }
    if !isAscending {
      sort(range) { left, right in left.time < right.time }
      hasTies = (range.lowerBound + 1..<range.upperBound).contains { times[$0 - 1] == times[$0] }
    }
    guard hasTies else { return }
    ties.hasTies = true
    var start = range.lowerBound
    while start < range.upperBound {
      var end = start + 1
      while end < range.upperBound, times[end] == times[start] { end += 1 }
      if end - start > 1 {
        sort(start..<end) { left, right in tieBreak.compare(left.row, right.row) < 0 }
        for position in start + 1..<end
        where tieBreak.compare(Int(rows[position - 1]), Int(rows[position])) == 0 {
          ties.duplicates += 1
        }
      }
      start = end
    }
  }

  private struct Item {
    var time: Int64
    var row: Int
    var origin: UInt32
  }

  @inline(__always)
  private func sort(_ range: Range<Int>, by precedes: (Item, Item) -> Bool) {
    if range.count <= 24 {
      sortByInsertion(range, by: precedes)
      return
    }
    var items = range.map { item(at: $0) }
    items.sort(by: precedes)
    for (offset, item) in items.enumerated() { set(item, at: range.lowerBound + offset) }
  }
  @inline(__always)
  private func sortByInsertion(_ range: Range<Int>, by precedes: (Item, Item) -> Bool) {
    for end in range.lowerBound + 1..<range.upperBound {
      let item = item(at: end)
      var place = end
      while place > range.lowerBound, precedes(item, self.item(at: place - 1)) {
        set(self.item(at: place - 1), at: place)
        place -= 1
      }
      if place < end { set(item, at: place) }
    }
  }

  @inline(__always)
  private func item(at position: Int) -> Item {
    Item(time: times[position], row: Int(rows[position]), origin: origins[position])
  }

  @inline(__always)
  private func set(_ item: Item, at position: Int) {
    times[position] = item.time
    rows[position] = UInt32(truncatingIfNeeded: item.row)
    origins[position] = item.origin
  }
}
