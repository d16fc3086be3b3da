/// Adds integers of up to 128 bits at any bit position. Digits of 32 bits in Int64 cells, so that
/// carries are rare.
struct WideAccumulator: Sendable {
  let lowestExponent: Int
  private var cells: [Int64]
  private var pending = 0

  /// - Parameter bits: positions that values may reach; there is room for 2^63 of them.
  init(lowestExponent: Int, bits: Int) {
    self.lowestExponent = lowestExponent
    cells = Array(repeating: 0, count: (bits + 63) / 32 + 6)
  }

  /// Adds ±`magnitude` · 2^`position` units.
  mutating func add(_ magnitude: UInt128, at position: Int, isNegative: Bool) {
    if pending == 1 << 29 { carry() }
    pending += 1
    let cell = position >> 5
    let shift = UInt128(position & 31)
    var low = magnitude << shift
    let high = magnitude >> (128 - shift)
    for index in 0..<4 {
      let digit = Int64(truncatingIfNeeded: low & 0xFFFF_FFFF)
      cells[cell + index] += isNegative ? -digit : digit
      low >>= 32
    }
    let digit = Int64(truncatingIfNeeded: high)
    cells[cell + 4] += isNegative ? -digit : digit
  }

  mutating func merge(_ other: WideAccumulator) {
    var other = other
    carry()
    other.carry()
    for index in cells.indices { cells[index] += other.cells[index] }
    pending = 2
  }

  /// Brings every cell but the last into 0 ..< 2^32; the last one keeps the sign.
  private mutating func carry() {
    pending = 1
    var carried: Int64 = 0
    for index in cells.indices.dropLast() {
      let value = cells[index] + carried
      carried = value >> 32
      cells[index] = value & 0xFFFF_FFFF
    }
    cells[cells.count - 1] += carried
  }

  var value: WideInteger {
    var settled = self
    settled.carry()
    let isNegative = settled.cells[settled.cells.count - 1] < 0
    if isNegative {
      for index in settled.cells.indices { settled.cells[index] = -settled.cells[index] }
      settled.carry()
    }
    return WideInteger(
      digits: settled.cells.map { UInt32(truncatingIfNeeded: $0) }, exponent: lowestExponent,
      isNegative: isNegative)
  }
}

/// ± digits · 2^`exponent`, digits of 32 bits, the lowest first. As much arithmetic as exact
/// variances need.
struct WideInteger: Sendable {
  var digits: [UInt32]
  var exponent: Int
  var isNegative: Bool

  func scaled(by factor: UInt64) -> WideInteger {
    let factors = [UInt32(truncatingIfNeeded: factor), UInt32(factor >> 32)]
    return WideInteger(
      digits: Self.product(digits, factors), exponent: exponent, isNegative: isNegative)
  }

  var squared: WideInteger {
    WideInteger(
      digits: Self.product(digits, digits), exponent: 2 * exponent, isNegative: false)
  }

  /// Of two numbers that are not negative, the second not greater, in one unit.
  func minus(_ other: WideInteger) -> WideInteger {
    var result = digits
    if result.count < other.digits.count {
      result += Array(repeating: 0, count: other.digits.count - result.count)
    }
    var borrow: Int64 = 0
    for index in result.indices {
      let taken = index < other.digits.count ? Int64(other.digits[index]) : 0
      let difference = Int64(result[index]) - taken - borrow
      borrow = difference < 0 ? 1 : 0
      result[index] = UInt32(truncatingIfNeeded: difference)
    }
    return WideInteger(digits: result, exponent: exponent, isNegative: false)
  }

  static func product(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
    var result = [UInt32](repeating: 0, count: left.count + right.count)
    for (place, digit) in left.enumerated() where digit != 0 {
      var carry: UInt64 = 0
      for (offset, other) in right.enumerated() {
        let sum = UInt64(digit) * UInt64(other) + UInt64(result[place + offset]) + carry
        result[place + offset] = UInt32(truncatingIfNeeded: sum)
        carry = sum >> 32
      }
      result[place + right.count] = UInt32(carry)
    }
    return result
  }

  /// Ties to even.
  var rounded: Double {
    guard let top = digits.lastIndex(where: { $0 != 0 }) else { return 0 }
    let lowest = max(0, top - 3)
    var leading: UInt128 = 0
    for index in stride(from: top, through: lowest, by: -1) {
      leading = leading << 32 | UInt128(digits[index])
    }
    if digits[..<lowest].contains(where: { $0 != 0 }) { leading |= 1 }
    let magnitude = roundedDouble(leading, exponent: exponent + 32 * lowest)
    return isNegative ? -magnitude : magnitude
  }
}
