import C360Engine

/// The greatest of numbers that come one by one; of bounded size.
struct GreatestScores {
  private let count: Int
  /// A heap, the least on top.
  private var heap: [Double] = []

  init(count: Int) { self.count = count }

  mutating func removeAll() { heap.removeAll(keepingCapacity: true) }

  var isFull: Bool { heap.count == count }
  /// The least of those kept.
  var least: Double { heap[0] }

  mutating func add(_ score: Double) {
    if heap.count < count {
      heap.append(score)
      var child = heap.count - 1
      while child > 0, heap[child] < heap[(child - 1) / 2] {
        heap.swapAt(child, (child - 1) / 2)
        child = (child - 1) / 2
      }
    } else if score > heap[0] {
      heap[0] = score
      sink()
    }
  }

  /// How many of those kept are greater than the least.
  var aboveLeast: Int { heap.count { $0 > heap[0] } }

  private mutating func sink() {
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child] < heap[least] { least = child }
      if least == parent { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}

extension DecisionTile {
  /// Leaves eligible the `count` greatest scores of each row, of the actions that no rule forbids;
  /// ties go to the earlier action. Null and NaN are never kept. After the rules, before what else
  /// forbids and before the terms.
  /// - Parameter index: of the reason.
  func keepGreatest(_ count: Int, _ score: Operand, reason index: Int) {
    note(.firstStage, score) { self.forbidden[$1 * self.rule.actionCount + $0] == 0 }
    let actionCount = rule.actionCount
    // Kernels may read a word past the end.
    var flags = [UInt8](repeating: 0, count: pairs + 8)
    var greatest = GreatestScores(count: count)
    var dropped = 0
    for row in 0..<rows {
      let start = row * actionCount
      greatest.removeAll()
      for pair in start..<start + actionCount where forbidden[pair] == 0 {
        let isKnown = score.valid.map { $0[pair] != 0 } ?? true
        if isKnown, !score.float64s[pair].isNaN { greatest.add(score.float64s[pair]) }
      }
      // What equals the least of the kept is kept while there is room.
      var room = greatest.isFull ? count - greatest.aboveLeast : actionCount
      let least = greatest.isFull ? greatest.least : -.infinity
      for pair in start..<start + actionCount where forbidden[pair] == 0 {
        let isKnown = score.valid.map { $0[pair] != 0 } ?? true
        let number = isKnown ? score.float64s[pair] : .nan
        if number > least { continue }
        if number == least, room > 0 {
          room -= 1
          continue
        }
        flags[pair] = 1
        forbidden[pair] |= 2
        dropped += 1
      }
    }
    forbiddenPairs[index] += dropped
    flags.withUnsafeBufferPointer { flags in
      if let start = flags.baseAddress { writePattern(index, start, nil) }
    }
  }
}
