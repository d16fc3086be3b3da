import C360Columns
import C360Plan

/// Columns of one value a group, out of what an aggregate has accumulated of each: of rows that were
/// there together, or came batch by batch.
struct GroupResults {
  let aggregate: GroupStep.Aggregate
  let count: Int
  /// Group at each place of the output; nil: as they are numbered.
  let order: Buffer?
  let output: RelationID
  let type: PhysicalType

  /// nil for null.
  func column<Value: BitwiseCopyable>(
    _ type: PhysicalType, _ null: Value, _ value: (Int) throws(EngineError) -> Value?
  ) throws(EngineError) -> Vector {
    let buffer = Buffer(byteCount: count * type.stride)
    let validity = Buffer(byteCount: count)
    let valid = validity.elements(UInt8.self)
    var hasNulls = false
    for group in 0..<count {
      let value = try value(group)
      buffer.elements(Value.self)[group] = value ?? null
      valid[group] = value == nil ? 0 : 1
      hasNulls = hasNulls || value == nil
    }
    return Vector(type: type, count: count, values: buffer, validity: hasNulls ? validity : nil)
  }

  func counts(_ counts: (Int) -> Int64) throws(EngineError) -> Vector {
    try column(.int64, 0 as Int64) { counts($0) }
  }

  /// `any`, `all` and `share`.
  func truths(_ shares: (Int) -> ShareAccumulator.State) throws(EngineError) -> Vector {
    if aggregate.function == .share {
      return try column(.float64, 0.0) { group in
        let share = shares(group)
        return share.count == 0 ? nil : Double(share.matching) / Double(share.count)
      }
    }
    let isAny = aggregate.function == .any
    return try column(.bool, 0 as UInt8) { group in
      let share = shares(group)
      return (isAny ? share.matching > 0 : share.matching == share.count) ? 1 : 0
    }
  }

  /// The sum of floats, or the mean of numbers, which is nil over nothing.
  @Sendable func rounded(_ total: ExactTotal, _ count: Int64) -> Double? {
    aggregate.function != .mean ? total.rounded : count == 0 ? nil : total.mean(of: count)
  }

  /// `sum` of floats and `mean` of numbers.
  func floats(_ rounded: (Int) -> Double?) throws(EngineError) -> Vector {
    try column(.float64, 0.0) { rounded($0) }
  }

  /// `sum` of integers, `sum` and `mean` of durations.
  func integers(_ sums: (Int) -> SumState) throws(EngineError) -> Vector {
    if aggregate.function == .mean {
      return try column(.int64, 0 as Int64) { group in
        let state = sums(group)
        return state.count == 0 ? nil : roundedQuotient(state.sum, state.count)
      }
    }
    // In the order of the output, so that the first group there is the one reported.
    for place in 0..<count {
      let group = order.map { Int($0.elements(Int32.self)[place]) } ?? place
      let sum = sums(group).sum
      if Int64(exactly: sum) == nil {
        throw .row(
          origin: aggregate.origin, relation: output, row: place,
          detail: "the sum \(sum) does not fit 64 bits")
      }
    }
    return try column(.int64, 0 as Int64) { Int64(truncatingIfNeeded: sums($0).sum) }
  }

  /// `ratio`, of sums of the same rows; over nothing the divisor is 0, too.
  func ratios(
    _ numerators: (Int) -> ExactTotal, _ denominators: (Int) -> ExactTotal
  ) throws(EngineError) -> Vector {
    try column(.float64, 0.0) { numerators($0) / denominators($0) }
  }

  /// `min` and `max` of what has `ExtremeKeys`.
  func extremes(_ found: (Int) -> ExtremeAccumulator.State) throws(EngineError) -> Vector {
    switch type {
    case .float64:
      return try column(.float64, 0.0) { group in
        let state = found(group)
        return state.isPresent ? orderedDouble(state.key) : nil
      }
    case .bool:
      return try column(.bool, 0 as UInt8) { group in
        let state = found(group)
        return state.isPresent ? UInt8(truncatingIfNeeded: state.key) : nil
      }
    default:
      return try column(.int64, 0 as Int64) { group in
        let state = found(group)
        return state.isPresent ? state.key : nil
      }
    }
  }
}
