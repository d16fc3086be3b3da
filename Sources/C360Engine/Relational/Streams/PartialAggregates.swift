import C360Columns
import C360Plan

/// Where the groups of a batch and those known before stand among all of both.
struct GroupPlaces {
  /// Of all groups.
  let count: Int
  /// By group known before; nil: as it was.
  let known: [UInt32]?
  /// By group of the batch; nil: the same.
  let own: [UInt32]?
}

/// One aggregate over rows that come batch by batch: a state a group. Whatever the batches, the states
/// in the end are those of all rows together.
protocol PartialAggregate {
  /// - Returns: false when it cannot go on without all rows at once.
  mutating func add(
    _ batch: GroupAggregation, at places: GroupPlaces
  ) throws(EngineError) -> Bool
  func result(_ results: GroupResults) throws(EngineError) -> Vector
}

extension GroupStep.Aggregate {
  /// nil: it needs all rows at once.
  func partial(in plan: Plan, _ pool: TextPool) -> (any PartialAggregate)? {
    let type = argument.map { plan[$0].type.physical }
    switch function {
    case .count: return PartialCount()
    case .any, .all, .share: return PartialTruth()
    case .sum, .mean:
      return type == .float64 || type == .int64 ? PartialSum() : nil
    case .ratio: return PartialRatio()
    case .min, .max:
      switch type {
      case .text: return PartialTextExtreme(pool: pool)
      case .int64, .float64, .bool: return PartialExtreme()
      case .vector, .list, nil: return nil
      }
    case .first, .last, .distinct, .mode, .top, .histogram, .variance, .standardDeviation,
      .populationVariance, .populationStandardDeviation, .quantile, .median, .entropy,
      .approximateDistinct, .nth, .list, .decayedSum, .decayedCount, .decayedMean, .slope, .ewma,
      .fold, .streak, .meanGap, .medianGap, .minGap, .maxGap, .gapStandardDeviation:
      return nil
    }
  }
}

/// A state of each group of the batches so far.
struct HeldStates<State: BitwiseCopyable> {
  private var states: [State] = []

  subscript(group: Int) -> State { states[group] }

  /// Adds those of the rows of a batch.
  mutating func add<Accumulator: GroupAccumulator>(
    _ batch: GroupStates<State>, of accumulator: Accumulator, groupCount: Int,
    at places: GroupPlaces
  ) where Accumulator.State == State {
    move(to: places, initial: accumulator.initial)
    for group in 0..<groupCount {
      accumulator.merge(&states[places.own.map { Int($0[group]) } ?? group], batch[group])
    }
  }

  private mutating func move(to places: GroupPlaces, initial: State) {
    if let known = places.known {
      var moved = [State](repeating: initial, count: places.count)
      for (group, place) in known.enumerated() { moved[Int(place)] = states[group] }
      states = moved
    } else if states.count < places.count {
      states += Array(repeating: initial, count: places.count - states.count)
    }
  }

  mutating func forEach(_ body: (inout State) -> Void) {
    for group in states.indices { body(&states[group]) }
  }
}

private struct PartialCount: PartialAggregate {
  private var held = HeldStates<Int64>()

  mutating func add(
    _ batch: GroupAggregation, at places: GroupPlaces
  ) throws(EngineError) -> Bool {
    held.add(
      try batch.counts(), of: CountAccumulator(), groupCount: batch.groups.count, at: places)
    return true
  }

  func result(_ results: GroupResults) throws(EngineError) -> Vector {
    try results.counts { held[$0] }
  }
}

private struct PartialTruth: PartialAggregate {
  private var held = HeldStates<ShareAccumulator.State>()

  mutating func add(
    _ batch: GroupAggregation, at places: GroupPlaces
  ) throws(EngineError) -> Bool {
    held.add(
      try batch.truths(), of: ShareAccumulator(condition: nil, alsoTrue: nil),
      groupCount: batch.groups.count, at: places)
    return true
  }

  func result(_ results: GroupResults) throws(EngineError) -> Vector {
    try results.truths { held[$0] }
  }
}

/// Exact, in the units of a scale that all values so far fit: a finer one is taken when a batch asks
/// for it. Integers are units themselves.
private struct HeldSums {
  private var held = HeldStates<SumState>()
  private var range = ExponentRange()
  private var rowCount = 0
  private var scale: ExactScale?

