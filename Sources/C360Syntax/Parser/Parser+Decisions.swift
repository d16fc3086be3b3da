import C360Diagnostics

extension Parser {
  static let maskItems: [Word] = [.hide, .forbid, .include]
  static let objectiveItems: [Word] = [.maximize, .minimize]
  static let policyItems: [Word] = [
    .mask, .permit, .objective, .subject, .candidates, .slots, .choose, .explore, .stable,
    .fallback, .owner, .approved, .ticket,
  ]

  // MARK: Masks

  /// `mask NAME [for actions] { hide … ; forbid … ; include … }`
  mutating func parseMask() -> SyntaxKind {
    take(.keyword)
    parseIdentifier(.name, "the name of the mask")
    parseForActions()
    parseBlock("the mask", heads: Self.maskItems) { parser in
      switch parser.word {
      case .hide: parser.parseHide()
      case .forbid: parser.parseForbid()
      case .include: parser.parseInclude()
      default: parser.reportUnknownItem(Self.maskItems)
      }
    }
    return .mask
  }

  /// `hide TARGET [unless condition] [else value] [because "…"]`
  private mutating func parseHide() {
    let start = mark
    take(.keyword)
    parseName(.target, "what to hide: a table, a column or a feature")
    if takeIf(.unless) { parseExpression(.condition) }
    if takeIf(.else) { parseExpression(.otherwise) }
    parseBecause()
    let node = finish(.hide, from: start)
    push(.item, node)
  }

  /// `forbid NAME when condition [because "…"]`
  private mutating func parseForbid() {
    let start = mark
    take(.keyword)
    parseIdentifier(.name, "the name of the rule")
    if expect(.when) { parseExpression(.condition) }
    parseBecause()
    let node = finish(.forbid, from: start)
    push(.item, node)
  }

  private mutating func parseInclude() {
    let start = mark
    take(.keyword)
    parseName(.target, "the name of another mask")
    let node = finish(.include, from: start)
    push(.item, node)
  }

  mutating func reportUnknownItem(_ heads: [Word]) {
    let known = heads.map(\.text)
    let near = kind == .identifier ? nearest(to: here.text, among: known) : nil
    report(
      SyntaxError.unknownItem(
        here, found, in: blocks.last?.name ?? "the block", known: known, near: near))
  }

  // MARK: Objectives

  /// `objective NAME [for actions] { terms }`
  mutating func parseObjective() -> SyntaxKind {
    take(.keyword)
    parseIdentifier(.name, "the name of the objective")
    parseForActions()
    parseBlock("the objective", heads: Self.objectiveItems) { parser in
      guard Self.objectiveItems.contains(parser.word) else {
        parser.reportUnknownItem(Self.objectiveItems)
        return
      }
      parser.parseTerm()
    }
    return .objective
  }

  /// `maximize | minimize NAME = expr [weight expr] [because "…"]`
  private mutating func parseTerm() {
    let start = mark
    take(.direction)
    parseIdentifier(.name, "the name of the term")
    if expect(.equal, "`=` and what the term is") { parseExpression(.value) }
    if takeIf(.weight) { parseExpression(.weight) }
    parseBecause()
    let node = finish(.term, from: start)
    push(.item, node)
  }

  // MARK: Constraints

  /// `constraint NAME: MEASURE <= BOUND [per …]* [soft PENALTY] [because "…"]`
  mutating func parseConstraint() -> SyntaxKind {
    take(.keyword)
    parseIdentifier(.name, "the name of the constraint")
    guard expect(.colon, "`:` and what must hold, such as `sum(offers.cost) <= 50_000 USD`") else {
      return .constraint
    }
    parseExpression(.condition)
    while word == .per { parsePer() }
    if takeIf(.soft) { parseExpression(.weight) }
    parseBecause()
    return .constraint
  }

