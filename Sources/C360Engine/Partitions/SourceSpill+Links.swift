import C360Columns
import C360Plan

extension SourceSpill {
  /// What every step that links events to entities knows of the links, which are all in memory.
  static func prepareLinks(
    _ run: PartitionedRun, _ before: ExecutionState
  ) throws(EngineError) -> [(step: LinkStep, links: PreparedLinks)] {
    var prepared: [(step: LinkStep, links: PreparedLinks)] = []
    for step in run.cut.links {
      prepared.append((step, try PreparedLinks(step, before, run.context)))
    }
    return prepared
  }

  /// Entities of sampled identifiers, as the keys of the events that are going to be theirs.
  static func entities(
    of identifiers: Vector, _ step: LinkStep, _ links: PreparedLinks, in plan: Plan
  ) -> Vector {
    let type = plan[step.entity].type.physical
    var keys: [Int64] = []
    for row in 0..<identifiers.count where !identifiers.isNull(row) {
      let key = identifiers.key(row)
      if let spells = links.spells.spells(of: key) {
        if let first = spells.first { keys.append(links.spells.entities[first]) }
      } else if step.links.rule == .clusters {
        keys.append(key)
      }
    }
    let values = Buffer(byteCount: keys.count * type.stride)
    for (place, key) in keys.enumerated() {
      if type == .text {
        values.elements(Int32.self)[place] = Int32(truncatingIfNeeded: key)
      } else {
        values.elements(Int64.self)[place] = key
      }
    }
    return Vector(type: type, count: keys.count, values: values)
  }

  /// Gives the events of a source to their entities, part by part, and cuts them by entity.
  mutating func link(
    _ step: LinkStep, _ links: PreparedLinks, beside before: ExecutionState, _ run: PartitionedRun
  ) throws(EngineError) {
    links.count(step, in: run.plan, &counts)
    let columns = StepColumns(.link(step), in: run.plan).written
    let result = SpilledSource(
      columns, of: step.output, in: run.plan,
      file: try SpillFile(directory: run.options.directory), partitions: partitions)
    let events = step.events.flatMap { events in
      sources.first { $0.relation == events.relation }
    }
    var rowCount = 0
    for part in events?.rowCounts.indices ?? 0..<1 {
      try run.context.checkCancelled()
      var state = ExecutionState(plan: run.plan)
      state.relations[step.links.relation] = before.relations[step.links.relation]
      if let events {
        if events.rowCounts[part] == 0 { continue }
        state.relations[events.relation] = try events.load(
          part..<part + 1, threads: run.context.threads)
      }
      try LinkOperator.expand(step, links, &state, run.context)
      counts.merge(state.counts)
      let numbers = try Self.numbers(
        state.vector(step.entity), state.rowCount(step.output), ranges, place: 0, result,
        run.context)
      let rows = StreamedRows(
        batch: Batch(columns: [], rowCount: state.rowCount(step.output)), firstRow: rowCount)
      rowCount += rows.batch.rowCount
      try Self.write(columns.map { state.vector($0) }, rows, numbers, to: result, run.context)
    }
    sources.append(result)
  }
}
