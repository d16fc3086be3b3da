import C360Diagnostics

extension Parser {
  /// The window clauses behind an operand. Behind anything but a call they are reported.
  mutating func parseWindows(after operand: Int) -> Int {
    let isCall = records[operand].kind == .call
    guard startsWindow(afterCall: isCall) else { return operand }
    let start = mark
    guard isCall else {
      if records[operand].kind != .malformed {
        reportInPassing(SyntaxError.windowWithoutAggregate(here))
      }
      push(.expression, operand)
      while startsWindow(afterCall: true) { parseWindow() }
      return finish(.malformed, from: start)
    }
    push(.expression, operand)
    while startsWindow(afterCall: true) { parseWindow() }
    return finish(.windowed, from: start)
  }

  private func startsWindow(afterCall: Bool) -> Bool {
    switch word {
    case .over, .lag, .within: true
    case .every, .after: afterCall
    default: false
    }
  }

  private mutating func parseWindow() {
    let start = mark
    let keyword = word
    take(.keyword)
    switch (keyword, word) {
    case (.over, .all) where kind(after: 1) != .dot: take(.rule)
    // No length less a whole number is a length: `last -1` is the last of too few.
    case (.over, .last)
    where kind(after: 1) == .integer || kind(after: 1) == .identifier
      || (kind(after: 1) == .minus && kind(after: 2) == .integer),
      (.over, .calendar), (.every, .calendar):
      take(.rule)
      parseFixedValue(keyword)
    case (.over, .session) where kind(after: 1) == .leftParenthesis:
      take(.rule)
      parseBracketed(.rightParenthesis) { $0.parseFixedValue(keyword) }
    case (.over, .since): parseSince()
    default: parseFixedValue(keyword)
    }
    let node = finish(.window, from: start)
    push(.clause, node)
  }

  /// `since last(EVENTS [where condition]) [else all]`
  private mutating func parseSince() {
    take(.rule)
    guard expect(.last), kind == .leftParenthesis else {
      reportExpected("`last(…)`")
      return
    }
    parseBracketed(.rightParenthesis) { parser in
      let start = parser.mark
      if parser.parseName(.name, "the name of an events table") {
        let node = parser.finish(.reference, from: start)
        parser.push(.value, node)
      }
      if parser.takeIf(.where) { parser.parseExpression(.filter) }
    }
    if word == .else, word(after: 1) == .all {
      take(.none)
      take(.otherwise)
    }
  }

  /// A literal or a name. What is computed is reported, and read, so that parsing goes on.
  mutating func parseFixedValue(_ keyword: Word) {
    let start = mark
    switch kind {
    case .integer, .decimal, .percent, .duration, .calendarSpan:
      take(.value)
      let node = finish(.literal, from: start)
      push(.value, node)
    case .identifier where kind(after: 1) != .leftParenthesis, .quotedIdentifier:
      parseName(.name, "a param")
      let node = finish(.reference, from: start)
      push(.value, node)
    case .identifier, .leftParenthesis, .minus:
      // A literal below 0 is fixed; that it is no length is told by the checker.
      let isLiteral =
        kind == .minus && [.integer, .duration, .calendarSpan].contains(kind(after: 1))
      if !isLiteral {
        reportInPassing(SyntaxError.windowNotFixed(here, keyword: keyword.text))
      }
      let isNegative = takeIf(.minus, .operator)
      let operand = parsePrimary()
      push(isNegative ? .operand : .value, operand)
      if isNegative {
        let node = finish(.unary, from: start)
        push(.value, node)
      }
    default:
      reportExpected("the length of the window")
    }
  }
}
