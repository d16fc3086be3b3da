import C360Diagnostics

/// The tokens of a file with what the parser needs beside them.
struct LexedSource {
  var tokens: [Token] = []
  /// For each token the word it spells; `.other` for all but words of the grammar.
  var words: [Word] = []
  /// For each token whether a line ends between the token before and it.
  var lineBreaks: [Bool] = []
  var diagnostics: [Diagnostic] = []
}

/// Cuts bytes into tokens. Every byte belongs to a token or to the trivia before one; whatever the
/// bytes are, the lexer comes to their end.
struct Lexer {
  let source: SourceFile
  let bytes: [UInt8]
  var position = 0
  var output = LexedSource()
  /// Offsets where hidden characters or broken UTF-8 were already reported.
  var audited: Set<Int> = []

  init(_ source: SourceFile) {
    self.source = source
    self.bytes = source.bytes
  }

  static func lex(_ source: SourceFile) -> LexedSource {
    var lexer = Lexer(source)
    lexer.audit()
    lexer.run()
    return lexer.output
  }

  private mutating func run() {
    output.tokens.reserveCapacity(bytes.count / 4)
    output.words.reserveCapacity(bytes.count / 4)
    output.lineBreaks.reserveCapacity(bytes.count / 4)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    var triviaStart = 0
    while true {
      let hasLineBreak = skipTrivia()
      let start = position
      var word = Word.other
      let kind = position < bytes.count ? lexToken(&word) : .endOfFile
      output.tokens.append(
        Token(kind: kind, triviaStart: triviaStart, range: start..<position))
      output.words.append(word)
      output.lineBreaks.append(hasLineBreak)
      if kind == .endOfFile { return }
      triviaStart = position
    }
  }

  /// Skips white space and comments; returns whether a line ended.
  private mutating func skipTrivia() -> Bool {
    var hasLineBreak = false
    while position < bytes.count {
      switch bytes[position] {
      case 0x0A:
        hasLineBreak = true
        position += 1
      case 0x20, 0x09, 0x0D: position += 1
      case UInt8(ascii: "#"): skipToLineEnd()
      case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "/"):
        report(
          SyntaxError.foreignForm(
            span(position..<position + 2), "a comment begins with `#`, not `//`",
            help: "write `#` in place of `//`"))
        skipToLineEnd()
      default: return hasLineBreak
      }
    }
    return hasLineBreak
  }

  mutating func skipToLineEnd() {
    while position < bytes.count, bytes[position] != 0x0A { position += 1 }
  }

  /// Lexes the token that starts at `position`, which is inside the bytes.
  private mutating func lexToken(_ word: inout Word) -> TokenKind {
    let first = bytes[position]
    if isNameStart(first) || first >= 0x80 { return lexName(&word) }
    if isDigit(first) { return lexNumber() }
    switch first {
    case UInt8(ascii: "\""): return lexText()
    case UInt8(ascii: "'"): return lexSingleQuoted()
    case UInt8(ascii: "`"): return lexQuotedName()
    case UInt8(ascii: "@"): return lexAt()
    default: return lexSign(&word)
    }
  }

  // MARK: Names

  private mutating func lexName(_ word: inout Word) -> TokenKind {
    let start = position
    var isASCII = true
    while position < bytes.count {
      let next = bytes[position]
      if isNamePart(next) {
        position += 1
      } else if next >= 0x80, let length = foreignLetterLength() {
        isASCII = false
        position += length
      } else {
        break
      }
    }
    if position == start { return lexForeignCharacter() }
    guard isASCII else {
      reportForeignLetters(start..<position)
      return .identifier
    }
    word = WordTable.shared.word(bytes[start..<position])
    return word.isReserved ? .reservedWord : .identifier
  }

  /// A name between back-ticks, on one line.
  private mutating func lexQuotedName() -> TokenKind {
    let start = position
    position += 1
    while position < bytes.count, bytes[position] != UInt8(ascii: "`"), bytes[position] != 0x0A {
      position += 1
    }
    guard position < bytes.count, bytes[position] != 0x0A else {
      report(SyntaxError.badQuotedName(span(start..<position), isEmpty: false))
      return .invalid
    }
    position += 1
    if position - start == 2 {
      report(SyntaxError.badQuotedName(span(start..<position), isEmpty: true))
    }
    return .quotedIdentifier
  }

  // MARK: Signs

  private mutating func lexSign(_ word: inout Word) -> TokenKind {
    let first = bytes[position]
    let second = byte(1)
    if let kind = TokenKind.ofTwo(first, second) {
      position += 2
      return kind
    }
    if let kind = lexForeignSign(first, second, &word) { return kind }
    position += 1
    if let kind = TokenKind.ofOne(first) { return kind }
    let at = span(position - 1..<position)
    if first == UInt8(ascii: "%") {
      report(
        SyntaxError.foreignForm(
          at, "`%` only ends a number, as in `5%`", help: "the remainder is `mod(a, b)`"))
    } else if first < 0x20 || first == 0x7F {
      if !audited.contains(position - 1) { report(SyntaxError.strayCharacter(at, "a control")) }
    } else {
      report(SyntaxError.strayCharacter(at, "`\(at.text)`"))
    }
    return .invalid
  }

  /// Signs of other languages: reported, and read as what they mean here.
  private mutating func lexForeignSign(
    _ first: UInt8, _ second: UInt8, _ word: inout Word
  ) -> TokenKind? {
    let (length, meant, kind): (Int, String, TokenKind)
    switch (first, second) {
    case (UInt8(ascii: "&"), UInt8(ascii: "&")):
      (length, meant, kind, word) = (2, "and", .reservedWord, .and)
    case (UInt8(ascii: "|"), UInt8(ascii: "|")):
      (length, meant, kind, word) = (2, "or", .reservedWord, .or)
    case (UInt8(ascii: "<"), UInt8(ascii: ">")): (length, meant, kind) = (2, "!=", .notEqual)
    case (UInt8(ascii: "!"), _): (length, meant, kind, word) = (1, "not", .reservedWord, .not)
    default: return nil
    }
    let at = span(position..<position + length)
    report(SyntaxError.foreignSpelling(at, at.text, meant))
    position += length
    return kind
  }

  // MARK: Help for the parts

  func span(_ range: Range<Int>) -> Span { Span(file: source, range: range) }

  mutating func report(_ diagnostic: Diagnostic) { output.diagnostics.append(diagnostic) }

  /// The byte `offset` bytes on, or 0 behind the end.
  func byte(_ offset: Int) -> UInt8 {
    position + offset < bytes.count ? bytes[position + offset] : 0
  }

  func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  func isNameStart(_ byte: UInt8) -> Bool {
    let lower = byte | 0x20
    return lower >= 0x61 && lower <= 0x7A || byte == 0x5F
  }

  func isNamePart(_ byte: UInt8) -> Bool { isNameStart(byte) || isDigit(byte) }
}

