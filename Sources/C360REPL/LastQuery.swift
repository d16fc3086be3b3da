import C360Diagnostics
import C360Syntax

/// What `_` stands for: the last query, as a view. Queries over `_` make a chain of views.
struct LastQuery: Sendable {
  static let name = "_"
  /// Views in the order in which they need each other; the last is `_`.
  private var views: [String] = []

  var isEmpty: Bool { views.isEmpty }

  /// The declarations of `_`, where the text mentions it.
  func pieces(for text: String) -> [Composite.Piece] {
    guard !views.isEmpty, Self.mentions(text) else { return [] }
    let names = views.indices.map { $0 == views.count - 1 ? Self.name : Self.older($0) }
    return zip(names, views).map { .words("view \($0) = \($1)\n") }
  }

  /// The query is the last one now.
  mutating func become(_ query: String) {
    guard Self.mentions(query) else {
      views = [query]
      return
    }
    views.append(Self.renamed(query, to: Self.older(views.count - 1)))
  }

  private static func older(_ index: Int) -> String { "_\(index + 1)" }

  static func mentions(_ text: String) -> Bool { !places(in: text).isEmpty }

  /// Byte ranges of `_` as a name.
  private static func places(in text: String) -> [Range<Int>] {
    guard text.contains(name) else { return [] }
    let tree = parseInput(SourceFile(name: "", text: text)).tree
    return tree.tokens.filter { $0.kind == .identifier && tree.source.text($0.range) == name }
      .map(\.range)
  }

  private static func renamed(_ text: String, to other: String) -> String {
    var bytes = Array(text.utf8)
    for range in places(in: text).reversed() {
      bytes.replaceSubrange(range, with: Array(other.utf8))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
