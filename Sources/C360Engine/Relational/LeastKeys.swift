/// The rows of a piece whose keys are among the least, ties of the last one included: a heap of the
/// least keys so far, and the rows that could not be told to be greater when they came by.
final class LeastKeys: @unchecked Sendable {
  private let wanted: Int
  /// The greatest of the least keys on top.
  private var heap: [UInt64] = []
  private var rows: [Int32] = []
  /// Candidates are looked through again when they are so many.
  private var limit: Int

  init(_ wanted: Int) {
    self.wanted = wanted
    limit = 4 * wanted + 4096
    heap.reserveCapacity(wanted)
  }

  /// Rows whose keys are made at a time.
  private static let blockRows = 2048

  func search(_ column: SortColumn, _ range: Range<Int>) {
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Self.blockRows) { block in
      guard let keys = block.baseAddress else { return }
      for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.blockRows) {
        let rows = start..<min(range.upperBound, start + Self.blockRows)
        column.keys(of: rows, into: keys)
        // Most keys are above it.
        var bound = bound
        for place in 0..<rows.count where keys[place] <= bound {
          add(keys[place], ofRow: start + place, column)
          bound = self.bound
        }
      }
    }
  }

  /// No greater key is among the least.
  private var bound: UInt64 { heap.count < wanted ? .max : heap[0] }

  private func add(_ key: UInt64, ofRow row: Int, _ column: SortColumn) {
    if heap.count < wanted {
      heap.append(key)
      siftUp(heap.count - 1)
    } else if key < heap[0] {
      heap[0] = key
      siftDown()
    }
    rows.append(Int32(truncatingIfNeeded: row))
    if rows.count >= limit {
      let bound = bound
      rows.removeAll { column.key(Int($0)) > bound }
      // All of them are ties: looking again would find nothing.
      limit = max(limit, 2 * rows.count)
    }
  }

  /// The greatest of the so many least keys of all pieces.
  static func bound(_ wanted: Int, _ searches: [LeastKeys]) -> UInt64 {
    let keys = searches.flatMap(\.heap).sorted()
    return keys.count < wanted ? .max : keys[wanted - 1]
  }

  /// Rows whose keys do not exceed the bound, in ascending order.
  func rows(upTo bound: UInt64, _ column: SortColumn) -> [Int32] {
    rows.filter { column.key(Int($0)) <= bound }
  }

  private func siftUp(_ start: Int) {
    var child = start
    while child > 0 {
      let parent = (child - 1) / 2
      if heap[child] <= heap[parent] { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private func siftDown() {
    var parent = 0
    while true {
      var greatest = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child] > heap[greatest] { greatest = child }
      if greatest == parent { return }
      heap.swapAt(parent, greatest)
      parent = greatest
    }
  }
}
