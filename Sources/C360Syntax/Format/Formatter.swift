import C360Diagnostics

/// Builds the document of a tree.
struct Formatter {
  let tree: SyntaxTree
  let comments: Comments
  let isDropped: [Bool]
  /// For each token the indentation that braces alone give what follows it; only the alignment of
  /// wide lines depends on it.
  let depths: [Int]
  /// Tokens whose leading or trailing comments the enclosing block writes.
  private var leadingTaken: Set<Int> = []
  private var trailingTaken: Set<Int> = []

  static let width = 100

  init(_ tree: SyntaxTree) {
    self.tree = tree
    let dropped = Shape.droppedTokens(tree)
    isDropped = dropped
    comments = Comments(tree, dropped: { dropped[$0] })
    var depth = 0
    depths = tree.tokens.map { token in
      if token.kind == .leftBrace { depth += 2 }
      if token.kind == .rightBrace { depth -= 2 }
      return depth
    }
  }

  mutating func format() -> String {
    let root = tree.root.node
    let items = root.elements.compactMap { element -> SyntaxNode? in
      guard case .node(let index) = element.child else { return nil }
      return SyntaxNode(tree: tree, index: index)
    }
    var parts = blockLines(items, indent: 0).documents
    let end = tree.tokens.count - 1
    parts += ownComments(before: end, isFirst: parts.isEmpty)
    var text = Layout.lay(.joined(parts), width: Self.width)
    while text.hasSuffix("\n") { text.removeLast() }
    return text.isEmpty ? "" : text + "\n"
  }

  // MARK: Tokens

  func text(_ token: Int) -> String { tree.source.text(tree.tokens[token].range) }

  func kind(_ token: Int) -> TokenKind { tree.tokens[token].kind }

  /// A token with its comments.
  func token(_ index: Int) -> Document {
    var parts: [Document] = []
    if !leadingTaken.contains(index) {
      parts += (comments.leading[index] ?? []).map { .ownComment($0.text) }
    }
    let text = text(index)
    parts.append(text.utf8.contains(0x0A) ? .verbatim(text) : .text(text))
    if !trailingTaken.contains(index), let comment = comments.trailing[index] {
      parts.append(.trailingComment(comment, gap: 2))
    }
    return parts.count == 1 ? parts[0] : .joined(parts)
  }

  /// Lets the caller write the leading comments of a token.
  mutating func takeLeading(_ token: Int) -> [Comment] {
    leadingTaken.insert(token)
    return comments.leading[token] ?? []
  }

  /// Lets the caller write the comment behind a token.
  mutating func takeTrailing(_ token: Int) -> [String]? {
    trailingTaken.insert(token)
    return comments.trailing[token]
  }

  /// The comments before a token that closes something, each on its line.
  mutating func ownComments(
    before token: Int, isFirst: Bool, keepsBlankLines: Bool = true
  ) -> [Document] {
    var parts: [Document] = []
    for (index, comment) in takeLeading(token).enumerated() {
      let isVeryFirst = isFirst && index == 0
      if !isVeryFirst { parts.append(.hardLine) }
      if !isVeryFirst, keepsBlankLines, comment.followsBlankLine { parts.append(.hardLine) }
      parts.append(.ownComment(comment.text))
    }
    return parts
  }

  // MARK: Nodes

  func node(_ index: Int) -> SyntaxNode { SyntaxNode(tree: tree, index: index) }

  mutating func document(_ element: SyntaxTree.Element) -> Document {
    switch element.child {
    case .token(let index): isDropped[index] ? .empty : token(index)
    case .node(let index): document(node(index))
    }
  }

  /// The document of a node by its kind.
  mutating func document(_ node: SyntaxNode) -> Document {
    switch node.kind {
    case .malformed, .unsupported: verbatim(node)
    case .binary: chain(node)
    case .conditional: conditional(node)
    case .query: query(node, tail: [])
    case .stage: stage(node)
    default: spaced(node.elements[...], of: node)
    }
  }

  /// What this version does not know, as it is written.
  private func verbatim(_ node: SyntaxNode) -> Document {
    guard let first = node.firstToken, let last = node.lastToken else { return .empty }
    var parts: [Document] = []
    if !leadingTaken.contains(first.index) {
      parts += (comments.leading[first.index] ?? []).map { .ownComment($0.text) }
    }
    let range = first.token.range.lowerBound..<last.token.range.upperBound
    let lines = tree.source.text(range).split(separator: "\n", omittingEmptySubsequences: false)
    let text = lines.map { line in
      String(line.reversed().drop { $0 == " " || $0 == "\t" || $0 == "\r" }.reversed())
    }.joined(separator: "\n")
    parts.append(.verbatim(text))
    if !trailingTaken.contains(last.index), let comment = comments.trailing[last.index] {
      parts.append(.trailingComment(comment, gap: 2))
    }
    return .joined(parts)
  }

  /// Elements with a space between them where the signs ask for one; brackets are laid out as
  /// lists, braces as blocks.
  mutating func spaced(
    _ elements: ArraySlice<SyntaxTree.Element>, of node: SyntaxNode
  ) -> Document {
    var parts: [Document] = []
    var before: TokenKind?
    var index = elements.startIndex
    while index < elements.endIndex {
      let element = elements[index]
      if case .token(let token) = element.child, isDropped[token] {
        index += 1
        continue
      }
      guard let first = firstKind(element) else {
        index += 1
        continue
      }
      if let before, needsSpace(before, element, first, in: node) { parts.append(.space) }
      if case .token(let token) = element.child, let end = closer(of: index, in: elements) {
        let inner = elements[index + 1..<end]
        parts.append(
          kind(token) == .leftBrace
            ? braces(token, inner, elements[end], of: node)
            : brackets(token, inner, elements[end], of: node))
        before = .rightBracket
        index = end + 1
        continue
      }
      parts.append(document(element))
      before = lastKind(element)
      index += 1
    }
    return .joined(parts)
  }

  /// Index of the bracket that closes the one at `index` among the same elements.
  private func closer(of index: Int, in elements: ArraySlice<SyntaxTree.Element>) -> Int? {
    guard case .token(let token) = elements[index].child else { return nil }
    let wanted: TokenKind
    switch kind(token) {
    case .leftParenthesis: wanted = .rightParenthesis
    case .leftBracket: wanted = .rightBracket
    case .leftBrace: wanted = .rightBrace
    default: return nil
    }
    return elements[index...].firstIndex { element in
      guard case .token(let other) = element.child else { return false }
      return kind(other) == wanted
    }
  }

  private func firstKind(_ element: SyntaxTree.Element) -> TokenKind? {
    switch element.child {
    case .token(let index): kind(index)
    case .node(let index): node(index).firstToken?.kind
    }
  }

  private func lastKind(_ element: SyntaxTree.Element) -> TokenKind? {
    switch element.child {
    case .token(let index): kind(index)
    case .node(let index): node(index).lastToken?.kind
    }
  }

  private func needsSpace(
    _ before: TokenKind, _ element: SyntaxTree.Element, _ first: TokenKind, in node: SyntaxNode
  ) -> Bool {
    switch before {
    case .leftParenthesis, .leftBracket, .dot: return false
    case .minus where node.kind == .unary || node.kind == .sortItem: return false
    default: break
    }
    if node.kind == .range { return false }
    guard case .token = element.child else { return true }
    switch first {
    case .comma, .rightParenthesis, .rightBracket, .colon, .dot, .question: return false
    case .leftParenthesis: return false
    default: return true
    }
  }
}
