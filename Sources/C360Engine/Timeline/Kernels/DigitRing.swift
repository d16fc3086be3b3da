/// The exact sum of doubles, each times a power of two of its own: signed digits of 32 bits, each the
/// plain sum of what was added to it, so that what is taken back leaves no trace. Bits are numbered by
/// any integers, modulo 2¹²; whoever reads says which of them may be set.
struct DigitRing {
  private static let size: UInt64 = 128
  /// Up to 2³¹ values fit without a carry.
  private let digits: UnsafeMutablePointer<Int64>

  /// The sum of nothing.
  init(_ scratch: Scratch) { digits = scratch.take(Int(Self.size), filledWith: Int64(0)) }

  func clear() { digits.update(repeating: 0, count: Int(Self.size)) }

  /// Adds `sign` · `value` · 2^`exponent`, where `sign` is 1 or −1. Not for NaN and infinities.
  @inline(__always)
  func add(_ value: Double, exponent: Int64, sign: Int64) {
    let bits = value.bitPattern
    let biased = (bits &>> 52) & 0x7FF
    let mantissa = bits & 0xF_FFFF_FFFF_FFFF | (biased == 0 ? 0 : 1 &<< 52)
    let place = UInt64(bitPattern: exponent) &+ (biased == 0 ? 0 : biased &- 1)
    let shift = place & 31
    let low = mantissa &<< shift
    let high = (mantissa &>> 1) &>> (63 &- shift)
    let signed = value.sign == .minus ? 0 &- sign : sign
    let digit = place &>> 5
    change(digit, by: signed &* Int64(bitPattern: low & 0xFFFF_FFFF))
    change(digit &+ 1, by: signed &* Int64(bitPattern: low &>> 32))
    change(digit &+ 2, by: signed &* Int64(bitPattern: high))
  }

  @inline(__always)
  private func change(_ digit: UInt64, by amount: Int64) {
    digits[Int(truncatingIfNeeded: digit & (Self.size &- 1))] &+= amount
  }

  /// The bits that `values` may set where their exponents are 0.
  static func bits(_ values: ExponentRange) -> ClosedRange<UInt64>? {
    guard values.low <= values.high else { return nil }
    return UInt64(max(values.low, 1) - 1)...UInt64(max(values.high, 1) - 1 + 52)
  }

  /// The sum, where all exponents lie in `low ... high` and all values use `bits`.
  func total(from low: Int64, to high: Int64, bits: ClosedRange<UInt64>) -> ScaledSum {
    let first = UInt64(bitPattern: low) &+ bits.lowerBound
    let span = UInt64(bitPattern: high) &+ bits.upperBound &- first
    let count = ((first & 31) &+ span) &>> 5 &+ 1
    // The lowest digit begins so far below bit 0 of the exponent `low`, and a double at 2⁻¹⁰⁷⁴.
    let base = Int(bits.lowerBound) - Int(first & 31) - 1074
    return magnitude(first &>> 5, count, base, sign: 1)
      ?? magnitude(first &>> 5, count, base, sign: -1) ?? ScaledSum()
  }

  /// nil where the sum times `sign` is negative.
  private func magnitude(
    _ first: UInt64, _ count: UInt64, _ base: Int, sign: Int64
  ) -> ScaledSum? {
    var carry: Int64 = 0
    // The highest four digits up to the last one that is not 0, and whether any lies below.
    var top: UInt128 = 0
    var hasMore = false
    var last = -1
    for index in 0...Int(count) {
      // Behind the last digit only the carry is left.
      let digit =
        index == Int(count)
        ? carry
        : digits[Int(truncatingIfNeeded: (first &+ UInt64(index)) & (Self.size &- 1))] &* sign
          &+ carry
      carry = digit &>> 32
      let rest = UInt32(truncatingIfNeeded: digit)
      if rest == 0 { continue }
      let shift = UInt128(32 &* min(index &- last, 4))
      hasMore = hasMore || top & ((1 << shift) &- 1) != 0
      top = top >> shift | UInt128(rest) &<< 96
      last = index
    }
    if carry < 0 { return nil }
    if last < 0 { return ScaledSum() }
    let zeros = top.leadingZeroBitCount
    return ScaledSum(
      isNegative: sign < 0, magnitude: top &<< UInt128(zeros) | (hasMore ? 1 : 0),
      exponent: base + 32 * (last - 3) - zeros)
  }
}

/// A number: `magnitude` · 2^`exponent`. The highest bit of the magnitude is set, or it is 0; the lowest
/// one is also set where the number is a little greater.
struct ScaledSum {
  var isNegative = false
  var magnitude: UInt128 = 0
  var exponent = 0

  /// Times 2^`shift`, rounded once.
  @inline(__always)
  func rounded(shift: Int) -> Double {
    let result = roundedDouble(magnitude, exponent: exponent + shift)
    return isNegative ? -result : result
  }

  /// Rounded to 53 bits whatever the exponent.
  var scaled: ScaledDouble {
    if magnitude == 0 { return ScaledDouble(significand: 0, exponent: 0) }
    let significand = roundedDouble(magnitude, exponent: -127)
    return ScaledDouble(
      significand: isNegative ? -significand : significand, exponent: exponent + 127)
  }
}

/// `significand` · 2^`exponent`; the significand lies in 1 ... 2, or is 0, NaN or infinite.
struct ScaledDouble: BitwiseCopyable {
  let significand: Double
  let exponent: Int

  /// Rounded once, where the result is no subnormal number.
  static func / (left: ScaledDouble, right: ScaledDouble) -> Double {
    let quotient = left.significand / right.significand
    // From 1 on, so that the way to a subnormal number rounds in one step.
    return Double(
      sign: .plus, exponent: left.exponent - right.exponent - 1, significand: 2 * quotient)
  }
}
