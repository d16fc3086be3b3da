extension AllocationProblem {
  /// One rule for ties: of decisions that are equal in everything, those that come first in canonical order
  /// are treated first, and with what is worth most. Gives what was chosen among equals to them in this
  /// order; what rows use and what all is worth stays.
  func settleEquals(_ chosen: inout [Int32], threads: Int) {
    let single = emptyBlock(capacity: 1)
    for members in mixedEquals(labels: chosen, threads: threads) {
      source.read(members[0]..<members[0] + 1, into: single)
      let ordered = members.map { chosen[$0] }.sorted {
        comesFirst(Int($0), Int($1), single)
      }
      for (decision, candidate) in zip(members, ordered) { chosen[decision] = candidate }
    }
  }

  /// Actions before the no-op, the greater value first, then the first declared.
  private func comesFirst(_ one: Int, _ other: Int, _ block: AllocationBlock) -> Bool {
    if (one < actionCount) != (other < actionCount) { return one < actionCount }
    let (ours, theirs) = (
      ChangeEvaluator.value(block, one, 0, 1), ChangeEvaluator.value(block, other, 0, 1)
    )
    return ours != theirs ? ours > theirs : one < other
  }

  /// Decisions that are equal in everything but their label; forced ones and those without a candidate
  /// stand for themselves. Ascending in each class, classes by their first.
  /// - Parameter labels: by decision; below 0: in no class.
  func mixedEquals(labels: [Int32], threads: Int) -> [[Int]] {
    guard decisionCount > 1, !rows.isEmpty else { return [] }
    let signs = signatures(threads: threads)
    // Open addressing: places of the first decision with a signature.
    let mask = (1 << (Int.bitWidth - (2 * decisionCount).leadingZeroBitCount)) - 1
    var table = [Int32](repeating: -1, count: mask + 1)
    var first = [Int32](repeating: -1, count: decisionCount)
    var isMixed: Set<Int32> = []
    for decision in 0..<decisionCount where labels[decision] >= 0 && !signs[decision].isForced {
      var slot = Int(truncatingIfNeeded: signs[decision].low) & mask
      while table[slot] >= 0, signs[Int(table[slot])] != signs[decision] {
        slot = (slot + 1) & mask
      }
      if table[slot] < 0 { table[slot] = Int32(decision) }
      first[decision] = table[slot]
      if labels[decision] != labels[Int(table[slot])] { isMixed.insert(table[slot]) }
    }
    guard !isMixed.isEmpty else { return [] }
    var classes: [Int32: [Int]] = [:]
    for decision in 0..<decisionCount where isMixed.contains(first[decision]) {
      classes[first[decision], default: []].append(decision)
    }
    return classes.sorted { $0.key < $1.key }.map(\.value)
  }

  /// 128 bits of what a decision is worth, uses and is counted in: equal decisions have equal ones.
  private struct Signature: Equatable {
    var low: UInt64
    var high: UInt64
    var isForced = false

    @inline(__always)
    mutating func add(_ bits: UInt64) {
      low = (low << 5 | low >> 59 ^ bits) &* 0x9e37_79b9_7f4a_7c15
      high = mixed64(high &+ bits)
    }
  }

  private func signatures(threads: Int) -> [Signature] {
    let tiles = DecisionTiles(self)
    let workers = max(1, min(threads, tiles.ranges.count))
    let blocks = (0..<workers).map { _ in emptyBlock(capacity: tiles.longest) }
    var signs = [Signature](repeating: Signature(low: 0, high: 0), count: decisionCount)
    signs.withUnsafeMutableBufferPointer { signs in
      let target = SharedPlaces(signs)
      DecisionTiles.forEach(tiles.ranges.count, threads: workers) { worker, tile in
        source.read(tiles.ranges[tile], into: blocks[worker])
        sign(tiles.ranges[tile], blocks[worker], target.value)
      }
    }
    return signs
  }

  private func sign(
    _ range: Range<Int>, _ block: AllocationBlock, _ signs: UnsafeMutableBufferPointer<Signature>
  ) {
    let count = range.count
    for (place, decision) in range.enumerated() {
      signs[decision].isForced = block.forced[place] >= 0
    }
    for action in 0..<actionCount {
      for place in 0..<count {
        let value = block.values[action * count + place]
        // Zeros of both signs are equal, and so is all that is not eligible.
        let bits = value.isNaN ? UInt64.max : value == 0 ? 0 : value.bitPattern
        signs[range.lowerBound + place].add(bits)
      }
    }
    for meter in meters {
      if let cells = meter.cells {
        for decision in range { signs[decision].add(UInt64(bitPattern: Int64(cells[decision]))) }
      }
      guard case .pairs(let pair) = meter.quantity else { continue }
      for action in 0..<actionCount {
        for place in 0..<count where !block.values[action * count + place].isNaN {
          let quantity = block.quantities[pair][action * count + place]
          signs[range.lowerBound + place].add(quantity == 0 ? 0 : quantity.bitPattern)
        }
      }
    }
  }
}
