/// How a name is written in a script.
public enum WrittenName {
  /// The name itself where it is an identifier, else in back-ticks.
  public static func of(_ name: String) -> String { isPlain(name) ? name : "`\(name)`" }

  /// Whether a name is an identifier of the language as it stands: ASCII, and no reserved word.
  public static func isPlain(_ name: String) -> Bool {
    guard let first = name.utf8.first, !isDigit(first), !Keyword.reserved.contains(name) else {
      return false
    }
    return name.utf8.allSatisfy { isLetter($0) || isDigit($0) }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || byte == UInt8(ascii: "_")
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
