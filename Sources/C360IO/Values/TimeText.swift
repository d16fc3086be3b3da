import C360Columns

/// A date, or a date and a time of day, as it was written.
struct WrittenTime {
  /// Days since 1970 of the date as written.
  var days: Int64 = 0
  /// Microseconds since midnight; `nil` for a bare date.
  var timeOfDay: Int64?
  /// Microseconds east of UTC; `nil` where none was written.
  var offset: Int64?

  /// Reads ISO 8601: `2026-03-01`, `2026-03-01T12:30`, `…:05.250`, with `T` or a blank between date
  /// and time, and `Z`, `+01:00`, `+0100` or `+01` behind it. Years have four digits, or a sign and up to
  /// six. Digits finer than microseconds are cut off. `nil` when the bytes are something else.
  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    var reader = Reader(bytes: bytes)
    guard let date = reader.date() else { return nil }
    days = Int64(date.daysSince1970)
    if reader.isAtEnd { return }
    guard reader.take(0x54) || reader.take(0x74) || reader.take(0x20) else { return nil }
    guard let clock = reader.clock() else { return nil }
    timeOfDay = clock
    if reader.isAtEnd { return }
    _ = reader.take(0x20)
    guard let offset = reader.offset(), reader.isAtEnd else { return nil }
    self.offset = offset
  }

  /// Microseconds UTC; `nil` beyond the range of times.
  func instant(_ rules: ColumnRules) -> Int64? {
    guard let timeOfDay else { return rules.instant(ofDate: days) }
    let local = days * 86_400_000_000 + timeOfDay
    if let offset { return TimeRange.instants.held(local - offset) }
    return TimeRange.instants.held(
      rules.zone.isUTC ? local : rules.zone.instant(ofLocal: local))
  }

  private struct Reader {
    let bytes: UnsafeBufferPointer<UInt8>
    var index = 0

    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    var isAtEnd: Bool { index == bytes.count }

    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
      guard index < bytes.count, bytes[index] == byte else { return false }
      index += 1
      return true
    }

    @inline(__always)
    mutating func number(_ digits: Int) -> Int? {
      guard index + digits <= bytes.count else { return nil }
      var value = 0
      for place in index..<(index + digits) {
        let digit = bytes[place] &- 0x30
        guard digit <= 9 else { return nil }
        value = value &* 10 &+ Int(digit)
      }
      index += digits
      return value
    }

    /// Of four digits, or behind a sign of four to six.
    @inline(__always)
    mutating func year() -> Int? {
      let isNegative = take(0x2D)
      guard isNegative || take(0x2B) else { return number(4) }
      let digits = bytes[index...].prefix { $0 &- 0x30 <= 9 }.count
      guard (4...6).contains(digits), let year = number(digits) else { return nil }
      return isNegative ? -year : year
    }

    @inline(__always)
    mutating func date() -> CivilDate? {
      guard
        let year = year(), take(0x2D), let month = number(2), take(0x2D), let day = number(2)
      else { return nil }
      let date = CivilDate(year: year, month: month, day: day)
      return date.isValid ? date : nil
    }

    @inline(__always)
    mutating func clock() -> Int64? {
      guard let hour = number(2), take(0x3A), let minute = number(2), hour < 24, minute < 60 else {
        return nil
      }
      var microseconds = Int64(hour * 3600 + minute * 60) * 1_000_000
      guard take(0x3A) else { return microseconds }
      guard let second = number(2), second < 60 else { return nil }
      microseconds += Int64(second) * 1_000_000
      guard take(0x2E) || take(0x2C) else { return microseconds }
      let start = index
      var unit: Int64 = 100_000
      while index < bytes.count, case let digit = bytes[index] &- 0x30, digit <= 9 {
        microseconds += Int64(digit) * unit
        unit /= 10
        index += 1
      }
      return index > start ? microseconds : nil
    }

    mutating func offset() -> Int64? {
      if take(0x5A) || take(0x7A) { return 0 }
      let sign: Int64
      if take(0x2B) { sign = 1 } else if take(0x2D) { sign = -1 } else { return nil }
      guard let hours = number(2), hours <= 26 else { return nil }
      if isAtEnd { return sign * Int64(hours) * 3_600_000_000 }
      _ = take(0x3A)
      guard let minutes = number(2), minutes < 60 else { return nil }
      return sign * Int64(hours * 60 + minutes) * 60_000_000
    }
  }
}
