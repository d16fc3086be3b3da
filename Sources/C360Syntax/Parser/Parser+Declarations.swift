import C360Diagnostics

extension Parser {
  /// One declaration of a file or a template, pushed as an item.
  mutating func parseDeclaration() {
    let start = mark
    guard kind == .identifier || kind == .reservedWord, let kind = parseKnownDeclaration() else {
      parseUnknownDeclaration()
      return
    }
    let node = finish(kind, from: start)
    push(.item, node)
  }

  private mutating func parseKnownDeclaration() -> SyntaxKind? {
    switch word {
    case .edition: return parseEdition()
    case .module: return parseModule()
    case .timezone: return parseTimezone()
    case .use: return parseUse()
    case .param: return parseParam()
    case .function: return parseFunction()
    case .entity: return parseEntity()
    case .events, .profile, .consents, .actions, .limits, .identity: return parseTable()
    case .exposure: return parseExposure()
    case .feature: return parseDefinition(.feature)
    case .score: return parseDefinition(.score)
    case .template: return parseTemplate()
    case .apply: return parseApply()
    case .mask: return parseMask()
    case .objective: return parseObjective()
    case .constraint: return parseConstraint()
    case .policy: return parsePolicy()
    case .experiment: return parseExperiment()
    case .arbitrate: return parseArbitrate()
    case .output: return parseOutput()
    case .show: return parseShow()
    case .expect: return parseExpect()
    case .view: return parseView()
    default: return nil
    }
  }

  /// A declaration of a later version, a bare query, or no declaration at all.
  private mutating func parseUnknownDeclaration() {
    let next = kind(after: 1)
    if isAtName, next == .pipe || (!word.isLaterDeclaration && isQueryAhead) || word == .for {
      report(SyntaxError.queryWithoutShow(here))
    } else if word.isLaterDeclaration {
      report(SyntaxError.notInThisVersion(here, word.text))
      skipItem(.item, as: .unsupported)
      return
    } else if kind == .rightParenthesis || kind == .rightBracket || kind == .rightBrace {
      report(SyntaxError.strayCloser(here))
    } else {
      let known = Word.allCases.filter { $0.isDeclaration || $0.isLaterDeclaration }.map(\.text)
      let near = kind == .identifier ? nearest(to: here.text, among: known) : nil
      report(SyntaxError.notADeclaration(here, found, near: near))
    }
    skipItem(.item)
  }

  /// Whether a dotted name, then `|` or `under`, stands here.
  private var isQueryAhead: Bool {
    var offset = 1
    while kind(after: offset) == .dot { offset += 2 }
    return kind(after: offset) == .pipe || word(after: offset) == .under
  }

  // MARK: The head of a file

  private mutating func parseEdition() -> SyntaxKind {
    let start = here
    if let first = editionSpan {
      reportInPassing(SyntaxError.editionRepeated(start, first: first))
    }
    take(.keyword)
    expect(.integer, .value, "the year of an edition")
    return .edition
  }

  /// The edition line above, when one was parsed.
  private var editionSpan: Span? {
    guard position > 0, words[0] == .edition else { return nil }
    return span(of: 0)
  }

  private mutating func parseModule() -> SyntaxKind {
    take(.keyword)
    parseName(.name, "the name of the module")
    return .module
  }

  /// `timezone "…"`, of a file or a table
  mutating func parseTimezone() -> SyntaxKind {
    take(.keyword)
    expect(.text, .value, "the name of a time zone as a text, such as \"Europe/London\"")
    return .timezone
  }

  private mutating func parseUse() -> SyntaxKind {
    take(.keyword)
    if !takeIf(.text, .source) {
      parseName(.path, "the name of a module or the path of a file")
    }
    return .use
  }

  // MARK: Values

  /// `param name: type [in domain] [= value] [because "…"]`
  private mutating func parseParam() -> SyntaxKind {
    take(.keyword)
    guard parseIdentifier(.name, "the name of the param"),
      expect(.colon, "`:` and the type of the param")
    else { return .param }
    parseType(.type)
    if takeIf(.in) {
      let domain = parseExpression(minimum: .range)
      push(.lower, domain)
    }
    if takeIf(.equal) { parseExpression(.value) }
    parseBecause()
    return .param
  }

  /// `function f(a: int) -> text = expr`
  private mutating func parseFunction() -> SyntaxKind {
    take(.keyword)
    parseIdentifier(.name, "the name of the function")
    parseParameters()
    if expect(.arrow, "`->` and the type of the result") { parseType(.type) }
    if expect(.equal, "`=` and what the function gives") { parseExpression(.expression) }
    return .function
  }

  private mutating func parseEntity() -> SyntaxKind {
    take(.keyword)
    parseIdentifier(.name, "the name of the entity")
    return .entity
  }

  /// `feature | score NAME [for actions] = expr`
  private mutating func parseDefinition(_ kind: SyntaxKind) -> SyntaxKind {
    take(.keyword)
    parseIdentifier(.name, "the name of the \(kind)")
    parseForActions()
    if expect(.equal, "`=` and what the \(kind) is") { parseExpression(.expression) }
    return kind
  }

  // MARK: Reuse

  /// `template t(e: events, w: duration) { declarations }`
  private mutating func parseTemplate() -> SyntaxKind {
    take(.keyword)
    parseIdentifier(.name, "the name of the template")
    parseParameters()
    guard openBrace("the template") else { return .template }
    blocks.append(
      Block(name: "the template", heads: [], holdsDeclarations: true, opener: position - 1))
    parseItems { $0.parseDeclaration() }
    blocks.removeLast()
    return .template
  }

  /// `apply t(a, b) as name`
  private mutating func parseApply() -> SyntaxKind {
    take(.keyword)
    guard parseName(.callee, "the name of the template") else { return .apply }
    guard kind == .leftParenthesis else {
      reportExpected("`(` and the arguments of the template")
      return .apply
    }
    parseArguments()
    if expect(.as) { parseIdentifier(.alias, "the name for what the template declares") }
    return .apply
  }

  // MARK: What is written

  /// `output name = query to "path" [as format]`
  private mutating func parseOutput() -> SyntaxKind {
    take(.keyword)
    parseIdentifier(.name, "the name of the output")
    if expect(.equal, "`=` and a query") {
      parseQuery(.source)
      if expect(.to) { expect(.text, .destination, "the path of the file as a text") }
      parseFormat()
    }
    return .output
  }

  /// `view name = query`
  private mutating func parseView() -> SyntaxKind {
    take(.keyword)
    parseIdentifier(.name, "the name of the view")
    if expect(.equal, "`=` and a query") { parseQuery(.source) }
    return .view
  }

  private mutating func parseShow() -> SyntaxKind {
    take(.keyword)
    parseQuery(.source)
    return .show
  }

  private mutating func parseExpect() -> SyntaxKind {
    take(.keyword)
    parseExpression(.condition)
    parseBecause()
    return .expect
  }
}
