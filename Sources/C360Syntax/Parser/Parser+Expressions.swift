import C360Diagnostics

extension Parser {
  /// Parses an expression and pushes it.
  mutating func parseExpression(_ field: Field) {
    let node = parseExpression()
    push(field, node)
  }

  /// An expression of operators that bind at least as tightly as `minimum`. Always makes a node; an
  /// empty `malformed` one where no expression starts, which is then reported.
  mutating func parseExpression(minimum: Precedence = .or) -> Int {
    guard enter() else { return finish(.malformed, from: mark) }
    defer { depth -= 1 }
    var left = parsePrefix(minimum)
    var nonChaining: (precedence: Precedence, span: Span)?
    while let infix = infixOperator, infix.precedence >= minimum {
      guard heights[left] < Self.heightLimit else {
        report(SyntaxError.tooDeep(here, limit: Int(Self.heightLimit)))
        break
      }
      if infix.associativity == .none {
        if let first = nonChaining, first.precedence == infix.precedence {
          reportInPassing(SyntaxError.chainedComparison(here, first: first.span))
        }
        nonChaining = (infix.precedence, here)
      }
      left = parseInfix(left, infix)
    }
    if minimum == .or, kind == .equal {
      let name = span(of: position - 1)
      reportInPassing(
        tokens[position - 1].kind == .reservedWord
          ? SyntaxError.reservedName(name, wanted: "the name of a column")
          : SyntaxError.assignmentInExpression(here))
      let start = mark
      push(.left, left)
      take(.operator)
      parseExpression(.right)
      left = finish(.binary, from: start)
    }
    return left
  }

  /// The operator at the current token; `not` is one only before `in`.
  private var infixOperator: InfixOperator? {
    if word == .not, word(after: 1) != .in { return nil }
    return OperatorTable.infix(kind, word)
  }

  private mutating func parseInfix(_ left: Int, _ infix: InfixOperator) -> Int {
    let start = mark
    let right = infix.associativity == .right ? infix.precedence : infix.precedence.tighter
    switch infix.form {
    case .binary:
      push(.left, left)
      take(.operator)
      let node = parseExpression(minimum: right)
      push(.right, node)
      return finish(.binary, from: start)
    case .range:
      push(.lower, left)
      take(.operator)
      let node = parseExpression(minimum: right)
      push(.upper, node)
      return finish(.range, from: start)
    case .isIn:
      push(.operand, left)
      takeIf(.not, .operator)
      expect(.in, .keyword)
      let node = parseExpression(minimum: right)
      push(.right, node)
      return finish(.isIn, from: start)
    case .isNull:
      push(.operand, left)
      take(.keyword)
      takeIf(.not, .operator)
      expect(.null)
      return finish(.isNull, from: start)
    }
  }

  private mutating func parsePrefix(_ minimum: Precedence) -> Int {
    if kind == .minus {
      let start = mark
      take(.operator, asOperand: true)
      let operand = parseExpression(minimum: .sign)
      push(.operand, operand)
      return finish(.unary, from: start)
    }
    if word == .not {
      if minimum > .not { reportInPassing(SyntaxError.notNeedsParentheses(here)) }
      let start = mark
      take(.operator, asOperand: true)
      let operand = parseExpression(minimum: .not)
      push(.operand, operand)
      return finish(.unary, from: start)
    }
    let node = parsePrimary()
    return parseWindows(after: node)
  }

  // MARK: Operands

  mutating func parsePrimary() -> Int {
    let start = mark
    if lineBreaks[position], !isAtLineEnd, startsOuterItem(at: position) {
      // The line before ended in an operator; this one starts something else.
      report(SyntaxError.expected(placeBefore, "an expression", found: "the end of the line"))
      endItem()
      return finish(.malformed, from: start)
    }
    switch kind {
    case .integer, .decimal:
      let isMoney = isMoneyAhead
      take(.value)
      if isMoney { take(.unit) }
      return finish(isMoney ? .money : .literal, from: start)
    case .percent, .duration, .calendarSpan, .text, .time:
      take(.value)
      return finish(.literal, from: start)
    case .identifier, .quotedIdentifier: return parseReferenceOrCall()
    case .leftParenthesis: return parseParenthesized()
    case .leftBracket:
      parseBracketed(.rightBracket) { $0.parseExpression(.element) }
      return finish(.list, from: start)
    case .reservedWord: return parseWordOperand()
    default:
      reportExpected("an expression")
      return finish(.malformed, from: start)
    }
  }

