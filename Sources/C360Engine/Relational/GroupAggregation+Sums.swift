import C360Columns
import C360Plan
import Synchronization

/// Sums, means, ratios and variances: exact, rounded once (semantics.md E3).
extension GroupAggregation {
  func sumOrMean() throws(EngineError) -> Vector {
    guard let argument else { preconditionFailure("sum and mean have an argument") }
    if let width = argument.type.width { return try vectors(argument, width) }
    if logical.physical == .float64 {
      return try results.floats(try roundedSums(argument, mask([argument])))
    }
    let sums = try states(SumAccumulator(IntegerTerms(argument.int64s)), mask([argument]))
    return try results.integers { sums[$0] }
  }

  /// Element by element what the sum or mean of floats is.
  private func vectors(_ argument: Vector, _ width: Int) throws(EngineError) -> Vector {
    let mask = mask([argument])
    let result = Buffer(byteCount: groups.count * width * 8)
    let validity = Buffer(byteCount: groups.count)
    let target = result.elements(Double.self)
    let valid = validity.elements(UInt8.self)
    valid.update(repeating: 1, count: groups.count)
    let elements = Buffer(byteCount: rowCount * 8)
    for place in 0..<width {
      try context.checkCancelled()
      for row in 0..<rowCount {
        elements.elements(Double.self)[row] = argument.float64s[row * width + place]
      }
      let sums = try roundedSums(Vector(type: .float64, count: rowCount, values: elements), mask)
      for group in 0..<groups.count {
        let sum = sums(group)
        target[group * width + place] = sum ?? 0
        if sum == nil { valid[group] = 0 }
      }
    }
    let hasNulls = (0..<groups.count).contains { valid[$0] == 0 }
    return Vector(
      type: .vector(width), count: groups.count, values: result,
      validity: hasNulls ? validity : nil)
  }

  func ratio() throws(EngineError) -> Vector {
    guard let argument, let second else { preconditionFailure("ratio has two arguments") }
    let both = mask([argument, second])
    let numerators = try exactTotals(argument, both)
    let denominators = try exactTotals(second, both)
    return try results.ratios(numerators, denominators)
  }

  func variance() throws(EngineError) -> Vector {
    guard let argument else { preconditionFailure("a variance has an argument") }
    let mask = mask([argument])
    let isPopulation =
      aggregate.function == .populationVariance
      || aggregate.function == .populationStandardDeviation
    let isRoot =
      aggregate.function == .standardDeviation
      || aggregate.function == .populationStandardDeviation
    let variances: (Int) -> Double?
    if argument.type == .int64 {
      variances = try self.variances(IntegerTerms(argument.int64s), mask, isPopulation)
    } else if let scale = try scale(of: argument, mask) {
      variances = try self.variances(FloatTerms(argument.float64s, scale), mask, isPopulation)
    } else {
      var moments = [ExactMoments](repeating: ExactMoments(), count: groups.count)
      forEachRow(mask) { moments[$1].add(argument.float64s[$0]) }
      variances = { moments[$0].variance(isPopulation: isPopulation) }
    }
    return try column(.float64, 0.0) { group in
      let variance = variances(group)
      return isRoot ? variance.map { $0.squareRoot() } : variance
    }
  }

  private func variances(
    _ terms: some ExactTerms & Sendable, _ mask: RowMask, _ isPopulation: Bool
  ) throws(EngineError) -> (Int) -> Double? {
    let moments = try states(MomentsAccumulator(terms), mask)
    return { group in
      let state = moments[group]
      if state.hasSpecials { return state.count > (isPopulation ? 0 : 1) ? .nan : nil }
      return terms.scale.variance(
        ofCount: Int(state.count), sum: state.sum, squares: state.squares,
        isPopulation: isPopulation)
    }
  }

  // MARK: Exact sums

  /// The sum of each group, or the mean, which is nil over nothing.
  private func roundedSums(
    _ values: Vector, _ mask: RowMask
  ) throws(EngineError) -> (Int) -> Double? {
    if values.type == .int64 { return try roundedSums(IntegerTerms(values.int64s), mask) }
    if let scale = try scale(of: values, mask) {
      return try roundedSums(FloatTerms(values.float64s, scale), mask)
    }
    let results = results
    var sums = [Double?](repeating: nil, count: groups.count)
    forEachExactSum(values, mask) { sums[$0] = results.rounded($1.total, $2) }
    return { sums[$0] }
  }

