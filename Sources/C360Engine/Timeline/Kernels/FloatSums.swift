/// Sums of doubles, exact, and what is made of them, rounded once (semantics.md E3). Sums over windows
/// are differences of exact sums, so they are exact too.
enum FloatSumKernel {
  static func sums(
    _ values: UnsafePointer<Double>, _ ranges: Ranges, _ scratch: Scratch,
    into result: UnsafeMutablePointer<Double>
  ) {
    run(values, ranges, scratch, RoundedSums(result: result))
  }

  /// Null over nothing.
  ///
  /// - Parameter counts: of the values, by query.
  static func means(
    _ values: UnsafePointer<Double>, of counts: UnsafePointer<Int64>, _ ranges: Ranges,
    _ scratch: Scratch, into output: KernelOutput
  ) {
    run(values, ranges, scratch, RoundedMeans(counts: counts, output: output))
  }

  /// - Parameter divisors: by query, what its sum is divided by; null where it is 0.
  static func ratios(
    _ values: UnsafePointer<Double>, over divisors: [ExactTotal], _ ranges: Ranges,
    _ scratch: Scratch, into output: KernelOutput
  ) {
    output.setRatios(totals(values, ranges, scratch), over: divisors)
  }

  /// By query, not rounded.
  static func totals(
    _ values: UnsafePointer<Double>, _ ranges: Ranges, _ scratch: Scratch
  ) -> [ExactTotal] {
    let result = ExactTotals(ranges.count)
    run(values, ranges, scratch, result)
    return result.totals
  }

  private static func run(
    _ values: UnsafePointer<Double>, _ ranges: Ranges, _ scratch: Scratch, _ sink: some TotalSink
  ) {
    let profile = FloatProfile(values, count: ranges.streamCount)
    guard let scale = ExactScale(profile.exponents, count: max(1, ranges.streamCount)) else {
      var accumulator = WideAccumulator(values: values, sink: sink)
      ranges.slide(&accumulator, scratch)
      return
    }
    run(
      FloatTerms(values, scale), mayBeSpecial: profile.hasSpecials, ranges, scratch, sink)
  }

  fileprivate static func run(
    _ terms: some ExactTerms, mayBeSpecial: Bool, _ ranges: Ranges, _ scratch: Scratch,
    _ sink: some TotalSink
  ) {
    if ranges.tails == nil, !mayBeSpecial {
      prefixSums(terms, ranges, scratch, sink)
    } else {
      var accumulator = ScaledAccumulator(terms: terms, sink: sink)
      ranges.slide(&accumulator, scratch)
    }
  }

  private static func prefixSums(
    _ terms: some ExactTerms, _ ranges: Ranges, _ scratch: Scratch, _ sink: some TotalSink
  ) {
    let prefix = scratch.take(ranges.streamCount + 1, of: Int128.self)
    var sum: Int128 = 0
    prefix[0] = 0
    for position in 0..<ranges.streamCount {
      sum &+= terms.units(position)
      prefix[position &+ 1] = sum
    }
    for query in 0..<ranges.count {
      let units = prefix[Int(ranges.to[query])] &- prefix[Int(ranges.from[query])]
      sink.write(query, .units(units, exponent: terms.scale.exponent))
    }
  }

  private struct ScaledAccumulator<Terms: ExactTerms, Sink: TotalSink>: SlidingAccumulator {
    let terms: Terms
    let sink: Sink
    var sum: Int128 = 0
    var specials = SpecialCounts()

    mutating func add(_ position: Int) {
      sum &+= terms.units(position)
      if let special = terms.special(position) { specials.add(special, 1) }
    }
    mutating func remove(_ position: Int) {
      sum &-= terms.units(position)
      if let special = terms.special(position) { specials.add(special, -1) }
    }
    mutating func clear(_ range: Range<Int>) {
      sum = 0
      specials = SpecialCounts()
    }
    mutating func answer(_ query: Int) {
      if let special = specials.sum {
        sink.write(query, .special(special))
      } else {
        sink.write(query, .units(sum, exponent: terms.scale.exponent))
      }
    }
  }

  private struct WideAccumulator<Sink: TotalSink>: SlidingAccumulator {
    let values: UnsafePointer<Double>
    let sink: Sink
    var sum = ExactSum()
    var specials = SpecialCounts()

    mutating func add(_ position: Int) {
      if values[position].isFinite { sum.add(values[position]) }
      specials.add(values[position], 1)
    }
    mutating func remove(_ position: Int) {
      if values[position].isFinite { sum.add(-values[position]) }
      specials.add(values[position], -1)
    }
    mutating func clear(_ range: Range<Int>) {
      sum = ExactSum()
      specials = SpecialCounts()
    }
    mutating func answer(_ query: Int) {
      sink.write(query, specials.sum.map { .special($0) } ?? sum.total)
    }
  }
}

