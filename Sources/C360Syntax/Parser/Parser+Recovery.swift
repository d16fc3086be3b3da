import C360Diagnostics

extension Parser {
  /// A block `{ … }` whose items are being parsed.
  struct Block {
    /// What people call it: "a mask".
    let name: String
    /// Words that start an item of it.
    let heads: [Word]
    /// Whether declarations stand inside: the file itself and templates.
    let holdsDeclarations: Bool
    /// The token `{`; `nil` for the file.
    let opener: Int?
  }

  // MARK: Blocks

  /// `{ item ; item … }`, items pushed by `item`. The block ends at its `}`, or where something
  /// stands that can only belong outside, which then says where the block was left open.
  mutating func parseBlock(_ name: String, heads: [Word], item: (inout Parser) -> Void) {
    guard openBrace(name) else { return }
    blocks.append(
      Block(name: name, heads: heads, holdsDeclarations: false, opener: position - 1))
    parseItems(item)
    blocks.removeLast()
  }

  /// Takes what a complaint left of a header, up to the `{` whose block can still be read.
  mutating func skipToBrace() {
    guard isPanicking, kind != .leftBrace else { return }
    let start = mark
    skipBalanced { kind, _ in kind == .leftBrace || kind == .semicolon }
    if mark > start {
      let node = finish(.malformed, from: start)
      push(.none, node)
    }
  }

  /// Takes `{`; when it stands on the next line, says so and goes on.
  mutating func openBrace(_ name: String) -> Bool {
    skipToBrace()
    if isAtLineEnd, tokens[position].kind == .leftBrace {
      let place = placeBefore
      reportInPassing(SyntaxError.braceOnNextLine(span(of: position), lineEnd: place))
      acceptLineEnd()
    }
    if kind != .leftBrace {
      reportExpected("`{` and the items of \(name)")
      skipToBrace()
    }
    guard kind == .leftBrace else { return false }
    guard enter() else { return false }
    depth -= 1
    take(.none)
    return true
  }

  /// Items up to the closing brace, which is taken. `blocks.last` is the block.
  mutating func parseItems(_ item: (inout Parser) -> Void) {
    let outerLines = linesEndItems
    let opener = position - 1
    depth += 1
    linesEndItems = true
    previousContinues = false
    refresh()
    while startItem(), !isAtEnd, kind != .rightBrace, !startsOuterDeclaration(at: position) {
      let before = position
      item(&self)
      finishItem()
      if position == before { skipToken() }
    }
    depth -= 1
    linesEndItems = outerLines
    if kind == .rightBrace, !isAtLineEnd {
      isPanicking = false
      take(.none)
      return
    }
    // One forgotten brace leaves all blocks around it open.
    isPanicking = leftOpenAt == position
    leftOpenAt = position
    report(
      SyntaxError.unclosedBracket(
        span(of: opener), "{", closing: "}", found: found, until: here))
    endItem()
  }

  /// Steps over line ends and semicolons and lets complaints be heard again; always true.
  mutating func startItem() -> Bool {
    isPanicking = false
    while true {
      if isAtLineEnd {
        isPanicking = false
        acceptLineEnd()
      } else if !takeIf(.semicolon) {
        return true
      }
    }
  }

  /// After an item: what is left of it is one complaint and a malformed node.
  mutating func finishItem() {
    guard !isAtItemEnd else { return }
    if kind == .equal {
      report(SyntaxError.assignmentInExpression(here))
    } else if isStrayCloser {
      report(SyntaxError.strayCloser(here))
    } else {
      let clauses: [Word] = [.because, .weight, .unless, .when, .until, .over, .within, .else]
      let near = kind == .identifier ? nearest(to: here.text, among: clauses.map(\.text)) : nil
      let line = here.file.line(here.file.position(of: here.range.lowerBound).line)
      report(
        SyntaxError.leftover(
          here, found: found, after: itemName, near: near,
          form: ForeignWords.help(for: here.text, in: line)))
    }
    skipItem(.none)
  }

  /// Ends the item at hand before the current token, which starts a line.
  mutating func endItem() {
    previousContinues = false
    refresh()
  }

  private var itemName: String {
    blocks.last.map { $0.opener == nil ? "the declaration" : "the item of \($0.name)" }
      ?? "the declaration"
  }

  var isAtItemEnd: Bool {
    if isAtLineEnd || kind == .endOfFile || kind == .semicolon { return true }
    return kind == .rightBrace && blocks.last?.opener != nil
  }

  private var isStrayCloser: Bool {
    kind == .rightParenthesis || kind == .rightBracket || kind == .rightBrace
  }

  // MARK: Skipping

