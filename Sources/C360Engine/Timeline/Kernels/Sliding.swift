/// A summary of a set of stream positions that positions enter and leave, in any order, without a
/// trace: what is removed might never have been added.
protocol SlidingAccumulator {
  mutating func add(_ position: Int)
  mutating func remove(_ position: Int)
  /// Drops the positions of a range, which are all that is left.
  mutating func clear(_ range: Range<Int>)
  /// Writes the answer of a query.
  mutating func answer(_ query: Int)
}

extension SlidingAccumulator {
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

  /// For any share of late events: they enter in the order in which they become visible (semantics.md
  /// E5), so that an event which waits long holds up no other.
  @inline(__always)
  private func followArrivals<Accumulator: SlidingAccumulator>(
    _ accumulator: inout Accumulator, _ tails: Tails, _ scratch: Scratch
  ) {
    let isVisible = scratch.take(streamCount, filledWith: UInt8(0))
    let arrivals = scratch.take(streamCount, of: Arrival.self)
    for group in 0..<groupCount {
      let all = Int(tails.groupFrom[group])..<Int(tails.groupTo[group])
      for position in all {
        arrivals[position] = Arrival(tails, position)
      }
      var order = UnsafeMutableBufferPointer(start: arrivals + all.lowerBound, count: all.count)
      order.sort { $0.time < $1.time }
      var next = 0
      var low = all.lowerBound
      for query in Int(groups[group])..<Int(groups[group + 1]) {
        while next < all.count, order[next].time < decisions[query] {
          let position = Int(order[next].position)
          isVisible[position] = 1
          if position >= low { accumulator.add(position) }
          next &+= 1
        }
        // Where the tail begins behind the sure part, the window begins there.
        let first = Int(tails.from[query] > to[query] ? tails.from[query] : from[query])
        while low < first {
          if isVisible[low] == 1 { accumulator.remove(low) }
          low &+= 1
        }
        while low > first {
          low &-= 1
          if isVisible[low] == 1 { accumulator.add(low) }
        }
        accumulator.answer(query)
      }
      for position in low..<max(low, all.upperBound) where isVisible[position] == 1 {
        accumulator.remove(position)
      }
    }
  }
}

/// From when on an event is visible: strictly after `time`.
private struct Arrival: BitwiseCopyable {
  let time: Int64
  let position: Int32

  init(_ tails: Ranges.Tails, _ position: Int) {
    let (happened, overflow) = tails.times[position].addingReportingOverflow(tails.lag)
    time = max(overflow ? .max : happened, tails.known[position])
    self.position = Int32(truncatingIfNeeded: position)
  }
}
