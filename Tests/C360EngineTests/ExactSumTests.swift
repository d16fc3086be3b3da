import Testing

@testable import C360Engine

/// semantics.md E3.
@Suite struct ExactSumTests {
  static func slow(_ values: [Double]) -> Double {
    var sum = ExactSum()
    for value in values { sum.add(value) }
    return sum.rounded
  }

  static func scale(_ values: [Double]) -> ExactScale? {
    var range = ExponentRange()
    for value in values { range.include(value) }
    return ExactScale(range, count: values.count)
  }

  /// nil where 128 bits do not do.
  static func fast(_ values: [Double]) -> Double? {
    guard let scale = scale(values) else { return nil }
    return scale.double(values.reduce(0) { $0 + scale.integer($1) })
  }

  @Test func smallValuesSurviveLargeOnes() {
    #expect(Self.slow([1e16, 1, -1e16]) == 1)
    #expect(Self.fast([1e16, 1, -1e16]) == 1)
    #expect(Self.slow([1e300, 1e-300, -1e300]) == 1e-300)
    #expect(Self.fast([1e300, 1e-300, -1e300]) == nil)
    #expect(Self.slow(Array(repeating: 0.1, count: 10)) == 1.0)
    #expect(Self.fast(Array(repeating: 0.1, count: 10)) == 1.0)
  }

  @Test func tiesGoToEven() {
    let half = 0x1p-53
    #expect(Self.slow([1, half]) == 1)
    #expect(Self.slow([1, half, 0x1p-100]) == 1 + 0x1p-52)
    #expect(Self.slow([1 + 0x1p-52, half]) == 1 + 0x1p-51)
    #expect(Self.fast([1, half]) == 1)
    #expect(Self.fast([1, half, 0x1p-60]) == 1 + 0x1p-52)
  }

  @Test func edges() {
    let least = Double.leastNonzeroMagnitude
    let greatest = Double.greatestFiniteMagnitude
    #expect(Self.slow([least, least]) == 2 * least)
    #expect(Self.fast([least, -3 * least]) == -2 * least)
    #expect(Self.slow([greatest, greatest]) == .infinity)
    #expect(Self.slow([greatest, greatest, -greatest]) == greatest)
    #expect(Self.fast([greatest, greatest, -greatest]) == greatest)
    #expect(Self.slow([.infinity, 1]) == .infinity)
    #expect(Self.slow([.infinity, -.infinity]).isNaN)
    #expect(Self.slow([.nan, .infinity]).isNaN)
    #expect(Self.slow([]) == 0)
    #expect(Self.slow([-0.0]).sign == .plus)
  }

  @Test func bothFormsAndAnyOrderAgree() {
    for _ in 0..<300 {
      let values = (0..<Int.random(in: 1...60)).map { _ in
        Double.random(in: -1...1)
          * Double(sign: .plus, exponent: .random(in: -20...20), significand: 1)
      }
      let expected = Self.slow(values)
      #expect(Self.fast(values) == expected)
      #expect(Self.slow(values.shuffled()) == expected)
      var left = ExactSum()
      var right = ExactSum()
      for (index, value) in values.enumerated() {
        if index % 3 == 0 { left.add(value) } else { right.add(value) }
      }
      left.merge(right)
      #expect(left.rounded == expected)
      // Values of 20 bits sum exactly in doubles.
      let short = values.map { ($0 * 0x1p20).rounded(.towardZero) }
      #expect(Self.slow(short) == short.reduce(0, +))
    }
  }

  @Test func variancesAreExactToTheLastStep() throws {
    func both(_ values: [Double], _ isPopulation: Bool) -> (Double?, Double?) {
      var moments = ExactMoments()
      for value in values { moments.add(value) }
      let slow = moments.variance(isPopulation: isPopulation)
      guard let scale = Self.scale(values) else { return (slow, nil) }
      var sum: Int128 = 0
      var squares = WideSquares()
      for value in values {
        sum += scale.integer(value)
        squares += WideSquares(squareOf: scale.integer(value))
      }
      return (
        slow,
        scale.variance(
          ofCount: values.count, sum: sum, squares: squares, isPopulation: isPopulation)
      )
    }
    #expect(both([1, 2, 3, 4], false) == (5.0 / 3, 5.0 / 3))
    #expect(both([1, 2, 3, 4], true) == (1.25, 1.25))
    #expect(both([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16], false) == (30, 30))
    #expect(both([5], true) == (0, 0))
    #expect(both([5], false) == (nil, nil))
    #expect(both([1e200, -1e200], false).0 == .infinity)
    for _ in 0..<100 {
      let values = (0..<20).map { _ in Double.random(in: -1...1) * 1e3 }
      let (slow, fast) = both(values, false)
      #expect(slow == fast)
    }
  }
}
