import C360Diagnostics

extension Parser {
  static let experimentItems: [Word] = [
    .salt, .from, .through, .layer, .within, .ramp, .arm, .otherwise,
  ]
  static let arbitrateItems: [Word] = [.mask, .permit, .subject, .first, .then]

  /// `NAME of ENTITY at EXPOSURE`
  private mutating func parseCompositionHead(_ noun: String) {
    take(.keyword)
    parseIdentifier(.name, "the name of the \(noun)")
    if expect(.of) { parseName(.entity, "the name of the entity") }
    if expect(.at) { parseName(.exposure, "the name of an exposure") }
  }

  // MARK: Experiments

  /// `experiment NAME of ENTITY at EXPOSURE { salt …; from …; layer …; within …; ramp …; arm … }`
  mutating func parseExperiment() -> SyntaxKind {
    parseCompositionHead("experiment")
    parseBlock("the experiment", heads: Self.experimentItems) { parser in
      guard Self.experimentItems.contains(parser.word) else {
        parser.reportUnknownItem(Self.experimentItems)
        return
      }
      let start = parser.mark
      let kind = parser.word == .arm ? parser.parseArm() : parser.parseSetting()
      let node = parser.finish(kind, from: start)
      parser.push(.item, node)
    }
    return .experiment
  }

  /// `arm NAME 10% [because "…"]`
  private mutating func parseArm() -> SyntaxKind {
    take(.keyword)
    if parseName(.name, "the name of a policy, or `none`") { parseExpression(.value) }
    parseBecause()
    return .arm
  }

  private mutating func parseSetting() -> SyntaxKind {
    let keyword = word
    take(.keyword)
    switch keyword {
    case .salt: expect(.text, .value, "the salt as a text")
    case .from:
      parseExpression(.expression)
      if takeIf(.through) { parseExpression(.through) }
    case .through: parseExpression(.through)
    case .layer:
      if expect(.text, .value, "the name of the layer as a text") { parseExpression(.expression) }
    case .within: parseName(.name, "an arm of another experiment: `EXPERIMENT.ARM`")
    case .otherwise: parseName(.name, "the name of a policy, or `none`")
    default: parseExpression(.expression)
    }
    parseBecause()
    return .setting
  }

  // MARK: Arbitration

  /// `arbitrate NAME of ENTITY at EXPOSURE { mask M; first … when …; then … }`
  mutating func parseArbitrate() -> SyntaxKind {
    parseCompositionHead("arbitration")
    parseBlock("the arbitration", heads: Self.arbitrateItems) { parser in
      let start = parser.mark
      let kind: SyntaxKind
      switch parser.word {
      case .first, .then: kind = parser.parseTurn()
      case .mask:
        parser.take(.keyword)
        parser.parseName(.name, "the name of a mask, or `none`")
        parser.parseBecause()
        kind = .clause
      case .subject:
        parser.take(.keyword)
        if parser.expect(.to) {
          parser.parseSeparated { $0.parseName(.name, "the name of a constraint") }
        }
        parser.parseBecause()
        kind = .clause
      case .permit:
        parser.take(.keyword)
        parser.parsePermit()
        kind = .permit
      default:
        parser.reportUnknownItem(Self.arbitrateItems)
        return
      }
      let node = parser.finish(kind, from: start)
      parser.push(.item, node)
    }
    return .arbitrate
  }

  /// `first | then MEMBER | best of A, B | mixture of A 70%, B 30% [when condition]`
  private mutating func parseTurn() -> SyntaxKind {
    take(.keyword)
    if word == .best, word(after: 1) == .of {
      take(.rule)
      take(.none)
      parseSeparated { $0.parseName(.name, "the name of a policy") }
    } else if word == .mixture, word(after: 1) == .of {
      take(.rule)
      take(.none)
      parseSeparated { parser in
        let start = parser.mark
        if parser.parseName(.name, "the name of a policy") { parser.parseExpression(.value) }
        let node = parser.finish(.share, from: start)
        parser.push(.element, node)
      }
    } else {
      parseName(.name, "the name of a policy, `best of …` or `mixture of …`")
    }
    if takeIf(.when) { parseExpression(.condition) }
    parseBecause()
    return .turn
  }
}
