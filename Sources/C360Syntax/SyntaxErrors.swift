import C360Diagnostics

/// Every complaint of the lexer, the parser and the formatter: E0101–E0149, one page each under
/// docs/diagnostics. A constructor says what is wrong and, where there is one, how to mend it.
enum SyntaxError {
  // MARK: Characters

  static func hiddenCharacter(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0101", "\(name) makes the text read differently from what it says", at: at,
      label: "not visible here", help: ["take the character out; in a text write it as `\\u{…}`"],
      fixes: [Fix("remove it", edits: [Fix.Edit(span: at, replacement: "")])])
  }

  static func notUTF8(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0101", "these bytes are not UTF-8", at: at, label: "\(at.range.count) bytes",
      help: ["save the file with the encoding UTF-8"])
  }

  static func foreignLetter(
    _ at: Span, word: String, letter: String, plain: String?
  ) -> Diagnostic {
    let fixes = plain.map {
      [Fix("write it with ASCII letters", edits: [Fix.Edit(span: at, replacement: $0)])]
    }
    return Diagnostic(
      "E0103", "the name `\(word)` contains \(letter)", at: at,
      label: "names are ASCII letters, digits and `_`",
      help: plain.map { ["write `\($0)`"] }
        ?? ["a column whose name has other letters stands in back-ticks: `` `\(word)` ``"],
      fixes: fixes ?? [])
  }

  static func strayCharacter(_ at: Span, _ name: String, help: [String] = []) -> Diagnostic {
    Diagnostic("E0104", "\(name) starts nothing in this language", at: at, help: help)
  }

  static func foreignSpelling(_ at: Span, _ written: String, _ meant: String) -> Diagnostic {
    Diagnostic(
      "E0105", "`\(written)` is written `\(meant)` here", at: at,
      help: written == "||" ? ["texts are put together by `+`"] : [],
      fixes: [Fix("write `\(meant)`", edits: [Fix.Edit(span: at, replacement: meant)])])
  }

  static func foreignForm(_ at: Span, _ message: String, help: String) -> Diagnostic {
    Diagnostic("E0105", message, at: at, help: [help])
  }

  // MARK: Literals

  static func unclosedText(_ at: Span, isBlock: Bool) -> Diagnostic {
    Diagnostic(
      "E0106",
      isBlock
        ? "this text is not closed before the end of the file"
        : "this text is not closed before the end of its line", at: at,
      help: isBlock
        ? ["close it with `\"\"\"`"]
        : ["close it with `\"`; a text of several lines stands between `\"\"\"`"])
  }

  static func badEscape(_ at: Span, _ written: String) -> Diagnostic {
    Diagnostic(
      "E0107", "`\(written)` is no escape", at: at,
      help: ["the escapes are `\\n \\t \\r \\\" \\\\` and `\\u{…}` with one to six hex digits"])
  }

  static func badQuotedName(_ at: Span, isEmpty: Bool) -> Diagnostic {
    Diagnostic(
      "E0108",
      isEmpty
        ? "there is no name between these back-ticks"
        : "this name is not closed by a back-tick before the end of its line", at: at)
  }

  static func badNumber(
    _ at: Span, _ message: String, help: [String] = [], replacement: String? = nil
  ) -> Diagnostic {
    Diagnostic("E0109", message, at: at, help: help, fixes: replacing(at, replacement))
  }

  static func numberTooLarge(_ at: Span, limit: String) -> Diagnostic {
    Diagnostic(
      "E0110", "this number does not fit 64 bits", at: at, label: "the largest is \(limit)")
  }

  static func badTime(_ at: Span, _ message: String) -> Diagnostic {
    Diagnostic(
      "E0111", message, at: at,
      help: [
        "times are written `@2026-03-01`, `@2026-03-01T12:00:00` or with an offset: "
          + "`@2026-03-01T12:00:00Z`, `@2026-03-01T12:00:00+01:00`"
      ])
  }

  // MARK: The file

  static func editionMissing(_ at: Span) -> Diagnostic {
    let start = Span(file: at.file, range: at.range.lowerBound..<at.range.lowerBound)
    let edit = Fix.Edit(span: start, replacement: "edition 2026\n")
    return Diagnostic(
      "E0112", "a file begins with its edition", at: at, label: "`edition 2026` comes before this",
      fixes: [Fix("begin with `edition 2026`", edits: [edit])])
  }

  static func editionUnknown(_ at: Span, known: [String]) -> Diagnostic {
    let list = known.map { "`\($0)`" }.joined(separator: ", ")
    return Diagnostic(
      "E0113", "edition `\(at.text)` is not known to this version of c360", at: at,
      label: "known: \(list)", help: ["a newer edition needs a newer c360"])
  }

  static func editionRepeated(_ at: Span, first: Span) -> Diagnostic {
    Diagnostic(
      "E0114", "the edition is said once, in the first line", at: at,
      secondary: [LabeledSpan(first, "said here")])
  }

  static func notADeclaration(_ at: Span, _ found: String, near: String?) -> Diagnostic {
    Diagnostic(
      "E0115", "\(found) starts no declaration", at: at,
      help: near.map { ["did you mean `\($0)`?"] } ?? [
        "declarations start with a word such as `events`, `feature`, `mask`, `policy` or `output`"
      ],
      fixes: replacing(at, near))
  }

  static func notInThisVersion(_ at: Span, _ what: String) -> Diagnostic {
    Diagnostic("E0116", "`\(what)` is not in this version of c360", at: at)
  }

  static func queryWithoutShow(_ at: Span) -> Diagnostic {
    let start = Span(file: at.file, range: at.range.lowerBound..<at.range.lowerBound)
    return Diagnostic(
      "E0117", "a query in a file needs `show` or `output`", at: at,
      help: ["`show QUERY` prints it, `output NAME = QUERY to \"FILE\"` writes it"],
      fixes: [Fix("print it", edits: [Fix.Edit(span: start, replacement: "show ")])])
  }

  // MARK: Structure

  static func expected(
    _ at: Span, _ wanted: String, found: String, help: [String] = [], near: String? = nil
  ) -> Diagnostic {
    Diagnostic(
      "E0118", "expected \(wanted), found \(found)", at: at,
      help: near.map { ["did you mean `\($0)`?"] } ?? help, fixes: replacing(at, near))
  }

  static func leftover(
    _ at: Span, found: String, after: String, near: String?, form: String?
  ) -> Diagnostic {
    Diagnostic(
      "E0119", "\(found) does not belong here: \(after) ends before it", at: at,
      help: [form ?? near.map { "did you mean `\($0)`?" } ?? "items end at a new line or `;`"],
      fixes: form == nil ? replacing(at, near) : [])
  }

  static func unclosedBracket(
    _ at: Span, _ sign: String, closing: String, found: String, until: Span
  ) -> Diagnostic {
    Diagnostic(
      "E0120", "this `\(sign)` is not closed", at: at, label: "`\(closing)` is missing",
      secondary: [LabeledSpan(until, "\(found) cannot stand inside")])
  }

  static func strayCloser(_ at: Span) -> Diagnostic {
    Diagnostic("E0121", "this `\(at.text)` closes nothing", at: at)
  }

  static func braceOnNextLine(_ at: Span, lineEnd: Span) -> Diagnostic {
    Diagnostic(
      "E0122", "the `{` of a block stands at the end of the line that it belongs to", at: at,
      secondary: [LabeledSpan(lineEnd, "here")])
  }

  static func unknownItem(
    _ at: Span, _ found: String, in block: String, known: [String], near: String?
  ) -> Diagnostic {
    let list = known.map { "`\($0)`" }.joined(separator: ", ")
    return Diagnostic(
      "E0123", "\(found) starts no item of \(block)", at: at,
      help: near.map { ["did you mean `\($0)`?"] } ?? ["its items: \(list)"],
      fixes: replacing(at, near))
  }

  static func unknownVerb(_ at: Span, near: String?, known: [String]) -> Diagnostic {
    let list = known.map { "`\($0)`" }.joined(separator: " ")
    return Diagnostic(
      "E0124", "`\(at.text)` is no verb of queries", at: at,
      help: near.map { ["did you mean `\($0)`?"] } ?? ["the verbs: \(list)"],
      fixes: replacing(at, near))
  }

  static func reservedName(_ at: Span, wanted: String) -> Diagnostic {
    let quoted = "`\(at.text)`"
    return Diagnostic(
      "E0125", "\(quoted) is a reserved word and cannot be \(wanted)", at: at,
      help: ["a column of that name stands in back-ticks: `` \(quoted) ``"],
      fixes: [Fix("put it in back-ticks", edits: [Fix.Edit(span: at, replacement: quoted)])])
  }

  // MARK: Expressions

  static func chainedComparison(_ at: Span, first: Span) -> Diagnostic {
    Diagnostic(
      "E0126", "comparisons do not chain", at: at, label: "a second comparison",
      secondary: [LabeledSpan(first, "the first")],
      help: ["write `a < b and b < c`, or `b in a..c`"])
  }

  static func notNeedsParentheses(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0127", "`not` binds looser than the operator before it", at: at,
      help: ["put it in parentheses: `(not …)`"])
  }

  static func windowWithoutAggregate(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0128", "`\(at.text)` belongs directly after the call of an aggregate", at: at,
      help: ["as in `sum(orders.amount) over 30d`"])
  }

  static func windowNotFixed(_ at: Span, keyword: String) -> Diagnostic {
    Diagnostic(
      "E0129", "`\(keyword)` takes a literal, a param or a window form, never an expression",
      at: at, help: ["give the length a name with `param`"])
  }

  static func assignmentInExpression(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0130", "`=` defines; equality is `==`", at: at,
      fixes: [Fix("write `==`", edits: [Fix.Edit(span: at, replacement: "==")])])
  }

  static func missingElse(_ at: Span, opening: Span) -> Diagnostic {
    Diagnostic(
      "E0131", "this `if` has no `else`", at: opening,
      secondary: [LabeledSpan(at, "`else` is missing here")],
      help: ["every `if` gives a value: `if a then b else c`; `else null` leaves it open"])
  }

  static func tooDeep(_ at: Span, limit: Int) -> Diagnostic {
    Diagnostic(
      "E0132", "this nests deeper than \(limit) levels", at: at,
      help: ["give a part of it a name of its own with `feature` or `function`"])
  }

  private static func replacing(_ at: Span, _ text: String?) -> [Fix] {
    text.map { [Fix("write `\($0)`", edits: [Fix.Edit(span: at, replacement: $0)])] } ?? []
  }

  // MARK: Formatter

  static func formatterDisagrees(_ at: Span) -> Diagnostic {
    Diagnostic(
      "E0149", "the formatted text would not mean the same, so nothing was changed", at: at,
      help: ["this is a defect of c360; please report it with the file"])
  }
}
