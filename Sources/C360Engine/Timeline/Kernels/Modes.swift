/// The most frequent values, of equally frequent ones the smaller first.
enum ModeKernel {
  /// - Parameter codes: smaller values have smaller codes.
  /// - Returns: by query `limit` codes, −1 where there are no more.
  static func codes<Code: FixedWidthInteger & BitwiseCopyable>(
    _ codes: UnsafePointer<Code>, codeCount: Int, limit: Int = 1, _ ranges: Ranges,
    _ scratch: Scratch
  ) -> UnsafePointer<Int32> {
    let result = scratch.take(ranges.count * limit, of: Int32.self)
    // Codes of the chunk, renumbered without gaps, make the tree as small as it can be.
    let counters = scratch.counters(codeCount)
    let used = scratch.take(ranges.streamCount + 1, of: Int32.self)
    var count = 0
    for position in 0..<ranges.streamCount
    where counters[Int(truncatingIfNeeded: codes[position])] == 0 {
      counters[Int(truncatingIfNeeded: codes[position])] = 1
      used[count] = Int32(truncatingIfNeeded: codes[position])
      count += 1
    }
    var order = UnsafeMutableBufferPointer(start: used, count: count)
    order.sort()
    for (place, code) in order.enumerated() {
      counters[Int(code)] = Int32(truncatingIfNeeded: place)
    }
    let places = scratch.take(ranges.streamCount + 1, of: Int32.self)
    for position in 0..<ranges.streamCount {
      places[position] = counters[Int(truncatingIfNeeded: codes[position])]
    }
    for code in order { counters[Int(code)] = 0 }

    var leaves = 1
    while leaves < count { leaves *= 2 }
    var accumulator = Accumulator(
      places: UnsafePointer(places), used: UnsafePointer(used), leaves: leaves,
      tree: scratch.take(2 * leaves, filledWith: Int32(0)), limit: limit,
      nodes: scratch.take(limit, of: Int32.self), taken: scratch.take(limit, of: Int32.self),
      result: result)
    ranges.slide(&accumulator, scratch)
    return UnsafePointer(result)
  }

  /// A tournament of counts: each node holds the greater of its children.
  private struct Accumulator: SlidingAccumulator {
    let places: UnsafePointer<Int32>
    let used: UnsafePointer<Int32>
    let leaves: Int
    let tree: UnsafeMutablePointer<Int32>
    let limit: Int
    /// Leaves that an answer takes out for a while, and their counts.
    let nodes: UnsafeMutablePointer<Int32>
    let taken: UnsafeMutablePointer<Int32>
    let result: UnsafeMutablePointer<Int32>

    @inline(__always)
    private func change(_ position: Int, by amount: Int32) {
      changeLeaf(leaves &+ Int(places[position]), by: amount)
    }

    @inline(__always)
    private func changeLeaf(_ leaf: Int, by amount: Int32) {
      var node = leaf
      tree[node] &+= amount
      while node > 1 {
        node &>>= 1
        let greater = max(tree[2 &* node], tree[2 &* node &+ 1])
        if tree[node] == greater { return }
        tree[node] = greater
      }
    }
    mutating func add(_ position: Int) { change(position, by: 1) }
    mutating func remove(_ position: Int) { change(position, by: -1) }
    mutating func answer(_ query: Int) {
      let answers = result + query * limit
      var count = 0
      while count < limit, tree[1] > 0 {
        var node = 1
        while node < leaves { node = 2 * node + (tree[2 * node] == tree[1] ? 0 : 1) }
        answers[count] = used[node - leaves]
        taken[count] = tree[node]
        if limit > 1 { changeLeaf(node, by: -taken[count]) }
        nodes[count] = Int32(truncatingIfNeeded: node)
        count += 1
      }
      (answers + count).update(repeating: -1, count: limit - count)
      if limit > 1 {
        for place in 0..<count { changeLeaf(Int(nodes[place]), by: taken[place]) }
      }
    }
  }
}