  /// - Returns: false where the values are too far apart for one scale.
  mutating func add(
    _ values: Vector, _ mask: RowMask, of batch: GroupAggregation, at places: GroupPlaces
  ) throws(EngineError) -> Bool {
    if values.type == .int64 {
      scale = .ofIntegers
      try add(IntegerTerms(values.int64s), mask, of: batch, at: places)
      return true
    }
    range.merge(try batch.exponents(of: values, mask))
    rowCount += batch.rowCount
    guard let scale = ExactScale(range, count: rowCount) else { return false }
    if let before = self.scale, before.exponent > scale.exponent {
      // What is held fits the new scale, as all sums of so many values in the range do.
      let shift = Int128(before.exponent - scale.exponent)
      held.forEach { $0.sum = $0.sum &<< shift }
    }
    // Without any value but 0 the scale says nothing yet.
    self.scale = range == ExponentRange() ? nil : scale
    try add(FloatTerms(values.float64s, scale), mask, of: batch, at: places)
    return true
  }

  private mutating func add(
    _ terms: some ExactTerms & Sendable, _ mask: RowMask, of batch: GroupAggregation,
    at places: GroupPlaces
  ) throws(EngineError) {
    let accumulator = SumAccumulator(terms)
    held.add(
      try batch.states(accumulator, mask), of: accumulator, groupCount: batch.groups.count,
      at: places)
  }

  subscript(group: Int) -> SumState { held[group] }

  func total(_ group: Int) -> ExactTotal {
    scale.map { held[group].total($0) }
      ?? SpecialValues(rawValue: held[group].specials).sum.map { .special($0) }
      ?? .units(0, exponent: 0)
  }
}

private struct PartialSum: PartialAggregate {
  private var sums = HeldSums()

  mutating func add(
    _ batch: GroupAggregation, at places: GroupPlaces
  ) throws(EngineError) -> Bool {
    guard let argument = batch.argument else { return false }
    return try sums.add(argument, batch.mask([argument]), of: batch, at: places)
  }

  func result(_ results: GroupResults) throws(EngineError) -> Vector {
    results.type == .int64
      ? try results.integers { sums[$0] }
      : try results.floats { results.rounded(sums.total($0), sums[$0].count) }
  }
}

private struct PartialRatio: PartialAggregate {
  private var numerators = HeldSums()
  private var denominators = HeldSums()

  mutating func add(
    _ batch: GroupAggregation, at places: GroupPlaces
  ) throws(EngineError) -> Bool {
    guard let argument = batch.argument, let second = batch.second else { return false }
    let both = batch.mask([argument, second])
    guard try numerators.add(argument, both, of: batch, at: places) else {
      return false
    }
    return try denominators.add(second, both, of: batch, at: places)
  }

  func result(_ results: GroupResults) throws(EngineError) -> Vector {
    try results.ratios({ numerators.total($0) }, { denominators.total($0) })
  }
}

private struct PartialExtreme: PartialAggregate {
  private var held = HeldStates<ExtremeAccumulator.State>()

  mutating func add(
    _ batch: GroupAggregation, at places: GroupPlaces
  ) throws(EngineError) -> Bool {
    guard let argument = batch.argument else { return false }
    held.add(
      try batch.extremes(argument),
      of: ExtremeAccumulator(
        keys: argument.int64s, isGreatest: batch.aggregate.function == .max),
      groupCount: batch.groups.count, at: places)
    return true
  }

  func result(_ results: GroupResults) throws(EngineError) -> Vector {
    try results.extremes { held[$0] }
  }
}

/// The codes of texts, which outlive their batches.
private struct PartialTextExtreme: PartialAggregate {
  let pool: TextPool
  private var held: [Int32] = []

  init(pool: TextPool) { self.pool = pool }

  mutating func add(
    _ batch: GroupAggregation, at places: GroupPlaces
  ) throws(EngineError) -> Bool {
    let found = try batch.result()
    var moved = [Int32](repeating: -1, count: places.count)
    for (group, code) in held.enumerated() {
      moved[places.known.map { Int($0[group]) } ?? group] = code
    }
    held = moved
    for group in 0..<found.count where !found.isNull(group) {
      let place = places.own.map { Int($0[group]) } ?? group
      let (code, best) = (found.codes[group], held[place])
      if best < 0
        || code != best
          && pool.precedes(code, best) == (batch.aggregate.function == .min)
      {
        held[place] = code
      }
    }
    return true
  }

  func result(_ results: GroupResults) throws(EngineError) -> Vector {
    try results.column(.text, 0 as Int32) { held[$0] < 0 ? nil : held[$0] }
  }
}