  /// Takes the rest of the item into a malformed node: up to a line end or `;` outside of all
  /// brackets that open on the way, a closing brace of the enclosing block, or a line that can only
  /// start something else.
  mutating func skipItem(_ field: Field, as kind: SyntaxKind = .malformed) {
    let start = mark
    skipBalanced { kind, _ in kind == .semicolon }
    if mark > start {
      let node = finish(kind, from: start)
      push(field, node)
    }
  }

  /// Takes tokens until `stop` holds outside of brackets, or the item or its surroundings end.
  mutating func skipBalanced(until stop: (TokenKind, Word) -> Bool) {
    let outerLines = linesEndItems
    let start = position
    var open: [TokenKind] = []
    while tokens[position].kind != .endOfFile {
      let next = tokens[position].kind
      if position > start, lineBreaks[position], startsOuterItem(at: position),
        !open.contains(.leftBrace) || isUnindented(position)
      {
        break
      }
      if isAtLineEnd { break }
      if open.isEmpty, stop(next, words[position]) { break }
      switch next {
      case .leftParenthesis, .leftBracket, .leftBrace: open.append(next)
      case .rightParenthesis, .rightBracket, .rightBrace:
        if let match = open.lastIndex(of: next.opener) {
          open.removeSubrange(match...)
        } else if !outerLines || (next == .rightBrace && blocks.last?.opener != nil) {
          linesEndItems = outerLines
          refresh()
          return
        }
      default: break
      }
      linesEndItems = open.isEmpty && outerLines
      take(.none)
    }
    linesEndItems = outerLines
    refresh()
  }

  /// Takes one token into a malformed node, so that no loop stands still.
  mutating func skipToken() {
    guard !isAtEnd else { return }
    if isAtLineEnd { acceptLineEnd() }
    let start = mark
    take(.none)
    if mark > start {
      let node = finish(.malformed, from: start)
      push(.none, node)
    }
  }

  // MARK: What can only stand outside

  /// Whether the line that starts here is a declaration that cannot be an item of this block: the
  /// block was left open.
  func startsOuterDeclaration(at index: Int) -> Bool {
    guard let block = blocks.last, block.opener != nil, lineBreaks[index] else { return false }
    let word = words[index]
    guard word.isDeclaration, tokens[index].kind == .identifier,
      startsDeclaration(word, next: index + 1)
    else { return false }
    if block.holdsDeclarations {
      return (word.isTable || word < .function || word == .entity) && isUnindented(index)
    }
    guard block.heads.contains(word) else { return true }
    // `mask marketing` is a clause of a policy, `mask marketing {` a declaration.
    let third = index + 2 < tokens.count ? tokens[index + 2].kind : .endOfFile
    return third == .leftBrace || (index + 2 < words.count && words[index + 2] == .for)
  }

  /// Whether the token behind the word fits a declaration.
  private func startsDeclaration(_ word: Word, next: Int) -> Bool {
    guard next < tokens.count, !lineBreaks[next] else { return false }
    switch tokens[next].kind {
    case .identifier: return !words[next].startsClause
    case .quotedIdentifier: return true
    case .text: return word == .timezone || word == .use
    case .integer: return word == .edition
    default: return false
    }
  }

  /// Whether the line that starts here is an item of an enclosing block or a declaration: skipping
  /// stops there even inside brackets.
  func startsOuterItem(at index: Int) -> Bool {
    if startsOuterDeclaration(at: index) { return true }
    let word = words[index]
    guard tokens[index].kind == .identifier, let block = blocks.last,
      index + 1 < tokens.count, tokens[index + 1].kind != .colon, !lineBreaks[index + 1]
    else { return false }
    let next = tokens[index + 1].kind
    guard next == .identifier || next == .quotedIdentifier || next == .text || next == .integer,
      !words[index + 1].startsClause
    else { return false }
    return block.heads.contains(word)
      || (block.holdsDeclarations && (word.isDeclaration || word.isLaterDeclaration))
  }

  private func isUnindented(_ index: Int) -> Bool {
    let start = tokens[index].range.lowerBound
    return start == 0 || source.bytes[start - 1] == 0x0A
  }

  // MARK: Depth

  /// Goes one level down; at the limit complains and returns false. The caller goes up again with
  /// `depth -= 1` when it was true.
  mutating func enter() -> Bool {
    guard depth < Self.depthLimit else {
      isPanicking = isPanicking || wasTooDeep
      wasTooDeep = true
      report(SyntaxError.tooDeep(here, limit: Self.depthLimit))
      return false
    }
    depth += 1
    return true
  }
}

extension TokenKind {
  /// The opening bracket that this closing one belongs to.
  var opener: TokenKind {
    switch self {
    case .rightParenthesis: .leftParenthesis
    case .rightBracket: .leftBracket
    default: .leftBrace
    }
  }
}
