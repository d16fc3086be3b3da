/// Numbers by position as integers of one unit: sums of them, of their squares and of their products with
/// times are exact (semantics.md E3).
protocol ExactTerms {
  /// The unit. Sums of all the terms fit 128 bits.
  var scale: ExactScale { get }
  /// 0 for what is not finite.
  func units(_ position: Int) -> Int128
  /// The number where it is NaN or infinite; else nil.
  func special(_ position: Int) -> Double?
}

/// Integers as they are: none is rounded to a double on the way.
struct IntegerTerms: ExactTerms, @unchecked Sendable {
  let values: UnsafePointer<Int64>

  init(_ values: UnsafePointer<Int64>) { self.values = values }

  var scale: ExactScale { .ofIntegers }
  @inline(__always)
  func units(_ position: Int) -> Int128 { Int128(truncatingIfNeeded: values[position]) }
  @inline(__always) func special(_ position: Int) -> Double? { nil }
}

struct FloatTerms: ExactTerms, @unchecked Sendable {
  let values: UnsafePointer<Double>
  let scale: ExactScale

  init(_ values: UnsafePointer<Double>, _ scale: ExactScale) {
    self.values = values
    self.scale = scale
  }

  @inline(__always) func units(_ position: Int) -> Int128 { scale.integer(values[position]) }
  @inline(__always)
  func special(_ position: Int) -> Double? {
    values[position].isFinite ? nil : values[position]
  }
}

/// Integers, each times a finite float.
struct ProductTerms: ExactTerms {
  let values: UnsafePointer<Int64>
  let weights: UnsafePointer<Double>
  let scale: ExactScale

  /// nil where sums of the products do not fit 128 bits.
  init?(_ values: UnsafePointer<Int64>, times weights: UnsafePointer<Double>, count: Int) {
    // A product is as many weights as the integer says.
    var total: UInt64 = 1
    for position in 0..<count {
      let (sum, overflow) = total.addingReportingOverflow(values[position].magnitude)
      if overflow { return nil }
      total = sum
    }
    guard let total = Int(exactly: total),
      let scale = ExactScale(FloatProfile(weights, count: count).exponents, count: total)
    else { return nil }
    self.values = values
    self.weights = weights
    self.scale = scale
  }

  @inline(__always)
  func units(_ position: Int) -> Int128 {
    scale.integer(weights[position]) &* Int128(truncatingIfNeeded: values[position])
  }
  @inline(__always) func special(_ position: Int) -> Double? { nil }
}
