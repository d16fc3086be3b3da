/// A natural number of any size, as far as the table of powers of ten needs it.
struct BigNatural {
  /// Lowest first; the last one is not 0.
  private var words: [UInt64]

  static func power(of base: UInt64, _ exponent: Int) -> BigNatural {
    var result = BigNatural(words: [1])
    for _ in 0..<exponent {
      var carry: UInt64 = 0
      for index in result.words.indices {
        let (high, low) = result.words[index].multipliedFullWidth(by: base)
        let (sum, overflow) = low.addingReportingOverflow(carry)
        result.words[index] = sum
        carry = high + (overflow ? 1 : 0)
      }
      if carry != 0 { result.words.append(carry) }
    }
    return result
  }

  var bitCount: Int {
    words.count * 64 - (words.last?.leadingZeroBitCount ?? 0)
  }

  /// The highest 128 bits, shifted up so that the first one is set; what is below is cut off.
  var topBits: (high: UInt64, low: UInt64) {
    var high: UInt64 = 0
    var low: UInt64 = 0
    let count = bitCount
    for place in 0..<128 {
      let bit = count - 1 - place
      let value = bit >= 0 ? words[bit >> 6] >> UInt64(bit & 63) & 1 : 0
      high = high << 1 | low >> 63
      low = low << 1 | value
    }
    return (high, low)
  }

  /// ⌊2^(bitCount + 127) / self⌋, a number of 128 bits when `self` is no power of two.
  var reciprocal: (high: UInt64, low: UInt64) {
    // Long division: the remainder starts as 2^bitCount − self, after the first quotient bit.
    var remainder = BigNatural(words: [UInt64](repeating: 0, count: words.count + 1))
    remainder.words[bitCount >> 6] = 1 << UInt64(bitCount & 63)
    var high: UInt64 = 0
    var low: UInt64 = 0
    for step in 0..<128 {
      if step > 0 { remainder.double() }
      high = high << 1 | low >> 63
      low <<= 1
      if remainder.isAtLeast(self) {
        remainder.subtract(self)
        low |= 1
      }
    }
    return (high, low)
  }

  private mutating func double() {
    var carry: UInt64 = 0
    for index in words.indices {
      let next = words[index] >> 63
      words[index] = words[index] << 1 | carry
      carry = next
    }
  }

  private func isAtLeast(_ other: BigNatural) -> Bool {
    for index in words.indices.reversed() {
      let mine = words[index]
      let theirs = index < other.words.count ? other.words[index] : 0
      if mine != theirs { return mine > theirs }
    }
    return true
  }

  private mutating func subtract(_ other: BigNatural) {
    var borrow: UInt64 = 0
    for index in words.indices {
      let theirs = index < other.words.count ? other.words[index] : 0
      let (first, underflow) = words[index].subtractingReportingOverflow(theirs)
      let (second, again) = first.subtractingReportingOverflow(borrow)
      words[index] = second
      borrow = underflow || again ? 1 : 0
    }
  }
}
