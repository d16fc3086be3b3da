/// Text as a terminal shows it: tabs become spaces, characters that would reorder or hide text are
/// spelled out, and widths count columns of the screen.
struct DisplayText {
  static let tabWidth = 4

  private(set) var text = ""
  private(set) var width = 0

  /// Appends a text, expanding tabs to stops of this line.
  mutating func append(_ more: some StringProtocol) {
    for character in more {
      if character == "\t" {
        let spaces = Self.tabWidth - width % Self.tabWidth
        text += String(repeating: " ", count: spaces)
        width += spaces
      } else if let spelled = Self.spelling(of: character) {
        text += spelled
        width += spelled.count
      } else {
        text.append(character)
        width += Self.width(of: character)
      }
    }
  }

  /// A text of one or more lines without anything a terminal would obey.
  static func harmless(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isObeyed) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if isObeyed(scalar), scalar != "\n", scalar != "\t" {
        result += spelled(scalar)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func spelling(of character: Character) -> String? {
    guard character.unicodeScalars.contains(where: isObeyed) else { return nil }
    return character.unicodeScalars.map { isObeyed($0) ? spelled($0) : String($0) }.joined()
  }

  private static func spelled(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "<U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + ">"
  }

  /// Controls, direction marks, separators and invisible characters.
  private static func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x61C, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x206F,
      0xFEFF, 0xE0000...0xE007F:
      true
    default: false
    }
  }

  /// Columns that a character takes: 2 for wide ones, 0 for marks that stand alone.
  static func width(of character: Character) -> Int {
    var width = 0
    for scalar in character.unicodeScalars {
      if scalar.value == 0xFE0F { return 2 }
      width = max(width, Self.width(of: scalar))
    }
    return width
  }

  private static func width(of scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0x20..<0x7F: return 1
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
      0xA000...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF,
      0x20000...0x3FFFD:
      return 2
    default: break
    }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: return scalar.properties.isEmojiPresentation ? 2 : 1
    }
  }
}

/// Escape sequences, or nothing.
struct Palette {
  enum Role { case error, warning, lint, secondary, gutter, strong, help }

  let isOn: Bool

  func callAsFunction(_ role: Role, _ text: String) -> String {
    guard isOn, !text.isEmpty else { return text }
    let code =
      switch role {
      case .error: "1;31"
      case .warning: "1;33"
      case .lint: "1;36"
      case .secondary: "34"
      case .gutter: "34"
      case .strong: "1"
      case .help: "1;32"
      }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }

  static func role(of severity: Severity) -> Role {
    switch severity {
    case .error: .error
    case .future, .warning: .warning
    case .lint: .lint
    }
  }
}
