import C360Columns
import C360Plan

/// The first row of a chunk without an answer that its type can hold.
struct FailedRow {
  let row: Int
  let detail: String
}

/// What a share is a share of, by query.
enum ShareTotals {
  /// Numbers of events.
  case events(UnsafePointer<Int64>)
  /// Sums of their weights.
  case weights([ExactTotal])

  func isPositive(_ query: Int) -> Bool {
    switch self {
    case .events(let counts): counts[query] > 0
    case .weights(let sums): sums[query].rounded > 0
    }
  }

  /// Of queries of other rows.
  func gathered(_ rows: UnsafePointer<Int32>, count: Int, _ scratch: Scratch) -> ShareTotals {
    switch self {
    case .events(let counts):
      let result = scratch.take(count, of: Int64.self)
      for query in 0..<count { result[query] = counts[Int(rows[query])] }
      return .events(UnsafePointer(result))
    case .weights(let sums): return .weights((0..<count).map { sums[Int(rows[$0])] })
    }
  }
}

extension ChunkEvaluator {
  /// Writes the answers of an instruction for all queries of `ranges`.
  ///
  /// - Parameters:
  ///   - type: of the output column.
  ///   - totals: for shares.
  func run(
    _ kernel: TimelineProgram.Kernel, stream: Int, _ ranges: Ranges, type: PhysicalType,
    totals: ShareTotals?, into output: KernelOutput
  ) -> FailedRow? {
    if let source = vectors(of: kernel), let width = source.type.width {
      runElements(kernel, source, width, stream, ranges, into: output)
      return nil
    }
    switch kernel {
    case .count:
      CountKernel.counts(ranges, scratch, into: output.values.assumingMemoryBound(to: Int64.self))
    case .isNotEmpty, .isEmpty:
      let counts = counts(ranges)
      for query in 0..<ranges.count {
        output.set(query, UInt8((counts[query] > 0) == (kernel == .isNotEmpty) ? 1 : 0))
      }
    case .share, .weightedShare: shares(kernel, stream, ranges, totals, into: output)
    case .sum(let column): return sum(column, stream, ranges, into: output)
    case .mean(let column): mean(column, stream, ranges, type, into: output)
    // Both columns are present at every event of the stream.
    case .ratio(let first, let second):
      output.setRatios(
        exactSums(first, stream, ranges), over: exactSums(second, stream, ranges))
    case .weightedSum(let column, let weight):
      let sums = exactSums(column, times: weight, stream, ranges)
      for query in 0..<ranges.count { output.set(query, sums[query].rounded) }
    case .weightedRatio(let column, let second, let weight):
      output.setRatios(
        exactSums(column, times: weight, stream, ranges),
        over: second.map { exactSums($0, times: weight, stream, ranges) }
          ?? exactSums(weight, stream, ranges))
    case .variance(let column, let isPopulation, let isRoot):
      variances(column, isPopulation: isPopulation, isRoot: isRoot, stream, ranges, into: output)
    case .least(let column), .greatest(let column):
      var isGreatest = false
      if case .greatest = kernel { isGreatest = true }
      let positions = ExtremeKernel.positions(
        orderedKeys(column, stream), isGreatest: isGreatest, ranges, scratch)
      writeClustered(column, at: positions, stream, ranges.count, into: output)
    case .nth(let column, let place):
      let positions = PlaceKernel.positions(place, ranges, scratch)
      guard let source = chunk.inputs.sources[column] else { break }
      writeRows(source, at: positions, stream, ranges.count, into: output)
      countTies(source, at: positions, stream, ranges)
    case .distinct(let column):
      guard let all = chunk.inputs.codes[column] else { break }
      let result = output.values.assumingMemoryBound(to: Int64.self)
      if all.isNarrow {
        DistinctKernel.counts(
          codes(all, UInt8.self, stream), codeCount: all.count, ranges, scratch, into: result)
      } else {
        DistinctKernel.counts(
          codes(all, Int32.self, stream), codeCount: all.count, ranges, scratch, into: result)
      }
    case .mode(let column):
      guard let all = chunk.inputs.codes[column] else { break }
      write(all.values, at: modes(all, 1, stream, ranges), ranges.count, into: output)
    case .decayed(let kind, let column, let weight, let halfLife):
      let kernel = DecayKernel(
        halfLife: halfLife, times: times(in: stream), ranges, scratch)
      let values = kind == .count ? nil : column.map { doubles($0, stream) }
      if kind == .mean {
        let weights = kernel.scaledTotals(weight.map { doubles($0, stream) })
        kernel.means(values, weights: weights, into: output)
      } else {
        kernel.sums(values, into: output.values.assumingMemoryBound(to: Double.self))
      }
    case .fold(let fold):
      guard let program = chunk.inputs.folds[fold] else { break }
      return FoldKernel(program, self.stream(stream), base: chunk.base).run(ranges, into: output)
    case .quantile, .entropy, .approximateDistinct, .slope, .smoothed, .gap, .streak:
      describe(kernel, stream, ranges, into: output)
    case .top, .listed, .histogram: collect(kernel, stream, ranges, into: output)
    }
    return nil
  }

