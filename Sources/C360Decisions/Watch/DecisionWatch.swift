import C360Columns
import C360Engine
import C360Plan
import Synchronization

/// Looks at the decisions of one entity while steps decide. They are decided once more, each alone,
/// with the code and so the bits of the run.
public final class DecisionWatch: Sendable {
  /// `DecideStep.name`
  private let steps: Set<String>
  /// `ComposeStep.name`
  private let composition: String?
  private let entity: Scalar
  /// µs UTC; nil: all times.
  private let time: Int64?
  /// Most decisions, the newest.
  private let limit: Int
  private let seen = Mutex(Seen())

  /// What there was to see; of partitions all together.
  public struct Seen: Sendable {
    /// By step, the newest first.
    public internal(set) var decisions: [String: [WatchedDecision]] = [:]
    /// The newest first.
    public internal(set) var compositions: [WatchedComposition] = []
    /// All times at which the entity is decided for, ascending.
    public internal(set) var times: [Int64] = []
    /// Some keys near the one wanted, where it is not there: the nearest first.
    public internal(set) var near: [Scalar] = []
  }

  /// - Parameters:
  ///   - steps: `DecideStep.name` of those that are looked at.
  ///   - composition: `ComposeStep.name`; nil: none.
  ///   - entity: key, int or text as in the frame.
  ///   - time: µs UTC; nil: all.
  public init(
    steps: Set<String>, composition: String?, entity: Scalar, time: Int64?, limit: Int
  ) {
    self.steps = steps
    self.composition = composition
    self.entity = entity
    self.time = time
    self.limit = limit
  }

  public var found: Seen { seen.withLock { $0 } }

  /// For a run that begins anew.
  public func reset() { seen.withLock { $0 = Seen() } }

  func looks(at step: DecideStep) -> Bool { step.isCounted && steps.contains(step.name) }
  func looks(at step: ComposeStep) -> Bool { step.watched != nil && composition == step.name }

  /// Rows of the frame to be looked at; notes what there is of the entity.
  func rows(key: Vector, time: Vector, rowCount: Int, pool: TextPool) -> [Int] {
    var rows: [Int] = []
    var times: [Int64] = []
    var near = NearKeys(to: entity)
    // Rows of one entity are neighbours.
    var (last, isWanted) = (-1, false)
    for row in 0..<rowCount where !key.isNull(row) {
      if last < 0 || !Self.areEqual(key, last, row) {
        let own = key.scalar(row, texts: pool)
        isWanted = own == entity
        if !isWanted { near.add(own) }
      }
      last = row
      guard isWanted else { continue }
      times.append(time.int64s[row])
      if self.time == nil || self.time == time.int64s[row] { rows.append(row) }
    }
    seen.withLock { seen in
      seen.times = Set(seen.times + times).sorted()
      for key in seen.near { near.add(key) }
      seen.near = near.keys
    }
    // Frames stand in the order of time.
    return Array(rows.suffix(limit))
  }

  private static func areEqual(_ key: Vector, _ left: Int, _ right: Int) -> Bool {
    key.type == .text
      ? key.codes[left] == key.codes[right] : key.int64s[left] == key.int64s[right]
  }

  /// A run that is begun anew partition by partition sees a decision again.
  func add(_ decisions: [WatchedDecision], of step: DecideStep) {
    seen.withLock { seen in
      var known = seen.decisions[step.name, default: []]
      for decision in decisions {
        known.removeAll {
          $0.time == decision.time && $0.number == decision.number
            && $0.position == decision.position
        }
        known.append(decision)
      }
      // The newest first; the positions of a slate in their order.
      known.sort {
        ($0.time, $0.number, -($0.position ?? 0)) > ($1.time, $1.number, -($1.position ?? 0))
      }
      let firsts = known.indices.filter { known[$0].position ?? 1 == 1 }
      if firsts.count > limit { known.removeLast(known.count - firsts[limit]) }
      seen.decisions[step.name] = known
    }
  }

  func add(_ compositions: [WatchedComposition]) {
    seen.withLock { seen in
      for decision in compositions {
        seen.compositions.removeAll { $0.time == decision.time && $0.number == decision.number }
        seen.compositions.append(decision)
      }
      seen.compositions.sort { ($0.time, $0.number) > ($1.time, $1.number) }
      seen.compositions.removeLast(max(0, seen.compositions.count - limit))
    }
  }
}

/// The keys nearest to one: integers by their distance, texts by the letters they begin with in common.
private struct NearKeys {
  private let wanted: Scalar
  private(set) var keys: [Scalar] = []
  private static let most = 3

  init(to wanted: Scalar) { self.wanted = wanted }

  mutating func add(_ key: Scalar) {
    if keys.count == Self.most, let last = keys.last, !isNearer(key, last) { return }
    guard !keys.contains(key) else { return }
    let place = keys.firstIndex { isNearer(key, $0) } ?? keys.count
    keys.insert(key, at: place)
    if keys.count > Self.most { keys.removeLast() }
  }

  private func isNearer(_ left: Scalar, _ right: Scalar) -> Bool {
    switch (wanted, left, right) {
    case (.int(let wanted), .int(let left), .int(let right)):
      let (ours, theirs) = (Self.distance(wanted, left), Self.distance(wanted, right))
      return (ours, left) < (theirs, right)
    case (.text(let wanted), .text(let left), .text(let right)):
      let (ours, theirs) = (Self.shared(wanted, left), Self.shared(wanted, right))
      return ours == theirs ? left < right : ours > theirs
    default: return false
    }
  }

  private static func distance(_ left: Int64, _ right: Int64) -> UInt64 {
    let (low, high) = (min(left, right), max(left, right))
    return UInt64(bitPattern: high &- low)
  }

  /// Bytes at the beginning that are the same.
  private static func shared(_ left: String, _ right: String) -> Int {
    zip(left.utf8, right.utf8).prefix { $0 == $1 }.count
  }
}
