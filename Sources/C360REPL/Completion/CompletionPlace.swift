import C360Diagnostics
import C360Semantics
import C360Syntax

/// A place in a text of the language where something may be typed: the tokens before the word at the
/// cursor, and what they say of it.
struct CompletionPlace {
  var tokens: [Token]
  let source: SourceFile
  var prefix = ""

  func text(_ index: Int) -> String { source.text(tokens[index].range) }
  var last: String { tokens.isEmpty ? "" : text(tokens.count - 1) }
  /// The name that a token is, without back-ticks.
  func name(_ index: Int) -> String {
    tokens[index].kind == .quotedIdentifier
      ? String(text(index).dropFirst().dropLast()) : text(index)
  }
  var lastName: String { tokens.isEmpty ? "" : name(tokens.count - 1) }

  /// What stands before the innermost parenthesis that is open.
  var call: String? {
    open().flatMap { tokens[$0].kind == .leftParenthesis ? head(of: $0) : nil }
  }

  /// What stands before the parentheses that end here.
  var closedCall: String? {
    guard tokens.last?.kind == .rightParenthesis else { return nil }
    return open(before: tokens.count - 1).flatMap(head)
  }

  private func head(of bracket: Int) -> String? {
    bracket > 0 && tokens[bracket - 1].kind == .identifier ? text(bracket - 1) : nil
  }

  /// The innermost bracket that is open before a token, the end unless said.
  private func open(before end: Int? = nil) -> Int? {
    var depth = 0
    for index in tokens[..<(end ?? tokens.count)].indices.reversed() {
      switch tokens[index].kind {
      case .rightParenthesis, .rightBracket, .rightBrace: depth += 1
      case .leftParenthesis, .leftBracket, .leftBrace:
        if depth == 0 { return index }
        depth -= 1
      default: break
      }
    }
    return nil
  }

  /// The query up to the last `|` outside of brackets, the verb behind that and where what it takes
  /// begins; nil: in no stage.
  var stage: (query: Range<Int>, verb: String, operands: Int)? {
    var depth = 0
    var start = 0
    var pipe: Int?
    for (index, token) in tokens.enumerated() {
      switch token.kind {
      case .leftParenthesis, .leftBracket, .leftBrace: depth += 1
      case .rightParenthesis, .rightBracket, .rightBrace: depth -= 1
      case .pipe where depth == 0: pipe = index
      case .semicolon where depth == 0: (start, pipe) = (index + 1, nil)
      case .equal where depth == 0 && pipe == nil: start = index + 1
      default: break
      }
    }
    if start < tokens.count, text(start) == "show" { start += 1 }
    guard let pipe, start < pipe else { return nil }
    let verb = pipe + 1 < tokens.count ? text(pipe + 1) : ""
    return (
      tokens[start].range.lowerBound..<tokens[pipe - 1].range.upperBound, verb,
      min(pipe + 2, tokens.count)
    )
  }

  /// Whether what begins here is a declaration by its name, such as `policy p for`, and no query.
  var isOfDeclaration: Bool {
    tokens.count > 2 && tokens[tokens.count - 2].kind == .identifier && text(0) != "why"
      && Catalogue.declarations.contains { $0.name == text(tokens.count - 3) }
  }

  /// Of a `join` the name of what is joined, where the place is behind it, and whether what stands here
  /// is of its columns: behind `==`, and in the braces.
  func joined(from operands: Int) -> (source: String, isRight: Bool)? {
    let first = operands < tokens.count && text(operands) == "only" ? operands + 1 : operands
    guard first < tokens.count, [.identifier, .quotedIdentifier].contains(tokens[first].kind)
    else { return nil }
    let isInBraces = tokens[first...].contains { $0.kind == .leftBrace }
    return (name(first), isInBraces || last == "==")
  }
}
