import C360Diagnostics

/// A recursive descent over the tokens of one file that builds the lossless tree.
///
/// Invariants: every token lands in exactly one node, in order; every loop takes a token or leaves;
/// after a complaint the parser is silent (`isPanicking`) until the item ends, so that one mistake
/// is one diagnostic.
struct Parser {
  typealias Element = SyntaxTree.Element

  let source: SourceFile
  let tokens: [Token]
  let words: [Word]
  let lineBreaks: [Bool]
  var diagnostics: [Diagnostic]

  var records: [SyntaxTree.Record] = []
  /// Height of each record's subtree, bounded so that nobody who walks the tree overflows.
  var heights: [UInt16] = []
  /// Children of the nodes under construction; a node owns what stands above its mark.
  var pending: [Element] = []

  /// Index of the current token.
  var position = 0
  /// The current token's kind and word, or `.endOfFile` where a line end stops the item.
  var kind: TokenKind = .endOfFile
  var word: Word = .other
  /// A line end stands before the current token and ends the item.
  var isAtLineEnd = false

  /// False inside `( )` and `[ ]`, where line ends are white space.
  var linesEndItems = true
  /// The token before was an operator or comma after which items go on.
  var previousContinues = true
  var isPanicking = false
  var depth = 0
  /// The depth limit is reported once a file.
  var wasTooDeep = false
  /// Where a block was last reported as not closed.
  var leftOpenAt = -1
  /// A complaint arose at the end of the text where another line could still belong to the item.
  var wantsMore = false
  /// What the enclosing blocks are, innermost last.
  var blocks: [Block] = []

  static let depthLimit = 200
  static let heightLimit: UInt16 = 600

  init(_ source: SourceFile, _ lexed: LexedSource) {
    self.source = source
    self.tokens = lexed.tokens
    self.words = lexed.words
    self.lineBreaks = lexed.lineBreaks
    self.diagnostics = lexed.diagnostics
    records.reserveCapacity(lexed.tokens.count)
    heights.reserveCapacity(lexed.tokens.count)
    refresh()
  }

  // MARK: Moving

  /// Looks at the token at `position`: takes invalid ones away and says whether the item ends.
  mutating func refresh() {
    while true {
      let next = tokens[position].kind
      if linesEndItems, !previousContinues, lineBreaks[position], !continuesItem(at: position) {
        kind = .endOfFile
        word = .other
        isAtLineEnd = true
        return
      }
      guard next == .invalid else {
        kind = next
        word = words[position]
        isAtLineEnd = false
        return
      }
      pending.append(Element(field: .none, child: .token(position)))
      position += 1
      previousContinues = false
      isPanicking = true
    }
  }

  /// Whether a line that starts with the token goes on with the item before it.
  func continuesItem(at index: Int) -> Bool {
    let (kind, word) = (tokens[index].kind, words[index])
    if kind == .endOfFile { return false }
    if OperatorTable.continuesBefore(kind, word) { return true }
    return OperatorTable.continuesUnlessColon(word) && tokens[index + 1].kind != .colon
  }

  /// Steps over a line end that ended an item.
  mutating func acceptLineEnd() {
    previousContinues = true
    refresh()
  }

  /// Takes the current token. `asOperand`: line ends count after it although it looks like an
  /// operator, as after the `*` of `select *` or a sign.
  mutating func take(_ field: Field, asOperand: Bool = false) {
    guard !isAtLineEnd, position < tokens.count - 1 else { return }
    pending.append(Element(field: field, child: .token(position)))
    previousContinues =
      !asOperand && OperatorTable.continuesAfter(tokens[position].kind, words[position])
    position += 1
    refresh()
  }

  /// Takes the current token if it is of this kind.
  @discardableResult
  mutating func takeIf(_ wanted: TokenKind, _ field: Field = .none) -> Bool {
    guard kind == wanted, !isAtLineEnd, kind != .endOfFile else { return false }
    take(field)
    return true
  }

