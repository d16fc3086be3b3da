/// Decisions that might be changed, the cheapest first; of equals the first in canonical order gain, and the
/// last lose. Costs are looked at
/// again when a decision comes to the front (lazy greedy), since they rise as rows are satisfied.
struct ChangeQueue {
  struct Entry {
    /// Loss for each unit gained.
    var cost: Double
    var decision: Int32
    /// Whether the change treats the decision, or with more than before.
    var isGain: Bool
    /// The number of changes made when the cost was computed; −1: an estimate.
    var version: Int32

    fileprivate var order: Int32 { isGain ? decision : -1 - decision }
  }
  private var heap: [Entry]

  init(_ entries: [Entry]) {
    heap = entries
    for place in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sink(place) }
  }

  var first: Entry? { heap.first }

  mutating func popFirst() -> Entry? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      sink(0)
    }
    return first
  }

  mutating func insert(_ entry: Entry) {
    heap.append(entry)
    var place = heap.count - 1
    while place > 0 {
      let parent = (place - 1) / 2
      guard Self.precedes(heap[place], heap[parent]) else { return }
      heap.swapAt(place, parent)
      place = parent
    }
  }

  static func precedes(_ one: Entry, _ other: Entry) -> Bool {
    (one.cost, one.order) < (other.cost, other.order)
  }

  private mutating func sink(_ start: Int) {
    var place = start
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2]
      where child < heap.count && Self.precedes(heap[child], heap[least]) {
        least = child
      }
      guard least != place else { return }
      heap.swapAt(place, least)
      place = least
    }
  }
}
