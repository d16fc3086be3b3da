/// The exact sum of some doubles, not yet rounded (semantics.md E3).
enum ExactTotal {
  /// So many units of 2^`exponent`.
  case units(Int128, exponent: Int)
  case wide(WideInteger)
  /// What it is with NaN or infinities among the values.
  case special(Double)

  /// Ties to even; infinite where the sum is too large for a double.
  @inline(__always)
  var rounded: Double {
    switch self {
    case .units(let units, let exponent):
      let magnitude = roundedDouble(units.magnitude, exponent: exponent)
      return units < 0 ? -magnitude : magnitude
    case .wide(let integer): return integer.rounded
    case .special(let special): return special
    }
  }

  /// The mean of `count` values, rounded once: finite also where the sum is too large.
  ///
  /// - Parameter count: above 0.
  @inline(__always)
  func mean(of count: Int64) -> Double {
    let count = Units(magnitude: UInt128(count.magnitude), exponent: 0)
    switch self {
    case .units(let units, let exponent):
      let mean = exactQuotient(Units(magnitude: units.magnitude, exponent: exponent), count)
      return signed(mean, isNegative: units < 0)
    case .wide(let integer):
      let mean = exactQuotient(integer, count)
      return signed(mean, isNegative: integer.isNegative)
    case .special(let special): return special
    }
  }

  private var wide: WideInteger? {
    switch self {
    case .units(let units, let exponent):
      var integer = Units(magnitude: units.magnitude, exponent: exponent).wide
      integer.isNegative = units < 0
      return integer
    case .wide(let integer): return integer
    case .special: return nil
    }
  }

  /// Rounded once; with NaN or infinities the IEEE quotient. nil where the divisor is 0.
  static func / (left: ExactTotal, right: ExactTotal) -> Double? {
    if case .units(let upper, let upperExponent) = left,
      case .units(let lower, let lowerExponent) = right
    {
      if lower == 0 { return nil }
      let quotient = exactQuotient(
        Units(magnitude: upper.magnitude, exponent: upperExponent),
        Units(magnitude: lower.magnitude, exponent: lowerExponent))
      return signed(quotient, isNegative: (upper < 0) != (lower < 0))
    }
    guard let upper = left.wide, let lower = right.wide else {
      let divisor = right.rounded
      return divisor == 0 ? nil : left.rounded / divisor
    }
    if lower.leading == nil { return nil }
    let quotient = exactQuotient(upper, lower)
    return signed(quotient, isNegative: upper.isNegative != lower.isNegative)
  }
}
