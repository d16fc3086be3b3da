import C360Diagnostics

/// What was typed at a prompt: declarations, queries and expressions, one behind the other, without an
/// edition line.
public struct TypedInput: Sendable {
  public enum Kind: Sendable, Equatable {
    case declaration, query, expression
    /// `why POLICY for ENTITY KEY at TIME`, as tokens.
    case why
  }
  public struct Item: Sendable {
    public let kind: Kind
    public let node: SyntaxNode
    public var span: Span { node.span }
  }
  public let tree: SyntaxTree
  /// In the order of the text; what did not parse at all is not among them, but complained of.
  public let items: [Item]
  /// Whether further lines can still be part of the last item: a bracket, a block or a text is open, or
  /// the last line ends in a sign after which items go on.
  public let isIncomplete: Bool

  public var diagnostics: [Diagnostic] { tree.diagnostics }
}

/// Reads what was typed at a prompt.
///
/// - Parameter values: names that stand for a value and not for rows; of a name alone it hangs on
///   them whether it is an expression or a query.
public func parseInput(_ source: SourceFile, values: Set<String> = []) -> TypedInput {
  var parser = Parser(source, Lexer.lex(source))
  return parser.parseInput(values: values)
}

/// Whether a line at the start of which this text stands goes on with the item of the line before.
public func continuesInput(_ line: String) -> Bool {
  let parser = Parser(
    SourceFile(name: "", text: line), Lexer.lex(SourceFile(name: "", text: line)))
  return parser.continuesItem(at: 0)
}

extension Parser {
  fileprivate mutating func parseInput(values: Set<String>) -> TypedInput {
    blocks.append(Block(name: "the input", heads: [], holdsDeclarations: true, opener: nil))
    var found: [(kind: TypedInput.Kind, node: Int)] = []
    while startItem(), !isAtEnd {
      let (before, start) = (position, mark)
      let kind = inputKind(values)
      switch kind {
      case .declaration: parseDeclaration()
      case .query: parseQuery(.item)
      case .expression: parseExpression(.item)
      case .why: skipItem(.item, as: .unsupported)
      }
      let made = pending[start...].first { $0.field == .item }
      if case .node(let node)? = made?.child { found.append((kind, node)) }
      finishItem()
      if position == before { skipToken() }
    }
    let tree = finishFile()
    let hasOpenText = tree.diagnostics.contains {
      $0.code == "E0106" && $0.primary?.span.text.hasPrefix("\"\"\"") == true
    }
    return TypedInput(
      tree: tree,
      items: found.map {
        TypedInput.Item(kind: $0.kind, node: SyntaxNode(tree: tree, index: $0.node))
      },
      isIncomplete: wantsMore || hasOpenText)
  }

  private func inputKind(_ values: Set<String>) -> TypedInput.Kind {
    if word == .why { return .why }
    if startsTypedDeclaration { return .declaration }
    if word == .for || (word == .candidates && kind(after: 1) == .leftParenthesis) { return .query }
    guard isAtName else { return .expression }
    var offset = 1
    while kind(after: offset) == .dot { offset += 2 }
    let isLast = endsItem(after: offset)
    switch kind(after: offset) {
    case .pipe: return .query
    case .reservedWord where word(after: offset) == .at: return .query
    case .identifier where word(after: offset) == .under: return .query
    default:
      return isLast && !values.contains(here.text) ? .query : .expression
    }
  }

  /// Whether nothing of the item stands behind so many tokens.
  private func endsItem(after offset: Int) -> Bool {
    let index = position + offset
    guard index < tokens.count else { return true }
    switch tokens[index].kind {
    case .endOfFile, .semicolon: return true
    default: return lineBreaks[index]
    }
  }

  /// Words of declarations may be names too: what follows decides.
  private var startsTypedDeclaration: Bool {
    guard word.isDeclaration || word.isLaterDeclaration, kind == .identifier else { return false }
    switch kind(after: 1) {
    case .identifier, .quotedIdentifier, .text, .integer: return !isLastOfLine
    case .endOfFile: return true
    default: return false
    }
  }
}
