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
    let name = state.plan.name(of: source.relation)
    duplicates[name] = max(duplicates[name] ?? 0, clusters.duplicates)
    // Of events by identifiers the step that made them has counted rows of the file.
    if let known = source.known, unlinked[name] == nil {
      neverKnown[name] = state.vector(known).nullCount
    }
    guard let entities else { return }
    let asking = state.timelines.asking(source.key, entities)
    unusedEvents[name] =
      asking.count == 1
      ? state.rowCount(source.relation) - used(clusters) : unused(state.vector(source.key), asking)
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
