import C360Columns

/// Writes why actions were forbidden, as `rule: action, action; rule: action`. A row's pattern is one
/// bit a rule and action; each pattern met is written once and then found again. One per thread.
struct ReasonText {
  private let rules: [String]
  private let names: [String]
  private let pool: TextPool
  private let wordsPerRule: Int
  private let wordCount: Int

  /// Patterns met, one after the other, and the code of the text of each.
  private var patterns: [UInt64] = []
  private var codes: [Int32] = []
  /// Open addressing: place of a pattern + 1, or 0.
  private var slots: [Int32]
  /// More patterns than this are forgotten, so that memory stays bounded.
  private let capacity: Int

  /// - Parameters:
  ///   - rules: names, in the order of their patterns.
  ///   - names: of the actions, without the no-op.
  init(rules: [String], names: [String], pool: TextPool, capacity: Int = 4096) {
    self.rules = rules
    self.names = names
    self.pool = pool
    self.capacity = max(1, capacity)
    wordsPerRule = (names.count + 63) / 64
    wordCount = wordsPerRule * rules.count
    slots = [Int32](repeating: 0, count: 2 * Self.powerOfTwo(atLeast: self.capacity))
  }

  /// Codes of the texts of `rows` rows, whose patterns stand one after the other: the words of each
  /// rule, bit `a % 64` of word `a / 64` for action `a`.
  mutating func write(
    _ words: UnsafePointer<UInt64>, rows: Int, into result: UnsafeMutablePointer<Int32>
  ) {
    var previous = -1
    for row in 0..<rows {
      let place: Int
      let pattern = words + row * wordCount
      if previous >= 0, isEqual(previous, pattern) {
        place = previous
      } else {
        place = find(pattern)
      }
      result[row] = codes[place]
      previous = place
    }
  }

  private mutating func find(_ words: UnsafePointer<UInt64>) -> Int {
    var hash: UInt64 = 0
    for word in 0..<wordCount {
      hash = (hash ^ words[word]) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 32
    }
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      let place = Int(slots[slot]) - 1
      if isEqual(place, words) { return place }
      slot = (slot + 1) & mask
    }
    if codes.count == capacity {
      codes.removeAll(keepingCapacity: true)
      patterns.removeAll(keepingCapacity: true)
      for index in slots.indices { slots[index] = 0 }
      slot = Int(truncatingIfNeeded: hash) & mask
    }
    for word in 0..<wordCount { patterns.append(words[word]) }
    codes.append(pool.intern(text(of: codes.count)))
    slots[slot] = Int32(codes.count)
    return codes.count - 1
  }

  private func isEqual(_ place: Int, _ words: UnsafePointer<UInt64>) -> Bool {
    let start = place * wordCount
    for word in 0..<wordCount where patterns[start + word] != words[word] { return false }
    return true
  }

  private func text(of place: Int) -> String {
    var parts: [String] = []
    for (rule, name) in rules.enumerated() {
      var actions: [String] = []
      for word in 0..<wordsPerRule {
        var bits = patterns[place * wordCount + rule * wordsPerRule + word]
        while bits != 0 {
          actions.append(names[word * 64 + bits.trailingZeroBitCount])
          bits &= bits - 1
        }
      }
      if !actions.isEmpty { parts.append("\(name): \(actions.joined(separator: ", "))") }
    }
    return parts.joined(separator: "; ")
  }

  private static func powerOfTwo(atLeast count: Int) -> Int {
    1 << (Int.bitWidth - max(0, count - 1).leadingZeroBitCount)
  }
}
