import C360Columns

/// The outcome of reading a value from text.
enum Parsed<Value> {
  case value(Value)
  case unreadable
  case outOfRange
}

/// Reads values from the bytes of a field. Surrounding blanks must be gone.
enum ValueText {
  typealias Bytes = UnsafeBufferPointer<UInt8>

  /// An integer in decimal; a fraction of zeros is let pass, since other tools write it where a
  /// column of integers has gaps.
  static func int(_ bytes: Bytes) -> Parsed<Int64> {
    var index = 0
    var isNegative = false
    if let first = bytes.first, first == 0x2D || first == 0x2B {
      isNegative = first == 0x2D
      index = 1
    }
    let start = index
    var magnitude: UInt64 = 0
    var overflowed = false
    while index < bytes.count, case let digit = bytes[index] &- 0x30, digit <= 9 {
      let (product, first) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, second) = product.addingReportingOverflow(UInt64(digit))
      overflowed = overflowed || first || second
      magnitude = sum
      index += 1
    }
    guard index > start else { return .unreadable }
    if index + 1 < bytes.count, bytes[index] == 0x2E {
      index += 1
      while index < bytes.count, bytes[index] == 0x30 { index += 1 }
    }
    guard index == bytes.count else { return .unreadable }
    let limit = UInt64(Int64.max) + (isNegative ? 1 : 0)
    guard !overflowed, magnitude <= limit else { return .outOfRange }
    return .value(isNegative ? Int64(truncatingIfNeeded: 0 &- magnitude) : Int64(magnitude))
  }

  /// `true`, `false` in any case, `1`, `0`.
  static func bool(_ bytes: Bytes) -> Parsed<UInt8> {
    switch bytes.count {
    case 1:
      if bytes[0] == 0x31 { return .value(1) }
      if bytes[0] == 0x30 { return .value(0) }
      return .unreadable
    case 4: return matches(bytes, "true") ? .value(1) : .unreadable
    case 5: return matches(bytes, "false") ? .value(0) : .unreadable
    default: return .unreadable
    }
  }

  /// Whether the bytes spell a word of lower-case letters, in any case.
  static func matches(_ bytes: Bytes, _ word: StaticString) -> Bool {
    guard bytes.count == word.utf8CodeUnitCount else { return false }
    for index in 0..<bytes.count where bytes[index] | 0x20 != word.utf8Start[index] {
      return false
    }
    return true
  }

  /// Whole numbers with units, such as `90m`, `1h30m` or `-500ms`: µs.
  static func duration(_ bytes: Bytes) -> Parsed<Int64> {
    var index = 0
    var isNegative = false
    if bytes.first == 0x2D {
      isNegative = true
      index = 1
    }
    var total: UInt64 = 0
    guard index < bytes.count else { return .unreadable }
    while index < bytes.count {
      let start = index
      var number: UInt64 = 0
      while index < bytes.count, case let digit = bytes[index] &- 0x30, digit <= 9 {
        let (product, first) = number.multipliedReportingOverflow(by: 10)
        let (sum, second) = product.addingReportingOverflow(UInt64(digit))
        if first || second { return .outOfRange }
        number = sum
        index += 1
      }
      guard index > start else { return .unreadable }
      let unitStart = index
      while index < bytes.count, bytes[index] >= 0x61, bytes[index] <= 0x7A { index += 1 }
      let unit = String(decoding: bytes[unitStart..<index], as: UTF8.self)
      guard let factor = durationUnits.first(where: { $0.name == unit })?.microseconds else {
        return .unreadable
      }
      let (product, first) = number.multipliedReportingOverflow(by: UInt64(factor))
      let (sum, second) = total.addingReportingOverflow(product)
      if first || second { return .outOfRange }
      total = sum
    }
    let limit = Int64.max.magnitude + (isNegative ? 1 : 0)
    guard total <= limit else { return .outOfRange }
    let value = Int64(truncatingIfNeeded: total)
    return .value(isNegative ? 0 &- value : value)
  }

  /// Units of exact durations, longest first.
  static let durationUnits: [(name: String, microseconds: Int64)] = [
    ("w", 604_800_000_000), ("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000),
    ("s", 1_000_000), ("ms", 1000), ("us", 1),
  ]
}
