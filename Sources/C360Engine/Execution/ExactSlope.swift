/// Count, sum and sum of squares of times since some base, exactly.
struct TimeMoments {
  private(set) var count = 0
  private(set) var sum: UInt128 = 0
  private var squares = WideSquares()

  @inline(__always)
  mutating func add(_ time: UInt64) {
    count &+= 1
    sum &+= UInt128(time)
    squares += WideSquares(squareOf: Int128(time))
  }

  /// Takes back a time that was added.
  @inline(__always)
  mutating func remove(_ time: UInt64) {
    count &-= 1
    sum &-= UInt128(time)
    squares = squares - WideSquares(squareOf: Int128(time))
  }

  /// n·Σt² − (Σt)²; nil where all times are one.
  var denominator: WideUnits? {
    let exact = squares.scaled(by: UInt64(count)) - WideSquares(squareOf: Int128(sum))
    return exact == WideSquares() ? nil : WideUnits(magnitude: exact, exponent: 0)
  }
}

/// A day in µs is this odd number times 2^13.
private let oddPartOfDay: UInt64 = 10_546_875
private let powerOfTwoOfDay = 13

/// The slope by day from that by µs, rounded once.
///
/// - Parameter numerator: in two's complement, below 2^222: the sums behind it have less than 2^31 terms.
func slopePerDay(
  _ numerator: WideSquares, exponent: Int, _ denominator: WideUnits
) -> Double {
  let isNegative = numerator.high >> 127 == 1
  let magnitude = (isNegative ? WideSquares() - numerator : numerator).scaled(by: oddPartOfDay)
  let slope = exactQuotient(
    WideUnits(magnitude: magnitude, exponent: exponent + powerOfTwoOfDay), denominator)
  return signed(slope, isNegative: isNegative)
}

/// The sums behind a slope of any doubles.
struct ExactSlope {
  private var times = TimeMoments()
  private var sum = ExactSum()
  private var products = WideAccumulator(lowestExponent: -1074, bits: 2_200)

  mutating func add(_ value: Double, at time: UInt64) {
    times.add(time)
    addProduct(value, time)
  }

  /// Takes back a finite value that was added.
  mutating func remove(_ value: Double, at time: UInt64) {
    times.remove(time)
    addProduct(-value, time)
  }

  private mutating func addProduct(_ value: Double, _ time: UInt64) {
    sum.add(value)
    guard value.isFinite else { return }
    let (mantissa, position) = decomposed(value)
    products.add(UInt128(mantissa) * UInt128(time), at: position, isNegative: value < 0)
  }

  /// nil for fewer than two times; NaN with values that are not finite.
  var perDay: Double? {
    guard let denominator = times.denominator else { return nil }
    if sum.special != nil { return .nan }
    let numerator = products.value.scaled(by: UInt128(times.count))
      .difference(sum.exact.scaled(by: times.sum))
    let slope = exactQuotient(numerator.scaled(by: oddPartOfDay << powerOfTwoOfDay), denominator)
    return signed(slope, isNegative: numerator.isNegative)
  }
}

extension WideSquares {
  /// In two's complement, so that sums and differences may be negative.
  @inline(__always)
  init(product left: Int128, _ right: UInt128) {
    let (high, low) = left.magnitude.multipliedFullWidth(by: right)
    self.init(high: high, low: low)
    if left < 0 { self = WideSquares() - self }
  }
}

extension WideInteger {
  func scaled(by factor: UInt128) -> WideInteger {
    let factors = (0..<4).map { UInt32(truncatingIfNeeded: factor >> UInt128(32 * $0)) }
    return WideInteger(
      digits: Self.product(digits, factors), exponent: exponent, isNegative: isNegative)
  }

  /// Of two numbers in one unit.
  func difference(_ other: WideInteger) -> WideInteger {
    if isNegative != other.isNegative {
      return WideInteger(
        digits: Self.sum(digits, other.digits), exponent: exponent, isNegative: isNegative)
    }
    let isLess = hasLessMagnitude(than: other)
    let larger = isLess ? other : self
    var result = larger.minus(isLess ? self : other)
    result.isNegative = isNegative != isLess
    return result
  }

  func hasLessMagnitude(than other: WideInteger) -> Bool {
    for index in stride(from: max(digits.count, other.digits.count) - 1, through: 0, by: -1) {
      let own = index < digits.count ? digits[index] : 0
      let others = index < other.digits.count ? other.digits[index] : 0
      if own != others { return own < others }
    }
    return false
  }

  private static func sum(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
    var result: [UInt32] = []
    var carry: UInt64 = 0
    for index in 0..<max(left.count, right.count) {
      carry += UInt64(index < left.count ? left[index] : 0)
      carry += UInt64(index < right.count ? right[index] : 0)
      result.append(UInt32(truncatingIfNeeded: carry))
      carry >>= 32
    }
    return result + [UInt32(carry)]
  }
}
