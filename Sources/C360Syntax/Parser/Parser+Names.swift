import C360Diagnostics

extension Parser {
  var isAtName: Bool { kind == .identifier || kind == .quotedIdentifier }

  /// One name without dots; a reserved word in its place is reported and taken as the name.
  @discardableResult
  mutating func parseIdentifier(_ field: Field, _ what: String) -> Bool {
    if isAtName {
      take(field)
      return true
    }
    if kind == .reservedWord, !isPanicking {
      reportInPassing(SyntaxError.reservedName(here, wanted: what))
      take(field)
      return true
    }
    reportExpected(what)
    return false
  }

  /// A dotted name as a node.
  @discardableResult
  mutating func parseName(_ field: Field, _ what: String) -> Bool {
    guard isAtName || kind == .reservedWord else {
      reportExpected(what)
      return false
    }
    let node = parseNameNode(what)
    push(field, node)
    return true
  }

  /// The current token starts a name.
  mutating func parseNameNode(_ what: String) -> Int {
    let start = mark
    parseIdentifier(.name, what)
    while kind == .dot, kind(after: 1) != .star, !isPanicking {
      take(.none)
      parseIdentifier(.name, "a name behind the dot")
    }
    return finish(.name, from: start)
  }

  /// `int`, `money(USD)`, `list(text)?`
  mutating func parseType(_ field: Field) {
    guard kind == .identifier else {
      reportExpected("a type")
      return
    }
    guard enter() else { return }
    let start = mark
    take(.name)
    if kind == .leftParenthesis {
      parseBracketed(.rightParenthesis) { parser in
        let next = parser.kind(after: 1)
        if parser.kind == .identifier, next == .leftParenthesis || next == .question {
          parser.parseType(.type)
        } else if parser.kind == .identifier || parser.kind == .integer {
          parser.take(.argument)
        } else {
          parser.reportExpected("what the type is made of")
        }
      }
    }
    takeIf(.question, .operator)
    depth -= 1
    let node = finish(.type, from: start)
    push(field, node)
  }

  /// `because "…"` where there is one.
  mutating func parseBecause() {
    guard word == .because else { return }
    let start = mark
    take(.none)
    expect(.text, .value, "the reason as a text")
    let node = finish(.because, from: start)
    push(.because, node)
  }

  /// `as csv(delimiter: ";")` where there is one.
  mutating func parseFormat() {
    guard word == .as else { return }
    let start = mark
    take(.none)
    if parseIdentifier(.name, "the name of a format"), kind == .leftParenthesis {
      parseArguments()
    }
    let node = finish(.format, from: start)
    push(.format, node)
  }

  /// `for actions` where there is one.
  mutating func parseForActions() {
    guard takeIf(.for) else { return }
    parseName(.actions, "the name of an actions table")
  }

  /// `(name: type, …)`
  mutating func parseParameters() {
    guard kind == .leftParenthesis else {
      reportExpected("`(` and the parameters")
      return
    }
    parseBracketed(.rightParenthesis) { parser in
      let start = parser.mark
      if parser.parseIdentifier(.name, "the name of a parameter"),
        parser.expect(.colon, "`:` and the type of the parameter")
      {
        parser.parseType(.type)
      }
      let node = parser.finish(.parameter, from: start)
      parser.push(.parameter, node)
    }
  }

  @discardableResult
  mutating func expect(_ wanted: TokenKind, _ what: String) -> Bool {
    expect(wanted, .none, what)
  }
}
