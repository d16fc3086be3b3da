import C360Columns

/// Writes the fields of one column of a text file, for one thread.
final class FieldWriter {
  enum Quoting { case bare, quoted }

  let builder: ColumnBuilder
  let rules: ColumnRules
  let pool: TextPool
  private let texts: TextColumn?
  private let nullWords: [[UInt8]]
  private let emptyIsNull: Bool
  private let checksUTF8: Bool
  /// Whether a text that is there can be taken as it stands.
  private let takesTexts: Bool
  private let zoneIsUTC: Bool
  private var validity: UnsafeMutablePointer<UInt8>?
  private var lost: LostDigits?
  /// The text that stands for a missing one.
  private let absentText: UnsafeBufferPointer<UInt8>

  init(
    _ builder: ColumnBuilder, firstRow: Int, pool: TextPool, nullWords: [[UInt8]],
    checksUTF8: Bool
  ) {
    self.builder = builder
    self.pool = pool
    rules = builder.rules
    texts =
      builder.physical == .text ? TextColumn(builder, firstRow: firstRow, pool: pool) : nil
    emptyIsNull = nullWords.contains([])
    self.nullWords = nullWords.filter { !$0.isEmpty }
    self.checksUTF8 = checksUTF8
    takesTexts = !checksUTF8 && self.nullWords.isEmpty
    zoneIsUTC = rules.zone.isUTC
    if case .text(let text) = rules.defaultValue {
      absentText = pool.bytes(of: pool.intern(text))
    } else {
      absentText = pool.bytes(of: 0)
    }
  }

  func flush() {
    texts?.flush()
    builder.note(lost)
    lost = nil
  }

  /// Notes that a float is not what its text says.
  func noteLostDigits(_ bytes: UnsafeBufferPointer<UInt8>, _ row: Int) {
    LostDigits.note(&lost, row: row, excerpt(bytes))
  }

  /// Takes a text that needs no second look.
  @inline(__always)
  func takesText(_ field: CSVField) -> Bool {
    guard takesTexts, field.count > 0, let texts else { return false }
    texts.add(field.start, field.count)
    return true
  }

  private var lastDate = DateMemory()

