import CArrowABI

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension ArrowConverter {
  func convertBools(
    _ chunk: ArrowChunk, into target: UnsafeMutablePointer<UInt8>
  ) throws(ColumnError) {
    guard let bits = chunk.raw(1)?.assumingMemoryBound(to: UInt8.self) else { throw missing }
    for index in 0..<chunk.count {
      let bit = chunk.offset + index
      target[index] = bits[bit >> 3] >> UInt8(bit & 7) & 1
    }
  }

  func convertInts(
    _ chunk: ArrowChunk, _ bits: Int, _ isSigned: Bool, into target: UnsafeMutablePointer<Int64>
  ) throws(ColumnError) {
    switch (bits, isSigned) {
    case (8, true): try widen(chunk, Int8.self, target)
    case (8, false): try widen(chunk, UInt8.self, target)
    case (16, true): try widen(chunk, Int16.self, target)
    case (16, false): try widen(chunk, UInt16.self, target)
    case (32, true): try widen(chunk, Int32.self, target)
    case (32, false): try widen(chunk, UInt32.self, target)
    case (_, true):
      guard let source = chunk.elements(1, of: Int64.self) else { throw missing }
      memcpy(target, source, chunk.count * 8)
    case (_, false):
      guard let source = chunk.elements(1, of: UInt64.self) else { throw missing }
      var all: UInt64 = 0
      for index in 0..<chunk.count {
        all |= source[index]
        target[index] = Int64(bitPattern: source[index])
      }
      if all >> 63 == 0 { return }
      for index in 0..<chunk.count where source[index] >> 63 != 0 && chunk.isValid(index) {
        throw ColumnError(row: index, problem: .outOfRange("\(source[index])"))
      }
    }
  }

  @inline(__always)
  private func widen<T: FixedWidthInteger>(
    _ chunk: ArrowChunk, _: T.Type, _ target: UnsafeMutablePointer<Int64>
  ) throws(ColumnError) {
    guard let source = chunk.elements(1, of: T.self) else { throw missing }
    for index in 0..<chunk.count { target[index] = Int64(truncatingIfNeeded: source[index]) }
  }

  func convertIntsToFloats(
    _ chunk: ArrowChunk, _ bits: Int, _ isSigned: Bool, into target: UnsafeMutablePointer<Double>
  ) throws(ColumnError) {
    if bits == 64, !isSigned {
      guard let source = chunk.elements(1, of: UInt64.self) else { throw missing }
      for index in 0..<chunk.count { target[index] = Double(source[index]) }
      return
    }
    // Same width, so the integers are put in place first and then turned into floats.
    try target.withMemoryRebound(to: Int64.self, capacity: chunk.count) {
      (ints) throws(ColumnError) in
      try convertInts(chunk, bits, isSigned, into: ints)
    }
    let raw = UnsafeMutableRawPointer(target)
    for index in 0..<chunk.count {
      let value = Double(raw.load(fromByteOffset: index * 8, as: Int64.self))
      raw.storeBytes(of: value, toByteOffset: index * 8, as: Double.self)
    }
  }

  /// Of integers that become floats: those that no float is.
  func lostDigits(of chunk: ArrowChunk, _ bits: Int, _ isSigned: Bool) -> LostDigits? {
    guard bits == 64 else { return nil }
    func lost<T: FixedWidthInteger>(_: T.Type) -> LostDigits? {
      guard let source = chunk.elements(1, of: T.self) else { return nil }
      var all: UInt64 = 0
      for index in 0..<chunk.count { all |= UInt64(source[index].magnitude) }
      if all >> 53 == 0 { return nil }
      var lost: LostDigits?
      for index in 0..<chunk.count
      where T(exactly: Double(source[index])) != source[index] && chunk.isValid(index) {
        LostDigits.note(&lost, row: index, "\(source[index])")
      }
      return lost
    }
    return isSigned ? lost(Int64.self) : lost(UInt64.self)
  }

  func convertFloats(
    _ chunk: ArrowChunk, _ bits: Int, into target: UnsafeMutablePointer<Double>
  ) throws(ColumnError) {
    switch bits {
    case 64:
      guard let source = chunk.elements(1, of: Double.self) else { throw missing }
      memcpy(target, source, chunk.count * 8)
    case 32:
      guard let source = chunk.elements(1, of: Float.self) else { throw missing }
      for index in 0..<chunk.count { target[index] = Double(source[index]) }
    default:
      guard let source = chunk.elements(1, of: UInt16.self) else { throw missing }
      for index in 0..<chunk.count { target[index] = Self.halfToDouble(source[index]) }
    }
  }

  static func halfToDouble(_ bits: UInt16) -> Double {
    let sign = bits >> 15 == 0 ? 1.0 : -1.0
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Double(bits & 0x3FF)
    switch exponent {
    case 0: return sign * fraction / 16_777_216
    case 0x1F: return fraction == 0 ? sign * .infinity : .nan
    default:
      return Double(
        sign: sign < 0 ? .minus : .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
    }
  }

  var missing: ColumnError {
    ColumnError(row: 0, problem: .damaged("an array without its values"))
  }

  // MARK: Decimals

  /// The unscaled value of a decimal, when it fits 64 bits.
  private func unscaled(_ chunk: ArrowChunk, _ bits: Int, _ row: Int) -> Int64? {
    guard let raw = chunk.raw(1) else { return nil }
    let size = bits / 8
    let start = raw + (chunk.offset + row) * size
    if size == 4 { return Int64(start.loadUnaligned(as: Int32.self)) }
    let low = start.loadUnaligned(as: Int64.self)
    for word in stride(from: 8, to: size, by: 8)
    where start.loadUnaligned(fromByteOffset: word, as: Int64.self) != low >> 63 {
      return nil
    }
    return low
  }

  func convertDecimals(
    _ chunk: ArrowChunk, _ scale: Int, _ bits: Int, intoFloats target: UnsafeMutablePointer<Double>
  ) throws(ColumnError) {
    guard chunk.raw(1) != nil else { throw missing }
    for index in 0..<chunk.count {
      guard chunk.isValid(index) else { continue }
      guard let value = unscaled(chunk, bits, index) else {
        throw ColumnError(row: index, problem: .outOfRange("a decimal of more than 64 bits"))
      }
      target[index] = decimalToDouble(value, exponent: -scale)
    }
  }

  /// Of decimals that became floats.
  func lostDigits(
    of chunk: ArrowChunk, _ scale: Int, _ bits: Int, as floats: UnsafePointer<Double>
  ) -> LostDigits? {
    var lost: LostDigits?
    for index in 0..<chunk.count where chunk.isValid(index) {
      guard let value = unscaled(chunk, bits, index),
        !keepsDigits(value.magnitude, exponent: -scale, as: abs(floats[index]))
      else { continue }
      LostDigits.note(&lost, row: index, decimalText(value, scale: scale))
    }
    return lost
  }

  func convertDecimals(
    _ chunk: ArrowChunk, _ scale: Int, _ bits: Int, intoInts target: UnsafeMutablePointer<Int64>
  ) throws(ColumnError) {
    guard chunk.raw(1) != nil else { throw missing }
    for index in 0..<chunk.count {
      guard chunk.isValid(index) else { continue }
      guard let value = unscaled(chunk, bits, index) else {
        throw ColumnError(row: index, problem: .outOfRange("a decimal of more than 64 bits"))
      }
      guard let whole = Self.rescale(value, by: scale) else {
        throw ColumnError(
          row: index, problem: .unreadable(decimalText(value, scale: scale)))
      }
      target[index] = whole
    }
  }

  /// `value / 10^scale` when that is an integer of 64 bits.
  private static func rescale(_ value: Int64, by scale: Int) -> Int64? {
    var value = value
    for _ in 0..<abs(scale) where value != 0 {
      if scale > 0 {
        if value % 10 != 0 { return nil }
        value /= 10
      } else {
        let (product, overflow) = value.multipliedReportingOverflow(by: 10)
        if overflow { return nil }
        value = product
      }
    }
    return value
  }
}

/// `value / 10^scale` in all its digits: `-0.05`.
package func decimalText(_ value: Int64, scale: Int) -> String {
  let digits = String(value.magnitude)
  let sign = value < 0 ? "-" : ""
  guard scale > 0 else { return sign + digits + String(repeating: "0", count: -scale) }
  let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
  return sign + padded.dropLast(scale) + "." + padded.suffix(scale)
}

/// `value × 10^exponent`, correctly rounded.
package func decimalToDouble(_ value: Int64, exponent: Int) -> Double {
  if value.magnitude <= 1 << 53, exponent >= -22, exponent <= 22 {
    // Both operands are exact, so the one operation rounds once.
    let power = exactPowersOfTen[abs(exponent)]
    return exponent < 0 ? Double(value) / power : Double(value) * power
  }
  return Double("\(value)e\(exponent)") ?? .nan
}

package let exactPowersOfTen: [Double] = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
  1e18, 1e19, 1e20, 1e21, 1e22,
]