  private mutating func parseWordOperand() -> Int {
    let start = mark
    switch word {
    case .null, .true, .false:
      take(.value)
      return finish(.literal, from: start)
    case .at:
      take(.keyword)
      return finish(.reference, from: start)
    case .if: return parseConditional()
    case .case: return parseCase()
    default:
      reportExpected("an expression")
      return finish(.malformed, from: start)
    }
  }

  /// Whether the number at hand is followed, on its line, by three capitals.
  private var isMoneyAhead: Bool {
    guard kind(after: 1) == .identifier, !isLastOfLine else { return false }
    let range = tokens[position + 1].range
    return range.count == 3 && source.bytes[range].allSatisfy { $0 >= 0x41 && $0 <= 0x5A }
  }

  private mutating func parseReferenceOrCall() -> Int {
    let start = mark
    let name = parseNameNode("a name")
    guard kind == .leftParenthesis else {
      push(.name, name)
      return finish(.reference, from: start)
    }
    push(.callee, name)
    parseArguments()
    return finish(.call, from: start)
  }

  private mutating func parseParenthesized() -> Int {
    let start = mark
    var count = 0
    parseBracketed(.rightParenthesis) { parser in
      count += 1
      if count == 2 { parser.reportExpected("`)`", help: ["lists stand in `[ ]`"]) }
      parser.parseExpression(count == 1 ? .expression : .none)
    }
    if count == 0 { reportExpected("an expression between the parentheses") }
    return finish(.parenthesized, from: start)
  }

  /// `(value, label: value, value where filter)`; the current token is the parenthesis.
  mutating func parseArguments() {
    parseBracketed(
      .rightParenthesis,
      help: ["an argument's name is followed by `:`, as in `softmax(temperature: 0.2)`"]
    ) { parser in
      let start = parser.mark
      if parser.kind(after: 1) == .colon, parser.isAtName || parser.kind == .reservedWord {
        parser.take(.label)
        parser.take(.none)
      }
      if parser.word != .where { parser.parseArgumentValue() }
      if parser.takeIf(.where) { parser.parseExpression(.filter) }
      let node = parser.finish(.argument, from: start)
      parser.push(.argument, node)
    }
  }

  /// `name = value` is a mistake for `name: value`, not for a comparison.
  private mutating func parseArgumentValue() {
    if isAtName, kind(after: 1) == .equal {
      let name = parseNameNode("a name")
      push(.none, name)
      return
    }
    parseExpression(.value)
  }

  // MARK: Choices

  /// `if a then b else c`
  private mutating func parseConditional() -> Int {
    let start = mark
    let opening = here
    take(.keyword)
    parseExpression(.condition)
    if expect(.then) {
      parseExpression(.value)
      if takeIf(.else) {
        parseExpression(.otherwise)
      } else {
        report(SyntaxError.missingElse(here, opening: opening))
      }
    }
    return finish(.conditional, from: start)
  }

  /// `case { cond: value; else: value }`
  private mutating func parseCase() -> Int {
    let start = mark
    take(.keyword)
    parseBlock("a `case`", heads: []) { parser in
      let start = parser.mark
      if !parser.takeIf(.else, .keyword) { parser.parseExpression(.condition) }
      if parser.expect(.colon, "`:` and a value") { parser.parseExpression(.value) }
      let node = parser.finish(.caseBranch, from: start)
      parser.push(.item, node)
    }
    return finish(.caseOf, from: start)
  }
}
