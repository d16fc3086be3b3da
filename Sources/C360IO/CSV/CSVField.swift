/// The bytes of one field of a record, unquoted.
struct CSVField {
  let start: UnsafeMutablePointer<UInt8>
  let count: Int
  let isQuoted: Bool
  /// The delimiter or the line end behind it.
  let next: UnsafeMutablePointer<UInt8>

  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }

  /// The field without blanks around it.
  var trimmed: UnsafeBufferPointer<UInt8> {
    var low = 0
    var high = count
    while low < high, start[low] == 0x20 || start[low] == 0x09 { low += 1 }
    while low < high, start[high - 1] == 0x20 || start[high - 1] == 0x09 { high -= 1 }
    return UnsafeBufferPointer(start: start + low, count: high - low)
  }

  /// Reads the field at `start`. Doubled quotes are undone in place.
  ///
  /// - Parameter end: where the bytes end; at or before it stands a newline outside of quotes, or
  ///   just behind it.
  @inline(__always)
  init(
    at start: UnsafeMutablePointer<UInt8>, end: UnsafeMutablePointer<UInt8>, delimiter: UInt8,
    quote: UInt8
  ) throws(ReadFailure) {
    if start.pointee == quote {
      self = try Self.quoted(start, end, delimiter, quote)
      return
    }
    var place = start
    while place.pointee != delimiter, place.pointee != 0x0A { place += 1 }
    self.start = start
    isQuoted = false
    if place.pointee == 0x0A, place > start, place[-1] == 0x0D { place -= 1 }
    count = place - start
    next = place
  }

  private init(
    start: UnsafeMutablePointer<UInt8>, count: Int, next: UnsafeMutablePointer<UInt8>
  ) {
    self.start = start
    self.count = count
    isQuoted = true
    self.next = next
  }

  private static func quoted(
    _ opening: UnsafeMutablePointer<UInt8>, _ end: UnsafeMutablePointer<UInt8>,
    _ delimiter: UInt8, _ quote: UInt8
  ) throws(ReadFailure) -> CSVField {
    let start = opening + 1
    var place = start
    var target = start
    while true {
      if place >= end { throw ReadFailure(.unterminatedQuote) }
      if place.pointee == quote {
        if place + 1 < end, place[1] == quote {
          place += 1
        } else {
          break
        }
      }
      if target != place { target.pointee = place.pointee }
      target += 1
      place += 1
    }
    let next = place + 1
    let isRecordEnd = next >= end || next.pointee == 0x0A || next.pointee == 0x0D
    if !isRecordEnd, next.pointee != delimiter {
      var length = 0
      while next + length < end, length < 40, next[length] != delimiter, next[length] != 0x0A {
        length += 1
      }
      throw ReadFailure(
        .textAfterQuote(excerpt(UnsafeBufferPointer(start: next, count: length))))
    }
    return CSVField(start: start, count: target - start, next: next)
  }
}
