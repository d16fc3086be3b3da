/// Variances from exact sums of values and squares, rounded once (semantics.md E3).
enum VarianceKernel {
  static func variances(
    _ values: UnsafePointer<Double>, isPopulation: Bool, isRoot: Bool, _ ranges: Ranges,
    _ scratch: Scratch, into output: KernelOutput
  ) {
    let profile = FloatProfile(values, count: ranges.streamCount)
    let form = Form(isPopulation: isPopulation, isRoot: isRoot, output: output)
    if let scale = ExactScale(profile.exponents, count: max(1, ranges.streamCount)) {
      var accumulator = ScaledAccumulator(terms: FloatTerms(values, scale), form: form)
      ranges.slide(&accumulator, scratch)
    } else {
      var accumulator = WideAccumulator(values: values, form: form)
      ranges.slide(&accumulator, scratch)
    }
  }

  static func variances(
    _ values: UnsafePointer<Int64>, isPopulation: Bool, isRoot: Bool, _ ranges: Ranges,
    _ scratch: Scratch, into output: KernelOutput
  ) {
    var accumulator = ScaledAccumulator(
      terms: IntegerTerms(values),
      form: Form(isPopulation: isPopulation, isRoot: isRoot, output: output))
    ranges.slide(&accumulator, scratch)
  }

  private struct Form {
    let isPopulation: Bool
    let isRoot: Bool
    let output: KernelOutput

    func write(_ query: Int, _ variance: Double?) {
      if let variance {
        output.set(query, isRoot ? variance.squareRoot() : variance)
      } else {
        output.setNull(query, Double.self)
      }
    }
  }

  private struct ScaledAccumulator<Terms: ExactTerms>: SlidingAccumulator {
    let terms: Terms
    let form: Form
    var count = 0
    var sum: Int128 = 0
    var squares = WideSquares()
    var specials = SpecialCounts()

    init(terms: Terms, form: Form) {
      self.terms = terms
      self.form = form
    }

    mutating func add(_ position: Int) {
      let units = terms.units(position)
      count &+= 1
      sum &+= units
      squares += WideSquares(squareOf: units)
      if let special = terms.special(position) { specials.add(special, 1) }
    }
    mutating func remove(_ position: Int) {
      let units = terms.units(position)
      count &-= 1
      sum &-= units
      squares = squares - WideSquares(squareOf: units)
      if let special = terms.special(position) { specials.add(special, -1) }
    }
    mutating func clear(_ range: Range<Int>) {
      self = ScaledAccumulator(terms: terms, form: form)
    }
    mutating func answer(_ query: Int) {
      let variance = terms.scale.variance(
        ofCount: count, sum: sum, squares: squares, isPopulation: form.isPopulation)
      form.write(query, variance == nil || specials.isEmpty ? variance : .nan)
    }
  }

  private struct WideAccumulator: SlidingAccumulator {
    let values: UnsafePointer<Double>
    let form: Form
    var moments = ExactMoments()
    var specials = SpecialCounts()

    init(values: UnsafePointer<Double>, form: Form) {
      self.values = values
      self.form = form
    }

    // Of a value that is not finite only the count matters: the variance is NaN then.
    mutating func add(_ position: Int) {
      moments.add(values[position].isFinite ? values[position] : 0)
      specials.add(values[position], 1)
    }
    mutating func remove(_ position: Int) {
      moments.remove(values[position].isFinite ? values[position] : 0)
      specials.add(values[position], -1)
    }
    mutating func clear(_ range: Range<Int>) {
      self = WideAccumulator(values: values, form: form)
    }
    mutating func answer(_ query: Int) {
      let variance = moments.variance(isPopulation: form.isPopulation)
      form.write(query, variance == nil || specials.isEmpty ? variance : .nan)
    }
  }
}
