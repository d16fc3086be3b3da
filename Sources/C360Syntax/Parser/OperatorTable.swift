/// How tightly operators bind, loosest first (language.md §2). Calls, members and windows bind
/// tighter than all of them; `|` separates the stages of a query and never joins expressions.
enum Precedence: UInt8, Comparable, Sendable {
  case or, and, not, comparison, range, coalescing, sum, product, sign, power

  static func < (left: Precedence, right: Precedence) -> Bool { left.rawValue < right.rawValue }

  /// The next tighter level.
  var tighter: Precedence { Precedence(rawValue: rawValue + 1) ?? .power }
}

enum Associativity: Sendable {
  case left, right
  /// `a < b < c` is an error, not a grouping.
  case none
}

struct InfixOperator: Sendable {
  /// What an operator builds when it is not a plain binary one.
  enum Form: Sendable { case binary, range, isNull, isIn }

  let spelling: String
  let precedence: Precedence
  let associativity: Associativity
  let form: Form
}

/// The one list of operators; the parser, the formatter and the grammar's test read it.
enum OperatorTable {
  static let infix: [InfixOperator] = [
    InfixOperator(spelling: "or", precedence: .or, associativity: .left, form: .binary),
    InfixOperator(spelling: "and", precedence: .and, associativity: .left, form: .binary),
    InfixOperator(spelling: "==", precedence: .comparison, associativity: .none, form: .binary),
    InfixOperator(spelling: "!=", precedence: .comparison, associativity: .none, form: .binary),
    InfixOperator(spelling: "<", precedence: .comparison, associativity: .none, form: .binary),
    InfixOperator(spelling: "<=", precedence: .comparison, associativity: .none, form: .binary),
    InfixOperator(spelling: ">", precedence: .comparison, associativity: .none, form: .binary),
    InfixOperator(spelling: ">=", precedence: .comparison, associativity: .none, form: .binary),
    InfixOperator(spelling: "in", precedence: .comparison, associativity: .none, form: .isIn),
    InfixOperator(spelling: "not", precedence: .comparison, associativity: .none, form: .isIn),
    InfixOperator(spelling: "is", precedence: .comparison, associativity: .none, form: .isNull),
    InfixOperator(spelling: "..", precedence: .range, associativity: .none, form: .range),
    InfixOperator(spelling: "??", precedence: .coalescing, associativity: .left, form: .binary),
    InfixOperator(spelling: "+", precedence: .sum, associativity: .left, form: .binary),
    InfixOperator(spelling: "-", precedence: .sum, associativity: .left, form: .binary),
    InfixOperator(spelling: "*", precedence: .product, associativity: .left, form: .binary),
    InfixOperator(spelling: "/", precedence: .product, associativity: .left, form: .binary),
    InfixOperator(spelling: "^", precedence: .power, associativity: .right, form: .binary),
  ]

  /// By token kind, for the operators that are signs.
  private static let bySign: [InfixOperator?] = TokenKind.allCases.map { kind in
    sign(of: kind).flatMap { spelling in infix.first { $0.spelling == spelling } }
  }

  /// By word, for the operators that are words.
  private static let byWord: [InfixOperator?] = Word.allCases.map { word in
    infix.first { $0.spelling == word.text }
  }

  /// The operator that a token is after a complete operand, if it is one.
  static func infix(_ kind: TokenKind, _ word: Word) -> InfixOperator? {
    kind == .reservedWord ? byWord[Int(word.rawValue)] : bySign[Int(kind.rawValue)]
  }

  /// Whether an item goes on past a line end after this token (when it stands as an operator).
  static func continuesAfter(_ kind: TokenKind, _ word: Word) -> Bool {
    switch kind {
    case .comma, .equal, .arrow, .pipe: true
    case .reservedWord: word == .and || word == .or || word == .in
    default: bySign[Int(kind.rawValue)] != nil
    }
  }

  /// Whether a line that starts with this token goes on with the item of the line before.
  /// `-`, `not` and `in` do not: they may start an item. `..` ends with its line.
  static func continuesBefore(_ kind: TokenKind, _ word: Word) -> Bool {
    switch kind {
    case .pipe, .questionQuestion, .plus, .star, .slash, .caret: true
    case .equalEqual, .notEqual, .less, .lessEqual, .greater, .greaterEqual: true
    case .reservedWord: word == .and || word == .or || word == .is
    default: false
    }
  }

  /// Words that continue an item at the start of a line, unless a colon makes them a name.
  static func continuesUnlessColon(_ word: Word) -> Bool {
    switch word {
    case .because, .else, .unless, .when, .under, .to: true
    default: false
    }
  }

  /// The spelling of a token kind that is always spelled the same.
  static func sign(of kind: TokenKind) -> String? {
    switch kind {
    case .pipe: "|"
    case .equal: "="
    case .equalEqual: "=="
    case .notEqual: "!="
    case .less: "<"
    case .lessEqual: "<="
    case .greater: ">"
    case .greaterEqual: ">="
    case .plus: "+"
    case .minus: "-"
    case .star: "*"
    case .slash: "/"
    case .caret: "^"
    case .questionQuestion: "??"
    case .question: "?"
    case .dotDot: ".."
    case .dot: "."
    case .arrow: "->"
    case .comma: ","
    case .colon: ":"
    case .semicolon: ";"
    case .leftParenthesis: "("
    case .rightParenthesis: ")"
    case .leftBracket: "["
    case .rightBracket: "]"
    case .leftBrace: "{"
    case .rightBrace: "}"
    default: nil
    }
  }
}
