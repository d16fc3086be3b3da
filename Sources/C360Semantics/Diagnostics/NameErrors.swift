import C360Diagnostics

extension SemanticError {
  // MARK: E0201 unknown names

  static func unknownName(
    _ at: Span, _ name: String, known: [String], columns: [String] = []
  ) -> Diagnostic {
    let near = nearest(to: name, among: known)
    let owners = columns.isEmpty ? [] : ["a column is written with its table: \(list(columns))"]
    return Diagnostic(
      "E0201", "there is no `\(name)` here", at: at, label: "not declared",
      help: owners + (near.map { ["did you mean `\($0)`?"] } ?? []),
      fixes: near.map { found in
        at.text == name
          ? [Fix("write `\(found)`", edits: [Fix.Edit(span: at, replacement: found)])] : []
      } ?? [])
  }

  static func unknownEntity(_ at: Span, _ name: String, known: [String]) -> Diagnostic {
    Diagnostic(
      "E0201", "there is no entity `\(name)`", at: at, label: "not declared",
      help: known.isEmpty
        ? ["declare it: `entity \(name)`"] : near(name, among: known, what: "entities"),
      fixes: replacement(at, name, among: known))
  }

  static func unknownTemplate(_ at: Span, _ name: String, known: [String]) -> Diagnostic {
    var help = near(name, among: known, what: "templates")
    if known.isEmpty { help = ["templates come from a module: `use std.rfm`"] }
    return Diagnostic(
      "E0201", "there is no template `\(name)`", at: at, label: "not declared", help: help,
      fixes: replacement(at, name, among: known))
  }

  static func unknownColumn(
    _ at: Span, _ name: String, of table: String, declared: Span, known: [String]
  ) -> Diagnostic {
    Diagnostic(
      "E0201", "`\(table)` has no column `\(name)`", at: at, label: "not in its contract",
      secondary: [LabeledSpan(declared, "`\(table)` is declared here")],
      help: near(name, among: known, what: "columns"))
  }

  static func unknownMember(
    _ at: Span, _ name: String, alias: Span, members: [String]
  ) -> Diagnostic {
    Diagnostic(
      "E0201", "there is no `\(name)`", at: at, label: "not declared by its template",
      secondary: [LabeledSpan(alias, "the template is applied here")],
      help: near(name, among: members, what: "it declares"))
  }

  static func unqualifiedOutcome(_ at: Span, _ name: String, exposure: String) -> Diagnostic {
    Diagnostic(
      "E0201", "there is no `\(name)` here: it is an outcome of `\(exposure)`", at: at,
      help: ["write `\(exposure).\(name)`"],
      fixes: [
        Fix("name the exposure", edits: [Fix.Edit(span: at, replacement: "\(exposure).\(name)")])
      ])
  }

  // MARK: E0202–E0204 one namespace

  static func duplicate(_ at: Span, _ name: String, noun: String, first: Span) -> Diagnostic {
    Diagnostic(
      "E0202", "`\(name)` is declared twice", at: at, label: "\(noun) of a name that is taken",
      secondary: [LabeledSpan(first, "declared first here")],
      help: ["all declarations of a script and its modules share one namespace"])
  }

