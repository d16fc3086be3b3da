import C360Columns
import C360Plan

/// Brings exposures into canonical order, or generates them.
package enum FrameOperator {
  package static func run(
    _ step: FrameStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    let zone = try ZoneTable(step.timezone)
    switch step.origin {
    case .rows(let input, let columns):
      try reorder(step, input: input, columns, &state, context)
    case .every(let length, let start, let through, let population):
      try checkRows(ofOneEntity: (start, through, length), step)
      let moments = moments(from: start, through: through, every: length, zone)
      try generate(step, moments, population, &state, context)
    case .instant(let instant, let population):
      try generate(step, [instant], population, &state, context)
    case .row(let key, let instant):
      state.relations[step.relation] = Relation(
        rowCount: 1,
        columns: [
          step.key: single(key, context.pool),
          step.time: single(.int(instant), context.pool),
        ])
    }
    try finish(step, zone, &state, context)
  }

  /// A key or a time.
  private static func single(_ constant: Constant, _ pool: TextPool) -> Vector {
    let buffer = Buffer(byteCount: 8)
    switch constant {
    case .text(let text):
      buffer.elements(Int32.self)[0] = pool.intern(text)
      return Vector(type: .text, count: 1, values: buffer)
    case .int(let value):
      buffer.elements(Int64.self)[0] = value
      return Vector(type: .int64, count: 1, values: buffer)
    default: preconditionFailure("keys are integers or texts")
    }
  }

  private static func reorder(
    _ step: FrameStep, input: RelationID, _ columns: [(from: ColumnID, to: ColumnID)],
    _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    let count = state.rowCount(input)
    var result = Relation(rowCount: count)
    let sources = columns.map { state.vector($0.from) }
    guard let key = columns.firstIndex(where: { $0.to == step.key }),
      let time = columns.firstIndex(where: { $0.to == step.time })
    else { preconditionFailure("a frame carries its key and its time") }
    let order = try CanonicalOrder(
      key: sources[key], time: sources[time],
      tieBreak: RowOrder(sources, pool: context.pool), context: context)
    for (column, source) in zip(columns, sources) {
      result.columns[column.to] =
        if let rows = order.rows {
          try source.gathered(
            rows.elements(Int32.self), count: count, hasMissing: false, threads: context.threads)
        } else {
          source
        }
    }
    state.relations[step.relation] = result
  }

  /// Numbers rows of equal key and time and applies the keep rule.
  private static func finish(
    _ step: FrameStep, _ zone: ZoneTable, _ state: inout ExecutionState,
    _ context: ExecutionContext
  ) throws(EngineError) {
    let key = state.vector(step.key)
    let time = state.vector(step.time)
    let entities = state.timelines.entities(of: step.key, state)
    let numbers = Buffer(byteCount: key.count * 8)
    let number = numbers.elements(Int64.self)
    let rules = step.kept.map { _ in KeepRules(rule: step.keep, zone: zone) }
    let keeps = Buffer(byteCount: step.kept == nil ? 0 : key.count)
    let kept = keeps.elements(UInt8.self)
    let times = time.int64s
    // Behind the last entity stand the rows without key, each for itself but numbered alike.
    let runs = context.pieces(entities.count + 1)
    try Parallel.forEach(runs.count, threads: context.threads) { (piece: Int) throws(EngineError) in
      for entity in runs[piece] {
        let rows =
          entity < entities.count
          ? entities.rows(entity) : Int(entities.starts[entities.count])..<key.count
        var same: Int64 = 0
        for row in rows {
          same = row > rows.lowerBound && times[row - 1] == times[row] ? same + 1 : 0
          number[row] = same
        }
        rules?.mark(times, rows, kept)
      }
    }
    state.set(step.number, Vector(type: .int64, count: key.count, values: numbers))
    if let column = step.kept {
      state.set(column, Vector(type: .bool, count: key.count, values: keeps))
      var count = 0
      for row in 0..<key.count { count += Int(kept[row]) }
      state.counts.kept[state.plan.name(of: step.relation)] = count
    }
  }
}
