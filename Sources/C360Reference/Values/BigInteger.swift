/// A signed integer of any size: 32-bit limbs, least first, no leading zero limb.
struct BigInteger {
  private(set) var isNegative: Bool
  private(set) var limbs: [UInt32]

  private init(isNegative: Bool, limbs: [UInt32]) {
    var limbs = limbs
    while limbs.last == 0 { limbs.removeLast() }
    self.isNegative = isNegative && !limbs.isEmpty
    self.limbs = limbs
  }

  init(_ value: Int64) {
    let magnitude = value.magnitude
    self.init(
      isNegative: value < 0,
      limbs: [UInt32(truncatingIfNeeded: magnitude), UInt32(magnitude >> 32)])
  }

  var isZero: Bool { limbs.isEmpty }

  /// Number of bits of the magnitude.
  var bitWidth: Int {
    limbs.isEmpty ? 0 : limbs.count * 32 - limbs[limbs.count - 1].leadingZeroBitCount
  }

  func bit(_ index: Int) -> Bool {
    index >= 0 && index / 32 < limbs.count && limbs[index / 32] >> (index % 32) & 1 == 1
  }

  static prefix func - (value: BigInteger) -> BigInteger {
    BigInteger(isNegative: !value.isNegative, limbs: value.limbs)
  }

  static func + (left: BigInteger, right: BigInteger) -> BigInteger {
    if left.isNegative == right.isNegative {
      var sum: [UInt32] = []
      var carry: UInt64 = 0
      for index in 0..<max(left.limbs.count, right.limbs.count) {
        carry += UInt64(left.limb(index)) + UInt64(right.limb(index))
        sum.append(UInt32(truncatingIfNeeded: carry))
        carry >>= 32
      }
      return BigInteger(isNegative: left.isNegative, limbs: sum + [UInt32(carry)])
    }
    if left.magnitudeIsLess(than: right) { return right + left }
    var difference: [UInt32] = []
    var borrow: Int64 = 0
    for index in left.limbs.indices {
      let limb = Int64(left.limbs[index]) - Int64(right.limb(index)) - borrow
      borrow = limb < 0 ? 1 : 0
      difference.append(UInt32(truncatingIfNeeded: limb))
    }
    return BigInteger(isNegative: left.isNegative, limbs: difference)
  }

  static func - (left: BigInteger, right: BigInteger) -> BigInteger { left + -right }

  static func * (left: BigInteger, right: BigInteger) -> BigInteger {
    var product = [UInt32](repeating: 0, count: left.limbs.count + right.limbs.count)
    for (i, a) in left.limbs.enumerated() {
      var carry: UInt64 = 0
      for (j, b) in right.limbs.enumerated() {
        carry += UInt64(a) * UInt64(b) + UInt64(product[i + j])
        product[i + j] = UInt32(truncatingIfNeeded: carry)
        carry >>= 32
      }
      product[i + right.limbs.count] = UInt32(carry)
    }
    return BigInteger(isNegative: left.isNegative != right.isNegative, limbs: product)
  }

  /// Times 2^count, count ≥ 0.
  func shiftedLeft(_ count: Int) -> BigInteger {
    var shifted = [UInt32](repeating: 0, count: count / 32)
    var carry: UInt64 = 0
    for limb in limbs {
      carry |= UInt64(limb) << (count % 32)
      shifted.append(UInt32(truncatingIfNeeded: carry))
      carry >>= 32
    }
    return BigInteger(isNegative: isNegative, limbs: shifted + [UInt32(carry)])
  }

  private func limb(_ index: Int) -> UInt32 { index < limbs.count ? limbs[index] : 0 }

  private func magnitudeIsLess(than other: BigInteger) -> Bool {
    if limbs.count != other.limbs.count { return limbs.count < other.limbs.count }
    return limbs.reversed().lexicographicallyPrecedes(other.limbs.reversed())
  }
}
