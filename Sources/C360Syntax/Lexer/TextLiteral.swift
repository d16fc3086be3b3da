/// Text literals: their value, and how a text is written as one.
public enum TextLiteral {
  /// A literal on one line whose value is the text; what people could not see stands as its number.
  public static func written(_ text: String) -> String {
    var literal = "\""
    for character in text.unicodeScalars {
      switch character {
      case "\\": literal += "\\\\"
      case "\"": literal += "\\\""
      case "\n": literal += "\\n"
      case "\r": literal += "\\r"
      case "\t": literal += "\\t"
      default:
        switch character.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator:
          literal += "\\u{\(String(character.value, radix: 16))}"
        default: literal.unicodeScalars.append(character)
        }
      }
    }
    return literal + "\""
  }

  static func value(of literal: String) -> String {
    let bytes = Array(literal.utf8)
    let quote = UInt8(ascii: "\"")
    if bytes.starts(with: [quote, quote, quote]) {
      let isClosed = bytes.count >= 6 && bytes.suffix(3).allSatisfy { $0 == quote }
      return blockValue(bytes[3..<(isClosed ? bytes.count - 3 : bytes.count)])
    }
    guard bytes.first == quote else { return literal }
    let isClosed = bytes.count >= 2 && bytes.last == quote
    return unescaped(bytes[1..<(isClosed ? bytes.count - 1 : bytes.count)])
  }

  /// A block begins on the line after its opening quotes; its lines lose the indentation of the
  /// closing line, and the line end before the closing quotes does not count.
  private static func blockValue(_ body: ArraySlice<UInt8>) -> String {
    var lines = body.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
      line.last == 0x0D ? line.dropLast() : line
    }
    guard lines.count > 1 else { return unescaped(body) }
    let isBlank = { (line: ArraySlice<UInt8>) in line.allSatisfy { $0 == 0x20 || $0 == 0x09 } }
    if isBlank(lines[0]) { lines.removeFirst() }
    if let last = lines.last, isBlank(last) {
      lines.removeLast()
      lines = lines.map { line in
        var (line, indent) = (line, last)
        while let byte = line.first, byte == indent.first {
          line = line.dropFirst()
          indent = indent.dropFirst()
        }
        return isBlank(line) ? [] : line
      }
    }
    return unescaped(Array(lines.joined(separator: [0x0A]))[...])
  }

  private static func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
    guard bytes.contains(UInt8(ascii: "\\")) else { return String(decoding: bytes, as: UTF8.self) }
    var result: [UInt8] = []
    var rest = bytes
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let next = rest.first else {
        result.append(byte)
        continue
      }
      switch next {
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "r"): result.append(0x0D)
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): result.append(next)
      case UInt8(ascii: "u"):
        guard let (scalar, length) = scalarEscape(rest) else {
          result.append(byte)
          continue
        }
        result.append(contentsOf: Array(String(Character(scalar)).utf8))
        rest = rest.dropFirst(length)
        continue
      default:
        result.append(byte)
        continue
      }
      rest = rest.dropFirst()
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// `u{1F600}` at the start of `rest`, with its length.
  private static func scalarEscape(_ rest: ArraySlice<UInt8>) -> (Unicode.Scalar, Int)? {
    guard rest.dropFirst().first == UInt8(ascii: "{"),
      let close = rest.prefix(9).firstIndex(of: UInt8(ascii: "}")),
      let value = UInt32(
        String(decoding: rest[rest.startIndex + 2..<close], as: UTF8.self), radix: 16),
      let scalar = Unicode.Scalar(value)
    else { return nil }
    return (scalar, close - rest.startIndex + 1)
  }
}
