import C360Columns
import C360Plan

/// When each version of an event stops to count (semantics.md S4).
enum VersionsOperator {
  static func run(
    _ step: VersionsStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    let count = state.rowCount(step.relation)
    let id = state.vector(step.id)
    let retracted = step.retracted.map { state.vector($0) }
    let clock = VersionClock(step, state)
    let order = RowOrder(
      [step.time].map { state.vector($0) } + step.tieBreak.map { state.vector($0) },
      pool: context.pool)
    let values = Buffer(byteCount: count * 8)
    let validity = Buffer(byteCount: count)
    let gone = values.elements(Int64.self)
    let valid = validity.elements(UInt8.self)
    gone.update(repeating: 0, count: count)
    valid.update(repeating: 0, count: count)
    for var versions in repeated(id) {
      try context.checkCancelled()
      // What was never known comes first: it supersedes nothing.
      versions.sort { left, right in
        let (first, second) = (clock.known(left), clock.known(right))
        return first == second ? order.compare(left, right) < 0 : first < second
      }
      for (version, next) in zip(versions, versions.dropFirst()) {
        gone[version] = clock.known(next)
        valid[version] = 1
      }
    }
    func isRetracted(_ row: Int) -> Bool {
      retracted.map { !$0.isNull(row) && $0.bools[row] != 0 } ?? false
    }
    var hasNulls = false
    for row in 0..<count {
      if isRetracted(row) {
        gone[row] = .min
        valid[row] = 1
      }
      hasNulls = hasNulls || valid[row] == 0
    }
    state.set(
      step.gone,
      Vector(type: .int64, count: count, values: values, validity: hasNulls ? validity : nil))
    let name = state.plan.name(of: step.relation)
    let times = state.vector(step.time)
    var (superseded, removed) = (0, 0)
    // What was never known is counted as that.
    for row in 0..<count where valid[row] != 0 && clock.isEverKnown(row) {
      if isRetracted(row) { removed += 1 } else { superseded += 1 }
      if times.isNull(row) { continue }
      if isRetracted(row) {
        state.counts.findings[name, default: EventFindings()].retracted.add(times.int64s[row])
      } else {
        state.counts.findings[name, default: EventFindings()].superseded.add(times.int64s[row])
      }
    }
    state.counts.superseded[name] = superseded
    state.counts.retracted[name] = removed
  }

  /// The rows of every id that more than one row has.
  private static func repeated(_ id: Vector) -> [[Int]] {
    var least = Int64.max
    var greatest = Int64.min
    for row in 0..<id.count where !id.isNull(row) {
      least = min(least, id.key(row))
      greatest = max(greatest, id.key(row))
    }
    let table = KeyTable(least: least, greatest: greatest, expected: id.count)
    let first = Buffer(byteCount: id.count * 4)
    let firstRows = first.elements(Int32.self)
    var groups: [[Int]] = []
    var groupOf: [Int: Int] = [:]
    for row in 0..<id.count where !id.isNull(row) {
      let known = table.count
      let number = table.add(id.key(row))
      if table.count > known {
        firstRows[number] = Int32(truncatingIfNeeded: row)
      } else if let group = groupOf[number] {
        groups[group].append(row)
      } else {
        groupOf[number] = groups.count
        groups.append([Int(firstRows[number]), row])
      }
    }
    return groups
  }
}

/// When the platform learned of a version; the least time for never.
private struct VersionClock {
  let times: Vector
  let knownTimes: Vector?
  let delay: Int64

  init(_ step: VersionsStep, _ state: ExecutionState) {
    times = state.vector(step.time)
    knownTimes = step.known.map { state.vector($0) }
    delay = step.arrivesWithin ?? 0
  }

  func isEverKnown(_ row: Int) -> Bool { !(knownTimes?.isNull(row) ?? false) }

  func known(_ row: Int) -> Int64 {
    if let knownTimes { return knownTimes.isNull(row) ? .min : knownTimes.int64s[row] }
    if times.isNull(row) { return .min }
    let (arrived, overflow) = times.int64s[row].addingReportingOverflow(delay)
    return overflow ? .max : arrived
  }
}
