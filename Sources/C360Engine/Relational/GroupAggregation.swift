import C360Columns
import C360Plan

/// One aggregate over the rows of all groups.
struct GroupAggregation {
  let aggregate: GroupStep.Aggregate
  let groups: GroupIndex
  /// Group at each place of the output; nil: as they are numbered.
  let order: Buffer?
  let rowCount: Int
  let output: RelationID
  let logical: LogicalType
  let context: ExecutionContext
  let argument: Vector?
  let second: Vector?
  let filter: Vector?

  init(
    _ aggregate: GroupStep.Aggregate, _ groups: GroupIndex, order: Buffer?, rowCount: Int,
    output: RelationID, _ state: ExecutionState, _ context: ExecutionContext
  ) {
    self.aggregate = aggregate
    self.groups = groups
    self.order = order
    self.rowCount = rowCount
    self.output = output
    self.context = context
    logical = state.plan[aggregate.column].type
    argument = aggregate.argument.map { state.vector($0) }
    second = aggregate.second.map { state.vector($0) }
    filter = aggregate.filter.map { state.vector($0) }
  }

  /// In the order in which groups are numbered.
  func result() throws(EngineError) -> Vector {
    switch aggregate.function {
    case .count:
      let counts = try counts()
      return try results.counts { counts[$0] }
    case .any, .all, .share:
      let truths = try truths()
      return try results.truths { truths[$0] }
    case .sum, .mean: return try sumOrMean()
    case .ratio: return try ratio()
    case .min, .max: return try extreme()
    case .first, .last: return try place(isLast: aggregate.function == .last)
    case .distinct: return try distinct()
    case .mode: return try mode()
    case .top: return try top()
    case .histogram: return try histogram()
    case .variance, .standardDeviation, .populationVariance, .populationStandardDeviation:
      return try variance()
    case .quantile, .median: return try quantile()
    case .entropy: return try entropy()
    case .approximateDistinct: return try approximateDistinct()
    case .nth, .list, .decayedSum, .decayedCount, .decayedMean, .slope, .ewma, .fold, .streak,
      .meanGap,
      .medianGap, .minGap, .maxGap, .gapStandardDeviation:
      preconditionFailure("\(aggregate.function.rawValue) needs a timeline")
    }
  }

  /// Rows with values in all of the columns, and for which the filter is true if it counts.
  func mask(_ columns: [Vector?], filtered: Bool = true) -> RowMask {
    var conditions: [(bytes: UnsafeMutablePointer<UInt8>, owner: Buffer)] = []
    for case let column? in columns {
      if let valid = column.valid, let owner = column.validity { conditions.append((valid, owner)) }
    }
    if filtered, let filter {
      conditions.append((filter.bools, filter.values))
      if let valid = filter.valid, let owner = filter.validity { conditions.append((valid, owner)) }
    }
    return RowMask(conditions, rowCount: rowCount)
  }

  func states<Accumulator: GroupAccumulator>(
    _ accumulator: Accumulator, _ mask: RowMask
  ) throws(EngineError) -> GroupStates<Accumulator.State> {
    try GroupStates(accumulator, groups, rowCount: rowCount, mask: mask, context)
  }

  var results: GroupResults {
    GroupResults(
      aggregate: aggregate, count: groups.count, order: order, output: output,
      type: logical.physical)
  }

  /// A column of one value a group; nil for null.
  func column<Value: BitwiseCopyable>(
    _ type: PhysicalType, _ null: Value, _ value: (Int) throws(EngineError) -> Value?
  ) throws(EngineError) -> Vector {
    try results.column(type, null, value)
  }

  // MARK: Counts

  func counts() throws(EngineError) -> GroupStates<Int64> {
    try states(CountAccumulator(), mask([argument]))
  }

  /// Of `any`, `all` and `share`.
  func truths() throws(EngineError) -> GroupStates<ShareAccumulator.State> {
    if aggregate.function != .share {
      return try states(
        ShareAccumulator(condition: argument?.bools, alsoTrue: nil), mask([argument]))
    }
    let condition = mask([])
    defer { withExtendedLifetime(condition) {} }
    return try states(
      ShareAccumulator(condition: condition.bytes, alsoTrue: argument?.bools),
      mask([argument], filtered: false))
  }

  // MARK: Places and extremes

  private func place(isLast: Bool) throws(EngineError) -> Vector {
    guard let argument else { preconditionFailure("first and last have an argument") }
    let rows = try states(PlaceAccumulator(isLast: isLast), mask([argument]))
    return try gather(argument, rows)
  }

  private func gather(
    _ vector: Vector, _ rows: GroupStates<Int32>
  ) throws(EngineError) -> Vector {
    let hasMissing = (0..<groups.count).contains { rows[$0] < 0 }
    return try vector.gathered(
      rows.pointer, count: groups.count, hasMissing: hasMissing, threads: 1)
  }

  private func extreme() throws(EngineError) -> Vector {
    guard let argument else { preconditionFailure("min and max have an argument") }
    if argument.type == .text {
      let rows = try states(
        TextExtremeAccumulator(
          codes: argument.codes, pool: context.pool, isGreatest: aggregate.function == .max),
        mask([argument]))
      return try gather(argument, rows)
    }
    let found = try extremes(argument)
    return try results.extremes { found[$0] }
  }

  /// Of an argument that is no text.
  func extremes(
    _ argument: Vector
  ) throws(EngineError) -> GroupStates<ExtremeAccumulator.State> {
    let keys = ExtremeKeys(argument)
    defer { withExtendedLifetime(keys) {} }
    return try states(
      ExtremeAccumulator(keys: keys.values, isGreatest: aggregate.function == .max),
      mask([argument]))
  }
}

/// Values as integers of the same order.
struct ExtremeKeys {
  let values: UnsafeMutablePointer<Int64>
  private let owner: Buffer

  init(_ vector: Vector) {
    if vector.type == .int64 {
      values = vector.int64s
      owner = vector.values
      return
    }
    owner = Buffer(byteCount: vector.count * 8)
    values = owner.elements(Int64.self)
    for row in 0..<vector.count {
      values[row] =
        vector.type == .float64 ? orderedKey(vector.float64s[row]) : Int64(vector.bools[row])
    }
  }
}
