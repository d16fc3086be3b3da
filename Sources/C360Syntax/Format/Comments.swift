/// A comment and whether an empty line stands before it.
struct Comment: Sendable, Equatable {
  let text: String
  let followsBlankLine: Bool
}

/// The comments of a file by the tokens they stand at. Tokens that the formatter drops (semicolons,
/// trailing commas) hand theirs on to their neighbours; the order of comments never changes.
struct Comments {
  /// Comments on lines of their own before a token.
  private(set) var leading: [Int: [Comment]] = [:]
  /// The comment behind a token on its line, and those that go on with it: on the next lines, in
  /// the same column.
  private(set) var trailing: [Int: [String]] = [:]
  /// Tokens before which, or before whose last leading comment, an empty line stands.
  private(set) var followsBlankLine: Set<Int> = []
  /// All comments in order.
  private(set) var all: [String] = []

  init(_ tree: SyntaxTree, dropped: (Int) -> Bool) {
    var waiting: [Comment] = []
    var lastKept: Int?
    var isBlankDue = false
    var trailingColumn: Int?
    for (index, token) in tree.tokens.enumerated() {
      let trivia = tree.source.bytes[token.triviaStart..<token.range.lowerBound]
      var lineEnds = 0
      for piece in Self.pieces(trivia) {
        guard let (text, offset) = piece else {
          lineEnds += 1
          continue
        }
        all.append(text)
        let isBlank = lineEnds > 1 || (lineEnds == 1 && isBlankDue)
        if lineEnds == 0, let lastKept, trailing[lastKept] == nil, waiting.isEmpty {
          trailing[lastKept] = [text]
          trailingColumn = tree.source.position(of: offset).column
        } else if lineEnds == 1, !isBlank, waiting.isEmpty, let lastKept,
          trailing[lastKept] != nil, tree.source.position(of: offset).column == trailingColumn
        {
          trailing[lastKept]?.append(text)
        } else {
          waiting.append(Comment(text: text, followsBlankLine: isBlank))
        }
        isBlankDue = false
        lineEnds = 0
      }
      isBlankDue = isBlankDue || lineEnds > 1
      if dropped(index) { continue }
      if !waiting.isEmpty { leading[index] = waiting }
      if isBlankDue { followsBlankLine.insert(index) }
      waiting = []
      isBlankDue = false
      lastKept = index
    }
  }

  /// The comments and line ends of trivia, `nil` for a line end.
  private static func pieces(_ trivia: ArraySlice<UInt8>) -> [(text: String, offset: Int)?] {
    guard trivia.contains(where: { $0 == 0x0A || $0 == UInt8(ascii: "#") }) else { return [] }
    var pieces: [(text: String, offset: Int)?] = []
    var rest = trivia
    while let byte = rest.first {
      if byte == 0x0A {
        pieces.append(nil)
        rest = rest.dropFirst()
      } else if byte == UInt8(ascii: "#") {
        let end = rest.firstIndex(of: 0x0A) ?? rest.endIndex
        var comment = rest[..<end]
        while let last = comment.last, last == 0x20 || last == 0x09 || last == 0x0D {
          comment = comment.dropLast()
        }
        pieces.append((String(decoding: comment, as: UTF8.self), rest.startIndex))
        rest = rest[end...]
      } else {
        rest = rest.dropFirst()
      }
    }
    return pieces
  }
}
