import C360Diagnostics

/// What stands in a file besides ASCII. Letters of other scripts are welcome in comments, texts and
/// back-ticks; characters that reorder, hide or break lines are welcome nowhere, because a reviewer
/// would read something else than what runs.
extension Lexer {
  /// Reports broken UTF-8 and hidden characters of the whole file, each run once.
  mutating func audit() {
    var offset = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte < 0x80 {
        if byte < 0x20 || byte == 0x7F { auditControl(byte, at: offset) }
        offset += 1
        continue
      }
      guard let (scalar, length) = decode(at: offset) else {
        let start = offset
        while offset < bytes.count, bytes[offset] >= 0x80, decode(at: offset) == nil {
          audited.insert(offset)
          offset += 1
        }
        report(SyntaxError.notUTF8(span(start..<offset)))
        continue
      }
      if let name = hiddenName(scalar) {
        audited.insert(offset)
        report(SyntaxError.hiddenCharacter(span(offset..<offset + length), name))
      }
      offset += length
    }
  }

  private mutating func auditControl(_ byte: UInt8, at offset: Int) {
    switch byte {
    case 0x09, 0x0A: return
    case 0x0D where offset + 1 < bytes.count && bytes[offset + 1] == 0x0A: return
    default:
      audited.insert(offset)
      let name =
        byte == 0x0D
        ? "a carriage return without a line feed" : "the control character \(hex(byte))"
      report(SyntaxError.hiddenCharacter(span(offset..<offset + 1), name))
    }
  }

  private func hex(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: 4 - digits.count) + digits
  }

  /// The name of a character that changes how text reads without being seen.
  private func hiddenName(_ scalar: Unicode.Scalar) -> String? {
    let what: String
    switch scalar.value {
    case 0x202A...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x061C:
      what = "the text direction character"
    case 0x2028, 0x2029, 0x85: what = "the line separator"
    case 0x80...0x9F: what = "the control character"
    case 0x200B, 0x2060...0x2064, 0xFEFF, 0xE0000...0xE007F: what = "the invisible character"
    default: return nil
    }
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return what + " U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// The scalar whose encoding starts at `offset` and its length; `nil` for broken UTF-8.
  func decode(at offset: Int) -> (scalar: Unicode.Scalar, length: Int)? {
    let first = bytes[offset]
    let length: Int
    var value: UInt32
    switch first {
    case 0x00..<0x80: return (Unicode.Scalar(first), 1)
    case 0xC2...0xDF: (length, value) = (2, UInt32(first & 0x1F))
    case 0xE0...0xEF: (length, value) = (3, UInt32(first & 0x0F))
    case 0xF0...0xF4: (length, value) = (4, UInt32(first & 0x07))
    default: return nil
    }
    guard offset + length <= bytes.count else { return nil }
    for next in bytes[offset + 1..<offset + length] {
      guard next & 0xC0 == 0x80 else { return nil }
      value = value << 6 | UInt32(next & 0x3F)
    }
    let least: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
    guard value >= least, let scalar = Unicode.Scalar(value) else { return nil }
    return (scalar, length)
  }

  /// The length of the letter, mark or digit of another script at `position`, if there is one.
  func foreignLetterLength() -> Int? {
    guard let (scalar, length) = decode(at: position), scalar.value >= 0x80,
      scalar.properties.isXIDContinue || scalar.value == 0x200C || scalar.value == 0x200D
    else { return nil }
    return length
  }

  /// A character, or a run of broken bytes, that is no letter: takes it as one invalid token.
  mutating func lexForeignCharacter() -> TokenKind {
    let start = position
    guard let (scalar, length) = decode(at: position) else {
      while position < bytes.count, bytes[position] >= 0x80, decode(at: position) == nil {
        position += 1
      }
      return .invalid
    }
    if scalar.value == 0x201C || scalar.value == 0x201D { return lexCurlyQuoted() }
    position += length
    guard !audited.contains(start) else { return .invalid }
    let at = span(start..<position)
    let name = scalar.properties.name.map { " (\($0.lowercased()))" } ?? ""
    let help = scalar.properties.isWhitespace ? ["write an ordinary space"] : []
    report(SyntaxError.strayCharacter(at, "`\(at.text)`\(name)", help: help))
    return .invalid
  }

  /// Text between curly quotes, as word processors write them.
  private mutating func lexCurlyQuoted() -> TokenKind {
    let start = position
    position += 3
    while position < bytes.count, bytes[position] != 0x0A {
      if let (scalar, length) = decode(at: position),
        scalar.value == 0x201C || scalar.value == 0x201D
      {
        position += length
        break
      }
      position += 1
    }
    report(
      SyntaxError.foreignForm(
        span(start..<position), "a text stands between straight quotes",
        help: "write `\"…\"` in place of the curly quotes"))
    return .text
  }

  /// Reports a name with letters beyond ASCII, with the look-alike it was perhaps meant to be.
  mutating func reportForeignLetters(_ range: Range<Int>) {
    let word = source.text(range)
    var plain: String? = ""
    var letter: Unicode.Scalar?
    for scalar in word.unicodeScalars {
      if scalar.isASCII {
        plain?.unicodeScalars.append(scalar)
      } else {
        letter = letter ?? scalar
        if let like = lookAlikes[scalar] { plain?.unicodeScalars.append(like) } else { plain = nil }
      }
    }
    guard let letter else { return }
    let digits = String(letter.value, radix: 16, uppercase: true)
    let code = "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    let name = letter.properties.name.map { ", \($0.lowercased())" } ?? ""
    let likeness = lookAlikes[letter].map { "; it looks like `\($0)`" } ?? ""
    report(
      SyntaxError.foreignLetter(
        span(range), word: word, letter: "`\(letter)` (\(code)\(name)\(likeness))", plain: plain))
  }
}

/// Letters of other scripts that look like ASCII ones.
private let lookAlikes: [Unicode.Scalar: Unicode.Scalar] = {
  var table: [Unicode.Scalar: Unicode.Scalar] = [:]
  let foreign = "аеорсухіјѕԁһԛԝАВЕКМНОРСТХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧονρυгⅼⅰ"
  let ascii = "aeopcyxijsdhqwABEKMHOPCTXIJSABEZHIKMNOPTYXovpurli"
  for (from, to) in zip(foreign.unicodeScalars, ascii.unicodeScalars) { table[from] = to }
  // Fullwidth forms.
  for value in UInt32(0xFF10)...0xFF5A {
    guard let from = Unicode.Scalar(value), let to = Unicode.Scalar(value - 0xFEE0),
      from.properties.isXIDContinue
    else { continue }
    table[from] = to
  }
  return table
}()
