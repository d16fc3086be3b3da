/// What a token is. Keywords other than the reserved words are identifiers here: they are keywords
/// only where an item or clause may start, which the parser knows.
public enum TokenKind: UInt8, Sendable, CaseIterable {
  case identifier
  /// `` `any text` ``
  case quotedIdentifier
  /// One of `Keyword.reserved`.
  case reservedWord
  case integer
  case decimal
  /// A number that ends in `%`.
  case percent
  /// `"…"` or `"""…"""`
  case text
  /// `@2026-03-01` or `@2026-03-01T12:00:00Z`
  case time
  /// `500ms 30s 15m 12h 7d 2w`
  case duration
  /// `1mo 1q 1y`
  case calendarSpan
  /// An `@` directly followed by letters: `@key`.
  case role
  case pipe, equal, equalEqual, notEqual, less, lessEqual, greater, greaterEqual
  case plus, minus, star, slash, caret, questionQuestion, question, dotDot, dot, arrow
  case comma, colon, semicolon
  case leftParenthesis, rightParenthesis, leftBracket, rightBracket, leftBrace, rightBrace
  /// A byte sequence that starts no token, or a text or name that is not closed; already reported.
  case invalid
  case endOfFile
}

public enum Keyword {
  /// Words that are never names (language.md §2).
  public static let reserved: Set<String> = [
    "and", "or", "not", "in", "is", "null", "true", "false", "if", "then", "else", "case", "at",
    "where", "over", "lag", "within",
  ]
}
