import C360Diagnostics

/// The canonical text of a file: two spaces, 100 columns, one item a line (or a block on one line
/// that was written so and fits), columns of a block aligned, comments kept where they stood.
///
/// Formatting what was formatted changes nothing. The result is parsed again and its tree and
/// comments compared before it is returned.
///
/// - Throws: `DiagnosticError` with what is wrong with the form of the file, which is then left
///   alone; declarations of later versions do not count, they stay as they are written. `E0149`
///   when the comparison fails.
public func format(_ tree: SyntaxTree) throws -> String {
  let errors = tree.diagnostics.filter { $0.severity == .error && $0.code.name != "E0116" }
  guard errors.isEmpty else { throw DiagnosticError(errors) }
  var formatter = Formatter(tree)
  let text = formatter.format()
  let again = parse(SourceFile(name: tree.source.name, text: text))
  guard again.diagnostics.count == tree.diagnostics.count,
    Shape.of(again) == Shape.of(tree), Comments(again) == Comments(tree)
  else {
    throw DiagnosticError([SyntaxError.formatterDisagrees(tree.root.span)])
  }
  return text
}

extension Comments: Equatable {
  /// All comments, whatever tokens they stand at.
  fileprivate init(_ tree: SyntaxTree) { self.init(tree, dropped: { _ in false }) }

  static func == (left: Comments, right: Comments) -> Bool { left.all == right.all }
}

/// A tree without its trivia, for comparison.
enum Shape {
  enum Part: Equatable {
    case node(Field, SyntaxKind)
    case token(Field, ArraySlice<UInt8>)
  }

  /// Kinds, fields and token texts in order. Semicolons and trailing commas count as trivia.
  static func of(_ tree: SyntaxTree) -> [Part] {
    var result: [Part] = []
    let isDropped = droppedTokens(tree)
    var stack = [SyntaxTree.Element(field: .none, child: .node(tree.rootIndex))]
    while let element = stack.popLast() {
      switch element.child {
      case .token(let index):
        if isDropped[index] { continue }
        result.append(.token(element.field, tree.source.bytes[tree.tokens[index].range]))
      case .node(let index):
        let record = tree.records[index]
        result.append(.node(element.field, record.kind))
        stack += record.elements.reversed()
      }
    }
    return result
  }

  /// For each token whether the canonical text leaves it out: separators outside of what is kept
  /// as written, and commas before a closing bracket.
  static func droppedTokens(_ tree: SyntaxTree) -> [Bool] {
    var dropped = [Bool](repeating: false, count: tree.tokens.count)
    for record in tree.records where record.kind != .malformed && record.kind != .unsupported {
      for (index, element) in record.elements.enumerated() {
        guard case .token(let token) = element.child else { continue }
        switch tree.tokens[token].kind {
        case .semicolon: dropped[token] = true
        case .comma:
          guard index + 1 < record.elements.count,
            case .token(let next) = record.elements[index + 1].child
          else { continue }
          let kind = tree.tokens[next].kind
          dropped[token] = kind == .rightParenthesis || kind == .rightBracket
        default: continue
        }
      }
    }
    return dropped
  }
}
