import C360Columns

/// Sorts the rows of one partition on several threads, for a partition that holds much of a table
/// because one of its entities does: its rows are spread over buckets, each of an entity or of a span
/// of an entity's time, and buckets are sorted side by side. Rows of equal time are in one bucket.
struct LargePartitionSorter {
  let sorter: PartitionSorter
  /// Of spread order and of positions.
  let range: Range<Int>
  let entities: Range<Int>
  let context: ExecutionContext

  /// The buckets of the entities, in order: an entity's are those from `first[entity]` on.
  private struct Buckets {
    var first: [Int] = [0]
    /// Of every bucket but the first of its entity the least time; else unused.
    var leastTimes: [Int64] = []

    var count: Int { leastTimes.count }

    /// The last bucket of an entity that does not begin after `time`.
    @inline(__always)
    func bucket(_ entity: Int, _ time: Int64) -> Int {
      var low = first[entity]
      var high = first[entity + 1]
      while high - low > 1 {
        let middle = (low &+ high) &>> 1
        if leastTimes[middle] <= time { low = middle } else { high = middle }
      }
      return low
    }
  }

  /// - Returns: what was met among rows of equal time; `origins` hold spread places then.
  func sort(_ scratches: ScratchPool) throws(EngineError) -> TieCounts {
    let count = range.count
    let times = Buffer(byteCount: count * 8)
    let rows = Buffer(byteCount: count * 4)
    let numbers = Buffer(byteCount: count * 4)
    let pieces = context.pieces(count)
    try copy(pieces, times.elements(), rows.elements(), numbers.elements())
    let buckets = try makeBuckets(times.elements(), numbers.elements(), pieces)
    let places = Buffer(byteCount: pieces.count * buckets.count * 8)
    let ends = try number(
      pieces, buckets, times.elements(), numbers.elements(), places.elements())
    try context.checkCancelled()
    try spread(
      pieces, buckets.count, times.elements(), rows.elements(), numbers.elements(),
      places.elements())
    fillBounds(buckets, ends)
    let ties = Buffer(byteCount: buckets.count * MemoryLayout<TieCounts>.stride)
    let found = ties.elements(TieCounts.self)
    try Parallel.forEach(buckets.count, threads: context.threads) {
      (bucket: Int) throws(EngineError) in
      found[bucket] = TieCounts()
      let scratch = scratches.borrow()
      let first = bucket == 0 ? range.lowerBound : ends[bucket - 1]
      sorter.sortEntity(first..<ends[bucket], &found[bucket], scratch)
      scratches.giveBack(scratch)
    }
    return (0..<buckets.count).reduce(into: TieCounts()) { $0.add(found[$1]) }
  }

  private func copy(
    _ pieces: [Range<Int>], _ times: UnsafeMutablePointer<Int64>,
    _ rows: UnsafeMutablePointer<UInt32>, _ numbers: UnsafeMutablePointer<UInt32>
  ) throws(EngineError) {
    try Parallel.forEach(pieces.count, threads: context.threads) {
      (piece: Int) throws(EngineError) in
      let (start, size) = (pieces[piece].lowerBound, pieces[piece].count)
      let source = range.lowerBound + start
      (times + start).update(from: sorter.times + source, count: size)
      (rows + start).update(from: sorter.rows + source, count: size)
      (numbers + start).update(from: sorter.origins + source, count: size)
    }
  }

