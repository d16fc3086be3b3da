import C360Columns
import C360Plan

/// Which outcome windows lie inside of what a table has observed (semantics.md O3).
enum Coverages {
  static func fill(_ step: TimelineStep, _ state: inout ExecutionState) throws(EngineError) {
    if step.coverages.isEmpty { return }
    let zone = try ZoneTable(step.timezone)
    let through =
      step.events.observedThrough ?? step.events.observed(newest: newest(step.events, state))
    let times = state.vector(step.time)
    for coverage in step.coverages {
      let values = Buffer(byteCount: times.count)
      let covered = values.elements(UInt8.self)
      var censored = MonthCounts()
      for row in 0..<times.count {
        let end = zone.moved(times.int64s[row], by: coverage.within, times: 1)
        let isCovered = through.map { end <= $0 } ?? false
        covered[row] = isCovered ? 1 : 0
        if !isCovered { censored.add(times.int64s[row]) }
      }
      state.set(
        coverage.column, Vector(type: .bool, count: times.count, values: values))
      let frame = state.plan.name(of: step.frame)
      state.counts.censored[frame, default: [:]][state.plan[coverage.column].name] = censored.total
      state.counts.censoredMonths[frame, default: [:]][state.plan[coverage.column].name] = censored
    }
  }

  /// The newest event that was not taken back; nil: there is none.
  static func newest(_ events: EventSource, _ state: ExecutionState) -> Int64? {
    let columns = events.newestColumns
    let times = state.vector(columns.time)
    let gone = columns.gone.map { state.vector($0) }
    var newest: Int64?
    for row in 0..<times.count where !times.isNull(row) && gone?.isNull(row) ?? true {
      newest = max(newest ?? .min, times.int64s[row])
    }
    return newest
  }
}
