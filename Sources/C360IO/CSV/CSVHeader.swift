import C360Columns
import C360Diagnostics

/// The names of a CSV file's fields and where its records begin.
struct CSVHeader {
  /// One for each field of a record.
  var names: [String]
  /// Offset of the first record behind the header. Empty lines above it belong to the records of a file
  /// without header that has one field.
  var body: Int

  /// Reads the first record; `nil` for a file without one.
  init?(source: TextSource, options: CSVOptions) throws {
    var length = min(source.size, 1 << 16)
    while true {
      let parsed = try source.withBytes(0..<length) { bytes in
        try Self.parse(bytes, length, isWhole: length == source.size, options)
      }
      switch parsed {
      case .record(let names, let start, let end):
        self.names = options.hasHeader ? names : names.indices.map { "field \($0 + 1)" }
        body = options.hasHeader ? end : start
        return
      case .none: return nil
      case .longer: length = min(source.size, length * 8)
      }
    }
  }

  private enum Parse {
    case record([String], start: Int, end: Int)
    case none
    case longer
  }

  private static func parse(
    _ bytes: UnsafeMutablePointer<UInt8>, _ length: Int, isWhole: Bool, _ options: CSVOptions
  ) throws(ReadFailure) -> Parse {
    let mark = length >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
    var start = mark
    while start < length, bytes[start] == 0x0A || bytes[start] == 0x0D { start += 1 }
    guard start < length else { return isWhole ? .none : .longer }
    if !isWhole, !hasRecordEnd(bytes + start, length - start, options) { return .longer }
    // Doubled quotes are undone in place, which must not touch the file's own bytes.
    let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: length - start + 1)
    defer { copy.deallocate() }
    copy.update(from: bytes + start, count: length - start)
    copy[length - start] = 0x0A
    let end = copy + (length - start)
    var names: [String] = []
    var place = copy
    while true {
      let field = try CSVField(
        at: place, end: end, delimiter: options.delimiter, quote: options.quote)
      guard isUTF8(field.start, field.count) else { throw ReadFailure(.value(.notUTF8)) }
      names.append(String(decoding: field.bytes, as: UTF8.self))
      place = field.next
      if place >= end || place.pointee != options.delimiter { break }
      place += 1
    }
    while place < end, place.pointee != 0x0A { place += 1 }
    return .record(
      names, start: names.count == 1 ? mark : start, end: min(start + (place - copy) + 1, length))
  }

  private static func hasRecordEnd(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, _ options: CSVOptions
  ) -> Bool {
    var isInside = false
    for index in 0..<count {
      if bytes[index] == options.quote { isInside.toggle() }
      if bytes[index] == 0x0A, !isInside { return true }
    }
    return false
  }
}
