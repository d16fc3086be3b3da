/// Events of a chunk that stop to count: superseded or retracted (semantics.md S4).
struct Departures {
  /// By event: 0 where no row of the chunk can see it, because it is gone before the first row after
  /// it became known. Such events leave their streams, so that they cost nothing further.
  let seen: UnsafePointer<UInt8>
  /// Those that some row may see and that go, of each group in the order in which they go.
  let events: UnsafePointer<Int32>
  /// By group, and one more: the first of its `events`.
  let starts: UnsafePointer<Int32>
}

extension Chunk {
  /// nil where no event goes.
  ///
  /// - Parameter decisions: of each row, by the clock at hand.
  func departures(_ decisions: UnsafePointer<Int64>) -> Departures? {
    guard let gone, (0..<eventCount).contains(where: { gone[$0] != .max }) else { return nil }
    let seen = scratch.take(eventCount, filledWith: UInt8(1))
    let events = scratch.take(eventCount, of: Int32.self)
    let starts = scratch.take(groupCount + 1, of: Int32.self)
    var count = 0
    for group in 0..<groupCount {
      starts[group] = Int32(truncatingIfNeeded: count)
      let rows = rows(group)
      let first = count
      for event in Int(groupFrom[group])..<Int(groupTo[group]) where gone[event] != .max {
        // A row at that very instant does not see it yet.
        let visible = max(times[event], known.map { $0[event] } ?? .min)
        let row =
          visible == .max
          ? rows.upperBound
          : lowerBound(decisions, rows.lowerBound, rows.upperBound, visible + 1)
        if row < rows.upperBound, decisions[row] <= gone[event] {
          events[count] = Int32(truncatingIfNeeded: event)
          count += 1
        } else {
          seen[event] = 0
        }
      }
      var order = UnsafeMutableBufferPointer(start: events + first, count: count - first)
      order.sort { (gone[Int($0)], $0) < (gone[Int($1)], $1) }
    }
    starts[groupCount] = Int32(truncatingIfNeeded: count)
    return Departures(
      seen: UnsafePointer(seen), events: UnsafePointer(events), starts: UnsafePointer(starts))
  }

  /// Lowers each row's bound to the first event that is gone at it.
  ///
  /// From the last row to the first, events come back one after the other, and a chain of links leads
  /// from each position over those that are there to the first one that is gone.
  ///
  /// - Parameter from: by row the first event that matters; nil: that of the entity.
  func bound(
    _ bounds: UnsafeMutablePointer<Int32>, byGone departures: Departures,
    from: UnsafePointer<Int32>?, _ decisions: UnsafePointer<Int64>
  ) {
    guard let gone else { return }
    let places = scratch.take(eventCount, of: Int32.self)
    let links = scratch.take(eventCount + 1, of: Int32.self)
    for group in 0..<groupCount {
      let range = Int(departures.starts[group])..<Int(departures.starts[group + 1])
      if range.isEmpty { continue }
      // Numbered in event order; `links[i]` is i while event i is gone.
      for index in 0..<range.count { places[index] = departures.events[range.lowerBound + index] }
      var ascending = UnsafeMutableBufferPointer(start: places, count: range.count)
      ascending.sort()
      for index in 0...range.count { links[index] = Int32(truncatingIfNeeded: index) }
      func find(_ index: Int) -> Int {
        var root = index
        while Int(links[root]) != root { root = Int(links[root]) }
        var next = index
        while next != root {
          let following = Int(links[next])
          links[next] = Int32(truncatingIfNeeded: root)
          next = following
        }
        return root
      }
      var last = range.upperBound
      for row in rows(group).reversed() {
        while last > range.lowerBound,
          gone[Int(departures.events[last - 1])] >= decisions[row]
        {
          last -= 1
          let index = self.index(of: departures.events[last], in: places, range.count)
          links[index] = Int32(truncatingIfNeeded: index + 1)
        }
        let first = from.map { index(of: $0[row], in: places, range.count) } ?? 0
        let found = find(first)
        if found < range.count { bounds[row] = min(bounds[row], places[found]) }
      }
    }
  }

  /// The first place whose event is not before `event`.
  private func index(
    of event: Int32, in places: UnsafePointer<Int32>, _ count: Int
  ) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if places[middle] < event { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
