import C360Columns
import Synchronization

extension EventClusters {
  /// - Parameters:
  ///   - time: nil: all rows stand at the beginning of time.
  ///   - tieBreak: orders rows of equal entity and time.
  static func build(
    entities: EntityIndex, key: Vector, time: Vector?, tieBreak: RowOrder,
    context: ExecutionContext
  ) throws(EngineError) -> EventClusters {
    if let time, key.validity == nil, time.validity == nil,
      let ties = try StoredOrder(key: key, time: time, tieBreak: tieBreak, pool: context.pool)
        .ties(context)
    {
      return stored(entities: entities, key: key, time: time, ties: ties)
    }
    let builder = ClusterBuilder(
      entities: entities, key: key, time: time, tieBreak: tieBreak, context: context)
    return try builder.build()
  }

  private static func stored(
    entities: EntityIndex, key: Vector, time: Vector, ties: TieCounts
  ) -> EventClusters {
    let starts = Buffer(byteCount: entities.count * 4)
    let ends = Buffer(byteCount: entities.count * 4)
    starts.elements(Int32.self).update(repeating: 0, count: entities.count)
    ends.elements(Int32.self).update(repeating: 0, count: entities.count)
    var used = 0
    var start = 0
    while start < key.count {
      let value = key.key(start)
      var end = start + 1
      while end < key.count, key.key(end) == value { end += 1 }
      let entity = entities.table.number(of: value)
      if entity >= 0 {
        starts.elements(Int32.self)[entity] = Int32(truncatingIfNeeded: start)
        ends.elements(Int32.self)[entity] = Int32(truncatingIfNeeded: end)
        used += end - start
      }
      start = end
    }
    // Entities without rows stand between their neighbours.
    var place: Int32 = 0
    for entity in 0..<entities.count {
      let start = starts.elements(Int32.self) + entity
      let end = ends.elements(Int32.self) + entity
      if start.pointee == end.pointee {
        start.pointee = place
        end.pointee = place
      }
      place = end.pointee
    }
    let times = Buffer(
      foreign: UnsafeMutableRawPointer(time.int64s), byteCount: time.count * 8,
      release: { [values = time.values] in withExtendedLifetime(values) {} })
    return EventClusters(
      entities: entities, count: key.count, starts: starts, ends: ends, times: times,
      source: time.int64s, rows: nil, partition: nil, used: used, ties: ties)
  }
}

/// Whether a table lies in the order of its entities, their time and the tie-break columns.
private struct StoredOrder {
  let key: Vector
  let time: Vector
  let tieBreak: RowOrder
  let pool: TextPool

  /// nil when it does not. The first rows are looked at alone: an order that is none shows early.
  func ties(_ context: ExecutionContext) throws(EngineError) -> TieCounts? {
    let pieces = context.pieces(max(0, key.count - 1))
    guard let first = pieces.first else { return TieCounts() }
    guard var ties = ties(first) else { return nil }
    let buffer = Buffer(byteCount: pieces.count * MemoryLayout<TieCounts?>.stride)
    let found = buffer.elements(TieCounts?.self)
    let isOrdered = Atomic<Bool>(true)
    try Parallel.forEach(pieces.count - 1, threads: context.threads) {
      (index: Int) throws(EngineError) in
      found[index] = isOrdered.load(ordering: .relaxed) ? self.ties(pieces[index + 1]) : nil
      if found[index] == nil { isOrdered.store(false, ordering: .relaxed) }
    }
    for index in 0..<(pieces.count - 1) {
      guard let more = found[index] else { return nil }
      ties.duplicates += more.duplicates
      ties.hasTies = ties.hasTies || more.hasTies
    }
    return ties
  }

  /// Of these rows, each with the one behind it; nil when two are the wrong way round.
  private func ties(_ rows: Range<Int>) -> TieCounts? {
    let times = time.int64s
    var ties = TieCounts()
    for row in rows {
      let left = key.key(row)
      let right = key.key(row + 1)
      if left == right {
        if times[row] < times[row + 1] { continue }
        guard times[row] == times[row + 1] else { return nil }
        let order = tieBreak.compare(row, row + 1)
        if order > 0 { return nil }
        ties.hasTies = true
        if order == 0 { ties.duplicates += 1 }
      } else {
        let isAscending =
          key.type == .text ? pool.precedes(Int32(left), Int32(right)) : left < right
        guard isAscending else { return nil }
      }
    }
    return ties
  }
}
