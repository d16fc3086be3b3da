/// A number above 0 by its leading bits: `bits` · 2^`exponent` where it is exact, else between that and
/// (`bits` + 1) · 2^`exponent`. The highest bit is set.
struct LeadingBits {
  let bits: UInt128
  let exponent: Int
  let isExact: Bool

  /// nil for 0.
  @inline(__always)
  init?(_ magnitude: UInt128, exponent: Int) {
    if magnitude == 0 { return nil }
    let zeros = magnitude.leadingZeroBitCount
    bits = magnitude &<< UInt128(zeros)
    self.exponent = exponent - zeros
    isExact = true
  }

  /// - Parameter bits: with the highest bit set.
  init(bits: UInt128, exponent: Int, isExact: Bool) {
    self.bits = bits
    self.exponent = exponent
    self.isExact = isExact
  }
}

/// A number that is not negative, exactly.
protocol ExactMagnitude {
  /// nil for 0.
  var leading: LeadingBits? { get }
  var wide: WideInteger { get }
}

/// The double nearest to `numerator` / `denominator`, ties to even: the only rounding on the way to a
/// mean, a ratio, a variance or a slope (semantics.md E3). Infinite where it is too large.
///
/// - Parameter denominator: not 0.
@inline(__always)
func exactQuotient(_ numerator: some ExactMagnitude, _ denominator: some ExactMagnitude) -> Double {
  guard let upper = numerator.leading, let lower = denominator.leading else { return 0 }
  return roundedQuotient(upper, lower) ?? numerator.wide.quotient(denominator.wide)
}

/// A magnitude with its sign; what rounds to 0 is +0, as exact sums are.
@inline(__always)
func signed(_ magnitude: Double, isNegative: Bool) -> Double {
  isNegative && magnitude != 0 ? -magnitude : magnitude
}

/// nil where it hangs on bits behind the leading ones.
private func roundedQuotient(_ numerator: LeadingBits, _ denominator: LeadingBits) -> Double? {
  let divisor = UInt64(truncatingIfNeeded: denominator.bits >> 64)
  let isDivisorExact =
    denominator.isExact && UInt64(truncatingIfNeeded: denominator.bits) == 0
  var dividend = numerator.bits
  var exponent = numerator.exponent - denominator.exponent - 64
  var isDividendExact = numerator.isExact
  // So that the quotient is below 2^64. It has 63 bits at least.
  if UInt64(truncatingIfNeeded: dividend >> 64) >= divisor {
    isDividendExact = isDividendExact && dividend & 1 == 0
    dividend >>= 1
    exponent += 1
  }
  let (quotient, remainder) = divisor.dividingFullWidth(
    (UInt64(truncatingIfNeeded: dividend >> 64), UInt64(truncatingIfNeeded: dividend)))
  if isDivisorExact && isDividendExact {
    let sticky: UInt128 = remainder == 0 ? 0 : 1
    return roundedDouble(UInt128(quotient) << 1 | sticky, exponent: exponent - 1)
  }
  // A dividend greater by less than 1 and a divisor greater by less than 1 move the quotient by less
  // than 1 up and by less than 2 down.
  let least = roundedDouble(UInt128(quotient - 2) << 1 | 1, exponent: exponent - 1)
  let greatest = roundedDouble(UInt128(quotient) << 1 | 1, exponent: exponent - 1)
  return least == greatest ? least : nil
}

/// `magnitude` · 2^`exponent`.
struct Units: ExactMagnitude {
  let magnitude: UInt128
  let exponent: Int

  @inline(__always) var leading: LeadingBits? { LeadingBits(magnitude, exponent: exponent) }
  var wide: WideInteger {
    WideInteger(
      digits: (0..<4).map { UInt32(truncatingIfNeeded: magnitude >> UInt128(32 * $0)) },
      exponent: exponent, isNegative: false)
  }
}

