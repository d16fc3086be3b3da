/// The versions of one entity that hold at an instant, for instants that never go back: each enters once
/// and leaves once, so that many versions with ends cost n log n.
struct LivingVersions {
  /// A version holds at t where `after` < t, or ever since where it has no start and `after` is the
  /// least time, and t < `before`.
  struct Life {
    let position: Int
    let after: Int64
    /// nil: it does not end.
    let before: Int64?
  }
  /// −1 for none.
  struct Answer {
    var position = -1
    /// The next one below.
    var second = -1
  }

  /// In the order in which they begin to hold.
  private let lives: [Life]
  private var next = 0
  /// A heap of indices of `lives`, the greatest position on top. Those that ended leave when they get
  /// there.
  private var heap: [Int] = []

  init(_ lives: [Life]) {
    self.lives = lives.sorted { ($0.after, $0.position) < ($1.after, $1.position) }
  }

  /// The last two versions that hold.
  ///
  /// - Parameter instant: not before that of the last call.
  mutating func latest(at instant: Int64) -> Answer {
    while next < lives.count, lives[next].after < instant || lives[next].after == .min {
      insert(next)
      next += 1
    }
    var answer = Answer()
    guard let first = top(at: instant) else { return answer }
    answer.position = lives[first].position
    removeTop()
    if let second = top(at: instant) { answer.second = lives[second].position }
    insert(first)
    return answer
  }

  private mutating func top(at instant: Int64) -> Int? {
    while let top = heap.first {
      guard let end = lives[top].before, end <= instant else { return top }
      removeTop()
    }
    return nil
  }

  private func stands(_ left: Int, above right: Int) -> Bool {
    lives[heap[left]].position > lives[heap[right]].position
  }

  private mutating func insert(_ life: Int) {
    heap.append(life)
    var place = heap.count - 1
    while place > 0, stands(place, above: (place - 1) / 2) {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  private mutating func removeTop() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var place = 0
    while true {
      var greatest = place
      for child in [2 * place + 1, 2 * place + 2]
      where child < heap.count && stands(child, above: greatest) {
        greatest = child
      }
      if greatest == place { return }
      heap.swapAt(place, greatest)
      place = greatest
    }
  }
}
