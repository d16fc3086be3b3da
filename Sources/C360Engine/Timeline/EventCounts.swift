import C360Columns
import C360Plan

extension RunCounts {
  /// Counts the events of a source that are copies of others, never known, or of no entity that asks.
  ///
  /// - Parameter entities: of exposures; nil where events ask.
  mutating func addEvents(
    _ source: EventSource, _ clusters: EventClusters, _ state: ExecutionState,
    asking entities: EntityIndex?
  ) {
    guard source.isOfTable else { return }
    let name = state.plan.name(of: source.relation)
    duplicates[name] = max(duplicates[name] ?? 0, clusters.duplicates)
    // Of events by identifiers the step that made them has counted rows of the file.
    if let known = source.known, !source.isLinked {
      neverKnown[name] = state.vector(known).nullCount
    }
    addFindings(source, clusters, name, state)
    guard let entities else { return }
    let asking = state.timelines.asking(source.key, entities)
    unusedEvents[name] =
      asking.count == 1
      ? state.rowCount(source.relation) - used(clusters) : unused(state.vector(source.key), asking)
  }

  /// Once a table, however many timelines read it; copies where most were met.
  private mutating func addFindings(
    _ source: EventSource, _ clusters: EventClusters, _ name: String, _ state: ExecutionState
  ) {
    // Of events by identifiers the step that made them has counted rows of the file.
    if let known = source.known, !source.isLinked {
      addArrivals(name, times: state.vector(source.time), known: state.vector(known))
    }
    var found = findings[name] ?? EventFindings()
    if clusters.duplicates > found.exactCopies.total {
      found.exactCopies = MonthCounts()
      for position in clusters.copies(source.tieBreak.map { state.vector($0) }) {
        found.exactCopies.add(clusters.times[position])
      }
    }
    findings[name] = found
  }

  /// Answers over a table that hang on ties, by month of the exposure.
  mutating func addTies(_ found: MonthCounts, of name: String) {
    resolvedTies[name, default: 0] += found.total
    findings[name, default: EventFindings()].resolvedTies.add(found)
  }

  /// Rows that are known late, or never.
  mutating func addArrivals(_ name: String, times: Vector, known: Vector) {
    var found = findings[name] ?? EventFindings()
    guard found.late.total == 0, found.neverKnown.total == 0 else { return }
    for row in 0..<times.count where !times.isNull(row) {
      if known.isNull(row) {
        found.neverKnown.add(times.int64s[row])
      } else if known.int64s[row] > times.int64s[row] {
        found.late.add(times.int64s[row])
        let (delay, overflow) = known.int64s[row].subtractingReportingOverflow(times.int64s[row])
        found.worstDelay = max(found.worstDelay, overflow ? .max : delay)
      }
    }
    findings[name] = found
  }

  /// The clusters may hold events of other entities too.
  private func used(_ clusters: EventClusters) -> Int {
    var count = 0
    for entity in 0..<clusters.entities.count {
      count += Int(clusters.ends[entity] - clusters.starts[entity])
    }
    return count
  }

  private func unused(_ key: Vector, _ asking: [EntityIndex]) -> Int {
    var count = 0
    for row in 0..<key.count {
      let isUsed =
        !key.isNull(row) && asking.contains { $0.table.number(of: key.key(row)) >= 0 }
      if !isUsed { count += 1 }
    }
    return count
  }
}

extension EventClusters {
  /// Positions of rows that are copies of the one before.
  fileprivate func copies(_ tieBreak: [Vector]) -> [Int] {
    var result: [Int] = []
    for entity in 0..<entities.count {
      for position in Int(starts[entity]) + 1..<max(Int(starts[entity]) + 1, Int(ends[entity]))
      where times[position - 1] == times[position] {
        let (left, right) = (row(position - 1), row(position))
        if tieBreak.allSatisfy({ $0.isSame(left, right) }) { result.append(position) }
      }
    }
    return result
  }
}

extension Vector {
  fileprivate func isSame(_ left: Int, _ right: Int) -> Bool {
    if isNull(left) || isNull(right) { return isNull(left) == isNull(right) }
    switch type {
    case .bool: return bools[left] == bools[right]
    case .int64: return int64s[left] == int64s[right]
    case .float64: return orderedKey(float64s[left]) == orderedKey(float64s[right])
    case .text, .list: return codes[left] == codes[right]
    case .vector(let width):
      return (0..<width).allSatisfy {
        orderedKey(float64s[left * width + $0]) == orderedKey(float64s[right * width + $0])
      }
    }
  }
}
