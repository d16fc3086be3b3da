extension Formatter {
  /// `{ … }`: on one line when it was written so and fits, else an item a line.
  mutating func braces(
    _ opener: Int, _ inner: ArraySlice<SyntaxTree.Element>, _ closing: SyntaxTree.Element,
    of node: SyntaxNode
  ) -> Document {
    guard case .token(let closer) = closing.child else { return .empty }
    let isOneLine = isOnOneLine(opener, closer)
    let items = inner.compactMap { element -> SyntaxNode? in
      guard case .node(let index) = element.child else { return nil }
      return self.node(index)
    }
    let open = token(opener)
    let lines = blockLines(items, indent: depths[opener])
    let last = ownComments(before: closer, isFirst: lines.documents.isEmpty)
    let close = token(closer)
    let block = Document.joined([
      open, .nested(2, .joined([.hardLine] + lines.documents + last)), .hardLine, close,
    ])
    guard isOneLine, let flat = lines.flat else { return block }
    if items.isEmpty { return open + close }
    return .group(
      .choice(flat: .joined([open, .space, .text(flat), .space, close]), broken: block))
  }

  private func isOnOneLine(_ opener: Int, _ closer: Int) -> Bool {
    let range = tree.tokens[opener].range.upperBound..<tree.tokens[closer].range.lowerBound
    return !tree.source.bytes[range].contains(0x0A)
  }

  /// The items of a block or of the file, with line ends between them but none around them; and
  /// on one line, if they can be.
  mutating func blockLines(
    _ items: [SyntaxNode], indent: Int
  ) -> (documents: [Document], flat: String?) {
    var lines: [BlockLine] = []
    for item in items {
      guard let first = item.firstToken?.index, let last = item.lastToken?.index else { continue }
      let isBlank = comments.followsBlankLine.contains(first)
      let leading = takeLeading(first)
      let trailing = takeTrailing(last)
      var line = BlockLine(layout: layout(item), leading: leading, trailing: trailing)
      line.followsBlankLine = isBlank
      lines.append(line)
    }
    let flat = lines.map { $0.leading.isEmpty ? $0.layout.document.flat : nil }
    var start = 0
    while start < lines.count {
      var end = start + 1
      while end < lines.count, !lines[end].startsSection { end += 1 }
      Alignment.align(&lines[start..<end], width: Self.width - indent)
      start = end
    }
    var parts: [Document] = []
    for (index, line) in lines.enumerated() { parts += line.documents(isFirst: index == 0) }
    return (parts, flat.contains(nil) ? nil : flat.compactMap { $0 }.joined(separator: "; "))
  }
}

/// An item of a block with its comments.
struct BlockLine {
  let layout: ItemLayout
  let leading: [Comment]
  let trailing: [String]?
  /// An empty line stands directly before the item, behind its leading comments.
  var followsBlankLine = false
  /// The aligned text; `nil` where the item lays itself out.
  var aligned: String?
  var gap = 2

  init(layout: ItemLayout, leading: [Comment], trailing: [String]?) {
    self.layout = layout
    self.leading = leading
    self.trailing = trailing
  }

  /// Columns are aligned between empty lines.
  var startsSection: Bool { followsBlankLine || leading.contains(where: \.followsBlankLine) }

  func documents(isFirst: Bool) -> [Document] {
    var parts: [Document] = []
    for (index, comment) in leading.enumerated() {
      let isVeryFirst = isFirst && index == 0
      if !isVeryFirst { parts.append(.hardLine) }
      if !isVeryFirst, comment.followsBlankLine { parts.append(.hardLine) }
      parts.append(.ownComment(comment.text))
    }
    if !isFirst || !leading.isEmpty { parts.append(.hardLine) }
    if followsBlankLine, !isFirst || !leading.isEmpty { parts.append(.hardLine) }
    parts.append(aligned.map { .text($0) } ?? layout.document)
    if let trailing { parts.append(.trailingComment(trailing, gap: gap)) }
    return parts
  }
}
