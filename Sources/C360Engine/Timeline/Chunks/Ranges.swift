/// When each event of a stream becomes known, and when it goes, by stream position.
struct EventClocks {
  /// nil: known when it happens.
  let known: UnsafePointer<Int64>?
  /// The greatest time for never; nil: none goes.
  let gone: UnsafePointer<Int64>?

  /// Whether an event that happened in time counts at a decision (semantics.md S1, S4).
  @inline(__always)
  func shows(_ position: Int, _ decision: Int64) -> Bool {
    if let known, known[position] >= decision { return false }
    if let gone, gone[position] < decision { return false }
    return true
  }
}

/// Queries over one stream: each asks for the stream positions `from ..< to`, and for those of its
/// tail that are known. Queries of a group stand side by side in order of time and share nothing with
/// other groups.
struct Ranges {
  /// Events that may not be known yet, or gone: positions of which each has to be looked at.
  struct Tails {
    let from: UnsafePointer<Int32>
    let to: UnsafePointer<Int32>
    let clocks: EventClocks
    /// By stream position.
    let times: UnsafePointer<Int64>
    /// Stream positions of each group: `groupFrom[g] ..< groupTo[g]`.
    let groupFrom: UnsafePointer<Int32>
    let groupTo: UnsafePointer<Int32>
    let lag: Int64
    /// Positions in all tails together.
    let total: Int
  }
  let count: Int
  let groupCount: Int
  /// First query of each group; `groupCount` + 1 of them.
  let groups: UnsafePointer<Int32>
  let from: UnsafePointer<Int32>
  let to: UnsafePointer<Int32>
  /// nil: all that happened in time was known in time and is not gone.
  let tails: Tails?
  /// Decision time of each query.
  let decisions: UnsafePointer<Int64>
  /// Number of stream positions.
  let streamCount: Int
  /// Row of the chunk that each query belongs to; nil: its own.
  let rows: UnsafePointer<Int32>?

  /// Whether looking at every tail would cost more than following arrivals does.
  var isHeavilyLate: Bool {
    guard let tails else { return false }
    return tails.total > 8 * count + 4 * streamCount
  }
}

extension Ranges {
  /// Where the positions of a group's queries lie.
  func span(ofGroup group: Int) -> Range<Int> {
    if let tails { return Int(tails.groupFrom[group])..<Int(tails.groupTo[group]) }
    var low = Int32.max
    var high: Int32 = 0
    for query in Int(groups[group])..<Int(groups[group + 1]) where from[query] < to[query] {
      low = min(low, from[query])
      high = max(high, to[query])
    }
    return low < high ? Int(low)..<Int(high) : 0..<0
  }

  /// The same windows without their first event each. For ranges without tails.
  func withoutFirst(_ scratch: Scratch) -> Ranges {
    let next = scratch.take(count, of: Int32.self)
    for query in 0..<count { next[query] = min(from[query] &+ 1, to[query]) }
    return Ranges(
      count: count, groupCount: groupCount, groups: groups, from: next, to: to, tails: nil,
      decisions: decisions, streamCount: streamCount, rows: rows)
  }
}

extension Ranges.Tails {
  /// Calls `body` for every position of a query's tail that counts at `decision`, in order.
  @inline(__always)
  func forEach(_ query: Int, _ decision: Int64, _ body: (Int) -> Void) {
    var position = Int(from[query])
    let end = Int(to[query])
    while position < end {
      if clocks.shows(position, decision) { body(position) }
      position &+= 1
    }
  }
}

/// First position in `from ..< to` whose time is not before `target`. Times ascend.
@inline(__always)
func lowerBound(
  _ times: UnsafePointer<Int64>, _ from: Int, _ to: Int, _ target: Int64
) -> Int {
  var low = from
  var high = to
  while low < high {
    let middle = (low &+ high) &>> 1
    if times[middle] < target { low = middle &+ 1 } else { high = middle }
  }
  return low
}

/// As `lowerBound`, fast where the answer lies near `from`.
@inline(__always)
func gallop(_ times: UnsafePointer<Int64>, _ from: Int, _ to: Int, _ target: Int64) -> Int {
  var position = from
  let near = min(to, from &+ 12)
  while position < near {
    if times[position] >= target { return position }
    position &+= 1
  }
  var step = 16
  while position < to {
    let next = min(to, position &+ step)
    if times[next &- 1] >= target { return lowerBound(times, position, next, target) }
    position = next
    step &*= 2
  }
  return to
}
