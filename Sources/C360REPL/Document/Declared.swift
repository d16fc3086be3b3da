import C360Diagnostics
import C360Syntax

/// The text of one declaration, with the comments above it and what stands behind it on its line.
struct Declared: Sendable {
  let source: SourceFile
  let range: Range<Int>
  /// What it is the declaration of: a later one with the same key takes its place.
  let key: String
  /// nil: it has none.
  let name: String?
  /// The word it starts with.
  let keyword: String
  /// At the prompt, and not in a script.
  let isTyped: Bool
  /// Whether it asks for something to be computed.
  var isAsked: Bool { ["output", "show", "expect"].contains(keyword) }
  /// Whether it declares rows of a file that are no exposure.
  var isTable: Bool {
    ["events", "profile", "consents", "actions", "limits", "identity"].contains(keyword)
  }
  /// Without comments, for people.
  let span: Span

  var text: String { source.text(range) }

  /// `feature spend`
  var title: String { name.map { "\(keyword) \($0)" } ?? keyword }

  /// Names that its text mentions, its own among them.
  var mentioned: Set<String> {
    let tree = parseInput(SourceFile(name: "", text: text)).tree
    return Set(
      tree.tokens.filter { $0.kind == .identifier || $0.kind == .quotedIdentifier }
        .map { tree.source.text($0.range) })
  }

  /// All items of a text, cut so that nothing of it is lost: comments belong to what follows them, the
  /// rest of a line to what stands on it.
  static func all(
    of items: [SyntaxNode], in tree: SyntaxTree, areTyped: Bool
  ) -> [Declared] {
    var result: [Declared] = []
    var start = 0
    for (index, node) in items.enumerated() {
      let next = index + 1 < items.count ? items[index + 1].span.range.lowerBound : nil
      let end = next.map { min(lineEnd(behind: node, in: tree), $0) } ?? tree.source.bytes.count
      result.append(Declared(node, tree.source, start..<max(start, end), isTyped: areTyped))
      start = max(start, end)
    }
    return result
  }

  private static func lineEnd(behind node: SyntaxNode, in tree: SyntaxTree) -> Int {
    let end = node.span.range.upperBound
    return tree.source.bytes[end...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
      ?? tree.source.bytes.count
  }

  private init(
    _ node: SyntaxNode, _ source: SourceFile, _ range: Range<Int>, isTyped: Bool
  ) {
    self.isTyped = isTyped
    self.source = source
    self.range = range
    span = node.span
    keyword = node.firstToken?.text ?? ""
    let declaration = DeclarationSyntax(node)
    let words = span.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    switch declaration {
    case .edition, .module, .timezone:
      name = nil
      key = keyword
    case .use, .show, .expect, .malformed:
      name = nil
      key = words
    case .apply(let apply):
      name = apply.alias?.identifierText
      key = name ?? words
    case .template(let template):
      name = template.name?.identifierText
      key = "template \(name ?? words)"
    default:
      name = node.token(.name)?.identifierText
      key = name ?? words
    }
  }
}
