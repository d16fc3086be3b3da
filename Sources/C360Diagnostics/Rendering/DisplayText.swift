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

  private static func isObeyed(_ scalar: Unicode.Scalar) -> Bool { ScreenText.isObeyed(scalar) }

  /// Columns that a character takes: 2 for wide ones, 0 for marks that stand alone.
  static func width(of character: Character) -> Int { ScreenText.width(of: character) }
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
