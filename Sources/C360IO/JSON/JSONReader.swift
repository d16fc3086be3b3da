#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Walks over the JSON text of one line. Escapes in strings are undone in place.
struct JSONReader {
  typealias Place = UnsafeMutablePointer<UInt8>
  typealias Bytes = UnsafeBufferPointer<UInt8>

  enum Token {
    case null
    case bool(Bytes)
    case number(Bytes)
    /// Without its quotes, escapes undone.
    case string(Bytes)
    /// An object or an array, as it stands.
    case other(Bytes)
  }

  private(set) var place: Place
  let end: Place

  init(place: Place, end: Place) {
    self.place = place
    self.end = end
  }

  var isAtEnd: Bool { place >= end }

  @inline(__always)
  mutating func skipBlanks() {
    while place < end, place.pointee == 0x20 || place.pointee == 0x09 || place.pointee == 0x0D {
      place += 1
    }
  }

  @inline(__always)
  mutating func take(_ byte: UInt8) -> Bool {
    guard place < end, place.pointee == byte else { return false }
    place += 1
    return true
  }

  /// The value that starts here.
  mutating func token() throws(ReadFailure) -> Token {
    guard place < end else { throw ReadFailure(.badJSON("it ends where a value is expected")) }
    let start = place
    switch place.pointee {
    case 0x22: return .string(try string())
    case 0x7B, 0x5B:
      try skipValue()
      return .other(Bytes(start: start, count: place - start))
    default:
      while place < end, !Self.endsWord(place.pointee) { place += 1 }
      let word = Bytes(start: start, count: place - start)
      if word.elementsEqual("null".utf8) { return .null }
      if word.elementsEqual("true".utf8) || word.elementsEqual("false".utf8) { return .bool(word) }
      let first = start.pointee
      let isNumber =
        first == 0x2D || (first >= 0x30 && first <= 0x39)
        || word.elementsEqual("NaN".utf8) || word.elementsEqual("Infinity".utf8)
      guard isNumber, !word.isEmpty else {
        throw ReadFailure(.badJSON("`\(excerpt(word))` is no value"))
      }
      return .number(word)
    }
  }

  private static func endsWord(_ byte: UInt8) -> Bool {
    byte == 0x2C || byte == 0x7D || byte == 0x5D || byte <= 0x20
  }

  /// The string that starts here with its opening quote.
  mutating func string() throws(ReadFailure) -> Bytes {
    guard take(0x22) else { throw ReadFailure(.badJSON("a name without its opening quote")) }
    let start = place
    while place < end, place.pointee != 0x22, place.pointee != 0x5C { place += 1 }
    if place < end, place.pointee == 0x22 {
      place += 1
      return Bytes(start: start, count: place - start - 1)
    }
    var target = place
    while place < end {
      let byte = place.pointee
      if byte == 0x22 {
        place += 1
        return Bytes(start: start, count: target - start)
      }
      if byte == 0x5C {
        target = try escape(into: target)
      } else {
        target.pointee = byte
        target += 1
        place += 1
      }
    }
    throw ReadFailure(.badJSON("a string is not closed"))
  }

  /// Undoes the escape at `place`; what it stands for is never longer than the escape.
  private mutating func escape(into target: Place) throws(ReadFailure) -> Place {
    guard place + 1 < end else { throw ReadFailure(.badJSON("a string is not closed")) }
    let letter = place[1]
    place += 2
    let plain: UInt8
    switch letter {
    case 0x22, 0x5C, 0x2F: plain = letter
    case 0x62: plain = 0x08
    case 0x66: plain = 0x0C
    case 0x6E: plain = 0x0A
    case 0x72: plain = 0x0D
    case 0x74: plain = 0x09
    case 0x75: return try unicode(into: target)
    default: throw ReadFailure(.badJSON("an unknown escape in a string"))
    }
    target.pointee = plain
    return target + 1
  }

  private mutating func unicode(into target: Place) throws(ReadFailure) -> Place {
    var value = try hexadecimal()
    if value >= 0xD800, value < 0xDC00, place + 1 < end, place.pointee == 0x5C, place[1] == 0x75 {
      place += 2
      let low = try hexadecimal()
      guard low >= 0xDC00, low < 0xE000 else {
        throw ReadFailure(.badJSON("half of a surrogate pair in a string"))
      }
      value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(value) else {
      throw ReadFailure(.badJSON("half of a surrogate pair in a string"))
    }
    var target = target
    for byte in UTF8.encode(scalar).unsafelyUnwrapped {
      target.pointee = byte
      target += 1
    }
    return target
  }

  private mutating func hexadecimal() throws(ReadFailure) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard place < end else { throw ReadFailure(.badJSON("a string is not closed")) }
      let byte = place.pointee
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte - 0x30
      case 0x41...0x46: digit = byte - 0x41 + 10
      case 0x61...0x66: digit = byte - 0x61 + 10
      default: throw ReadFailure(.badJSON("an unknown escape in a string"))
      }
      value = value << 4 | UInt32(digit)
      place += 1
    }
    return value
  }

  /// Hands over the members of the object that starts here.
  mutating func members(_ body: (Bytes, Token) throws(ReadFailure) -> Void) throws(ReadFailure) {
    guard take(0x7B) else { throw ReadFailure(.badJSON("it does not start with `{`")) }
    skipBlanks()
    if !take(0x7D) {
      while true {
        skipBlanks()
        let name = try string()
        skipBlanks()
        guard take(0x3A) else {
          throw ReadFailure(.badJSON("no `:` behind the name `\(excerpt(name))`"))
        }
        skipBlanks()
        try body(name, try token())
        skipBlanks()
        if take(0x2C) { continue }
        if take(0x7D) { break }
        throw ReadFailure(.badJSON("a `,` or `}` is missing behind `\(excerpt(name))`"))
      }
    }
    skipBlanks()
    guard isAtEnd else { throw ReadFailure(.badJSON("something follows the object")) }
  }

  /// Steps over any value.
  mutating func skipValue() throws(ReadFailure) {
    guard place < end else { throw ReadFailure(.badJSON("it ends where a value is expected")) }
    // Without recursion, so that deep nesting cannot exhaust the stack.
    var open = 0
    repeat {
      guard place < end else { throw ReadFailure(.badJSON("a bracket is not closed")) }
      switch place.pointee {
      case 0x22: try skipString()
      case 0x7B, 0x5B:
        open += 1
        place += 1
      case 0x7D, 0x5D:
        guard open > 0 else { throw ReadFailure(.badJSON("a value is missing")) }
        open -= 1
        place += 1
      default:
        if open > 0 {
          place += 1
        } else {
          let start = place
          while place < end, !Self.endsWord(place.pointee) { place += 1 }
          guard place > start else { throw ReadFailure(.badJSON("a value is missing")) }
        }
      }
    } while open > 0
  }

  private mutating func skipString() throws(ReadFailure) {
    place += 1
    while place < end, place.pointee != 0x22 { place += place.pointee == 0x5C ? 2 : 1 }
    guard place < end else { throw ReadFailure(.badJSON("a string is not closed")) }
    place += 1
  }
}
