import C360Columns

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension ValueText {
  /// A float in decimal or exponent form, correctly rounded; `inf`, `infinity` and `nan` in any
  /// case. What is beyond the largest float is out of range.
  static func float(_ bytes: Bytes) -> Parsed<Double> {
    var scanned = FloatScan()
    guard let start = bytes.baseAddress else { return .unreadable }
    let used = scanned.scan(start, bytes.count)
    if used == bytes.count, scanned.digitCount > 0 { return scanned.value(bytes) }
    return word(bytes)
  }

  /// Whether a float that was read, written with as many digits, is its text again.
  static func keepsDigits(_ bytes: Bytes, as value: Double) -> Bool {
    guard bytes.count > 15, value.isFinite, let start = bytes.baseAddress else { return true }
    var scanned = FloatScan()
    _ = scanned.scan(start, bytes.count)
    return scanned.keepsDigits(bytes, as: value)
  }

  private static func word(_ bytes: Bytes) -> Parsed<Double> {
    var rest = bytes
    var sign = 1.0
    if let first = bytes.first, first == 0x2D || first == 0x2B {
      if first == 0x2D { sign = -1 }
      rest = Bytes(rebasing: bytes.dropFirst())
    }
    if matches(rest, "nan") { return .value(.nan) }
    if matches(rest, "inf") || matches(rest, "infinity") { return .value(sign * .infinity) }
    return .unreadable
  }
}

/// The parts of a number in decimal or exponent form.
struct FloatScan {
  var isNegative = false
  /// The first 19 significant digits; more of them only count in `droppedDigits`.
  var mantissa: UInt64 = 0
  var exponent = 0
  /// Digits seen, leading zeros included.
  var digitCount = 0
  var significantCount = 0
  var hasDroppedDigits = false

  /// Reads as much of a number as there is and returns how many bytes that is.
  @inline(__always)
  mutating func scan(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
    var index = 0
    if index < count, bytes[index] == 0x2D || bytes[index] == 0x2B {
      isNegative = bytes[index] == 0x2D
      index += 1
    }
    var start = index
    while index < count, case let digit = bytes[index] &- 0x30, digit <= 9 {
      add(digit, isFraction: false)
      index += 1
    }
    digitCount = index - start
    if index < count, bytes[index] == 0x2E {
      index += 1
      start = index
      while index < count, case let digit = bytes[index] &- 0x30, digit <= 9 {
        add(digit, isFraction: true)
        index += 1
      }
      digitCount += index - start
    }
    guard digitCount > 0, index < count, bytes[index] | 0x20 == 0x65 else { return index }
    var next = index + 1
    var exponentIsNegative = false
    if next < count, bytes[next] == 0x2D || bytes[next] == 0x2B {
      exponentIsNegative = bytes[next] == 0x2D
      next += 1
    }
    start = next
    var written = 0
    while next < count, case let digit = bytes[next] &- 0x30, digit <= 9 {
      if written < 100_000 { written = written * 10 + Int(digit) }
      next += 1
    }
    guard next > start else { return index }
    exponent += exponentIsNegative ? -written : written
    return next
  }

  @inline(__always)
  private mutating func add(_ digit: UInt8, isFraction: Bool) {
    if significantCount < 19 {
      mantissa = mantissa &* 10 &+ UInt64(digit)
      if mantissa != 0 { significantCount += 1 }
      if isFraction { exponent -= 1 }
    } else {
      if digit != 0 { hasDroppedDigits = true }
      if !isFraction { exponent += 1 }
    }
  }

  /// The float when one rounding of exact operands gives it (Clinger's fast path).
  @inline(__always)
  var exactValue: Double? {
    guard !hasDroppedDigits, mantissa <= 1 << 53, exponent >= -22, exponent <= 22 else {
      return nil
    }
    let power = powersOfTen[abs(exponent)]
    let magnitude = exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
    return isNegative ? -magnitude : magnitude
  }

  /// The float nearest to the number, unless that takes a look at digits that were dropped or more
  /// than 128 bits.
  @inline(__always)
  var quickValue: Double? {
    if let exactValue { return exactValue }
    if mantissa == 0 { return isNegative ? -0.0 : 0 }
    guard !hasDroppedDigits, let value = DecimalFloat.nearest(mantissa, exponent) else {
      return nil
    }
    return isNegative ? -value : value
  }

  /// The float nearest to the number, which `bytes` holds whole.
  func value(_ bytes: UnsafeBufferPointer<UInt8>) -> Parsed<Double> {
    if let quickValue { return .value(quickValue) }
    return slowValue(bytes)
  }

  /// Whether the float nearest to the number, written with as many digits, is the number again.
  @inline(__always)
  func keepsDigits(_ bytes: UnsafeBufferPointer<UInt8>, as value: Double) -> Bool {
    if mantissa <= 1 << 52 { return true }
    if !hasDroppedDigits {
      return C360Columns.keepsDigits(mantissa, exponent: exponent, as: abs(value))
    }
    let digits = bytes.prefix { $0 | 0x20 != 0x65 }.filter { (0x30...0x39).contains($0) }
    return C360Columns.keepsDigits(Array(digits.drop { $0 == 0x30 }), as: abs(value))
  }

  private func slowValue(_ bytes: UnsafeBufferPointer<UInt8>) -> Parsed<Double> {
    let value = withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { text in
      for index in 0..<bytes.count { text[index] = CChar(bitPattern: bytes[index]) }
      text[bytes.count] = 0
      // The library's own parser reads the language of the program, not of the user's locale.
      return Double(String(cString: text.baseAddress.unsafelyUnwrapped))
    }
    guard let value else { return .unreadable }
    return value.isInfinite ? .outOfRange : .value(value)
  }
}

/// 10⁰ to 10²², which floats hold exactly.
nonisolated(unsafe) private let powersOfTen: UnsafePointer<Double> = {
  let table = UnsafeMutablePointer<Double>.allocate(capacity: exactPowersOfTen.count)
  table.initialize(from: exactPowersOfTen, count: exactPowersOfTen.count)
  return UnsafePointer(table)
}()
