import Testing

@testable import C360Engine

/// semantics.md E3: one rounding, the nearest double, ties to even.
@Suite struct ExactQuotientTests {
  /// Quotients that lie at, just below and just above the middle of two doubles, as dividends over
  /// `divisor`: (2·significand + 1) · divisor · 2^shift + offset, so that the quotient over 2^(shift + 1)
  /// is significand + ½ and a little.
  static func nearest(_ significand: UInt64, _ offset: Int) -> Double {
    Double(offset > 0 || (offset == 0 && significand & 1 == 1) ? significand + 1 : significand)
  }

  static func scaled(_ value: Double, _ exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: value)
  }

  @Test func meansAtTheMiddleOfTwoDoubles() {
    for _ in 0..<2_000 {
      let significand = UInt64.random(in: 1 << 52..<1 << 53)
      let count = Int64.random(in: 1...1 << Int64.random(in: 1...31))
      let shift = Int.random(in: 1...(126 - 54 - 31))
      let exponent = Int.random(in: -900...900)
      let middle = Int128(2 * significand + 1) * Int128(count) << shift
      for offset in -1...1 {
        let units = middle + Int128(offset)
        let expected = Self.scaled(Self.nearest(significand, offset), exponent + shift + 1)
        let total = ExactTotal.units(units, exponent: exponent)
        #expect(total.mean(of: count) == expected)
        #expect(ExactTotal.units(-units, exponent: exponent).mean(of: count) == -expected)
        let wide = Units(magnitude: units.magnitude, exponent: exponent).wide
        #expect(ExactTotal.wide(wide).mean(of: count) == expected)
        #expect(total / .wide(Units(magnitude: UInt128(count), exponent: 0).wide) == expected)
      }
    }
  }

  @Test func wideDivisors() {
    for _ in 0..<500 {
      let significand = UInt64.random(in: 1 << 52..<1 << 53)
      let divisor = UInt128.random(in: 1...UInt128.max) >> UInt128.random(in: 0..<127)
      let shift = Int.random(in: 1...60)
      let (high, low) = UInt128(2 * significand + 1).multipliedFullWidth(by: max(1, divisor))
      let product = WideUnits(magnitude: WideSquares(high: high, low: low), exponent: 0)
      let lower = Units(magnitude: max(1, divisor), exponent: shift + 1)
      let one = WideSquares(squareOf: 1)
      for offset in -1...1 {
        var magnitude = product.magnitude
        if offset > 0 { magnitude += one }
        if offset < 0 { magnitude = magnitude - one }
        let upper = WideUnits(magnitude: magnitude, exponent: shift)
        let expected = Self.nearest(significand, offset)
        #expect(exactQuotient(upper, lower) == expected)
        #expect(exactQuotient(upper.wide, lower) == expected)
        #expect(upper.wide.quotient(lower.wide) == expected)
      }
    }
  }

  @Test func quotientsThatDoublesHold() {
    for _ in 0..<2_000 {
      let upper = Double.random(in: 0...1) * Self.scaled(1, .random(in: -60...60))
      let lower = Double.random(in: 0.001...1) * Self.scaled(1, .random(in: -60...60))
      var sums = (ExactSum(), ExactSum())
      sums.0.add(upper)
      sums.1.add(lower)
      #expect(sums.0.total / sums.1.total == upper / lower)
      let scales = [upper, lower].map { ExactSumTests.scale([$0]) }
      guard let first = scales[0], let second = scales[1] else { continue }
      let total = ExactTotal.units(first.integer(upper), exponent: first.exponent)
      let divisor = ExactTotal.units(second.integer(lower), exponent: second.exponent)
      #expect(total / divisor == upper / lower)
    }
  }

  @Test func edges() {
    let greatest = Double.greatestFiniteMagnitude
    let least = Double.leastNonzeroMagnitude
    func mean(_ values: [Double]) -> [Double?] {
      var sum = ExactSum()
      for value in values { sum.add(value) }
      let scale = ExactSumTests.scale(values)
      let units = scale.map { scale in values.reduce(0) { $0 + scale.integer($1) } }
      return [
        sum.total.mean(of: Int64(values.count)),
        scale.flatMap { scale in
          units.map { .units($0, exponent: scale.exponent) } ?? ExactTotal?.none
        }?.mean(of: Int64(values.count)),
      ]
    }
    #expect(mean([greatest, greatest, greatest]) == [greatest, greatest])
    #expect(mean([greatest, -greatest]) == [0, 0])
    // Halves go to the even one, from both sides.
    #expect(mean([least, 0]) == [0, 0])
    #expect(mean([least, 2 * least]) == [2 * least, 2 * least])
    #expect(mean([least, least, 0]) == [least, least])
    #expect(mean([-0.0, 0.0]).map { $0?.sign } == [.plus, .plus])
    #expect(mean([1e300, 1e-300]) == [5e299, nil])
    #expect(mean([.infinity, 1])[0] == .infinity)
    #expect(ExactTotal.units(1, exponent: 0) / .units(0, exponent: -5) == nil)
    #expect(ExactTotal.special(.infinity) / .units(4, exponent: 0) == .infinity)
    #expect(ExactTotal.units(4, exponent: 0) / .special(.infinity) == 0)
    #expect(ExactTotal.units(1, exponent: 1_000) / .units(1, exponent: -1_000) == .infinity)
    for units: Int128 in [0, 1] {
      let zero = ExactTotal.units(units, exponent: -1_000) / .units(-1, exponent: 1_000)
      #expect(zero == 0 && zero?.sign == .plus)
    }
  }
}
