import C360Diagnostics

extension Parser {
  static let tableItems: [Word] = [
    .observed, .arrives, .expires, .timezone, .none, .keep, .outcome, .link, .resolve,
  ]

  /// `events | profile | consents | actions NAME [of ENTITY [via IDENTITY]] from "…" [as format]
  /// { items }`, `limits NAME from …`, `identity NAME to ENTITY from …`
  mutating func parseTable() -> SyntaxKind {
    let keyword = word
    take(.keyword)
    parseIdentifier(.name, "the name of the table")
    if keyword == .limits {
      // Of nobody: groups are what its rows are about.
    } else if keyword == .identity ? expect(.to) : takeIf(.of) {
      parseName(.entity, "the name of an entity")
    } else if keyword != .actions, keyword != .identity {
      reportExpected("`of` and the entity that the rows belong to")
    }
    if keyword != .identity, keyword != .limits, takeIf(.via) {
      parseName(.via, "the name of an identity")
    }
    if expect(.from) { expect(.text, .source, "the path of a file as a text") }
    parseFormat()
    parseTableBlock("the table")
    return .table
  }

  private mutating func parseTableBlock(_ name: String) {
    parseBlock(name, heads: Self.tableItems) { $0.parseTableItem() }
  }

  private mutating func parseTableItem() {
    let start = mark
    let kind = parseTableItemParts()
    if mark > start {
      let node = finish(kind, from: start)
      push(.item, node)
    }
  }

  private mutating func parseTableItemParts() -> SyntaxKind {
    let isName = isAtName || kind == .reservedWord
    if isName, kind(after: 1) == .colon { return parseColumn() }
    switch word {
    case .observed: return parseObserved()
    case .arrives: return parseArrives()
    case .none: return parseNoAction()
    case .keep: return parseKeep()
    case .outcome: return parseOutcome()
    case .link: return parseLink()
    case .resolve: return parseResolve()
    case .expires: return parseExpires()
    case .timezone: return parseTimezone()
    default: return parseUnknownTableItem(isName)
    }
  }

  private mutating func parseUnknownTableItem(_ isName: Bool) -> SyntaxKind {
    let known = Self.tableItems.map(\.text)
    let near = isName ? nearest(to: here.text, among: known) : nil
    // Two names in a row are a column without its colon.
    if isName, near == nil, kind(after: 1) == .identifier, !isLastOfLine { return parseColumn() }
    report(
      SyntaxError.unknownItem(
        here, found, in: blocks.last?.name ?? "the table", known: ["name: type"] + known,
        near: near))
    return .malformed
  }

  /// `name: type [= default] @role @role(argument)`
  private mutating func parseColumn() -> SyntaxKind {
    parseIdentifier(.name, "the name of a column")
    guard expect(.colon, "`:` and the type of the column") else { return .column }
    parseType(.type)
    parseRoles()
    if takeIf(.equal) {
      parseExpression(.value)
      parseRoles()
    }
    return .column
  }

  private mutating func parseRoles() {
    while kind == .role {
      let start = mark
      take(.name)
      if kind == .leftParenthesis {
        parseBracketed(.rightParenthesis) { parser in
          // `@nan(null)`: the one reserved word that a role takes.
          if parser.takeIf(.null, .argument) { return }
          if parser.isAtName || parser.kind == .reservedWord {
            parser.parseIdentifier(.argument, "the argument of the role")
          } else {
            parser.reportExpected("the argument of the role")
          }
        }
      }
      let node = finish(.role, from: start)
      push(.role, node)
    }
  }

  /// `observed from @…`, `observed through @…`
  private mutating func parseObserved() -> SyntaxKind {
    take(.keyword)
    if takeIf(.from, .rule) || takeIf(.through, .rule) {
      parseExpression(.value)
    } else {
      reportExpected("`from` or `through` and a time")
    }
    return .observed
  }

  private mutating func parseArrives() -> SyntaxKind {
    take(.keyword)
    if expect(.within) { parseFixedValue(.within) }
    return .arrives
  }

  /// `expires after P`
  private mutating func parseExpires() -> SyntaxKind {
    take(.keyword)
    if expect(.after) { parseFixedValue(.after) }
    return .expires
  }

  private mutating func parseNoAction() -> SyntaxKind {
    take(.keyword)
    expect(.text, .value, "the name of the action that does nothing, as a text")
    return .noAction
  }

  /// `keep all | first | first per [calendar] P | non_overlapping W | washout G`
  private mutating func parseKeep() -> SyntaxKind {
    take(.keyword)
    let rule = word
    guard parseIdentifier(.rule, "a rule: `all`, `first`, `non_overlapping` or `washout`") else {
      return .keep
    }
    if rule == .first {
      if takeIf(.per) {
        takeIf(.calendar, .unit)
        parseFixedValue(.per)
      }
    } else if rule != .all, !isAtItemEnd {
      parseFixedValue(.keep)
    }
    return .keep
  }

  private mutating func parseOutcome() -> SyntaxKind {
    take(.keyword)
    parseIdentifier(.name, "the name of the outcome")
    if expect(.equal, "`=` and what is observed") { parseExpression(.expression) }
    return .outcome
  }

  /// `link EXPRESSION`
  private mutating func parseLink() -> SyntaxKind {
    take(.keyword)
    parseExpression(.expression)
    return .link
  }

  /// `resolve best above p | weighted above p | clusters above p`
  private mutating func parseResolve() -> SyntaxKind {
    take(.keyword)
    guard parseIdentifier(.rule, "a rule: `best`, `weighted` or `clusters`") else {
      return .resolve
    }
    if expect(.above) { parseExpression(.value) }
    return .resolve
  }

  // MARK: Exposures

  /// `exposure NAME of ENTITY from "…" { … }`,
  /// `… [in profile] every [calendar] P from @a through @b [{ outcomes }]`,
  /// `… [in profile] at @t [{ outcomes }]`
  mutating func parseExposure() -> SyntaxKind {
    take(.keyword)
    parseIdentifier(.name, "the name of the exposure")
    if expect(.of) { parseName(.entity, "the name of an entity") }
    if takeIf(.in) { parseName(.path, "the name of a profile") }
    switch word {
    case .from:
      take(.none)
      expect(.text, .source, "the path of a file as a text")
      parseFormat()
      parseTableBlock("the exposure")
      return .exposure
    case .every:
      take(.none)
      takeIf(.calendar, .unit)
      parseStep()
      if expect(.from) { parseExpression(.start) }
      if expect(.through) { parseExpression(.through) }
    case .at:
      take(.none)
      parseExpression(.value)
    default: reportExpected("`from` and a file, `every` and a step, or `at` and a time")
    }
    skipToBrace()
    if kind == .leftBrace || (isAtLineEnd && tokens[position].kind == .leftBrace) {
      parseTableBlock("the exposure")
    }
    return .exposure
  }

  private mutating func parseStep() {
    let step = parseExpression(minimum: .sign)
    push(.step, step)
  }
}