extension TokenKind {
  fileprivate static func ofTwo(_ first: UInt8, _ second: UInt8) -> TokenKind? {
    switch (first, second) {
    case (UInt8(ascii: "="), UInt8(ascii: "=")): .equalEqual
    case (UInt8(ascii: "!"), UInt8(ascii: "=")): .notEqual
    case (UInt8(ascii: "<"), UInt8(ascii: "=")): .lessEqual
    case (UInt8(ascii: ">"), UInt8(ascii: "=")): .greaterEqual
    case (UInt8(ascii: "?"), UInt8(ascii: "?")): .questionQuestion
    case (UInt8(ascii: "."), UInt8(ascii: ".")): .dotDot
    case (UInt8(ascii: "-"), UInt8(ascii: ">")): .arrow
    default: nil
    }
  }

  fileprivate static func ofOne(_ byte: UInt8) -> TokenKind? {
    switch byte {
    case UInt8(ascii: "|"): .pipe
    case UInt8(ascii: "="): .equal
    case UInt8(ascii: "<"): .less
    case UInt8(ascii: ">"): .greater
    case UInt8(ascii: "+"): .plus
    case UInt8(ascii: "-"): .minus
    case UInt8(ascii: "*"): .star
    case UInt8(ascii: "/"): .slash
    case UInt8(ascii: "^"): .caret
    case UInt8(ascii: "?"): .question
    case UInt8(ascii: "."): .dot
    case UInt8(ascii: ","): .comma
    case UInt8(ascii: ":"): .colon
    case UInt8(ascii: ";"): .semicolon
    case UInt8(ascii: "("): .leftParenthesis
    case UInt8(ascii: ")"): .rightParenthesis
    case UInt8(ascii: "["): .leftBracket
    case UInt8(ascii: "]"): .rightBracket
    case UInt8(ascii: "{"): .leftBrace
    case UInt8(ascii: "}"): .rightBrace
    default: nil
    }
  }
}
