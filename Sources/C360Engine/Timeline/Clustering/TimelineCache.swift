import C360Columns
import C360Plan
import Synchronization

/// What timelines of one run share: clustered events, entities of frames, columns in clustered order.
/// Columns never change, so nothing in it goes stale.
package final class TimelineCache: Sendable {
  private struct Storage: @unchecked Sendable {
    var entities: [ColumnID: EntityIndex] = [:]
    var clusters: [ClusterKey: [ClusteredEvents]] = [:]
    /// (events, frame) pairs whose tied exposures are counted.
    var tiesCounted: Set<[Int]> = []
    var askedBy: [ColumnID: [EntityIndex]] = [:]
    /// By column of purposes.
    var ledgers: [ColumnID: [String: ConsentLedger]] = [:]
  }
  private struct ClusterKey: Hashable {
    let key: ColumnID
    let time: ColumnID?
    let tieBreak: [ColumnID]
  }
  private let storage = Mutex(Storage())

  package init() {}

  /// Forgets everything, to free its memory.
  package func removeAll() { storage.withLock { $0 = Storage() } }

  /// Forgets what was made of columns that no longer exist.
  package func dropFreed(_ state: ExecutionState) {
    func exists(_ column: ColumnID) -> Bool {
      state.relations[state.plan[column].relation]?.columns[column] != nil
    }
    storage.withLock { storage in
      storage.clusters = storage.clusters.filter { exists($0.key.key) }
      storage.entities = storage.entities.filter { exists($0.key) }
      storage.askedBy = storage.askedBy.filter { exists($0.key) }
      storage.ledgers = storage.ledgers.filter { exists($0.key) }
    }
  }

  func ledger(of purposes: ColumnID, _ purpose: String) -> ConsentLedger? {
    storage.withLock { $0.ledgers[purposes]?[purpose] }
  }

  func keep(_ ledger: ConsentLedger, of purposes: ColumnID, _ purpose: String) {
    storage.withLock { $0.ledgers[purposes, default: [:]][purpose] = ledger }
  }

  /// Bytes of what it holds.
  package var byteCount: Int {
    storage.withLock { storage in
      storage.entities.values.reduce(0) { $0 + $1.byteCount }
        + storage.clusters.values.joined().reduce(0) { $0 + $1.byteCount }
    }
  }

  /// Whether events or entities of a key column are here.
  func holds(_ key: ColumnID) -> Bool {
    storage.withLock { storage in
      storage.entities[key] != nil || storage.clusters.keys.contains { $0.key == key }
    }
  }

  func entities(of key: ColumnID, _ state: ExecutionState) -> EntityIndex {
    if let known = storage.withLock({ $0.entities[key] }) { return known }
    let index = EntityIndex(key: state.vector(key))
    storage.withLock { $0.entities[key] = index }
    return index
  }

  /// The events of a source, clustered for at least the entities of `index`.
  func clusters(
    key: ColumnID, time: ColumnID?, tieBreak: [ColumnID], for index: EntityIndex,
    _ state: ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) -> ClusteredEvents {
    let place = ClusterKey(key: key, time: time, tieBreak: tieBreak)
    for events in storage.withLock({ $0.clusters[place] ?? [] }) {
      if let shared = events.clusters.serving(index) {
        return ClusteredEvents(clusters: shared, columns: events.columns)
      }
    }
    let order = RowOrder(tieBreak.map { state.vector($0) }, pool: context.pool)
    let clusters = try EventClusters.build(
      entities: index, key: state.vector(key), time: time.map { state.vector($0) },
      tieBreak: order, context: context)
    let events = ClusteredEvents(clusters: clusters, columns: ClusteredColumns())
    storage.withLock { $0.clusters[place, default: []].append(events) }
    return events
  }

  /// True the first time that it is asked for a pair.
  func shouldCountTies(events: RelationID, frame: RelationID) -> Bool {
    storage.withLock { $0.tiesCounted.insert([events.index, frame.index]).inserted }
  }

  /// All entity indices that asked for the events of a key column, this one included.
  func asking(_ key: ColumnID, _ index: EntityIndex) -> [EntityIndex] {
    storage.withLock { storage in
      if !(storage.askedBy[key] ?? []).contains(where: { $0 === index }) {
        storage.askedBy[key, default: []].append(index)
      }
      return storage.askedBy[key] ?? []
    }
  }
}

/// Events in clustered order with those of their columns that somebody asked for.
struct ClusteredEvents: Sendable {
  let clusters: EventClusters
  let columns: ClusteredColumns

  var byteCount: Int { clusters.byteCount + columns.byteCount }
}

extension EventClusters {
  /// The same events seen by the entities of another frame; nil when one of them is not among these
  /// entities.
  func serving(_ index: EntityIndex) -> EventClusters? {
    if index === entities { return self }
    guard index.count <= entities.count else { return nil }
    let starts = Buffer(byteCount: index.count * 4)
    let ends = Buffer(byteCount: index.count * 4)
    for entity in 0..<index.count {
      let number = entities.table.number(of: index.keys[entity])
      guard number >= 0 else { return nil }
      starts.elements(Int32.self)[entity] = self.starts[number]
      ends.elements(Int32.self)[entity] = self.ends[number]
    }
    return EventClusters(sharing: self, entities: index, starts: starts, ends: ends)
  }
}