  private func roundedSums(
    _ terms: some ExactTerms & Sendable, _ mask: RowMask
  ) throws(EngineError) -> (Int) -> Double? {
    let results = results
    guard let parts = groups.parts else {
      let sums = try states(SumAccumulator(terms), mask)
      return { results.rounded(sums[$0].total(terms.scale), sums[$0].count) }
    }
    let found = FoundSums(groups.count)
    try groups.finish(SumAccumulator(terms), by: parts, mask: mask, context) { group, state in
      // Each is rounded as soon as it is done: they are many.
      found.set(group, results.rounded(state.total(terms.scale), state.count))
    }
    return { found[$0] }
  }

  /// The sum of each group, not yet rounded.
  private func exactTotals(
    _ values: Vector, _ mask: RowMask
  ) throws(EngineError) -> (Int) -> ExactTotal {
    if values.type == .int64 { return try exactTotals(IntegerTerms(values.int64s), mask) }
    if let scale = try scale(of: values, mask) {
      return try exactTotals(FloatTerms(values.float64s, scale), mask)
    }
    var totals = [ExactTotal](repeating: .units(0, exponent: 0), count: groups.count)
    forEachExactSum(values, mask) { group, sum, _ in totals[group] = sum.total }
    return { totals[$0] }
  }

  private func exactTotals(
    _ terms: some ExactTerms & Sendable, _ mask: RowMask
  ) throws(EngineError) -> (Int) -> ExactTotal {
    let sums = try states(SumAccumulator(terms), mask)
    return { sums[$0].total(terms.scale) }
  }

  /// Sums of values too far apart for 128 bits. Groups are few or rows are: one accumulator at a time.
  private func forEachExactSum(
    _ values: Vector, _ mask: RowMask, _ body: (_ group: Int, ExactSum, _ count: Int64) -> Void
  ) {
    forEachGroup(mask) { group, rows in
      var sum = ExactSum()
      for row in rows { sum.add(values.float64s[Int(row)]) }
      body(group, sum, Int64(rows.count))
    }
  }

  private func scale(of values: Vector, _ mask: RowMask) throws(EngineError) -> ExactScale? {
    ExactScale(try exponents(of: values, mask), count: rowCount)
  }

  /// Those of the rows that count.
  func exponents(of values: Vector, _ mask: RowMask) throws(EngineError) -> ExponentRange {
    let numbers = values.float64s
    let pieces = Parallel.pieces(rowCount, threads: context.threads)
    let found = Mutex(ExponentRange())
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      let rows = pieces[piece]
      var range = ExponentRange()
      if let bytes = mask.bytes {
        for row in rows where bytes[row] != 0 { range.include(numbers[row]) }
      } else {
        range = FloatProfile(numbers + rows.lowerBound, count: rows.count).exponents
      }
      let own = range
      found.withLock { $0.merge(own) }
    }
    return found.withLock { $0 }
  }

  /// Rows of the mask, group by group, each group's in order.
  private func forEachGroup(
    _ mask: RowMask, _ body: (_ group: Int, _ rows: UnsafeBufferPointer<Int32>) -> Void
  ) {
    var ends = [Int](repeating: 0, count: groups.count + 1)
    forEachRow(mask) { ends[$1 + 1] += 1 }
    for group in 0..<groups.count { ends[group + 1] += ends[group] }
    var next = ends
    let buffer = Buffer(byteCount: max(1, ends[groups.count]) * 4)
    let rows = buffer.elements(Int32.self)
    forEachRow(mask) { row, group in
      rows[next[group]] = Int32(truncatingIfNeeded: row)
      next[group] += 1
    }
    for group in 0..<groups.count {
      body(
        group,
        UnsafeBufferPointer(start: rows + ends[group], count: ends[group + 1] - ends[group]))
    }
  }

  @inline(__always)
  func forEachRow(_ mask: RowMask, _ body: (_ row: Int, _ group: Int) -> Void) {
    let ids = groups.ids
    for row in 0..<rowCount where mask.bytes.map({ $0[row] != 0 }) ?? true {
      body(row, Int(ids[row]))
    }
  }
}

/// A number or nil by group; threads write groups of their own.
private final class FoundSums: @unchecked Sendable {
  private let sums: Buffer
  private let isPresent: Buffer

  init(_ count: Int) {
    sums = Buffer(byteCount: max(1, count) * 8)
    isPresent = Buffer(byteCount: max(1, count))
  }

  func set(_ group: Int, _ sum: Double?) {
    sums.elements(Double.self)[group] = sum ?? 0
    isPresent.elements(UInt8.self)[group] = sum == nil ? 0 : 1
  }

  subscript(group: Int) -> Double? {
    isPresent.elements(UInt8.self)[group] == 0 ? nil : sums.elements(Double.self)[group]
  }
}
