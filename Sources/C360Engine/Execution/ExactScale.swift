/// Which binary exponents the finite values of a column use, and whether any value is not finite.
/// Decides whether a fixed-point sum fits 128 bits (semantics.md E3).
public struct ExponentRange: Sendable, Equatable {
  /// Least and greatest biased exponent of finite values that are not 0; empty when `low > high`.
  @usableFromInline var low: Int = .max
  @usableFromInline var high: Int = .min

  @inlinable public init() {}

  /// NaN, infinities and zeros leave the range as it is.
  @inlinable public mutating func include(_ value: Double) {
    let bits = value.bitPattern & 0x7FFF_FFFF_FFFF_FFFF
    let exponent = Int(bits >> 52)
    if bits == 0 || exponent == 0x7FF { return }
    low = min(low, exponent)
    high = max(high, exponent)
  }

  @inlinable public mutating func merge(_ other: ExponentRange) {
    low = min(low, other.low)
    high = max(high, other.high)
  }
}

/// Values that no fixed-point number holds; kept beside a sum, one bit each.
public struct SpecialValues: OptionSet, Sendable {
  public let rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
  public static let nan = SpecialValues(rawValue: 1)
  public static let positiveInfinity = SpecialValues(rawValue: 2)
  public static let negativeInfinity = SpecialValues(rawValue: 4)

  /// Empty for finite values.
  @inlinable public init(of value: Double) {
    if value.isFinite {
      self = []
    } else if value.isNaN {
      self = .nan
    } else {
      self = value > 0 ? .positiveInfinity : .negativeInfinity
    }
  }

  /// What a sum that met these values is; nil when it met none.
  @inlinable public var sum: Double? {
    if isEmpty { return nil }
    if self == .positiveInfinity { return .infinity }
    if self == .negativeInfinity { return -.infinity }
    return .nan
  }
}

/// A common unit 2^`exponent` in which all finite values of a column are integers, such that sums of
/// up to `count` of them fit an Int128: sums and differences of sums are then exact.
public struct ExactScale: Sendable, Equatable {
  public let exponent: Int

  /// Integers are sums of ones.
  static let ofIntegers = ExactScale(exponent: 0)

  private init(exponent: Int) { self.exponent = exponent }

  /// nil where exponent span + log₂ `count` exceeds 126 bits; `ExactSum` then does it.
  @inlinable public init?(_ range: ExponentRange, count: Int) {
    guard range.low <= range.high else {
      exponent = 0
      return
    }
    // Subnormal numbers have biased exponent 0 but the unit of exponent 1.
    let low = max(range.low, 1)
    let countBits = Int.bitWidth - max(count, 1).leadingZeroBitCount
    guard max(range.high, 1) - low + 53 + countBits <= 126 else { return nil }
    exponent = low - 1075
  }

  /// The value in units; 0 for values that are not finite. Only for values of the range that the
  /// scale was made for.
  @inlinable public func integer(_ value: Double) -> Int128 {
    let bits = value.bitPattern
    let biased = Int((bits >> 52) & 0x7FF)
    if biased == 0x7FF { return 0 }
    let mantissa = (bits & 0xF_FFFF_FFFF_FFFF) | (biased == 0 ? 0 : 1 << 52)
    let magnitude =
      Int128(truncatingIfNeeded: mantissa) &<< Int128(max(biased, 1) - 1075 - exponent)
    return value.sign == .minus ? -magnitude : magnitude
  }

  /// The double nearest to `sum` units, ties to even.
  @inlinable public func double(_ sum: Int128) -> Double {
    let magnitude = roundedDouble(sum.magnitude, exponent: exponent)
    return sum < 0 ? -magnitude : magnitude
  }
}

/// The double nearest to `magnitude` · 2^`exponent`, ties to even; infinite when it is too large.
@inlinable
public func roundedDouble(_ magnitude: UInt128, exponent: Int) -> Double {
  if magnitude == 0 { return 0 }
  let top = 127 - magnitude.leadingZeroBitCount
  let cut = max(top - 52, -1074 - exponent)
  var kept: UInt64
  var unit = exponent
  if cut <= 0 {
    kept = UInt64(truncatingIfNeeded: magnitude)
  } else if cut > 128 {
    return 0
  } else {
    // Smart shifts: a shift by 128 gives 0.
    kept = UInt64(truncatingIfNeeded: magnitude >> UInt128(cut))
    let rest = magnitude - (UInt128(kept) << UInt128(cut))
    let half: UInt128 = 1 << UInt128(cut - 1)
    if rest > half || (rest == half && kept & 1 == 1) { kept += 1 }
    unit += cut
  }
  if unit >= -1022 && unit <= 1023 {
    return Double(kept) * Double(bitPattern: UInt64(unit + 1023) << 52)
  }
  return Double(sign: .plus, exponent: unit, significand: Double(kept))
}