/// Takes the exact sum of each window.
private protocol TotalSink {
  func write(_ query: Int, _ total: ExactTotal)
}

private struct RoundedSums: TotalSink {
  let result: UnsafeMutablePointer<Double>

  @inline(__always)
  func write(_ query: Int, _ total: ExactTotal) { result[query] = total.rounded }
}

private struct RoundedMeans: TotalSink {
  let counts: UnsafePointer<Int64>
  let output: KernelOutput

  @inline(__always)
  func write(_ query: Int, _ total: ExactTotal) {
    if counts[query] == 0 {
      output.setNull(query, Double.self)
    } else {
      output.set(query, total.mean(of: counts[query]))
    }
  }
}

/// Sums of integers, each times a float that is finite: no product is rounded.
enum ProductSumKernel {
  /// By query, not rounded.
  static func totals(
    _ values: UnsafePointer<Int64>, times weights: UnsafePointer<Double>, _ ranges: Ranges,
    _ scratch: Scratch
  ) -> [ExactTotal] {
    let result = ExactTotals(ranges.count)
    if let terms = ProductTerms(values, times: weights, count: ranges.streamCount) {
      FloatSumKernel.run(terms, mayBeSpecial: false, ranges, scratch, result)
    } else {
      var accumulator = WideProducts(values: values, weights: weights, result: result)
      ranges.slide(&accumulator, scratch)
    }
    return result.totals
  }

  private struct WideProducts: SlidingAccumulator {
    let values: UnsafePointer<Int64>
    let weights: UnsafePointer<Double>
    let result: ExactTotals
    var sum = WideProducts.empty

    /// Sums of products of a double and 64 bits.
    private static var empty: WideAccumulator {
      WideAccumulator(lowestExponent: -1074, bits: 2_200)
    }

    init(
      values: UnsafePointer<Int64>, weights: UnsafePointer<Double>, result: ExactTotals
    ) {
      self.values = values
      self.weights = weights
      self.result = result
    }

    private mutating func add(_ position: Int, isTakenBack: Bool) {
      let (mantissa, place) = decomposed(weights[position])
      let isNegative = (values[position] < 0) != (weights[position] < 0)
      sum.add(
        UInt128(mantissa) * UInt128(values[position].magnitude), at: place,
        isNegative: isNegative != isTakenBack)
    }
    mutating func add(_ position: Int) { add(position, isTakenBack: false) }
    mutating func remove(_ position: Int) { add(position, isTakenBack: true) }
    mutating func clear(_ range: Range<Int>) { sum = WideProducts.empty }
    mutating func answer(_ query: Int) { result.write(query, .wide(sum.value)) }
  }
}

extension KernelOutput {
  /// By query; null where the divisor is 0.
  func setRatios(_ sums: [ExactTotal], over divisors: [ExactTotal]) {
    for query in sums.indices {
      if let ratio = sums[query] / divisors[query] {
        set(query, ratio)
      } else {
        setNull(query, Double.self)
      }
    }
  }
}

private final class ExactTotals: TotalSink {
  private(set) var totals: [ExactTotal]

  init(_ count: Int) { totals = Array(repeating: .units(0, exponent: 0), count: count) }

  func write(_ query: Int, _ total: ExactTotal) { totals[query] = total }
}

/// Which exponents some values use, and whether any is not finite.
struct FloatProfile {
  private(set) var exponents = ExponentRange()
  private(set) var hasSpecials = false

  init(_ values: UnsafePointer<Double>, count: Int) {
    // Exponents of the greatest and the least magnitude above 0, without a branch.
    var greatest: UInt64 = 0
    var least = UInt64.max
    for position in 0..<count {
      let magnitude = values[position].bitPattern & 0x7FFF_FFFF_FFFF_FFFF
      greatest = max(greatest, magnitude)
      // 0 becomes the greatest of all.
      least = min(least, magnitude &- 1)
    }
    if greatest == 0 { return }
    if greatest >= 0x7FF0_0000_0000_0000 {
      hasSpecials = true
      for position in 0..<count { exponents.include(values[position]) }
      return
    }
    exponents.include(Double(bitPattern: greatest))
    exponents.include(Double(bitPattern: least &+ 1))
  }
}

/// Numbers of NaN and infinities in a window.
struct SpecialCounts {
  private var nan = 0
  private var positive = 0
  private var negative = 0

  @inline(__always)
  mutating func add(_ value: Double, _ count: Int) {
    if value.isFinite { return }
    if value.isNaN {
      nan += count
    } else if value > 0 {
      positive += count
    } else {
      negative += count
    }
  }

  var isEmpty: Bool { nan == 0 && positive == 0 && negative == 0 }

  /// The IEEE sum; nil where all values are finite.
  @inline(__always)
  var sum: Double? {
    if isEmpty { return nil }
    if nan > 0 || (positive > 0 && negative > 0) { return .nan }
    return positive > 0 ? .infinity : -.infinity
  }
}
