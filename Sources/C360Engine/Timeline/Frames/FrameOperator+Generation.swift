import C360Columns
import C360Plan

extension FrameOperator {
  /// start, start + 1 · step, … through. Steps are counted from the start, so that the end of a month
  /// does not drift. A local day that a zone leaves out falls on the next, which is there once.
  static func moments(
    from start: Int64, through: Int64, every length: TimeOffset, _ zone: ZoneTable
  ) -> [Int64] {
    var result: [Int64] = []
    var next = start
    var count = 0
    while next <= through {
      if result.last.map({ $0 < next }) ?? true { result.append(next) }
      // Beyond the last instant there is nothing to step to.
      if next == .max { break }
      count += 1
      next = zone.moved(start, by: length, times: count)
    }
    return result
  }

  /// Row numbers have 31 bits.
  private static let mostRows = Int(Int32.max)

  /// Complains of moments so close that one entity alone has too many, before they are listed.
  static func checkRows(
    ofOneEntity moments: (start: Int64, through: Int64, step: TimeOffset), _ step: FrameStep
  ) throws(EngineError) {
    guard case .exact(let length) = moments.step, length > 0, moments.through > moments.start
    else { return }
    let (span, overflow) = moments.through.subtractingReportingOverflow(moments.start)
    if overflow || span / length >= Int64(mostRows) { throw tooManyRows(step) }
  }

  private static func tooManyRows(_ step: FrameStep) -> EngineError {
    .unusable(
      relation: step.relation, detail: "it would have more than \(mostRows) rows: take longer steps"
    )
  }

  /// Rows of each known entity at the moments, which ascend.
  static func generate(
    _ step: FrameStep, _ moments: [Int64], _ population: [FrameStep.Population],
    _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    var members = PopulationMembers(population.map { state.vector($0.key) })
    let zone = try ZoneTable(step.timezone)
    for source in population { members.include(source, zone, state) }
    try context.checkCancelled()
    let entities = members.inOrder(pool: context.pool)
    var starts = [0]
    var intervals: [Int: [(known: Int64, until: Int64)]] = [:]
    for (entity, interval) in members.intervals { intervals[entity, default: []].append(interval) }
    for entity in entities {
      let known = members.known[entity]
      var count = moments.count - lowerBound(moments, above: known)
      if let spans = intervals[entity] {
        count = moments.count { $0 > known || holds(spans, at: $0) }
      }
      starts.append(starts[starts.count - 1] + count)
    }
    let total = starts[entities.count]
    guard total <= mostRows else { throw tooManyRows(step) }
    let type = state.plan[step.key].type.physical
    try checkMemory(total * (type.stride + 8), step, state)
    let keys = Buffer(byteCount: total * type.stride)
    let times = Buffer(byteCount: total * 8)
    for (place, entity) in entities.enumerated() {
      let range = starts[place]..<starts[place + 1]
      let key = members.keys[entity]
      for row in range {
        if type == .text {
          keys.elements(Int32.self)[row] = Int32(truncatingIfNeeded: key)
        } else {
          keys.elements(Int64.self)[row] = key
        }
      }
      var row = range.lowerBound
      if let spans = intervals[entity] {
        let known = members.known[entity]
        for moment in moments where moment > known || holds(spans, at: moment) {
          times.elements(Int64.self)[row] = moment
          row += 1
        }
      } else {
        for moment in moments.suffix(range.count) {
          times.elements(Int64.self)[row] = moment
          row += 1
        }
      }
    }
    state.relations[step.relation] = Relation(
      rowCount: total,
      columns: [
        step.key: Vector(type: type, count: total, values: keys),
        step.time: Vector(type: .int64, count: total, values: times),
      ])
  }

  /// What no machine of this size can hold is refused in words, before it is asked for.
  private static func checkMemory(
    _ needed: Int, _ step: FrameStep, _ state: ExecutionState
  ) throws(EngineError) {
    guard let limit = Machine.memory, needed > limit else { return }
    throw .memory(
      limit: limit, needed: needed, operation: "moments of \(state.plan.name(of: step.relation))")
  }

  private static func holds(_ spans: [(known: Int64, until: Int64)], at moment: Int64) -> Bool {
    spans.contains { $0.known < moment && moment < $0.until }
  }

  /// Index of the first moment that lies strictly after `time`.
  private static func lowerBound(_ moments: [Int64], above time: Int64) -> Int {
    var low = 0
    var high = moments.count
    while low < high {
      let middle = (low + high) / 2
      if moments[middle] > time { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// When the entities of a population become known.
private struct PopulationMembers {
  let table: KeyTable
  /// By number of the entity.
  var keys: [Int64] = []
  /// The entity counts at times strictly after this; `.max` for never.
  var known: [Int64] = []
  /// Of versions that end: the entity counts strictly between the two.
  var intervals: [(entity: Int, (known: Int64, until: Int64))] = []
  private let isText: Bool

  init(_ vectors: [Vector]) {
    var least = Int64.max
    var greatest = Int64.min
    var rows = 0
    for vector in vectors {
      let bounds = vector.keyBounds()
      least = min(least, bounds.least)
      greatest = max(greatest, bounds.greatest)
      rows += vector.count
    }
    isText = vectors.first?.type == .text
    table = KeyTable(least: least, greatest: greatest, expected: min(rows, 1 << 20))
  }

  mutating func include(
    _ source: FrameStep.Population, _ zone: ZoneTable, _ state: ExecutionState
  ) {
    let key = state.vector(source.key)
    let time = source.time.map { state.vector($0) }
    let known = source.known.map { state.vector($0) }
    let until = source.until.map { state.vector($0) }
    let gone = source.gone.map { state.vector($0) }
    for row in 0..<key.count where !key.isNull(row) {
      let entity = table.add(key.key(row))
      if entity == keys.count {
        keys.append(key.key(row))
        self.known.append(.max)
      }
      if time?.isNull(row) ?? false || known?.isNull(row) ?? false { continue }
      var since = time.map { $0.int64s[row] } ?? .min
      if let wait = source.arrivesWithin, known == nil {
        let (arrived, overflow) = since.addingReportingOverflow(wait)
        since = overflow ? .max : max(since, arrived)
      }
      if let known { since = max(since, known.int64s[row]) }
      var end = until.flatMap { $0.isNull(row) ? nil : $0.int64s[row] }
      if let age = source.expiresAfter, let start = time?.int64s[row] {
        let last = zone.moved(start, by: age, times: 1)
        end = min(end ?? .max, last == .max ? .max : last + 1)
      }
      if let end {
        intervals.append((entity, (since, end)))
      } else if let gone, !gone.isNull(row) {
        // At the moment itself the event still counts.
        let (end, overflow) = gone.int64s[row].addingReportingOverflow(1)
        intervals.append((entity, (since, overflow ? .max : end)))
      } else {
        self.known[entity] = min(self.known[entity], since)
      }
    }
  }

  /// Numbers of the entities in canonical order.
  func inOrder(pool: TextPool) -> [Int] {
    let ranks = isText ? pool.ranks() : []
    let order = isText ? keys.map { Int64(ranks[Int($0)]) } : keys
    return order.indices.sorted { order[$0] < order[$1] }
  }
}