  /// The instant and the length of a time in the form that machines write,
  /// `2026-03-01T12:30:05.123456Z` with or without fraction and `Z` and with a year of four digits, so that it
  /// is in the range of times; `nil` for all else. At least
  /// one byte more than `count` may be read.
  @inline(__always)
  func quickTime(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> (instant: Int64, length: Int)? {
    guard count >= 19, let days = lastDate.days(bytes) else { return nil }
    guard bytes[10] == 0x54 || bytes[10] == 0x20, bytes[13] == 0x3A, bytes[16] == 0x3A else {
      return nil
    }
    let hour = twoDigits(bytes + 11)
    let minute = twoDigits(bytes + 14)
    let second = twoDigits(bytes + 17)
    guard hour < 24, minute < 60, second < 60 else { return nil }
    var microseconds = (hour * 3600 + minute * 60 + second) * 1_000_000
    var length = 19
    if bytes[19] == 0x2E {
      length = 20
      var unit: Int64 = 100_000
      while length < count, case let digit = bytes[length] &- 0x30, digit <= 9 {
        microseconds += Int64(digit) * unit
        unit /= 10
        length += 1
      }
      if length == 20 { return nil }
    }
    let local = days * 86_400_000_000 + microseconds
    if bytes[length] == 0x5A { return (local, length + 1) }
    return (zoneIsUTC ? local : rules.zone.instant(ofLocal: local), length)
  }

  /// A number above 99 when they are no digits.
  @inline(__always)
  private func twoDigits(_ bytes: UnsafePointer<UInt8>) -> Int64 {
    let tens = bytes[0] &- 0x30
    let ones = bytes[1] &- 0x30
    return tens > 9 || ones > 9 ? 100 : Int64(tens) * 10 + Int64(ones)
  }

  /// Writes a field of a CSV record. Unquoted null words are null; an empty field in quotes is an
  /// empty text, and null in a column of another type.
  func write(_ quoting: Quoting, _ field: CSVField, _ row: Int) throws(ColumnError) {
    let bytes = texts == nil ? field.trimmed : field.bytes
    if bytes.isEmpty {
      if quoting == .bare ? emptyIsNull : texts == nil { return try writeAbsent(row, bytes) }
    } else if quoting == .bare, !nullWords.isEmpty,
      nullWords.contains(where: { $0.elementsEqual(bytes) })
    {
      return try writeAbsent(row, bytes)
    }
    try write(bytes, row)
  }

  /// Writes a missing value: the default, or null where the column may be null.
  func writeAbsent(
    _ row: Int, _ bytes: UnsafeBufferPointer<UInt8>, because problem: ColumnProblem = .null
  ) throws(ColumnError) {
    if let texts, let start = absentText.baseAddress { texts.add(start, absentText.count) }
    if rules.defaultValue == nil, rules.isNullable {
      if validity == nil { validity = builder.validity() }
      validity.unsafelyUnwrapped[row] = 0
      switch builder.physical {
      case .int64: builder.int64s[row] = 0
      case .float64: builder.float64s[row] = 0
      case .bool: builder.bools[row] = 0
      case .text: break
      case .list: builder.codes[row] = 0
      case .vector: _ = builder.setAbsent(row)
      }
      return
    }
    guard texts == nil ? builder.setAbsent(row) : rules.defaultValue != nil else {
      throw ColumnError(row: row, problem: problem)
    }
  }

  /// Writes a value from its text, without blanks around it unless the column holds texts.
  func write(_ bytes: UnsafeBufferPointer<UInt8>, _ row: Int) throws(ColumnError) {
    switch rules.type {
    case .text:
      guard let start = bytes.baseAddress else { return }
      if checksUTF8, !isUTF8(start, bytes.count) {
        throw ColumnError(row: row, problem: .notUTF8)
      }
      texts?.add(start, bytes.count)
    case .int: try store(ValueText.int(bytes), bytes, row, into: builder.int64s)
    case .float, .money:
      let parsed = ValueText.float(bytes)
      if case .value(let value) = parsed, value.isNaN, rules.nan != .keep {
        if rules.nan == .reject { throw ColumnError(row: row, problem: .nan) }
        return try writeAbsent(row, bytes, because: .nan)
      }
      try store(parsed, bytes, row, into: builder.float64s)
      if case .value(let value) = parsed, !ValueText.keepsDigits(bytes, as: value) {
        noteLostDigits(bytes, row)
      }
    case .bool: try store(ValueText.bool(bytes), bytes, row, into: builder.bools)
    case .duration: try store(ValueText.duration(bytes), bytes, row, into: builder.int64s)
    case .time:
      guard let written = WrittenTime(bytes) else {
        throw ColumnError(row: row, problem: .unreadable(excerpt(bytes)))
      }
      guard let instant = written.instant(rules) else {
        throw ColumnError(row: row, problem: .outOfRange(excerpt(bytes)))
      }
      builder.int64s[row] = instant
    case .date:
      guard let written = WrittenTime(bytes), written.timeOfDay == nil else {
        throw ColumnError(row: row, problem: .unreadable(excerpt(bytes)))
      }
      guard TimeRange.days.contains(written.days) else {
        throw ColumnError(row: row, problem: .outOfRange(excerpt(bytes)))
      }
      builder.int64s[row] = written.days
    case .vector(let width): try writeVector(bytes, width, row)
    case .list(let element): try writeList(bytes, of: element, row)
    }
  }

  @inline(__always)
  private func store<Value>(
    _ parsed: Parsed<Value>, _ bytes: UnsafeBufferPointer<UInt8>, _ row: Int,
    into target: UnsafeMutablePointer<Value>
  ) throws(ColumnError) {
    switch parsed {
    case .value(let value): target[row] = value
    case .unreadable: throw ColumnError(row: row, problem: .unreadable(excerpt(bytes)))
    case .outOfRange: throw ColumnError(row: row, problem: .outOfRange(excerpt(bytes)))
    }
  }
}

/// The date that was read last: neighbouring rows mostly share theirs.
private struct DateMemory {
  private var head: UInt64 = 0
  private var tail: UInt16 = 0
  private var lastDays: Int64 = 0

  /// Days since 1970 of the date in the ten bytes at `bytes`.
  @inline(__always)
  mutating func days(_ bytes: UnsafePointer<UInt8>) -> Int64? {
    let raw = UnsafeRawPointer(bytes)
    let newHead = raw.loadUnaligned(as: UInt64.self)
    let newTail = raw.loadUnaligned(fromByteOffset: 8, as: UInt16.self)
    if newHead == head, newTail == tail { return lastDays }
    guard let written = WrittenTime(UnsafeBufferPointer(start: bytes, count: 10)) else {
      return nil
    }
    head = newHead
    tail = newTail
    lastDays = written.days
    return lastDays
  }
}
