import C360Columns

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Text that is being put together, byte by byte.
struct OutputBytes: ~Copyable {
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private(set) var count = 0

  init(capacity: Int = 1 << 16) {
    self.capacity = max(capacity, 64)
    base = .allocate(capacity: self.capacity)
  }

  deinit { base.deallocate() }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  mutating func removeAll() { count = 0 }

  /// What is written of one value, for a message.
  static func text(_ write: (inout OutputBytes) -> Void) -> String {
    var output = OutputBytes(capacity: 64)
    write(&output)
    return String(decoding: output.bytes, as: UTF8.self)
  }

  @inline(__always)
  mutating func reserve(_ size: Int) {
    if count + size > capacity { grow(size) }
  }

  private mutating func grow(_ size: Int) {
    let larger = max(capacity * 2, count + size)
    let fresh = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    fresh.update(from: base, count: count)
    base.deallocate()
    base = fresh
    capacity = larger
  }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    reserve(1)
    base[count] = byte
    count += 1
  }

  mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let start = bytes.baseAddress, bytes.count > 0 else { return }
    reserve(bytes.count)
    memcpy(base + count, start, bytes.count)
    count += bytes.count
  }

  mutating func append(_ text: StaticString) {
    append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  // MARK: Values

  mutating func append(int value: Int64) {
    reserve(20)
    if value < 0 {
      base[count] = 0x2D
      count += 1
    }
    append(natural: value.magnitude)
  }

  private mutating func append(natural: UInt64) {
    var rest = natural
    var digits = 1
    var bound: UInt64 = 10
    while digits < 20, rest >= bound {
      digits += 1
      let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
      if overflow { break }
      bound = next
    }
    var place = count + digits - 1
    while place >= count {
      base[place] = UInt8(truncatingIfNeeded: rest % 10) + 0x30
      rest /= 10
      place -= 1
    }
    count += digits
  }

  /// The shortest text that reads back as the same float.
  mutating func append(float value: Double) {
    var text = value.description
    text.withUTF8 { append($0) }
  }

  /// `width` digits with zeros in front.
  private mutating func append(_ value: Int, width: Int) {
    reserve(width)
    var rest = value
    var place = count + width - 1
    while place >= count {
      base[place] = UInt8(truncatingIfNeeded: rest % 10) + 0x30
      rest /= 10
      place -= 1
    }
    count += width
  }

  mutating func append(date days: Int64) {
    let date = CivilDate(daysSince1970: Int(days))
    if (0...9999).contains(date.year) {
      append(date.year, width: 4)
    } else {
      var year = CivilDate.text(ofYear: date.year)
      year.withUTF8 { append($0) }
    }
    append(0x2D)
    append(date.month, width: 2)
    append(0x2D)
    append(date.day, width: 2)
  }

  /// ISO 8601 in UTC, with as many digits behind the second as it takes: none, 3 or 6.
  mutating func append(time instant: Int64) {
    let day: Int64 = 86_400_000_000
    let isBefore = instant % day < 0
    let rest = Int(instant % day + (isBefore ? day : 0))
    append(date: instant / day - (isBefore ? 1 : 0))
    append(0x54)
    append(rest / 3_600_000_000, width: 2)
    append(0x3A)
    append(rest / 60_000_000 % 60, width: 2)
    append(0x3A)
    append(rest / 1_000_000 % 60, width: 2)
    let fraction = rest % 1_000_000
    if fraction != 0 {
      append(0x2E)
      if fraction % 1000 == 0 {
        append(fraction / 1000, width: 3)
      } else {
        append(fraction, width: 6)
      }
    }
    append(0x5A)
  }

  /// A whole number of the longest unit that fits, such as `90m`.
  mutating func append(duration microseconds: Int64) {
    if microseconds == 0 { return append("0s") }
    for (name, size) in ValueText.durationUnits where microseconds % size == 0 {
      append(int: microseconds / size)
      var name = name
      name.withUTF8 { append($0) }
      return
    }
  }
}