  func counts(_ ranges: Ranges) -> UnsafePointer<Int64> {
    let counts = scratch.take(ranges.count, of: Int64.self)
    CountKernel.counts(ranges, scratch, into: counts)
    return UnsafePointer(counts)
  }

  // MARK: Shares

  /// What a share is a share of, by query; nil for other kernels.
  func totals(of kernel: TimelineProgram.Kernel) -> ShareTotals? {
    switch kernel {
    case .share(let all): return .events(counts(self.ranges(all)))
    case .weightedShare(let all, let weight):
      let stream = chunk.inputs.program.selections[all].stream
      return .weights(
        FloatSumKernel.totals(doubles(weight, stream), self.ranges(all), scratch))
    default: return nil
    }
  }

  private func shares(
    _ kernel: TimelineProgram.Kernel, _ stream: Int, _ ranges: Ranges, _ totals: ShareTotals?,
    into output: KernelOutput
  ) {
    func set(_ query: Int, _ share: Double?) {
      if let share { output.set(query, share) } else { output.setNull(query, Double.self) }
    }
    switch (kernel, totals) {
    case (.weightedShare(_, let weight), .weights(let totals)?):
      let sums = FloatSumKernel.totals(doubles(weight, stream), ranges, scratch)
      for query in 0..<ranges.count { set(query, sums[query] / totals[query]) }
    case (_, .events(let totals)?):
      let counts = counts(ranges)
      for query in 0..<ranges.count {
        set(query, totals[query] > 0 ? Double(counts[query]) / Double(totals[query]) : nil)
      }
    default: for query in 0..<ranges.count { set(query, nil) }
    }
  }

  // MARK: Sums

  /// The exact sum of a column of numbers, by query.
  private func exactSums(_ column: ColumnID, _ stream: Int, _ ranges: Ranges) -> [ExactTotal] {
    type(of: column) == .int64
      ? IntegerSumKernel.totals(integers(column, stream), ranges, scratch)
      : FloatSumKernel.totals(doubles(column, stream), ranges, scratch)
  }

  /// The same of the products with a weight: exact where integers are multiplied, each rounded once
  /// where floats are.
  private func exactSums(
    _ column: ColumnID, times weight: ColumnID, _ stream: Int, _ ranges: Ranges
  ) -> [ExactTotal] {
    let weights = doubles(weight, stream)
    if type(of: column) == .int64 {
      return ProductSumKernel.totals(integers(column, stream), times: weights, ranges, scratch)
    }
    let values = doubles(column, stream)
    let count = self.stream(stream).count
    let products = scratch.take(count, of: Double.self)
    for position in 0..<count { products[position] = values[position] * weights[position] }
    return FloatSumKernel.totals(products, ranges, scratch)
  }

  private func sum(
    _ column: ColumnID, _ stream: Int, _ ranges: Ranges, into output: KernelOutput
  ) -> FailedRow? {
    if type(of: column) == .float64 {
      FloatSumKernel.sums(
        doubles(column, stream), ranges, scratch,
        into: output.values.assumingMemoryBound(to: Double.self))
      return nil
    }
    let sums = IntegerSumKernel.sums(integers(column, stream), ranges, scratch)
    var failed = Int.max
    for query in 0..<ranges.count {
      if let sum = Int64(exactly: sums[query]) {
        output.set(query, sum)
      } else {
        output.set(query, Int64(0))
        failed = min(failed, ranges.rows.map { Int($0[query]) } ?? query)
      }
    }
    return failed == .max ? nil : FailedRow(row: failed, detail: "the sum does not fit 64 bits")
  }

