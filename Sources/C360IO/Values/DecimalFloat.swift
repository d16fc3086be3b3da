/// Decimal to binary floats by one multiplication with a 128-bit power of ten (the method of Eisel
/// and Lemire): exact, and silent in the rare cases where 128 bits do not settle the rounding.
enum DecimalFloat {
  private static let lowest = -342
  private static let highest = 308

  /// 128-bit powers of ten, truncated, the highest bit set: `high` then `low` for each exponent.
  nonisolated(unsafe) private static let powers: UnsafePointer<UInt64> = makePowers()

  /// The float nearest to `mantissa × 10^exponent`, or `nil` when a longer computation must decide.
  /// `mantissa` is not 0.
  static func nearest(_ mantissa: UInt64, _ exponent: Int) -> Double? {
    guard exponent >= lowest, exponent <= highest else { return nil }
    let leading = mantissa.leadingZeroBitCount
    let normal = mantissa << UInt64(leading)
    let index = (exponent - lowest) * 2
    let first = normal.multipliedFullWidth(by: powers[index])
    var high = first.high
    var low = first.low
    if high & 0x1FF == 0x1FF {
      // The nine bits behind the 55 that matter are all set: the next word may carry into them.
      let second = normal.multipliedFullWidth(by: powers[index + 1])
      let (sum, carry) = low.addingReportingOverflow(second.high)
      low = sum
      if carry { high &+= 1 }
      if low == .max, high & 0x1FF == 0x1FF { return nil }
    }
    let upper = Int(high >> 63)
    var significand = high >> UInt64(upper + 9)
    // ⌊log₂ 10^exponent⌋ by a fixed-point logarithm, exact for this range.
    var binary = (217_706 * exponent) >> 16 + 63 + 1023 - leading + upper
    // Half-way cases, and floats below the smallest normal one, take the long way.
    if low <= 1, exponent >= -4, exponent <= 23, significand & 3 == 1,
      significand << UInt64(upper + 9) == high
    {
      return nil
    }
    significand = (significand + (significand & 1)) >> 1
    if significand >= 1 << 53 {
      significand = 1 << 52
      binary += 1
    }
    guard binary >= 1, binary <= 2046 else { return nil }
    return Double(bitPattern: UInt64(binary) << 52 | (significand & ~(1 << 52)))
  }

  private static func makePowers() -> UnsafePointer<UInt64> {
    let table = UnsafeMutablePointer<UInt64>.allocate(capacity: (highest - lowest + 1) * 2)
    for exponent in lowest...highest {
      let (high, low) = truncatedPower(exponent)
      table[(exponent - lowest) * 2] = high
      table[(exponent - lowest) * 2 + 1] = low
    }
    return UnsafePointer(table)
  }

  /// The top 128 bits of 10^exponent; for negative exponents rounded up, as the method asks.
  private static func truncatedPower(_ exponent: Int) -> (UInt64, UInt64) {
    let power = BigNatural.power(of: 5, abs(exponent))
    if exponent >= 0 { return power.topBits }
    var (high, low) = power.reciprocal
    low &+= 1
    if low == 0 { high &+= 1 }
    return (high, low)
  }
}