/// `magnitude` · 2^`exponent`.
struct WideUnits: ExactMagnitude {
  let magnitude: WideSquares
  let exponent: Int

  @inline(__always) var leading: LeadingBits? {
    if magnitude.high == 0 { return LeadingBits(magnitude.low, exponent: exponent) }
    let zeros = magnitude.high.leadingZeroBitCount
    // Smart shifts: a shift by 128 gives 0.
    return LeadingBits(
      bits: magnitude.high << zeros | magnitude.low >> (128 - zeros),
      exponent: exponent + 128 - zeros, isExact: magnitude.low << zeros == 0)
  }
  var wide: WideInteger {
    let words = [magnitude.low, magnitude.high]
    return WideInteger(
      digits: words.flatMap { word in
        (0..<4).map { UInt32(truncatingIfNeeded: word >> UInt128(32 * $0)) }
      }, exponent: exponent, isNegative: false)
  }
}

extension WideInteger: ExactMagnitude {
  /// Of the magnitude.
  var leading: LeadingBits? {
    guard let top = digits.lastIndex(where: { $0 != 0 }) else { return nil }
    // Five digits hold at least 129 bits below the highest that is set.
    var high: UInt128 = 0
    for index in 0..<4 { high = high << 32 | UInt128(top >= index ? digits[top - index] : 0) }
    let next = UInt128(top >= 4 ? digits[top - 4] : 0)
    let zeros = high.leadingZeroBitCount
    let rest = UInt32(truncatingIfNeeded: next << zeros)
    return LeadingBits(
      bits: high << zeros | next >> (32 - zeros), exponent: exponent + 32 * (top - 3) - zeros,
      isExact: rest == 0 && !digits[..<max(0, top - 4)].contains { $0 != 0 })
  }

  var wide: WideInteger { self }

  /// Of the magnitudes: the nearest double, ties to even, by long division bit by bit.
  ///
  /// - Parameter divisor: not 0.
  func quotient(_ divisor: WideInteger) -> Double {
    guard let dividend = withoutOuterZeros, let divisor = divisor.withoutOuterZeros else {
      return 0
    }
    // With the highest bits at one place the quotient is above ½ and below 2.
    let shift = dividend.bitWidth - divisor.bitWidth
    var rest = dividend.shiftedLeft(max(0, -shift))
    let lower = divisor.shiftedLeft(max(0, shift))
    var bits: UInt128 = 0
    for _ in 0..<66 {
      bits <<= 1
      if !rest.hasLessMagnitude(than: lower) {
        rest = rest.minus(lower)
        bits |= 1
      }
      rest = rest.shiftedLeft(1)
    }
    let sticky: UInt128 = rest.digits.contains { $0 != 0 } ? 1 : 0
    return roundedDouble(
      bits << 1 | sticky, exponent: dividend.exponent - divisor.exponent + shift - 66)
  }

  private var withoutOuterZeros: WideInteger? {
    guard let first = digits.firstIndex(where: { $0 != 0 }),
      let last = digits.lastIndex(where: { $0 != 0 })
    else { return nil }
    return WideInteger(
      digits: Array(digits[first...last]), exponent: exponent + 32 * first, isNegative: isNegative)
  }

  /// Of digits without leading zeros.
  private var bitWidth: Int {
    digits.last.map { 32 * digits.count - $0.leadingZeroBitCount } ?? 0
  }

  /// The digits, times 2^`count`; the exponent stays.
  private func shiftedLeft(_ count: Int) -> WideInteger {
    var shifted = [UInt32](repeating: 0, count: count / 32)
    var carry: UInt64 = 0
    for digit in digits {
      carry |= UInt64(digit) << UInt64(count % 32)
      shifted.append(UInt32(truncatingIfNeeded: carry))
      carry >>= 32
    }
    shifted.append(UInt32(carry))
    while shifted.last == 0 { shifted.removeLast() }
    return WideInteger(digits: shifted, exponent: exponent, isNegative: isNegative)
  }
}
