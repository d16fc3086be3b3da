extension Formatter {
  /// `( … )` and `[ … ]`: on one line, or an element a line.
  mutating func brackets(
    _ opener: Int, _ inner: ArraySlice<SyntaxTree.Element>, _ closing: SyntaxTree.Element,
    of node: SyntaxNode
  ) -> Document {
    guard case .token(let closer) = closing.child else { return .empty }
    let open = token(opener)
    var parts: [Document] = []
    var rest = inner
    while !rest.isEmpty {
      let end = rest.firstIndex { isComma($0) } ?? rest.endIndex
      parts.append(spaced(rest[rest.startIndex..<end], of: node))
      if end < rest.endIndex, case .token(let comma) = rest[end].child, !isDropped[comma] {
        parts += [token(comma), .line]
      }
      rest = end < rest.endIndex ? rest[(end + 1)...] : []
    }
    let last = ownComments(before: closer, isFirst: parts.isEmpty, keepsBlankLines: false)
    if parts.isEmpty, last.isEmpty { return open + token(closer) }
    return .group(
      .joined([
        open, .nested(2, .joined([.softLine] + parts + last)), .softLine, token(closer),
      ]))
  }

  private func isComma(_ element: SyntaxTree.Element) -> Bool {
    guard case .token(let token) = element.child else { return false }
    return kind(token) == .comma
  }

  /// Operators of one level side by side. Lines are broken before an operator, except `-`, `in` and
  /// others that may start an item: those end their line.
  mutating func chain(_ node: SyntaxNode) -> Document {
    let level = precedence(node)
    var links: [(operator: Int, operand: SyntaxTree.Element)] = []
    var first = node
    while first.kind == .binary, precedence(first) == level, first.elements.count == 3,
      case .token(let sign) = first.elements[1].child
    {
      links.append((sign, first.elements[2]))
      guard case .node(let left) = first.elements[0].child else { break }
      first = self.node(left)
      if level == .power { break }
    }
    guard !links.isEmpty else { return spaced(node.elements[...], of: node) }
    // Comments are kept by building the documents in the order of the text.
    var parts = [document(first)]
    for link in links.reversed() {
      let sign = token(link.operator)
      let continues = OperatorTable.continuesBefore(kind(link.operator), word(link.operator))
      let operand = document(link.operand)
      parts += continues ? [.line, sign, .space, operand] : [.space, sign, .fillLine, operand]
    }
    return .group(.joined([parts[0], .nested(2, .joined(Array(parts.dropFirst())))]))
  }

  private func precedence(_ node: SyntaxNode) -> Precedence? {
    guard let sign = node.token(.operator) else { return nil }
    return OperatorTable.infix(sign.kind, word(sign.index))?.precedence
  }

  func word(_ token: Int) -> Word {
    let range = tree.tokens[token].range
    return kind(token) == .reservedWord ? WordTable.shared.word(tree.source.bytes[range]) : .other
  }

  /// `if a then b else c`, broken before `else`.
  mutating func conditional(_ node: SyntaxNode) -> Document {
    let elements = node.elements
    let split = elements.firstIndex { element in
      guard case .token(let token) = element.child else { return false }
      return word(token) == .else
    }
    guard let split else { return spaced(elements[...], of: node) }
    let head = spaced(elements[..<split], of: node)
    let tail = spaced(elements[split...], of: node)
    return .group(head + .nested(2, .line + tail))
  }

  // MARK: Queries

  /// A query and what follows it (`to "…"`), a stage a line when they do not fit on one.
  mutating func query(_ node: SyntaxNode, tail: [SyntaxTree.Element]) -> Document {
    let elements = node.elements
    let split =
      elements.firstIndex { element in
        guard case .node(let index) = element.child else { return false }
        return tree.records[index].kind == .stage
      } ?? elements.endIndex
    let head = spaced(elements[..<split], of: node)
    var parts: [Document] = []
    for element in elements[split...] { parts += [.line, document(element)] }
    if !tail.isEmpty { parts += [.line, spaced(tail[...], of: node)] }
    return .group(head + .nested(2, .joined(parts)))
  }

  /// `| verb a, b, c`
  mutating func stage(_ node: SyntaxNode) -> Document {
    guard let pipe = node.elements.first else { return .empty }
    let sign = document(pipe)
    return .joined([sign, .space, .nested(2, separated(node.elements.dropFirst(), of: node))])
  }

  /// Operands with commas, as many on a line as fit.
  mutating func separated(
    _ elements: ArraySlice<SyntaxTree.Element>, of node: SyntaxNode
  ) -> Document {
    let end = outerComma(in: elements) ?? elements.endIndex
    let first = spaced(elements[..<end], of: node)
    var parts: [Document] = []
    var rest = elements[end...]
    while let comma = rest.first {
      let end = outerComma(in: rest.dropFirst()) ?? rest.endIndex
      parts += [document(comma), .fillLine]
      parts.append(spaced(rest[(rest.startIndex + 1)..<end], of: node))
      rest = rest[end...]
    }
    return .joined([first, .nested(2, .joined(parts))])
  }

  /// The first comma that stands in no brackets.
  private func outerComma(in elements: ArraySlice<SyntaxTree.Element>) -> Int? {
    var depth = 0
    for (index, element) in zip(elements.indices, elements) {
      guard case .token(let token) = element.child else { continue }
      switch kind(token) {
      case .leftParenthesis: depth += 1
      case .rightParenthesis: depth -= 1
      case .comma where depth == 0: return index
      default: continue
      }
    }
    return nil
  }
}