  /// One bucket an entity, several where it has many rows: by a sample of their times.
  private func makeBuckets(
    _ times: UnsafeMutablePointer<Int64>, _ numbers: UnsafeMutablePointer<UInt32>,
    _ pieces: [Range<Int>]
  ) throws(EngineError) -> Buckets {
    let first = UInt32(truncatingIfNeeded: entities.lowerBound)
    let counted = Buffer(byteCount: pieces.count * entities.count * 8)
    let counts = counted.elements(Int.self)
    counts.update(repeating: 0, count: pieces.count * entities.count)
    try Parallel.forEach(pieces.count, threads: context.threads) {
      (piece: Int) throws(EngineError) in
      let own = counts + piece * entities.count
      for row in pieces[piece] { own[Int(numbers[row] &- first)] &+= 1 }
    }
    var samples: [UInt32: [Int64]] = [:]
    var wanted: [Int] = []
    for entity in 0..<entities.count {
      let rows = pieces.indices.reduce(0) { $0 + counts[$1 * entities.count + entity] }
      wanted.append(min(1 << 10, max(1, rows / context.smallestPiece)))
      if wanted[entity] > 1 { samples[first &+ UInt32(truncatingIfNeeded: entity)] = [] }
    }
    // Which rows are looked at decides how even the buckets are, and nothing else.
    let step = max(1, min(64, context.smallestPiece / 16)) | 1
    for row in stride(from: 0, to: range.count, by: step) {
      samples[numbers[row]]?.append(times[row])
    }
    var buckets = Buckets()
    for entity in 0..<entities.count {
      buckets.leastTimes.append(.min)
      if var sample = samples[first &+ UInt32(truncatingIfNeeded: entity)], !sample.isEmpty {
        sample.sort()
        for bucket in 1..<wanted[entity] {
          let bound = sample[sample.count * bucket / wanted[entity]]
          if bound > buckets.leastTimes[buckets.count - 1] { buckets.leastTimes.append(bound) }
        }
      }
      buckets.first.append(buckets.count)
    }
    return buckets
  }

  /// Puts the bucket of each row in place of its entity and, for each piece and bucket, the position
  /// of its first row.
  ///
  /// - Returns: the positions where buckets end.
  private func number(
    _ pieces: [Range<Int>], _ buckets: Buckets, _ times: UnsafeMutablePointer<Int64>,
    _ numbers: UnsafeMutablePointer<UInt32>, _ places: UnsafeMutablePointer<Int>
  ) throws(EngineError) -> [Int] {
    let first = UInt32(truncatingIfNeeded: entities.lowerBound)
    places.update(repeating: 0, count: pieces.count * buckets.count)
    try Parallel.forEach(pieces.count, threads: context.threads) {
      (piece: Int) throws(EngineError) in
      let own = places + piece * buckets.count
      for row in pieces[piece] {
        let bucket = buckets.bucket(Int(numbers[row] &- first), times[row])
        numbers[row] = UInt32(truncatingIfNeeded: bucket)
        own[bucket] &+= 1
      }
    }
    var ends: [Int] = []
    var place = range.lowerBound
    for bucket in 0..<buckets.count {
      for piece in pieces.indices {
        let size = places[piece * buckets.count + bucket]
        places[piece * buckets.count + bucket] = place
        place += size
      }
      ends.append(place)
    }
    return ends
  }

  /// Rows of a bucket keep their order.
  private func spread(
    _ pieces: [Range<Int>], _ buckets: Int, _ times: UnsafeMutablePointer<Int64>,
    _ rows: UnsafeMutablePointer<UInt32>, _ numbers: UnsafeMutablePointer<UInt32>,
    _ places: UnsafeMutablePointer<Int>
  ) throws(EngineError) {
    try Parallel.forEach(pieces.count, threads: context.threads) {
      (piece: Int) throws(EngineError) in
      let next = places + piece * buckets
      for row in pieces[piece] {
        let bucket = Int(numbers[row])
        let position = next[bucket]
        next[bucket] = position &+ 1
        sorter.times[position] = times[row]
        sorter.rows[position] = rows[row]
        sorter.origins[position] = UInt32(truncatingIfNeeded: range.lowerBound &+ row)
      }
    }
  }

  private func fillBounds(_ buckets: Buckets, _ ends: [Int]) {
    var start = range.lowerBound
    for entity in 0..<entities.count {
      let end = ends[buckets.first[entity + 1] - 1]
      sorter.starts[entities.lowerBound + entity] = Int32(truncatingIfNeeded: start)
      sorter.ends[entities.lowerBound + entity] = Int32(truncatingIfNeeded: end)
      start = end
    }
  }
}
