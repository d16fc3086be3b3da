/// What a text says about its own layout; `Layout` decides which lines to break.
indirect enum Document: Sendable {
  /// A text without line ends.
  case text(String)
  /// A text that stands as it is, line ends included.
  case verbatim(String)
  case joined([Document])
  /// Lines that begin inside are indented further by so many columns.
  case nested(Int, Document)
  /// A space, or a line end where the enclosing group is broken.
  case line
  /// Nothing, or a line end where the enclosing group is broken.
  case softLine
  /// A line end in any case.
  case hardLine
  /// A space, or a line end where what follows, up to the next place to break, does not fit.
  case fillLine
  /// On one line if it fits, else all its lines are broken.
  case group(Document)
  /// The first when the enclosing group is on one line, else the second.
  case choice(flat: Document, broken: Document)
  /// A comment behind what stands on the line, so many columns away, perhaps going on below in the
  /// same column; the line ends after it.
  case trailingComment([String], gap: Int)
  /// A comment on a line of its own.
  case ownComment(String)

  static let empty = Document.joined([])
  static let space = Document.text(" ")

  static func + (left: Document, right: Document) -> Document { .joined([left, right]) }

  /// The document on one line, or `nil` when something in it needs several.
  var flat: String? {
    switch self {
    case .text(let text): text
    case .verbatim(let text): text.utf8.contains(0x0A) ? nil : text
    case .joined(let parts): Self.flat(parts)
    case .nested(_, let inner), .group(let inner): inner.flat
    case .line, .fillLine: " "
    case .softLine: ""
    case .choice(let flat, _): flat.flat
    case .hardLine, .trailingComment, .ownComment: nil
    }
  }

  private static func flat(_ parts: [Document]) -> String? {
    var result = ""
    for part in parts {
      guard let text = part.flat else { return nil }
      result += text
    }
    return result
  }
}

extension String {
  /// Columns that the text takes on the screen of a reader, near enough to break lines by.
  var columns: Int { utf8.allSatisfy { $0 < 0x80 } ? utf8.count : count }
}
