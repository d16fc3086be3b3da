/// The exact sum of any doubles, rounded once (semantics.md E3): the answer depends on the values
/// only, never on their order. A superaccumulator over the whole range of exponents; where an
/// `ExactScale` fits, sums in Int128 are several times faster and give the same double.
public struct ExactSum: Sendable {
  private var digits = WideAccumulator(lowestExponent: -1074, bits: 2_100)
  private var specials: SpecialValues = []

  public init() {}

  public mutating func add(_ value: Double) {
    guard value.isFinite else {
      specials.formUnion(SpecialValues(of: value))
      return
    }
    let (mantissa, position) = decomposed(value)
    digits.add(UInt128(mantissa), at: position, isNegative: value < 0)
  }

  public mutating func merge(_ other: ExactSum) {
    digits.merge(other.digits)
    specials.formUnion(other.specials)
  }

  /// Ties to even; infinite where the sum is too large for a double.
  public var rounded: Double { specials.sum ?? digits.value.rounded }

  var total: ExactTotal { specials.sum.map { .special($0) } ?? .wide(digits.value) }

  var exact: WideInteger { digits.value }
  var special: Double? { specials.sum }
}

/// Count, sum and sum of squares of any doubles, exactly.
public struct ExactMoments: Sendable {
  public private(set) var count = 0
  private var sum = ExactSum()
  private var squares = WideAccumulator(lowestExponent: -2148, bits: 4_200)

  public init() {}

  public mutating func add(_ value: Double) {
    count += 1
    sum.add(value)
    guard value.isFinite else { return }
    let (mantissa, position) = decomposed(value)
    squares.add(UInt128(mantissa) * UInt128(mantissa), at: 2 * position, isNegative: false)
  }

  /// Takes back a finite value that was added.
  mutating func remove(_ value: Double) {
    count -= 1
    sum.add(-value)
    let (mantissa, position) = decomposed(value)
    squares.add(UInt128(mantissa) * UInt128(mantissa), at: 2 * position, isNegative: true)
  }

  /// See `variance(ofCount:…)`.
  public func variance(isPopulation: Bool) -> Double? {
    guard count > (isPopulation ? 0 : 1) else { return nil }
    if sum.special != nil { return .nan }
    let numerator = squares.value.scaled(by: UInt64(count)).minus(sum.exact.squared)
    return exactQuotient(numerator, varianceDenominator(count, isPopulation))
  }
}

/// Sum of squares in units of 2^(2 · `scale.exponent`), up to 2^256: exact wherever sums in the same
/// scale are. Differences of two such sums are exact too.
public struct WideSquares: Sendable, Equatable, BitwiseCopyable {
  @usableFromInline var high: UInt128
  @usableFromInline var low: UInt128

  @inlinable public init() {
    high = 0
    low = 0
  }

  @inlinable init(high: UInt128, low: UInt128) {
    self.high = high
    self.low = low
  }

  /// The square of a value in units of the scale.
  @inlinable public init(squareOf units: Int128) {
    let (high, low) = units.magnitude.multipliedFullWidth(by: units.magnitude)
    self.high = high
    self.low = low
  }

  @inlinable public static func += (left: inout WideSquares, right: WideSquares) {
    let (low, carry) = left.low.addingReportingOverflow(right.low)
    left.low = low
    left.high = left.high &+ right.high &+ (carry ? 1 : 0)
  }

  @inlinable public static func - (left: WideSquares, right: WideSquares) -> WideSquares {
    let (low, borrow) = left.low.subtractingReportingOverflow(right.low)
    return WideSquares(high: left.high &- right.high &- (borrow ? 1 : 0), low: low)
  }

  @usableFromInline func scaled(by factor: UInt64) -> WideSquares {
    let (carry, low) = low.multipliedFullWidth(by: UInt128(factor))
    return WideSquares(high: high &* UInt128(factor) &+ carry, low: low)
  }
}

extension ExactScale {
  /// Variance of `count` values from their exact sums: n·Σx² − (Σx)² over n(n − 1), or over n² for the
  /// population form, rounded once. nil for no value, and for one value in the sample form. Not for
  /// columns with NaN or infinities (then NaN).
  public func variance(
    ofCount count: Int, sum: Int128, squares: WideSquares, isPopulation: Bool
  ) -> Double? {
    guard count > (isPopulation ? 0 : 1) else { return nil }
    let numerator = squares.scaled(by: UInt64(count)) - WideSquares(squareOf: sum)
    return exactQuotient(
      WideUnits(magnitude: numerator, exponent: 2 * exponent),
      varianceDenominator(count, isPopulation))
  }
}

private func varianceDenominator(_ count: Int, _ isPopulation: Bool) -> Units {
  Units(magnitude: UInt128(count) * UInt128(isPopulation ? count : count - 1), exponent: 0)
}

/// A finite value as mantissa · 2^(position − 1074).
func decomposed(_ value: Double) -> (mantissa: UInt64, position: Int) {
  let bits = value.bitPattern
  let biased = Int((bits >> 52) & 0x7FF)
  let mantissa = (bits & 0xF_FFFF_FFFF_FFFF) | (biased == 0 ? 0 : 1 << 52)
  return (mantissa, max(biased, 1) - 1)
}