  static func shadowsBuiltin(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0202", "`\(name)` is built in and cannot be declared again", at: at,
      label: "a function of the language")
  }

  static func ambiguous(
    _ at: Span, _ name: String, column: Span, table: String, declaration: Span, noun: String
  ) -> Diagnostic {
    Diagnostic(
      "E0203", "`\(name)` could be a column of `\(table)` or \(noun)", at: at,
      secondary: [LabeledSpan(column, "the column"), LabeledSpan(declaration, noun)],
      help: ["for the column write `\(table).\(name)`, or give \(noun) another name"])
  }

  static func wrongKind(
    _ at: Span, _ name: String, noun: String, wanted: String, declared: Span?
  ) -> Diagnostic {
    Diagnostic(
      "E0204", "`\(name)` is \(noun), and \(wanted) is needed here", at: at,
      secondary: labeled(declared, "declared here"))
  }

  static func notAValue(_ at: Span, _ name: String, noun: String) -> Diagnostic {
    Diagnostic(
      "E0204", "`\(name)` is \(noun), not a value", at: at,
      help: noun == "an event table"
        ? ["aggregate it, as in `count(\(name)) over 30d`"]
        : noun.contains("table") || noun == "a profile"
          ? ["a column of it is written `\(name).column`"] : [])
  }

  static func noMembers(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0204", "`\(name)` has no members", at: at,
      help: ["members are columns of tables and exposures, and what an `apply` declares"])
  }

  static func notAFunction(
    _ at: Span, _ name: String, noun: String, declared: Span
  ) -> Diagnostic {
    Diagnostic(
      "E0204", "`\(name)` is \(noun) and cannot be called", at: at,
      secondary: [LabeledSpan(declared, "declared here")])
  }

  // MARK: E0205–E0209 modules

  static func noSuchModule(_ at: Span, _ name: String) -> Diagnostic {
    let known = ["std.time", "std.rfm", "std.fatigue", "std.affinity", "std.math"]
    return Diagnostic(
      "E0205", "there is no module `\(name)` in the standard library", at: at,
      help: near(name, among: known, what: "its modules")
        + ["a file is used by its path: `use \"./tables.c360\"`"])
  }

  static func unreadableModule(_ at: Span, _ path: String, _ cause: Diagnostic) -> Diagnostic {
    Diagnostic(
      "E0205", "`\(path)` cannot be used: \(cause.message)", at: at, notes: cause.notes,
      help: cause.help.isEmpty ? ["paths are relative to the script that names them"] : cause.help)
  }

  static func moduleCycle(_ at: Span, _ name: String, path: [Span]) -> Diagnostic {
    Diagnostic(
      "E0206", "`\(name)` uses itself", at: at, label: "closes the circle",
      secondary: path.map { LabeledSpan($0, "by way of this") },
      help: ["move what both need into a file of its own"])
  }

  static func cycle(_ at: Span, _ name: String, declared: Span? = nil) -> Diagnostic {
    Diagnostic(
      "E0207", "`\(name)` depends on itself", at: at, label: "needed to compute itself",
      secondary: labeled(declared == at ? nil : declared, "declared here"))
  }

  static func recursion(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      "E0207", "function `\(name)` calls itself", at: at, label: "calls itself",
      help: ["functions are substituted where they are called; every program ends"])
  }

  static func templateCycle(_ at: Span, _ name: String) -> Diagnostic {
    Diagnostic("E0207", "template `\(name)` applies itself", at: at, label: "without end")
  }

  static func notInThisVersion(_ at: Span, _ what: String) -> Diagnostic {
    Diagnostic("E0208", "\(what) is not in this version of c360", at: at)
  }

  static func unknownTimezone(_ at: Span, _ name: String, known: [String]) -> Diagnostic {
    Diagnostic(
      "E0209", "there is no time zone `\(name)`", at: at,
      help: (nearest(to: name, among: known).map { ["did you mean `\($0)`?"] } ?? [])
        + ["names are those of the IANA tables, such as \"Europe/London\", or \"UTC\""])
  }

  // MARK: E0210 items of blocks

  static func duplicateItem(_ at: Span, _ name: String, noun: String, first: Span?) -> Diagnostic {
    Diagnostic(
      "E0210", "there are two \(noun)s named `\(name)`", at: at,
      secondary: labeled(first == at ? nil : first, "the first"))
  }

  static func repeatedHeader(_ at: Span, _ word: String, first: Span) -> Diagnostic {
    Diagnostic(
      "E0210", "a file says its `\(word)` once", at: at,
      secondary: [LabeledSpan(first, "said here")])
  }
}
