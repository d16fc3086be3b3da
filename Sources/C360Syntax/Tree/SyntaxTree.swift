import C360Diagnostics

/// A token: a range of bytes and what stood before it.
///
/// Leading trivia (white space, line ends, comments) reaches from the end of the previous token to
/// `range.lowerBound`, so the tokens of a file, each with its trivia, are the file, byte for byte.
/// The end-of-file token carries what stands behind the last token.
public struct Token: Sendable, Hashable {
  public let kind: TokenKind
  public let triviaStart: Int
  public let range: Range<Int>

  public init(kind: TokenKind, triviaStart: Int, range: Range<Int>) {
    self.kind = kind
    self.triviaStart = triviaStart
    self.range = range
  }
}

/// The role of a child inside its node; typed views find children by it.
public enum Field: UInt8, Sendable, CaseIterable {
  /// Punctuation and words that carry no choice.
  case none
  case keyword, name, alias, type, entity, via, source, format, actions, item, value, lower, upper
  case expression, condition, otherwise, because, until, left, right, `operator`, operand
  case callee, argument, label, filter, clause, element, parameter, body, stage, mask, exposure
  case unit, path, rule, direction, weight, target, destination, key, step, start, through, role
}

/// The whole text of a file as tokens, and nodes over them. Nothing is dropped: bytes that no
/// production wants end up in `malformed` nodes.
public final class SyntaxTree: Sendable {
  public enum Child: Sendable, Hashable {
    case token(Int)
    case node(Int)
  }
  public struct Element: Sendable, Hashable {
    public let field: Field
    public let child: Child
    public init(field: Field, child: Child) {
      self.field = field
      self.child = child
    }
  }
  public struct Record: Sendable {
    public let kind: SyntaxKind
    public let elements: [Element]
    public init(kind: SyntaxKind, elements: [Element]) {
      self.kind = kind
      self.elements = elements
    }
  }

  public let source: SourceFile
  public let tokens: [Token]
  public let records: [Record]
  /// Index of the root record; always of kind `sourceFile`.
  public let rootIndex: Int
  /// What the lexer and the parser had to say.
  public let diagnostics: [Diagnostic]

  public init(
    source: SourceFile, tokens: [Token], records: [Record], rootIndex: Int,
    diagnostics: [Diagnostic]
  ) {
    self.source = source
    self.tokens = tokens
    self.records = records
    self.rootIndex = rootIndex
    self.diagnostics = diagnostics
  }

  public var root: SourceFileSyntax { SourceFileSyntax(SyntaxNode(tree: self, index: rootIndex)) }
}

/// A token in its tree.
public struct SyntaxToken: Sendable {
  public let tree: SyntaxTree
  public let index: Int

  public var token: Token { tree.tokens[index] }
  public var kind: TokenKind { token.kind }
  public var span: Span { Span(file: tree.source, range: token.range) }
  /// The bytes of the token as written, quotes and back-ticks included.
  public var text: String { tree.source.text(token.range) }
  /// The bytes of white space and comments before it.
  public var leadingTrivia: String { tree.source.text(token.triviaStart..<token.range.lowerBound) }
}

/// A node in its tree.
public struct SyntaxNode: Sendable {
  public let tree: SyntaxTree
  public let index: Int

  public init(tree: SyntaxTree, index: Int) {
    self.tree = tree
    self.index = index
  }

  public var kind: SyntaxKind { tree.records[index].kind }
  public var elements: [SyntaxTree.Element] { tree.records[index].elements }

  public func node(_ field: Field) -> SyntaxNode? {
    for element in elements where element.field == field {
      if case .node(let index) = element.child { return SyntaxNode(tree: tree, index: index) }
    }
    return nil
  }

  public func nodes(_ field: Field) -> [SyntaxNode] {
    elements.compactMap { element in
      guard element.field == field, case .node(let index) = element.child else { return nil }
      return SyntaxNode(tree: tree, index: index)
    }
  }

  public func token(_ field: Field) -> SyntaxToken? {
    for element in elements where element.field == field {
      if case .token(let index) = element.child { return SyntaxToken(tree: tree, index: index) }
    }
    return nil
  }

  public func tokens(_ field: Field) -> [SyntaxToken] {
    elements.compactMap { element in
      guard element.field == field, case .token(let index) = element.child else { return nil }
      return SyntaxToken(tree: tree, index: index)
    }
  }

  public var firstToken: SyntaxToken? {
    for element in elements {
      switch element.child {
      case .token(let index): return SyntaxToken(tree: tree, index: index)
      case .node(let index):
        if let token = SyntaxNode(tree: tree, index: index).firstToken { return token }
      }
    }
    return nil
  }

  public var lastToken: SyntaxToken? {
    for element in elements.reversed() {
      switch element.child {
      case .token(let index): return SyntaxToken(tree: tree, index: index)
      case .node(let index):
        if let token = SyntaxNode(tree: tree, index: index).lastToken { return token }
      }
    }
    return nil
  }

  /// From the first to the last token, trivia before the first left out; empty for an empty node.
  public var span: Span {
    guard let first = firstToken, let last = lastToken else {
      return Span(file: tree.source, range: 0..<0)
    }
    return first.span.union(last.span)
  }
}

/// A typed view of a node. A view never fails: what the source lacks is `nil` or empty, and the
/// parser has already said so.
public protocol SyntaxView: Sendable {
  var node: SyntaxNode { get }
}

extension SyntaxView {
  public var span: Span { node.span }
}