  /// `per calendar 1d`, `per 7d`, `per customer`, `per accounts.region, offers.channel`
  private mutating func parsePer() {
    let start = mark
    take(.keyword)
    parseSeparated { parser in
      let start = parser.mark
      if parser.word == .calendar, parser.kind(after: 1) != .dot {
        parser.take(.rule)
        parser.parseFixedValue(.per)
      } else {
        let node = parser.parseExpression(minimum: .sum)
        parser.push(.value, node)
      }
      let node = parser.finish(.per, from: start)
      parser.push(.item, node)
    }
    let node = finish(.per, from: start)
    push(.clause, node)
  }

  // MARK: Policies

  /// `policy NAME for ACTIONS at EXPOSURE { clauses }`
  mutating func parsePolicy() -> SyntaxKind {
    take(.keyword)
    parseIdentifier(.name, "the name of the policy")
    if expect(.for) { parseName(.actions, "the name of an actions table") }
    if expect(.at) { parseName(.exposure, "the name of an exposure") }
    parseBlock("the policy", heads: Self.policyItems) { parser in
      guard parser.kind == .identifier else {
        parser.reportUnknownItem(Self.policyItems)
        return
      }
      let start = parser.mark
      let kind = parser.parseClause()
      let node = parser.finish(kind, from: start)
      parser.push(.item, node)
    }
    return .policy
  }

  private mutating func parseClause() -> SyntaxKind {
    let keyword = word
    take(.keyword)
    switch keyword {
    case .mask: parseName(.name, "the name of a mask, or `none`")
    case .objective: parseName(.name, "the name of an objective")
    case .permit:
      parsePermit()
      return .permit
    case .subject:
      if expect(.to) { parseSeparated { $0.parseName(.name, "the name of a constraint") } }
    case .candidates:
      parseExpression(.expression)
      if expect(.by) { parseExpression(.key) }
    case .slots:
      parseExpression(.expression)
      while takeIf(.comma) { parseLimit() }
    case .stable:
      if expect(.under) { parseSeparated { $0.parseShift() } }
      if takeIf(.within) { parseExpression(.expression) }
    case .choose, .explore, .fallback: parseExpression(.expression)
    case .owner, .approved, .ticket:
      expect(.text, .value, "a text")
      if takeIf(.until) { parseExpression(.until) }
    default:
      parseOpenClause()
      return .clause
    }
    parseBecause()
    return .clause
  }

  /// `at most 1 per brand`
  private mutating func parseLimit() {
    let start = mark
    if expect(.at), expect(.most) {
      parseExpression(.expression)
      if expect(.per) { parseName(.name, "a column of the actions") }
    }
    let node = finish(.limit, from: start)
    push(.item, node)
  }

  /// `spend_90d 10%`; what follows the amount is no window of it.
  private mutating func parseShift() {
    let start = mark
    if parseName(.name, "a feature, score or column that may move") {
      if kind == .minus {
        reportExpected(
          "how far it moves",
          help: ["both directions are looked at, so an amount has no sign: `spend_90d 10%`"])
      }
      let amount = parsePrimary()
      push(.value, amount)
    }
    let node = finish(.shift, from: start)
    push(.item, node)
  }

  /// `permit sensitive(age) [in a, b] [because "…"]`
  mutating func parsePermit() {
    parseIdentifier(.callee, "a label, such as `sensitive(age)`")
    if kind == .leftParenthesis {
      parseBracketed(.rightParenthesis) { $0.parseIdentifier(.label, "the name of a label") }
    }
    if takeIf(.in) { parseSeparated { $0.parseName(.name, "the name of a rule") } }
    parseBecause()
  }

  /// A clause that this version does not know: read as far as it goes; whoever gives clauses their
  /// meaning says that there is none.
  private mutating func parseOpenClause() {
    if !takeIf(.text, .value), !isAtItemEnd, word != .because { parseExpression(.expression) }
    parseBecause()
    if !isAtItemEnd {
      isPanicking = true
      skipItem(.none)
    }
  }
}
