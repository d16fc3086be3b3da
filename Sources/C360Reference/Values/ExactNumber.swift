import Foundation

/// An exact number: integer · 2^exponent. Every finite double and every integer is one; sums and
/// products are exact, and rounding happens once, at the end.
struct ExactNumber {
  let integer: BigInteger
  let exponent: Int

  private init(integer: BigInteger, exponent: Int) {
    self.integer = integer
    self.exponent = exponent
  }

  init(_ value: Int64) { self.init(integer: BigInteger(value), exponent: 0) }

  /// `value` must be finite.
  init(_ value: Double) {
    let fraction = Int64(value.significandBitPattern)
    let isNormal = value.exponentBitPattern != 0
    let magnitude = BigInteger(isNormal ? fraction | 1 << 52 : fraction)
    self.init(
      integer: value.sign == .minus ? -magnitude : magnitude,
      exponent: (isNormal ? Int(value.exponentBitPattern) : 1) - 1075)
  }

  static func + (left: ExactNumber, right: ExactNumber) -> ExactNumber {
    let exponent = min(left.exponent, right.exponent)
    return ExactNumber(
      integer: left.integer.shiftedLeft(left.exponent - exponent)
        + right.integer.shiftedLeft(right.exponent - exponent),
      exponent: exponent)
  }

  static func - (left: ExactNumber, right: ExactNumber) -> ExactNumber {
    left + ExactNumber(integer: -right.integer, exponent: right.exponent)
  }

  static func * (left: ExactNumber, right: ExactNumber) -> ExactNumber {
    ExactNumber(integer: left.integer * right.integer, exponent: left.exponent + right.exponent)
  }

  /// Times 2^`shift`.
  func scaled(by shift: Int) -> ExactNumber {
    ExactNumber(integer: integer, exponent: exponent + shift)
  }

  /// The binary exponent of the highest bit; 0 for 0.
  var magnitude: Int { integer.isZero ? 0 : integer.bitWidth - 1 + exponent }

  /// The nearest double, halves to even; exact zero is +0.
  var rounded: Double {
    if integer.isZero { return 0 }
    // The place of the last bit that a double of this size has.
    let last = max(integer.bitWidth + exponent - 53, -1074)
    let dropped = last - exponent
    var significand: UInt64 = 0
    for index in stride(from: integer.bitWidth - 1, through: dropped, by: -1) {
      significand = significand << 1 | (integer.bit(index) ? 1 : 0)
    }
    let isHalfOrMore = integer.bit(dropped - 1)
    let isMoreThanHalf = isHalfOrMore && (0..<max(0, dropped - 1)).contains { integer.bit($0) }
    if isMoreThanHalf || (isHalfOrMore && significand & 1 == 1) { significand += 1 }
    let magnitude = scalbn(Double(significand), last)
    return integer.isNegative ? -magnitude : magnitude
  }
}

/// The double nearest to a quotient, halves to even: of the doubles around a first guess the one at the
/// least distance, which is compared without dividing. The divisor is not 0.
func nearestQuotient(_ dividend: ExactNumber, _ divisor: ExactNumber) -> Double {
  if dividend.integer.isZero { return 0 }
  /// A double as an exact number; infinity stands for the first power of two beyond all doubles.
  func exact(_ double: Double) -> ExactNumber {
    if double.isFinite { return ExactNumber(double) }
    let limit = ExactNumber(1 as Int64).scaled(by: 1024)
    return double < 0 ? ExactNumber(0 as Int64) - limit : limit
  }
  /// | double · divisor − dividend |
  func distance(_ double: Double) -> ExactNumber {
    let difference = exact(double) * divisor - dividend
    return difference.integer.isNegative ? ExactNumber(0 as Int64) - difference : difference
  }
  func isOdd(_ double: Double) -> Bool { double.bitPattern & 1 == 1 }
  let scaled =
    dividend.scaled(by: -dividend.magnitude).rounded
    / divisor.scaled(by: -divisor.magnitude).rounded
  var nearest = scalbn(scaled, max(-5000, min(5000, dividend.magnitude - divisor.magnitude)))
  var least = distance(nearest)
  // The guess is at most two doubles off.
  for step in [\Double.nextUp, \Double.nextDown] {
    while true {
      let neighbour = nearest[keyPath: step]
      let other = distance(neighbour)
      let gain = other - least
      let isNearer = gain.integer.isNegative
      guard isNearer || (gain.integer.isZero && isOdd(nearest) && !isOdd(neighbour)) else { break }
      (nearest, least) = (neighbour, other)
    }
  }
  return nearest == 0 ? 0 : nearest
}

/// What sums are made of.
protocol Summand {
  /// nil for NaN and infinities.
  var exact: ExactNumber? { get }
  /// Halves to even.
  var nearest: Double { get }
}

extension ExactNumber: Summand {
  var exact: ExactNumber? { self }
  var nearest: Double { rounded }
}

extension Double: Summand {
  var exact: ExactNumber? { isFinite ? ExactNumber(self) : nil }
  var nearest: Double { self }
}

/// nil with NaN or infinities.
private func finiteSum(_ values: [any Summand]) -> ExactNumber? {
  var sum = ExactNumber(0 as Int64)
  for value in values {
    guard let number = value.exact else { return nil }
    sum = sum + number
  }
  return sum
}

/// The correctly rounded sum; with NaN or infinities what IEEE addition gives in any order.
func exactSum(_ values: [any Summand]) -> Double {
  finiteSum(values)?.rounded
    ?? values.filter { $0.exact == nil }.map(\.nearest).reduce(0, +)
}

/// The correctly rounded mean of at least one value; with NaN or infinities as their sum.
func exactMean(_ values: [any Summand]) -> Double {
  guard let sum = finiteSum(values) else { return exactSum(values) }
  return nearestQuotient(sum, ExactNumber(Int64(values.count)))
}

/// Σx / Σy, correctly rounded; nil where Σy is 0. With NaN or infinities the quotient of the sums.
func exactRatio(_ values: [any Summand], _ divisors: [any Summand]) -> Double? {
  guard let sum = finiteSum(values), let divisor = finiteSum(divisors) else {
    let divisor = exactSum(divisors)
    return divisor == 0 ? nil : exactSum(values) / divisor
  }
  return divisor.integer.isZero ? nil : nearestQuotient(sum, divisor)
}

/// (n·Σx² − (Σx)²) / (n·`freedom`), correctly rounded; NaN with NaN or infinities among the values.
func exactVariance(_ values: [any Summand], over freedom: Int) -> Double {
  let numbers = values.compactMap(\.exact)
  if numbers.count < values.count { return .nan }
  let zero = ExactNumber(0 as Int64)
  let sum = numbers.reduce(zero, +)
  let squares = numbers.map { $0 * $0 }.reduce(zero, +)
  let count = ExactNumber(Int64(values.count))
  return nearestQuotient(count * squares - sum * sum, count * ExactNumber(Int64(freedom)))
}
