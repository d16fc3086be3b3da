import Testing

@testable import C360Engine

@Suite struct DigitRingTests {
  @Test(
    "Sums of numbers times powers of two are exact, and what is taken back leaves no trace",
    arguments: [0, 4090, -77, Int64.min])
  func sums(_ start: Int64) {
    var random = Random(UInt64(bitPattern: start) &+ 3)
    let choices: [Double] = [1e200, -1e200, 1e16, 0.1, -1 / 3, 1e-300, 0x1p-1074, -0.0, 7, -2.5]
    let scratch = Scratch()
    defer { withExtendedLifetime(scratch) {} }
    let ring = DigitRing(scratch)
    for _ in 0..<200 {
      let numbers = (0..<random.below(12)).map { _ in
        (value: choices[random.below(choices.count)], shift: random.below(900) - 450)
      }
      var range = ExponentRange()
      for number in numbers {
        range.include(number.value)
        ring.add(number.value, exponent: start &+ Int64(450 + number.shift), sign: 1)
      }
      // Those that a double of such an exponent holds; the others go again.
      var expected = ExactSum()
      for number in numbers {
        let scaled = Double(sign: .plus, exponent: number.shift, significand: number.value)
        if Double(sign: .plus, exponent: -number.shift, significand: scaled) == number.value {
          expected.add(scaled)
        } else {
          ring.add(number.value, exponent: start &+ Int64(450 + number.shift), sign: -1)
        }
      }
      let total = DigitRing.bits(range).map {
        ring.total(from: start, to: start &+ 900, bits: $0).rounded(shift: -450)
      }
      #expect(total ?? 0 == expected.rounded)
      ring.clear()
    }
  }
}
