import C360Diagnostics

/// The editions that this version knows.
public enum Edition {
  public static let known = ["2026"]
}

/// Reads a file: its tokens, its tree, and everything that is wrong with its form.
///
/// The tree is complete whatever the bytes are. The edition line is checked first: of a file of an
/// unknown edition nothing else is said.
public func parse(_ source: SourceFile) -> SyntaxTree {
  var parser = Parser(source, Lexer.lex(source))
  return parser.parseFile()
}

extension Parser {
  mutating func parseFile() -> SyntaxTree {
    if let problem = editionProblem {
      diagnostics = [problem]
      isPanicking = true
      takeRest()
      return finishFile()
    }
    if words[0] != .edition {
      let end = tokens[0].range.upperBound
      let place = Span(file: source, range: tokens[0].range.lowerBound..<end)
      diagnostics.append(SyntaxError.editionMissing(place))
    }
    blocks.append(Block(name: "the file", heads: [], holdsDeclarations: true, opener: nil))
    while startItem(), !isAtEnd {
      let before = position
      parseDeclaration()
      finishItem()
      if position == before { skipToken() }
    }
    return finishFile()
  }

  /// Why nothing behind the edition line should be read.
  private var editionProblem: Diagnostic? {
    guard words[0] == .edition, tokens.count > 1 else { return nil }
    let year = span(of: 1)
    guard tokens[1].kind == .integer, !lineBreaks[1] else {
      let end = tokens[0].range.upperBound
      return SyntaxError.expected(
        Span(file: source, range: end..<end), "the year of an edition",
        found: lineBreaks[1] ? "the end of the line" : "`\(year.text)`",
        help: ["known: \(Edition.known.joined(separator: ", "))"])
    }
    return Edition.known.contains(year.text)
      ? nil : SyntaxError.editionUnknown(year, known: Edition.known)
  }

  private mutating func takeRest() {
    let start = mark
    linesEndItems = false
    refresh()
    while !isAtEnd { take(.none) }
    if mark > start {
      let node = finish(.malformed, from: start)
      push(.item, node)
    }
  }

  mutating func finishFile() -> SyntaxTree {
    pending.append(Element(field: .none, child: .token(tokens.count - 1)))
    let root = finish(.sourceFile, from: 0)
    let ordered = diagnostics.enumerated().sorted { left, right in
      let first = left.element.primary?.span.range.lowerBound ?? 0
      let second = right.element.primary?.span.range.lowerBound ?? 0
      return (first, left.offset) < (second, right.offset)
    }
    return SyntaxTree(
      source: source, tokens: tokens, records: records, rootIndex: root,
      diagnostics: ordered.map(\.element))
  }
}
