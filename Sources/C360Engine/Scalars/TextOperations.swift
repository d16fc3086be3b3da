import C360Columns

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Operations on texts as bytes; case mapping and white space are Unicode's, of no locale.
enum TextOperations {
  static func apply(_ function: TextFunction, _ text: String) -> String {
    switch function {
    case .lower: text.lowercased()
    case .upper: text.uppercased()
    case .trim: trim(text)
    }
  }

  private static func trim(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return String(scalars[first...last])
  }

  /// Decimal notation only: no hexadecimal, no words.
  static func number(_ text: String) -> Double? {
    let isDecimal = text.utf8.allSatisfy { byte in
      (byte >= 0x30 && byte <= 0x39) || "+-.eE".utf8.contains(byte)
    }
    return isDecimal ? Double(text) : nil
  }

  /// Number of Unicode scalars: bytes that do not continue one.
  static func scalarCount(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64 {
    var count: Int64 = 0
    for byte in bytes where byte & 0xC0 != 0x80 { count += 1 }
    return count
  }

  static func test(
    _ predicate: TextPredicate, _ text: UnsafeBufferPointer<UInt8>,
    _ part: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    guard let start = text.baseAddress, let wanted = part.baseAddress, part.count <= text.count
    else { return part.isEmpty }
    switch predicate {
    case .startsWith: return memcmp(start, wanted, part.count) == 0
    case .endsWith: return memcmp(start + (text.count - part.count), wanted, part.count) == 0
    case .contains:
      guard let first = part.first else { return true }
      var place = 0
      let lastPlace = text.count - part.count
      while place <= lastPlace {
        guard let hit = memchr(start + place, Int32(first), lastPlace - place + 1) else {
          return false
        }
        place = UnsafeRawPointer(hit) - UnsafeRawPointer(start)
        if memcmp(start + place, wanted, part.count) == 0 { return true }
        place += 1
      }
      return false
    }
  }

  static func concatenate(_ left: Int32, _ right: Int32, in pool: TextPool) -> Int32 {
    let head = pool.bytes(of: left)
    let tail = pool.bytes(of: right)
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: head.count + tail.count + 1) {
      let end = $0.update(fromContentsOf: head)
      let last = $0[end...].update(fromContentsOf: tail)
      return pool.intern(UnsafeBufferPointer(rebasing: $0[..<last]))
    }
  }
}
