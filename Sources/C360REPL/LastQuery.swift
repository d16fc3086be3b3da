import C360Diagnostics
import C360Syntax

/// What `_` stands for: the last query, as a view, or the last expression. Queries over `_` make a chain
/// of views; in expressions it is what was written, in parentheses.
struct LastQuery: Sendable {
  static let name = "_"
  /// Views in the order in which they need each other; the last is `_`, unless that is a value.
  private var views: [String] = []
  /// The last expression, with what `_` was in it.
  private var value: String?
  /// Bytes to which expressions over `_` may grow.
  private static let limit = 1 << 16

  var isEmpty: Bool { views.isEmpty && value == nil }
  var isValue: Bool { value != nil }

  /// The declarations of `_`, where the text mentions it and it is a query.
  func pieces(for text: String) -> [Composite.Piece] {
    guard value == nil, !views.isEmpty, Self.mentions(text) else { return [] }
    let names = views.indices.map { $0 == views.count - 1 ? Self.name : Self.older($0) }
    return zip(names, views).map { .words("view \($0) = \($1)\n") }
  }

  /// A part of a text, with the last expression in the place of `_` where that is one.
  func part(_ span: Span) -> [Composite.Piece] {
    let whole = Composite.Piece.part(span.file, span.range)
    guard let value else { return [whole] }
    var pieces: [Composite.Piece] = []
    var start = span.range.lowerBound
    for place in Self.places(in: span.text) {
      let found = span.range.lowerBound + place.lowerBound
      pieces += [.part(span.file, start..<found), .words("(\(value))")]
      start = span.range.lowerBound + place.upperBound
    }
    return pieces.isEmpty ? [whole] : pieces + [.part(span.file, start..<span.range.upperBound)]
  }

  /// The query is the last one now.
  mutating func become(_ query: String) {
    let query = withValue(query)
    guard value == nil, Self.mentions(query) else {
      views = [query]
      value = nil
      return
    }
    views.append(Self.renamed(query, to: Self.older(views.count - 1)))
  }

  /// The expression is what was asked last.
  mutating func become(expression: String) {
    value = withValue(expression)
    views = []
  }

  /// - Throws: `Refusal` where rows are asked of a value.
  func holdRows(of text: String) throws {
    guard value != nil, Self.places(in: text).first?.lowerBound == 0 else { return }
    throw Refusal("`_` has no rows: an expression was asked last")
  }

  /// - Throws: `Refusal` where what is asked over `_` has grown beyond all use.
  func hold(_ text: String) throws {
    guard let value, Self.places(in: text).count * value.utf8.count > Self.limit else { return }
    throw Refusal("`_` has grown too long: each expression over it holds the ones before")
  }

  private func withValue(_ text: String) -> String {
    guard let value else { return text }
    return Self.renamed(text, to: "(\(value))")
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
