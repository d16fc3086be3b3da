/// The value of text literals.
enum TextLiteral {
  static func value(of literal: String) -> String {
    let isBlock = literal.hasPrefix("\"\"\"") && literal.count >= 6
    let body = isBlock ? literal.dropFirst(3).dropLast(3) : literal.dropFirst().dropLast()
    return String(body)
  }
}
