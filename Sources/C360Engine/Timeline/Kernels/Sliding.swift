/// A summary of a set of stream positions that positions enter and leave, in any order, without a
/// trace: what is removed might never have been added.
protocol SlidingAccumulator {
  /// Called before each group: where its positions lie.
  mutating func begin(_ span: Range<Int>)
  mutating func add(_ position: Int)
  mutating func remove(_ position: Int)
  /// Drops the positions of a range, which are all that is left.
  mutating func clear(_ range: Range<Int>)
  /// Writes the answer of a query.
  mutating func answer(_ query: Int)
}

extension SlidingAccumulator {
  mutating func begin(_ span: Range<Int>) {}
  mutating func clear(_ range: Range<Int>) {
    for position in range { remove(position) }
  }
}

extension Ranges {
  /// Answers all queries.
  @inline(__always)
  func slide<Accumulator: SlidingAccumulator>(
    _ accumulator: inout Accumulator, _ scratch: Scratch
  ) {
    guard let tails else {
      slide(&accumulator) { _, _, _ in
      } after: { _, _, _ in
      }
      return
    }
    if isHeavilyLate {
      followArrivals(&accumulator, tails, scratch)
    } else {
      slide(&accumulator) { accumulator, query, decision in
        tails.forEach(query, decision) { accumulator.add($0) }
      } after: { accumulator, query, decision in
        tails.forEach(query, decision) { accumulator.remove($0) }
      }
    }
  }

  /// Windows mostly move forward; where months make one go back, it does.
  @inline(__always)
  private func slide<Accumulator: SlidingAccumulator>(
    _ accumulator: inout Accumulator, before: (inout Accumulator, Int, Int64) -> Void,
    after: (inout Accumulator, Int, Int64) -> Void
  ) {
    for group in 0..<groupCount {
      accumulator.begin(span(ofGroup: group))
      var low = 0
      var high = 0
      for query in Int(groups[group])..<Int(groups[group + 1]) {
        let first = Int(from[query])
        let end = Int(to[query])
        if first >= high {
          accumulator.clear(low..<high)
          low = first
          high = first
        }
        while high < end {
          accumulator.add(high)
          high &+= 1
        }
        while low < first {
          accumulator.remove(low)
          low &+= 1
        }
        while low > first {
          low &-= 1
          accumulator.add(low)
        }
        while high > end {
          high &-= 1
          accumulator.remove(high)
        }
        before(&accumulator, query, decisions[query])
        accumulator.answer(query)
        after(&accumulator, query, decisions[query])
      }
      accumulator.clear(low..<high)
    }
  }

  /// For any share of late events: they enter in the order in which they become visible, and leave
  /// in the order in which they go (semantics.md E5), so that no event holds up another.
  @inline(__always)
  private func followArrivals<Accumulator: SlidingAccumulator>(
    _ accumulator: inout Accumulator, _ tails: Tails, _ scratch: Scratch
  ) {
    let states = scratch.take(streamCount, filledWith: EventState.awaited)
    let turns = scratch.take(2 * streamCount + 2, of: Turn.self)
    for group in 0..<groupCount {
      let all = Int(tails.groupFrom[group])..<Int(tails.groupTo[group])
      accumulator.begin(all)
      let arrivals = tails.arrivals(all, in: turns)
      let departures = tails.departures(all, in: turns + all.count)
      var arrived = 0
      var departed = 0
      var low = all.lowerBound
      for query in Int(groups[group])..<Int(groups[group + 1]) {
        while arrived < arrivals.count, arrivals[arrived].time < decisions[query] {
          let position = Int(arrivals[arrived].position)
          arrived &+= 1
          if states[position] == .gone { continue }
          states[position] = .counts
          if position >= low { accumulator.add(position) }
        }
        while departed < departures.count, departures[departed].time < decisions[query] {
          let position = Int(departures[departed].position)
          departed &+= 1
          if states[position] == .counts, position >= low { accumulator.remove(position) }
          states[position] = .gone
        }
        // Where the tail begins behind the sure part, the window begins there.
        let first = Int(tails.from[query] > to[query] ? tails.from[query] : from[query])
        while low < first {
          if states[low] == .counts { accumulator.remove(low) }
          low &+= 1
        }
        while low > first {
          low &-= 1
          if states[low] == .counts { accumulator.add(low) }
        }
        accumulator.answer(query)
      }
      for position in low..<max(low, all.upperBound) where states[position] == .counts {
        accumulator.remove(position)
      }
    }
  }
}

private enum EventState: UInt8, BitwiseCopyable { case awaited, counts, gone }

/// An event that comes or goes: from decisions strictly after `time` on.
private struct Turn: BitwiseCopyable {
  let time: Int64
  let position: Int32
}

extension Ranges.Tails {
  /// In the order in which events become visible.
  fileprivate func arrivals(
    _ positions: Range<Int>, in memory: UnsafeMutablePointer<Turn>
  ) -> UnsafeMutableBufferPointer<Turn> {
    for (index, position) in positions.enumerated() {
      let (happened, overflow) = times[position].addingReportingOverflow(lag)
      memory[index] = Turn(
        time: max(overflow ? .max : happened, clocks.known.map { $0[position] } ?? .min),
        position: Int32(truncatingIfNeeded: position))
    }
    var turns = UnsafeMutableBufferPointer(start: memory, count: positions.count)
    turns.sort { $0.time < $1.time }
    return turns
  }

  /// Of events that go, in the order in which they do.
  fileprivate func departures(
    _ positions: Range<Int>, in memory: UnsafeMutablePointer<Turn>
  ) -> UnsafeMutableBufferPointer<Turn> {
    var count = 0
    if let gone = clocks.gone {
      for position in positions where gone[position] != .max {
        memory[count] = Turn(
          time: gone[position], position: Int32(truncatingIfNeeded: position))
        count += 1
      }
    }
    var turns = UnsafeMutableBufferPointer(start: memory, count: count)
    turns.sort { $0.time < $1.time }
    return turns
  }
}
