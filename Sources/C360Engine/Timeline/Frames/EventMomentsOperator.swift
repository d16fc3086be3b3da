import C360Columns
import C360Plan

/// Events as moments of their own, and the way back (semantics.md G5, E5): chained features run the
/// timeline once more with the events as exposures.
package enum EventMomentsOperator {
  package static func run(
    _ step: EventMomentsStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    let key = state.vector(step.key)
    let time = state.vector(step.time)
    let count = state.rowCount(step.events)
    // Events of equal key and time have equal answers, so nothing breaks their ties.
    let order = try CanonicalOrder(
      key: key, time: time, tieBreak: RowOrder([], pool: context.pool), context: context)
    var moments = Relation(rowCount: count)
    let places = Buffer(byteCount: count * 8)
    let place = places.elements(Int64.self)
    if let rows = order.rows?.elements(Int32.self) {
      moments.columns[step.momentKey] = try key.gathered(
        rows, count: count, hasMissing: false, threads: context.threads)
      moments.columns[step.momentTime] = try time.gathered(
        rows, count: count, hasMissing: false, threads: context.threads)
      for index in 0..<count { place[Int(rows[index])] = Int64(index) }
    } else {
      moments.columns[step.momentKey] = key
      moments.columns[step.momentTime] = time
      for index in 0..<count { place[index] = Int64(index) }
    }
    state.relations[step.moments] = moments
    state.set(step.place, Vector(type: .int64, count: count, values: places))
  }

  package static func run(
    _ step: EventValuesStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    let place = state.vector(step.place)
    let rows = Buffer(byteCount: place.count * 4)
    let target = rows.elements(Int32.self)
    for index in 0..<place.count { target[index] = Int32(truncatingIfNeeded: place.int64s[index]) }
    for column in step.columns {
      state.set(
        column.to,
        try state.vector(column.from).gathered(
          target, count: place.count, hasMissing: false, threads: context.threads))
    }
  }
}
