/// A word behind a colon. Any prefix that is of one command alone will do.
struct Command: Sendable {
  enum Name: String, CaseIterable, Sendable {
    case help, load, reload, save, tables, describe, schema, type, plan, why, time, set, unset, plot
    case mode, maxrows
    case pager, output, edit, history, reset, quit
  }
  let name: Name
  let arguments: String
  let summary: String

  static let all: [Command] = [
    Command(
      name: .help, arguments: "[topic|function|CODE]", summary: "what there is, and what it means"),
    Command(name: .load, arguments: "script.c360", summary: "adds the declarations of a script"),
    Command(name: .reload, arguments: "", summary: "reads the loaded scripts and their data anew"),
    Command(
      name: .save, arguments: "[--force] script.c360",
      summary: "writes the session as a formatted script"),
    Command(name: .tables, arguments: "", summary: "what can be queried"),
    Command(name: .describe, arguments: "name", summary: "a declaration, its columns and types"),
    Command(name: .schema, arguments: "file", summary: "the block that declares a data file"),
    Command(
      name: .type, arguments: "expression",
      summary: "the type of an expression, the columns of a query"),
    Command(name: .plan, arguments: "[--analyze] query", summary: "what a query computes, and how"),
    Command(
      name: .why, arguments: "policy [for entity] key [at time]", summary: "why a policy decided so"
    ),
    Command(name: .time, arguments: "on|off", summary: "how long queries take"),
    Command(
      name: .set, arguments: "[name value]",
      summary: "a param, or memory, threads, seed, as-of, now"),
    Command(
      name: .unset, arguments: "name",
      summary: "back to the value that was declared, or to begin with"),
    Command(
      name: .plot, arguments: "[hist|line|bars|scatter] [x] [y…] [by g]",
      summary: "draws the last result; --svg file, --title \"text\""),
    Command(
      name: .mode, arguments: "box|plain|csv|json|markdown|line", summary: "how rows are written"),
    Command(name: .maxrows, arguments: "N", summary: "so many rows at most, 0 for all"),
    Command(name: .pager, arguments: "on|off", summary: "long answers through $PAGER"),
    Command(name: .output, arguments: "[file]", summary: "answers go to a file; back without one"),
    Command(name: .edit, arguments: "", summary: "the last statement in $EDITOR"),
    Command(name: .history, arguments: "", summary: "what was typed"),
    Command(name: .reset, arguments: "", summary: "forgets everything loaded and typed"),
    Command(name: .quit, arguments: "", summary: "leaves; so does Ctrl-D"),
  ]

  static func isCommand(_ text: String) -> Bool {
    text.first { !$0.isWhitespace } == ":"
  }

  /// The word and the rest of `:word rest`.
  static func parts(of text: String) -> (word: String, rest: String) {
    let body = text.drop { $0.isWhitespace }.dropFirst()
    let word = body.prefix { !$0.isWhitespace }
    let rest = body.dropFirst(word.count).trimmed
    return (String(word), rest)
  }

  /// What words of other prompts are here, typed without a colon: `quit`, `\q`, `.tables`.
  ///
  /// - Returns: a sentence; nil: it is something else, or a name of the session.
  static func meant(by text: String, declared: @autoclosure () -> KnownNames) -> String? {
    let word = text.trimmed.drop(while: { $0 == "." || $0 == "\\" })
    let name = word.reversed().drop { $0 == ";" }.reversed().map(String.init).joined().lowercased()
    let isMarked = word.count < text.trimmed.count
    let usual: [String: Name] = [
      "help": .help, "?": .help, "quit": .quit, "exit": .quit, "tables": .tables,
      "history": .history, "reset": .reset, "reload": .reload,
    ]
    let marked: [String: Name] = [
      "q": .quit, "d": .tables, "dt": .tables, "h": .help, "i": .load, "timing": .time, "e": .edit,
    ]
    let meant =
      isMarked ? marked[name] ?? usual[name] ?? Name(rawValue: name) : usual[name]
    guard let meant, !declared().isDeclared(name) else { return nil }
    return "commands begin with a colon: `:\(meant.rawValue)`"
  }

  /// The commands that start like this; one that is spelled so is meant alone.
  static func matching(_ word: String) -> [Command] {
    if let exact = all.first(where: { $0.name.rawValue == word }) { return [exact] }
    return all.filter { $0.name.rawValue.hasPrefix(word) }
  }

  /// What of a command's text is language, and may go on over lines.
  static func query(of text: String) -> String? {
    let (word, rest) = parts(of: text)
    guard let command = matching(word).first, matching(word).count == 1 else { return nil }
    switch command.name {
    case .type: return rest
    case .plan: return analyzed(rest).query
    default: return nil
    }
  }

  static func analyzed(_ rest: String) -> (isAnalyzed: Bool, query: String) {
    guard rest.hasPrefix("--analyze") else { return (false, rest) }
    return (true, rest.dropFirst("--analyze".count).trimmed)
  }
}

extension StringProtocol {
  var trimmed: String {
    let start = drop { $0.isWhitespace }
    return String(start.reversed().drop { $0.isWhitespace }.reversed())
  }
}
