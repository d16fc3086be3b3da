import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension TextPool {
  /// Whether the text of one code stands before another's in the order of UTF-8 bytes.
  public func precedes(_ left: Int32, _ right: Int32) -> Bool {
    precedes(left, right, from: 0)
  }

  /// The same for texts that agree in their first `start` bytes.
  fileprivate func precedes(_ left: Int32, _ right: Int32, from start: Int) -> Bool {
    let left = bytes(of: left)
    let right = bytes(of: right)
    let shared = min(left.count, right.count) - start
    if shared > 0, let first = left.baseAddress, let second = right.baseAddress {
      let order = memcmp(first + start, second + start, shared)
      if order != 0 { return order < 0 }
    }
    return left.count < right.count
  }

  func computeRanks(_ count: Int) -> [Int32] {
    let sorter = TextSorter(self, count)
    var ranks = [Int32](repeating: 0, count: count)
    for rank in 0..<count { ranks[Int(sorter.keys[rank].code)] = Int32(rank) }
    return ranks
  }
}

/// Sorts codes by their texts: eight bytes at a time by radix, then texts that agree in them by the
/// next eight, small groups by comparison.
private struct TextSorter: ~Copyable {
  struct Key {
    /// Eight bytes from the current depth, the first one highest, zeros behind the end.
    var prefix: UInt64
    var code: Int32
  }

  private static let smallGroup = 64

  let keys: UnsafeMutableBufferPointer<Key>
  private let scratch: UnsafeMutableBufferPointer<Key>
  private let pool: TextPool

  init(_ pool: TextPool, _ count: Int) {
    self.pool = pool
    keys = .allocate(capacity: count)
    scratch = .allocate(capacity: count)
    for code in 0..<count {
      keys.initializeElement(at: code, to: Key(prefix: 0, code: Int32(code)))
    }
    // Groups still to be sorted; explicit, so that long common beginnings need no deep recursion.
    var groups = [(range: 0..<count, depth: 0)]
    while let group = groups.popLast() {
      guard group.range.count > Self.smallGroup else {
        sortSmall(group.range, group.depth)
        continue
      }
      load(group.range, group.depth)
      radix(group.range)
      addEqual(group.range, group.depth, to: &groups)
    }
  }

  deinit {
    keys.deallocate()
    scratch.deallocate()
  }

  private func sortSmall(_ range: Range<Int>, _ depth: Int) {
    let pool = pool
    var group = UnsafeMutableBufferPointer(rebasing: keys[range])
    group.sort { pool.precedes($0.code, $1.code, from: depth) }
  }

  private func load(_ range: Range<Int>, _ depth: Int) {
    for index in range {
      let text = pool.bytes(of: keys[index].code)
      var prefix: UInt64 = 0
      if text.count >= depth + 8, let start = text.baseAddress {
        let word = UnsafeRawPointer(start + depth).loadUnaligned(as: UInt64.self)
        prefix = UInt64(bigEndian: word)
      } else {
        var shift: UInt64 = 56
        for place in depth..<max(depth, text.count) {
          prefix |= UInt64(text[place]) << shift
          shift &-= 8
        }
      }
      keys[index].prefix = prefix
    }
  }

  /// Sorts a range by prefix, lowest byte first; bytes in which all agree cost nothing.
  private func radix(_ range: Range<Int>) {
    var all = UInt64.max
    var any: UInt64 = 0
    for index in range {
      all &= keys[index].prefix
      any |= keys[index].prefix
    }
    let differing = all ^ any
    var from = UnsafeMutableBufferPointer(rebasing: keys[range])
    var into = UnsafeMutableBufferPointer(rebasing: scratch[range])
    var passes = 0
    for byte in 0..<8 where differing >> UInt64(byte * 8) & 0xFF != 0 {
      let shift = UInt64(byte * 8)
      withUnsafeTemporaryAllocation(of: Int.self, capacity: 257) { starts in
        starts.initialize(repeating: 0)
        for index in 0..<from.count { starts[Int(from[index].prefix >> shift & 0xFF) + 1] += 1 }
        for value in 0..<256 { starts[value + 1] += starts[value] }
        for index in 0..<from.count {
          let value = Int(from[index].prefix >> shift & 0xFF)
          into.initializeElement(at: starts[value], to: from[index])
          starts[value] += 1
        }
      }
      swap(&from, &into)
      passes += 1
    }
    if passes % 2 == 1, let target = into.baseAddress, let source = from.baseAddress {
      target.update(from: source, count: from.count)
    }
  }

  /// Finds the groups that agree in their prefixes and orders what ends within them.
  private func addEqual(
    _ range: Range<Int>, _ depth: Int, to groups: inout [(range: Range<Int>, depth: Int)]
  ) {
    var start = range.lowerBound
    while start < range.upperBound {
      let prefix = keys[start].prefix
      var end = start + 1
      while end < range.upperBound, keys[end].prefix == prefix { end += 1 }
      if end - start > 1 {
        // Texts that end here differ from the others only by zero bytes behind: shorter ones first.
        let split = endingFirst(start..<end, depth + 8)
        if split - start > 1 { sortSmall(start..<split, depth) }
        if end - split > 1 { groups.append((split..<end, depth + 8)) }
      }
      start = end
    }
  }

  /// Moves texts of at most `length` bytes to the front and returns where the others begin.
  private func endingFirst(_ range: Range<Int>, _ length: Int) -> Int {
    var split = range.lowerBound
    for index in range where pool.bytes(of: keys[index].code).count <= length {
      keys.swapAt(index, split)
      split += 1
    }
    return split
  }
}
