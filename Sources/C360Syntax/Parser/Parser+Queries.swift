import C360Diagnostics

extension Parser {
  static let verbs: [Word] = [
    .where, .select, .derive, .group, .sort, .take, .skip, .distinct, .sample, .pivot, .window,
    .join, .describe,
  ]

  /// `SOURCE [at EXPOSURE] [under MASK] | verb … | verb …`, the source also `for ENTITY KEY at TIME`
  mutating func parseQuery(_ field: Field) {
    let start = mark
    if parseSource() {
      while kind == .pipe {
        parseStage()
        if isPanicking { skipToStage() }
      }
    }
    let node = finish(.query, from: start)
    push(field, node)
  }

  /// `SOURCE [at EXPOSURE] [under MASK]`, `candidates(POLICY) [at EXPOSURE]` or
  /// `for ENTITY KEY at TIME [under MASK]`
  private mutating func parseSource() -> Bool {
    if word == .for, kind(after: 1) == .identifier || kind(after: 1) == .quotedIdentifier {
      take(.none)
      parseName(.entity, "the name of an entity")
      parseExpression(.key)
      guard expect(.at) else { return false }
      parseExpression(.value)
      parseUnder()
      return true
    }
    if word == .candidates, kind(after: 1) == .leftParenthesis {
      take(.rule)
      take(.none)
      guard parseName(.source, "the name of a policy") else { return false }
      guard expect(.rightParenthesis, "`)` behind the policy") else { return false }
      if takeIf(.at) { parseName(.exposure, "the name of an exposure") }
      return true
    }
    if parseName(.source, "what to query: a table, an exposure, a policy or a view") {
      if kind == .leftParenthesis {
        let name = span(of: position - 1)
        report(SyntaxError.notInThisVersion(name, "\(name.text)(…)"))
      }
      if takeIf(.at) { parseName(.exposure, "the name of an exposure") }
      parseUnder()
      return true
    }
    return false
  }

  private mutating func parseUnder() {
    guard takeIf(.under) else { return }
    parseName(.mask, "the name of a mask, or `none`")
    parseBecause()
  }

  /// `join [only] SOURCE on key, … [expand] [{ item; … }]`
  private mutating func parseJoin() {
    take(.keyword)
    if word == .only, word(after: 1) != .on { take(.rule) }
    let start = mark
    if parseSource() {
      let node = finish(.query, from: start)
      push(.source, node)
      if expect(.on) {
        parseSeparated { $0.parseSelectItem(.key) }
        takeIf(.expand, .direction)
        if kind == .leftBrace { parseSelectBlock("`join`") }
      }
      return
    }
    let node = finish(.malformed, from: start)
    push(.none, node)
  }

  private mutating func parseStage() {
    let start = mark
    take(.none)
    switch word {
    case .where, .take, .skip, .sample:
      take(.keyword)
      parseExpression(.expression)
    case .select:
      take(.keyword)
      parseSeparated { $0.parseSelectItem(.item) }
    case .derive:
      take(.keyword)
      if kind == .leftBrace {
        parseSelectBlock("`derive`")
      } else {
        parseSeparated { $0.parseSelectItem(.item) }
      }
    case .group: parseGroup()
    case .distinct:
      take(.keyword)
      if startsOperand { parseSeparated { $0.parseSelectItem(.key) } }
    case .pivot: parsePivot()
    case .join: parseJoin()
    case .describe: take(.keyword)
    case .window: parseWindowStage()
    case .sort:
      take(.keyword)
      parseSeparated { $0.parseSortItem() }
    default: parseUnknownStage()
    }
    let node = finish(.stage, from: start)
    push(.stage, node)
  }

  private mutating func parseGroup() {
    take(.keyword)
    if kind != .leftBrace { parseSeparated { $0.parseSelectItem(.key) } }
    parseSelectBlock("`group`")
  }

  /// `pivot key in [value, …] [per key, …] { name = aggregate; … }`
  private mutating func parsePivot() {
    take(.keyword)
    parseExpression(.expression)
    if takeIf(.per) { parseSeparated { $0.parseSelectItem(.key) } }
    parseSelectBlock("`pivot`")
  }

  /// `window [per key, …] [sort key, …] { name = expr; … }`
  private mutating func parseWindowStage() {
    take(.keyword)
    if takeIf(.per) { parseSeparated { $0.parseSelectItem(.key) } }
    if takeIf(.sort) { parseSeparated { $0.parseSortItem() } }
    parseSelectBlock("`window`")
  }

  /// Whether there is more of the stage: neither its end nor the next one.
  private var startsOperand: Bool {
    if isAtLineEnd { return false }
    switch kind {
    case .pipe, .semicolon, .endOfFile, .rightBrace, .rightParenthesis: return false
    default: return word != .to
    }
  }

  private mutating func parseSelectBlock(_ name: String) {
    parseBlock(name, heads: []) { $0.parseSelectItem(.item) }
  }

  /// `*`, `rfm.*`, `expr`, `name = expr`
  private mutating func parseSelectItem(_ field: Field) {
    let start = mark
    if kind == .star {
      take(.operator, asOperand: true)
    } else if startsStarredName {
      parseName(.path, "a name")
      take(.none)
      take(.operator, asOperand: true)
    } else {
      if isAtName, kind(after: 1) == .equal {
        take(.name)
        take(.none)
      }
      parseExpression(.expression)
    }
    let node = finish(.selectItem, from: start)
    push(field, node)
  }

  /// Whether `a.b.*` stands here.
  private var startsStarredName: Bool {
    var offset = 0
    while kind(after: offset) == .identifier || kind(after: offset) == .quotedIdentifier {
      guard kind(after: offset + 1) == .dot else { return false }
      if kind(after: offset + 2) == .star { return true }
      offset += 2
    }
    return false
  }

  /// `expr` or `-expr`
  private mutating func parseSortItem() {
    let start = mark
    if kind == .minus { take(.operator, asOperand: true) }
    parseExpression(.expression)
    let node = finish(.sortItem, from: start)
    push(.element, node)
  }

  /// No verb at all: one complaint, and on with the next stage.
  private mutating func parseUnknownStage() {
    guard kind == .identifier || kind == .reservedWord else {
      reportExpected("a verb such as `where` or `select`")
      return
    }
    let known = Self.verbs.map(\.text)
    let near = ForeignWords.verbs[here.text.lowercased()] ?? nearest(to: here.text, among: known)
    report(SyntaxError.unknownVerb(here, near: near, known: known))
    take(.keyword)
    skipToStage()
  }

  /// After a complaint: takes what is left of a stage, so that the next one is read.
  private mutating func skipToStage() {
    let start = mark
    skipBalanced { kind, word in kind == .pipe || kind == .semicolon || word == .to }
    if mark > start {
      let node = finish(.malformed, from: start)
      push(.none, node)
    }
    if kind == .pipe || word == .to { isPanicking = false }
  }
}
