/// Decimal numbers as text → nearest double.
enum DecimalText {
  private static let powers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// nil when it is none. Few digits and small exponents, which is most, are exact in one operation.
  static func value(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    guard !bytes.isEmpty else { return nil }
    var position = 0
    let isNegative = bytes[0] == UInt8(ascii: "-")
    if isNegative { position = 1 }
    var digits: UInt64 = 0
    var count = 0
    var exponent = 0
    var hasPoint = false
    loop: while position < bytes.count {
      switch bytes[position] {
      case let byte where byte >= 0x30 && byte <= 0x39:
        guard count < 15 else { return slow(bytes) }
        digits = digits * 10 + UInt64(byte - 0x30)
        // Leading zeros are no digits.
        if digits != 0 { count += 1 }
        if hasPoint { exponent -= 1 }
      case UInt8(ascii: ".") where !hasPoint: hasPoint = true
      default: break loop
      }
      position += 1
    }
    if position < bytes.count {
      guard bytes[position] | 0x20 == UInt8(ascii: "e"), bytes.count - position <= 4 else {
        return slow(bytes)
      }
      position += 1
      var sign = 1
      if position < bytes.count, bytes[position] == UInt8(ascii: "-") {
        sign = -1
        position += 1
      }
      var written = 0
      guard position < bytes.count else { return nil }
      while position < bytes.count {
        guard bytes[position] >= 0x30, bytes[position] <= 0x39 else { return slow(bytes) }
        written = written * 10 + Int(bytes[position] - 0x30)
        position += 1
      }
      exponent += sign * written
    }
    guard abs(exponent) <= 22, hasDigit(bytes) else { return slow(bytes) }
    let whole = Double(digits)
    let size = exponent < 0 ? whole / powers[-exponent] : whole * powers[exponent]
    return isNegative ? -size : size
  }

  private static func hasDigit(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    bytes.contains { $0 >= 0x30 && $0 <= 0x39 }
  }

  private static func slow(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    guard bytes.count < 1000, hasDigit(bytes) else { return nil }
    return Double(String(decoding: bytes, as: UTF8.self))
  }
}
