import C360Plan

/// Queries by entity, class of actions and row: a group is the events of one entity and one class, its
/// queries are the rows of the entity. Classes without events do not occur.
struct ClassSpace {
  let groupCount: Int
  /// By group.
  let entity: UnsafePointer<Int32>
  let classes: UnsafePointer<Int32>
  /// First query; `groupCount` + 1 of them.
  let queries: UnsafePointer<Int32>
  /// Stream positions.
  let from: UnsafePointer<Int32>
  let to: UnsafePointer<Int32>
  let queryCount: Int
  /// Row of the chunk and its decision time, by query.
  let rows: UnsafePointer<Int32>
  let decisions: UnsafePointer<Int64>
}

extension Chunk {
  /// A stream in the order of entity, class, time.
  func classStream(
    mask: UnsafePointer<UInt8>?, classes: UnsafePointer<Int32>, classCount: Int
  ) -> (ChunkStream, ClassSpace) {
    let events = scratch.take(eventCount + 1, of: Int32.self)
    let entity = scratch.take(eventCount + 1, of: Int32.self)
    let group = scratch.take(eventCount + 1, of: Int32.self)
    let from = scratch.take(eventCount + 1, of: Int32.self)
    let to = scratch.take(eventCount + 1, of: Int32.self)
    let queries = scratch.take(eventCount + 2, of: Int32.self)
    let used = scratch.take(classCount, of: Int32.self)
    let counters = scratch.counters(classCount)
    var groupCount = 0
    var position: Int32 = 0
    var query: Int32 = 0
    for owner in 0..<groupCountOfEntities {
      let range = Int(groupFrom[owner])..<Int(groupTo[owner])
      var usedCount = 0
      for event in range where (mask.map { $0[event] } ?? 1) == 1 && classes[event] >= 0 {
        let counter = counters + Int(classes[event])
        if counter.pointee == 0 {
          used[usedCount] = classes[event]
          usedCount += 1
        }
        counter.pointee += 1
      }
      var order = UnsafeMutableBufferPointer(start: used, count: usedCount)
      order.sort()
      for number in order {
        let count = counters[Int(number)]
        entity[groupCount] = Int32(truncatingIfNeeded: owner)
        group[groupCount] = number
        from[groupCount] = position
        to[groupCount] = position + count
        queries[groupCount] = query
        // From here on where the next event of the class goes.
        counters[Int(number)] = position
        position += count
        query += groupRows[owner + 1] - groupRows[owner]
        groupCount += 1
      }
      for event in range where (mask.map { $0[event] } ?? 1) == 1 && classes[event] >= 0 {
        let place = counters + Int(classes[event])
        events[Int(place.pointee)] = Int32(truncatingIfNeeded: event)
        place.pointee += 1
      }
      for number in order { counters[Int(number)] = 0 }
    }
    queries[groupCount] = query
    let rows = scratch.take(Int(query), of: Int32.self)
    let times = scratch.take(Int(query), of: Int64.self)
    var next = 0
    for index in 0..<groupCount {
      for row in self.rows(Int(entity[index])) {
        rows[next] = Int32(truncatingIfNeeded: row)
        times[next] = decisions[row]
        next += 1
      }
    }
    return (
      ChunkStream(count: Int(position), events: events, ranks: nil),
      ClassSpace(
        groupCount: groupCount, entity: entity, classes: group, queries: queries, from: from,
        to: to, queryCount: Int(query), rows: rows, decisions: times)
    )
  }

  private var groupCountOfEntities: Int { groupCount }
}
