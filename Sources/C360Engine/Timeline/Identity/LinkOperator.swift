import C360Columns
import C360Plan
import Synchronization

/// Links as spells of time in which identifiers are entities', made once for all events.
struct PreparedLinks: Sendable {
  let spells: LinkSpells
  /// Rows of the identity whose `known` is null; nil where links have no known time.
  private let neverKnown: Int?

  init(
    _ step: LinkStep, _ state: ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    let links = try LinkRows(step.links, state, pool: context.pool)
    spells =
      if step.events == nil {
        try LinkResolution.spells(of: links, keepsWeights: true)
      } else if links.rule == .clusters {
        LinkClusters.spells(of: links)
      } else {
        try LinkResolution.spells(of: links)
      }
    neverKnown = links.known.map(\.nullCount)
    try context.checkCancelled()
  }

  /// Says what there is to say of the identity.
  func count(_ step: LinkStep, in plan: Plan, _ counts: inout RunCounts) {
    guard step.events != nil else { return }
    let identity = plan.name(of: step.links.relation)
    counts.unresolved[identity] = spells.unresolved
    counts.links[identity] = spells.findings
    if let neverKnown { counts.neverKnown[identity] = neverKnown }
  }
}

/// Gives events of identifiers to entities: one gather a column, no lookup but one a row.
package enum LinkOperator {
  package static func run(
    _ step: LinkStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    let links = try PreparedLinks(step, state, context)
    links.count(step, in: state.plan, &state.counts)
    try expand(step, links, &state, context)
  }

  /// Makes the rows of the step's output of the events at hand, and counts what becomes of them.
  static func expand(
    _ step: LinkStep, _ links: PreparedLinks, _ state: inout ExecutionState,
    _ context: ExecutionContext
  ) throws(EngineError) {
    guard let events = step.events else {
      state.relations[step.output] = relation(of: links.spells, step, state)
      return
    }
    let expansion = LinkExpansion(step, events, links.spells, state)
    let rows = try expansion.run(context)
    let threads = context.threads
    var relation = Relation(rowCount: rows.count)
    let places = rows.events.elements(Int32.self)
    for (from, to) in step.columns {
      relation.columns[to] = try state.vector(from).gathered(
        places, count: rows.count, hasMissing: false, threads: threads)
    }
    relation.columns[step.entity] = rows.entity
    if let known = step.known { relation.columns[known] = rows.known }
    if let gone = step.gone { relation.columns[gone] = rows.gone }
    if let weight = step.weight { relation.columns[weight] = rows.weight }
    state.relations[step.output] = relation
    let name = state.plan.name(of: step.output)
    state.counts.unlinked[name] = rows.unlinked.total
    state.counts.findings[name, default: EventFindings()].unlinked = rows.unlinked
    if let known = events.known {
      state.counts.neverKnown[name] = state.vector(known).nullCount
      state.counts.addArrivals(
        name, times: state.vector(events.time), known: state.vector(known))
    }
  }

  /// The spells themselves as rows.
  private static func relation(
    of spells: LinkSpells, _ step: LinkStep, _ state: ExecutionState
  ) -> Relation {
    let count = spells.entities.count
    let type = state.plan[step.entity].type.physical
    let entities = Buffer(byteCount: count * type.stride)
    let from = Buffer(byteCount: count * 8)
    let until = Buffer(byteCount: count * 8)
    let isOver = Buffer(byteCount: count)
    let weights = Buffer(byteCount: count * 8)
    for spell in 0..<count {
      if type == .text {
        entities.elements(Int32.self)[spell] = Int32(truncatingIfNeeded: spells.entities[spell])
      } else {
        entities.elements(Int64.self)[spell] = spells.entities[spell]
      }
      from.elements(Int64.self)[spell] = spells.from[spell]
      let end = spells.until[spell]
      until.elements(Int64.self)[spell] = end == .max ? 0 : end
      isOver.elements(UInt8.self)[spell] = end == .max ? 0 : 1
      weights.elements(Double.self)[spell] = spells.weights[spell]
    }
    var relation = Relation(rowCount: count)
    relation.columns[step.entity] = Vector(type: type, count: count, values: entities)
    if let known = step.known {
      relation.columns[known] = Vector(type: .int64, count: count, values: from)
    }
    if let gone = step.gone {
      relation.columns[gone] = Vector(type: .int64, count: count, values: until, validity: isOver)
    }
    if let weight = step.weight {
      relation.columns[weight] = Vector(type: .float64, count: count, values: weights)
    }
    return relation
  }
}

/// Pairs of event and spell.
private struct LinkExpansion: @unchecked Sendable {
  struct Rows {
    var count = 0
    /// `Int32` rows of the events.
    var events = Buffer(byteCount: 0)
    var entity: Vector
    var known: Vector?
    var gone: Vector?
    var weight: Vector?
    /// Events that never belong to anybody.
    var unlinked = MonthCounts()
  }

  let step: LinkStep
  let events: LinkStep.Events
  let spells: LinkSpells
  let keys: Vector
  let times: Vector
  let known: Vector?
  let gone: Vector?
  let entityType: PhysicalType
  /// Identifiers that nothing links are entities of their own.
  var isOwn: Bool { step.links.rule == .clusters }