  @discardableResult
  mutating func takeIf(_ wanted: Word, _ field: Field = .none) -> Bool {
    guard word == wanted else { return false }
    take(field)
    return true
  }

  /// Takes a token of this kind or complains that it is missing.
  @discardableResult
  mutating func expect(_ wanted: TokenKind, _ field: Field = .none, _ what: String) -> Bool {
    if takeIf(wanted, field) { return true }
    reportExpected(what)
    return false
  }

  @discardableResult
  mutating func expect(_ wanted: Word, _ field: Field = .none) -> Bool {
    if takeIf(wanted, field) { return true }
    let near = kind == .identifier ? nearest(to: here.text, among: [wanted.text]) : nil
    report(SyntaxError.expected(here, "`\(wanted.text)`", found: found, near: near))
    return false
  }

  /// The kind of the token `offset` behind the current one, line ends left aside.
  func kind(after offset: Int) -> TokenKind {
    position + offset < tokens.count ? tokens[position + offset].kind : .endOfFile
  }

  func word(after offset: Int) -> Word {
    position + offset < tokens.count ? words[position + offset] : .other
  }

  /// Whether a line ends between the current token and the next.
  var isLastOfLine: Bool { position + 1 < tokens.count ? lineBreaks[position + 1] : true }

  var isAtEnd: Bool { tokens[position].kind == .endOfFile && !isAtLineEnd }

  // MARK: Nodes

  var mark: Int { pending.count }

  /// Makes a node of what was pushed since `mark`.
  mutating func finish(_ kind: SyntaxKind, from mark: Int) -> Int {
    let elements = Array(pending[mark...])
    pending.removeLast(pending.count - mark)
    var height: UInt16 = 0
    for case .node(let index) in elements.lazy.map(\.child) {
      height = max(height, heights[index])
    }
    records.append(SyntaxTree.Record(kind: kind, elements: elements))
    heights.append(height == .max ? height : height + 1)
    return records.count - 1
  }

  mutating func push(_ field: Field, _ node: Int) {
    pending.append(Element(field: field, child: .node(node)))
  }

  // MARK: Complaints

  mutating func report(_ diagnostic: Diagnostic) {
    guard !isPanicking else { return }
    isPanicking = true
    diagnostics.append(diagnostic)
    if tokens[position].kind == .endOfFile, position > 0, isOpen || diagnostic.code == "E0131" {
      wantsMore = true
    }
  }

  /// Whether the item at hand goes on past the end of its line.
  private var isOpen: Bool {
    previousContinues || !linesEndItems || blocks.contains { $0.opener != nil }
  }

  /// A complaint after which parsing goes on as if the text had been right.
  mutating func reportInPassing(_ diagnostic: Diagnostic) {
    guard !isPanicking else { return }
    diagnostics.append(diagnostic)
  }

  func span(of index: Int) -> Span { Span(file: source, range: tokens[index].range) }

  /// The current token, or the empty place behind the last one where the line ends.
  var here: Span {
    if isAtLineEnd || tokens[position].kind == .endOfFile { return placeBefore }
    return span(of: position)
  }

  /// The empty place directly behind the token before the current one.
  var placeBefore: Span {
    let end = position > 0 ? tokens[position - 1].range.upperBound : 0
    return Span(file: source, range: end..<end)
  }

  /// What stands at the current place, in words.
  var found: String {
    if isAtLineEnd { return "the end of the line" }
    let token = tokens[position]
    switch token.kind {
    case .endOfFile: return "the end of the file"
    case .text: return "a text"
    case .reservedWord: return "the word `\(source.text(token.range))`"
    default: return "`\(source.text(token.range))`"
    }
  }

  mutating func reportExpected(_ what: String, help: [String] = []) {
    report(SyntaxError.expected(here, what, found: found, help: help))
  }
}
