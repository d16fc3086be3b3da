/// Slopes of the least squares line over event time, per day: (n·Σtx − Σt·Σx) / (n·Σt² − (Σt)²).
/// Numerator and denominator are exact, and the quotient is rounded once (semantics.md E3).
enum SlopeKernel {
  static func slopes(
    _ values: UnsafePointer<Double>, times: UnsafePointer<Int64>, _ ranges: Ranges,
    _ scratch: Scratch, into output: KernelOutput
  ) {
    let profile = FloatProfile(values, count: ranges.streamCount)
    if let scale = ExactScale(profile.exponents, count: max(1, ranges.streamCount)) {
      var accumulator = ScaledAccumulator(
        terms: FloatTerms(values, scale), times: times, output: output)
      ranges.slide(&accumulator, scratch)
    } else {
      var accumulator = WideAccumulatorOfSlopes(values: values, times: times, output: output)
      ranges.slide(&accumulator, scratch)
    }
  }

  static func slopes(
    _ values: UnsafePointer<Int64>, times: UnsafePointer<Int64>, _ ranges: Ranges,
    _ scratch: Scratch, into output: KernelOutput
  ) {
    var accumulator = ScaledAccumulator(terms: IntegerTerms(values), times: times, output: output)
    ranges.slide(&accumulator, scratch)
  }

  private struct ScaledAccumulator<Terms: ExactTerms>: SlidingAccumulator {
    let terms: Terms
    let times: UnsafePointer<Int64>
    let output: KernelOutput
    var base: Int64 = 0
    var line = TimeMoments()
    var sum: Int128 = 0
    var products = WideSquares()
    var specials = SpecialCounts()

    init(terms: Terms, times: UnsafePointer<Int64>, output: KernelOutput) {
      self.terms = terms
      self.times = times
      self.output = output
    }

    mutating func begin(_ span: Range<Int>) { base = span.isEmpty ? 0 : times[span.lowerBound] }
    mutating func add(_ position: Int) {
      let units = terms.units(position)
      let time = UInt64(bitPattern: times[position] &- base)
      line.add(time)
      sum &+= units
      products += WideSquares(product: units, UInt128(time))
      if let special = terms.special(position) { specials.add(special, 1) }
    }
    mutating func remove(_ position: Int) {
      let units = terms.units(position)
      let time = UInt64(bitPattern: times[position] &- base)
      line.remove(time)
      sum &-= units
      products = products - WideSquares(product: units, UInt128(time))
      if let special = terms.special(position) { specials.add(special, -1) }
    }
    mutating func clear(_ range: Range<Int>) {
      line = TimeMoments()
      sum = 0
      products = WideSquares()
      specials = SpecialCounts()
    }
    mutating func answer(_ query: Int) {
      guard let denominator = line.denominator else {
        output.setNull(query, Double.self)
        return
      }
      let numerator =
        products.scaled(by: UInt64(line.count)) - WideSquares(product: sum, line.sum)
      output.set(
        query,
        specials.isEmpty
          ? slopePerDay(numerator, exponent: terms.scale.exponent, denominator) : .nan)
    }
  }

  private struct WideAccumulatorOfSlopes: SlidingAccumulator {
    let values: UnsafePointer<Double>
    let times: UnsafePointer<Int64>
    let output: KernelOutput
    var base: Int64 = 0
    var line = ExactSlope()
    var specials = SpecialCounts()

    init(values: UnsafePointer<Double>, times: UnsafePointer<Int64>, output: KernelOutput) {
      self.values = values
      self.times = times
      self.output = output
    }

    mutating func begin(_ span: Range<Int>) { base = span.isEmpty ? 0 : times[span.lowerBound] }
    mutating func add(_ position: Int) {
      line.add(
        values[position].isFinite ? values[position] : 0,
        at: UInt64(bitPattern: times[position] &- base))
      specials.add(values[position], 1)
    }
    mutating func remove(_ position: Int) {
      line.remove(
        values[position].isFinite ? values[position] : 0,
        at: UInt64(bitPattern: times[position] &- base))
      specials.add(values[position], -1)
    }
    mutating func clear(_ range: Range<Int>) {
      line = ExactSlope()
      specials = SpecialCounts()
    }
    mutating func answer(_ query: Int) {
      guard let slope = line.perDay else {
        output.setNull(query, Double.self)
        return
      }
      output.set(query, specials.isEmpty ? slope : .nan)
    }
  }
}
