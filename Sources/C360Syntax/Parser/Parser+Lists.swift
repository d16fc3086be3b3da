import C360Diagnostics

extension Parser {
  /// `( element , element … )` or the same in `[ ]`; a trailing comma is allowed and line ends are
  /// white space. The opening bracket is the current token. A bad element is reported, skipped to
  /// the next comma, and the list goes on.
  mutating func parseBracketed(
    _ closer: TokenKind, help: [String] = [], element: (inout Parser) -> Void
  ) {
    let outerLines = linesEndItems
    let opener = position
    linesEndItems = false
    take(.none)
    while kind != closer {
      element(&self)
      if takeIf(.comma) || kind == closer { continue }
      // A line that starts something else: the list was left open.
      let isLeft = lineBreaks[position] && startsOuterItem(at: position)
      reportBrokenList(opener: opener, closer: closer, isLeft: isLeft, help: help)
      guard !isLeft, skipToComma(or: closer) else { break }
    }
    linesEndItems = outerLines
    if kind == closer, !isAtLineEnd { take(.none) } else { refresh() }
  }

  private mutating func reportBrokenList(
    opener: Int, closer: TokenKind, isLeft: Bool, help: [String]
  ) {
    let sign = OperatorTable.sign(of: closer) ?? ""
    let isForeignCloser = kind == .rightBrace || kind == .rightParenthesis || kind == .rightBracket
    if isLeft || isAtEnd || isForeignCloser {
      report(
        SyntaxError.unclosedBracket(
          span(of: opener), span(of: opener).text, closing: sign, found: found, until: here))
    } else {
      reportExpected("`,` or `\(sign)`", help: kind == .equal ? help : [])
    }
  }

  /// After a broken element: takes what is left of it and the comma behind it; false when the list
  /// does not go on.
  private mutating func skipToComma(or closer: TokenKind) -> Bool {
    let start = mark
    skipBalanced { kind, _ in kind == .comma || kind == closer }
    if mark > start {
      let node = finish(.malformed, from: start)
      push(.none, node)
    }
    guard kind == .comma || kind == closer else { return false }
    isPanicking = false
    takeIf(.comma)
    return true
  }

  /// `element , element …` without brackets: ends where no comma follows.
  mutating func parseSeparated(element: (inout Parser) -> Void) {
    repeat { element(&self) } while takeIf(.comma)
  }
}
