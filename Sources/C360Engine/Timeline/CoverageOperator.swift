import C360Columns
import C360Plan

/// How much of the time of windows is covered (semantics.md N2), and where conditions hold all
/// the time (C3).
enum CoverageOperator {
  static func run(
    _ step: CoverageStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    let zone = try ZoneTable(step.timezone)
    let times = state.vector(step.time)
    let pieces = context.pieces(times.count)
    for window in step.windows {
      let permitted = PermittedTime(
        .all(window.permitted.map { .consent($0) }), &state, context.pool)
      let values = Buffer(byteCount: times.count * 8)
      let shares = values.elements(Double.self)
      try Parallel.forEach(pieces.count, threads: context.threads) {
        (piece: Int) throws(EngineError) in
        try context.checkCancelled()
        for row in pieces[piece] {
          shares[row] = share(window, permitted, row, zone, times.int64s[row])
        }
      }
      state.set(window.column, Vector(type: .float64, count: times.count, values: values))
    }
    for hold in step.holds {
      let permitted = PermittedTime(hold.condition, &state, context.pool)
      let values = Buffer(byteCount: times.count)
      let isHeld = values.elements(UInt8.self)
      try Parallel.forEach(pieces.count, threads: context.threads) {
        (piece: Int) throws(EngineError) in
        try context.checkCancelled()
        for row in pieces[piece] {
          let start = times.int64s[row]
          let end = zone.moved(start, by: hold.within, times: 1)
          isHeld[row] = permitted.isHeld(row, from: start, through: end) ? 1 : 0
        }
      }
      state.set(hold.column, Vector(type: .bool, count: times.count, values: values))
    }
  }

  private static func share(
    _ window: CoverageStep.Window, _ permitted: PermittedTime, _ row: Int, _ zone: ZoneTable,
    _ time: Int64
  ) -> Double {
    guard window.observedFrom != nil || !permitted.isAlways else { return 1 }
    let observed = window.observedFrom ?? .min
    let clock = window.every.map { zone.lastMultiple(of: $0, before: time) } ?? time
    let unmoved: Int64
    switch window.window {
    case .duration(let length): unmoved = zone.moved(clock, by: .exact(length), times: -1)
    case .span(let step): unmoved = zone.moved(clock, by: .calendar(step), times: -1)
    case .calendar(let step): unmoved = zone.periodStart(step, of: clock) ?? .min
    default: return 1
    }
    let start = zone.moved(unmoved, by: .exact(window.lag), times: -1)
    let end = zone.moved(clock, by: .exact(window.lag), times: -1)
    if start >= end { return observed <= start && permitted.isHeld(row, at: start) ? 1 : 0 }
    let covered = permitted.held(row, from: max(start, observed), to: end)
    let whole = Int128(end) - Int128(start)
    if covered == 0 || covered == whole { return covered == 0 ? 0 : 1 }
    return quotient(covered, whole)
  }

  /// `part / whole` rounded once, for 0 < part < whole < 2^64.
  private static func quotient(_ part: Int128, _ whole: Int128) -> Double {
    // The quotient has 62 bits or more; a 1 behind them stands for all that is cut off.
    let shift = part.leadingZeroBitCount - 1
    let (bits, rest) = (part << shift).quotientAndRemainder(dividingBy: whole)
    return Double(bits | (rest == 0 ? 0 : 1))
      * Double(sign: .plus, exponent: -shift, significand: 1)
  }
}