  private func mean(
    _ column: ColumnID, _ stream: Int, _ ranges: Ranges, _ type: PhysicalType,
    into output: KernelOutput
  ) {
    let counts = counts(ranges)
    if self.type(of: column) == .float64 {
      FloatSumKernel.means(
        doubles(column, stream), of: counts, ranges, scratch, into: output)
      return
    }
    let sums = IntegerSumKernel.sums(integers(column, stream), ranges, scratch)
    for query in 0..<ranges.count {
      if type == .int64, counts[query] > 0 {
        output.set(query, roundedQuotient(sums[query], counts[query]))
      } else if type == .int64 {
        output.setNull(query, Int64.self)
      } else if counts[query] > 0 {
        output.set(query, ExactTotal.units(sums[query], exponent: 0).mean(of: counts[query]))
      } else {
        output.setNull(query, Double.self)
      }
    }
  }

  private func variances(
    _ column: ColumnID, isPopulation: Bool, isRoot: Bool, _ stream: Int, _ ranges: Ranges,
    into output: KernelOutput
  ) {
    if type(of: column) == .int64 {
      VarianceKernel.variances(
        integers(column, stream), isPopulation: isPopulation, isRoot: isRoot, ranges, scratch,
        into: output)
    } else {
      VarianceKernel.variances(
        doubles(column, stream), isPopulation: isPopulation, isRoot: isRoot, ranges, scratch,
        into: output)
    }
  }

  // MARK: Values at positions

  /// Values of a column that is in clustered order.
  func writeClustered(
    _ column: ColumnID, at positions: UnsafePointer<Int32>, _ stream: Int, _ count: Int,
    into output: KernelOutput
  ) {
    guard let source = chunk.inputs.columns[column] else { return }
    let events = self.stream(stream)
    let vector = Vector(
      type: source.type, count: chunk.inputs.clusters.count, values: source.values)
    write(vector, count, into: output) { query in
      positions[query] < 0 ? -1 : chunk.base + events.event(Int(positions[query]))
    }
  }

  /// Values of a column in the order of the event table.
  private func writeRows(
    _ source: Vector, at positions: UnsafePointer<Int32>, _ stream: Int, _ count: Int,
    into output: KernelOutput
  ) {
    let events = self.stream(stream)
    let clusters = chunk.inputs.clusters
    if source.type == .int64, source.int64s == clusters.source {
      // The time itself: read where it is in order.
      let times = chunk.times
      for query in 0..<count {
        if positions[query] < 0 {
          output.setNull(query, Int64.self)
        } else {
          output.set(query, times[events.event(Int(positions[query]))])
        }
      }
      return
    }
    write(source, count, into: output) { query in
      positions[query] < 0
        ? -1 : clusters.row(chunk.base + events.event(Int(positions[query])))
    }
  }

  private func write(
    _ values: Vector, at places: UnsafePointer<Int32>, _ count: Int, into output: KernelOutput
  ) {
    write(values, count, into: output) { Int(places[$0]) }
  }

  /// - Parameter place: of a query's value, −1 for null.
  @inline(__always)
  private func write(
    _ source: Vector, _ count: Int, into output: KernelOutput, _ place: (Int) -> Int
  ) {
    func write<T: BitwiseCopyable & Numeric>(_ values: UnsafePointer<T>) {
      for query in 0..<count {
        let place = place(query)
        if place < 0 { output.setNull(query, T.self) } else { output.set(query, values[place]) }
      }
    }
    switch source.type {
    case .bool: write(source.bools)
    case .int64: write(source.int64s)
    case .float64: write(source.float64s)
    case .text, .list: write(source.codes)
    case .vector(let width):
      let target = output.values.assumingMemoryBound(to: Double.self)
      for query in 0..<count {
        let place = place(query)
        if place < 0 {
          (target + query * width).update(repeating: 0, count: width)
        } else {
          (target + query * width).update(from: source.float64s + place * width, count: width)
        }
        output.valid?[query] = place < 0 ? 0 : 1
      }
    }
  }

  /// Counts answers that another visible event of the same time would have changed.
  private func countTies(
    _ source: Vector, at positions: UnsafePointer<Int32>, _ stream: Int, _ ranges: Ranges
  ) {
    forEachTie(source, at: positions, stream, ranges) { noteTie($0, of: ranges) }
  }
}

/// To the nearest integer, halves to even.
func roundedQuotient(_ sum: Int128, _ count: Int64) -> Int64 {
  let divisor = Int128(count)
  var (quotient, rest) = sum.quotientAndRemainder(dividingBy: divisor)
  if rest < 0 {
    quotient -= 1
    rest += divisor
  }
  if 2 * rest > divisor || (2 * rest == divisor && quotient & 1 == 1) { quotient += 1 }
  // A mean lies between its values, so it fits.
  return Int64(truncatingIfNeeded: quotient)
}
