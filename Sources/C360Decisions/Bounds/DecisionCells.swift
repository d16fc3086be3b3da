import C360Columns
import C360Engine
import C360Plan

/// Decisions in cells: by groups, then by period, in an order that depends on values alone, so that
/// the periods of a group are neighbours.
struct DecisionCells: Sendable {
  /// By decision; nil: all in one cell.
  let cells: [Int32]?
  let count: Int
  /// By cell: group and period as text; empty for the one cell.
  let labels: [String]
  /// By cell: what its groups have in common; empty where there are none.
  let values: [[GroupValue]]
  /// By cell: start of its period, or its instant, µs; empty without periods.
  let times: [Int64]
  /// Cells of one group, in order.
  let runs: [Range<Int>]
  /// By cell: its decisions.
  let sizes: [Int]

  /// - Parameters:
  ///   - keys: one value a decision each.
  ///   - period: nil: none. Rolling: a cell an instant.
  ///   - counted: by decision, whether it counts among `sizes`; nil: all do.
  init(
    groups keys: [GroupKeys], period: DecideConstraint.Period?, time: Vector, rowCount: Int,
    counted: [Bool]?
  ) throws(EngineError) {
    guard !keys.isEmpty || period != nil else {
      (cells, count, labels, times) = (nil, 1, [""], [])
      values = [[]]
      (runs, sizes) = ([0..<1], [counted?.count { $0 } ?? rowCount])
      return
    }
    let moments = try Self.moments(period, time, rowCount)
    let periodLabel = try Self.label(period)
    var known: [CellKey: Int32] = [:]
    var assigned = [Int32](repeating: 0, count: rowCount)
    for row in 0..<rowCount {
      let key = CellKey(
        group: keys.map { $0.ranks[row] }, time: moments.isEmpty ? 0 : moments[row])
      assigned[row] = known[key] ?? Int32(known.count)
      known[key] = assigned[row]
    }
    let sorted = known.sorted { $0.key < $1.key }
    var places = [Int32](repeating: 0, count: sorted.count)
    for (place, entry) in sorted.enumerated() { places[Int(entry.value)] = Int32(place) }
    var sizes = [Int](repeating: 0, count: sorted.count)
    for row in 0..<rowCount {
      assigned[row] = places[Int(assigned[row])]
      if counted?[row] ?? true { sizes[Int(assigned[row])] += 1 }
    }
    cells = assigned
    count = sorted.count
    self.sizes = sizes
    times = moments.isEmpty ? [] : sorted.map(\.key.time)
    values = sorted.map { entry in zip(keys, entry.key.group).map { $0.values[$1] } }
    labels = sorted.map { entry in
      var words = zip(keys, entry.key.group).map { $0.labels[$1] }
      if !moments.isEmpty { words.append(periodLabel(entry.key.time)) }
      return words.filter { !$0.isEmpty }.joined(separator: ", ")
    }
    var runs: [Range<Int>] = []
    for place in sorted.indices {
      if let last = runs.last, sorted[last.lowerBound].key.group == sorted[place].key.group {
        runs[runs.count - 1] = last.lowerBound..<place + 1
      } else {
        runs.append(place..<place + 1)
      }
    }
    self.runs = runs
  }

  /// Local date of a calendar period; the instant of a rolling one.
  private static func label(
    _ period: DecideConstraint.Period?
  ) throws(EngineError) -> (Int64) -> String {
    guard case .calendar(_, let name) = period else { return TextFormat.time }
    let zone = try ZoneTable(name)
    return { TextFormat.date(zone.localDay($0)) }
  }

  private static func moments(
    _ period: DecideConstraint.Period?, _ time: Vector, _ rowCount: Int
  ) throws(EngineError) -> [Int64] {
    let times = time.int64s
    switch period {
    case nil: return []
    case .rolling: return (0..<rowCount).map { times[$0] }
    case .calendar(let step, let name):
      let zone = try ZoneTable(name)
      var last: (time: Int64, start: Int64)?
      return (0..<rowCount).map { row in
        if let last, last.time == times[row] { return last.start }
        let start = zone.periodStart(step, of: times[row]) ?? .min
        last = (times[row], start)
        return start
      }
    }
  }
}

private struct CellKey: Hashable, Comparable {
  let group: [Int]
  let time: Int64

  static func < (left: CellKey, right: CellKey) -> Bool {
    if left.group != right.group { return left.group.lexicographicallyPrecedes(right.group) }
    return left.time < right.time
  }
}