  init(
    _ step: LinkStep, _ events: LinkStep.Events, _ spells: LinkSpells, _ state: ExecutionState
  ) {
    self.step = step
    self.events = events
    self.spells = spells
    keys = state.vector(events.key)
    times = state.vector(events.time)
    known = events.known.map { state.vector($0) }
    gone = events.gone.map { state.vector($0) }
    entityType = state.plan[step.entity].type.physical
  }

  /// When an event is known; nil: never.
  @inline(__always)
  private func known(_ row: Int) -> Int64? {
    if let known { return known.isNull(row) ? nil : known.int64s[row] }
    let (arrival, overflow) = times.int64s[row].addingReportingOverflow(
      events.arrivesWithin ?? 0)
    return overflow ? .max : arrival
  }

  /// Whether the two are ever visible together; a window that looks forward sees all that last.
  @inline(__always)
  private func meets(_ row: Int, from: Int64, until: Int64) -> Bool {
    let end = end(row, until)
    if end == .max { return true }
    guard let known = known(row) else { return false }
    return max(known, from) < end
  }

  /// When a pair stops to count; `.max` for never.
  @inline(__always)
  private func end(_ row: Int, _ until: Int64) -> Int64 {
    guard let gone, !gone.isNull(row) else { return until }
    return min(until, gone.int64s[row])
  }

  func run(_ context: ExecutionContext) throws(EngineError) -> Rows {
    let pieces = Parallel.pieces(keys.count, threads: context.threads)
    let counted = Buffer(byteCount: pieces.count * 8)
    let counts = counted.elements(Int.self)
    let nobodys = Mutex(MonthCounts())
    try Parallel.forEach(pieces.count, threads: context.threads) {
      (piece: Int) throws(EngineError) in
      var total = 0
      var unlinked = MonthCounts()
      for row in pieces[piece] {
        guard let range = spells.spells(of: keys.key(row)) else {
          if !isOwn {
            unlinked.add(times.int64s[row])
          } else if meets(row, from: .min, until: .max) {
            total += 1
          }
          continue
        }
        if range.isEmpty { unlinked.add(times.int64s[row]) }
        for spell in range
        where meets(row, from: spells.from[spell], until: spells.until[spell]) { total += 1 }
      }
      counts[piece] = total
      let found = unlinked
      if found.total > 0 { nobodys.withLock { $0.add(found) } }
    }
    var places = [0]
    for piece in pieces.indices { places.append(places[piece] + counts[piece]) }
    let total = places[pieces.count]
    guard total < Int(Int32.max) else {
      throw .unusable(
        relation: events.relation, detail: "it has more than \(Int32.max) events of entities")
    }
    return try fill(pieces, places, total, unlinked: nobodys.withLock { $0 }, context)
  }

  private func fill(
    _ pieces: [Range<Int>], _ places: [Int], _ total: Int, unlinked: MonthCounts,
    _ context: ExecutionContext
  ) throws(EngineError) -> Rows {
    let events = Buffer(byteCount: total * 4)
    let entities = Buffer(byteCount: total * entityType.stride)
    let knownValues = step.known == nil ? nil : Buffer(byteCount: total * 8)
    let knownValid =
      step.known != nil && known?.validity != nil ? Buffer(byteCount: total) : nil
    let goneValues = step.gone == nil ? nil : Buffer(byteCount: total * 8)
    let goneValid = step.gone == nil ? nil : Buffer(byteCount: total)
    let weights = step.weight == nil ? nil : Buffer(byteCount: total * 8)
    try Parallel.forEach(pieces.count, threads: context.threads) {
      (piece: Int) throws(EngineError) in
      var place = places[piece]
      func write(_ row: Int, entity: Int64, weight: Double, from: Int64, until: Int64) {
        guard meets(row, from: from, until: until) else { return }
        events.elements(Int32.self)[place] = Int32(truncatingIfNeeded: row)
        if entityType == .text {
          entities.elements(Int32.self)[place] = Int32(truncatingIfNeeded: entity)
        } else {
          entities.elements(Int64.self)[place] = entity
        }
        if let knownValues {
          let known = known(row)
          knownValues.elements(Int64.self)[place] = known.map { max($0, from) } ?? 0
          knownValid?.elements(UInt8.self)[place] = known == nil ? 0 : 1
        }
        if let goneValues, let goneValid {
          let end = end(row, until)
          goneValues.elements(Int64.self)[place] = end == .max ? 0 : end
          goneValid.elements(UInt8.self)[place] = end == .max ? 0 : 1
        }
        weights?.elements(Double.self)[place] = weight
        place += 1
      }
      for row in pieces[piece] {
        let key = keys.key(row)
        guard let range = spells.spells(of: key) else {
          if isOwn { write(row, entity: key, weight: 1, from: .min, until: .max) }
          continue
        }
        for spell in range {
          write(
            row, entity: spells.entities[spell], weight: spells.weights[spell],
            from: spells.from[spell], until: spells.until[spell])
        }
      }
    }
    func times(_ values: Buffer?, _ validity: Buffer?) -> Vector? {
      values.map { Vector(type: .int64, count: total, values: $0, validity: validity) }
    }
    return Rows(
      count: total, events: events,
      entity: Vector(type: entityType, count: total, values: entities),
      known: times(knownValues, knownValid), gone: times(goneValues, goneValid),
      weight: weights.map { Vector(type: .float64, count: total, values: $0) }, unlinked: unlinked)
  }
}
