import C360Display
import C360Semantics

/// Completion of commands of the prompt, such as `:plot`, and of what they take.
extension REPL {
  func completeCommand(_ text: String) -> Completion {
    let (word, rest) = Command.parts(of: text)
    let end = text.utf8.count
    guard text.last?.isWhitespace == true || !rest.isEmpty else {
      let start = end - word.utf8.count - 1
      return Completion(
        range: start..<end, prefix: ":" + word,
        among: Command.all.map {
          Candidate(
            ":\($0.name.rawValue)", .command, shown: ":\($0.name.rawValue) \($0.arguments)".trimmed)
        })
    }
    let found = Command.matching(word)
    guard found.count == 1, let command = found.first else { return .none }
    let argument = Self.lastWord(of: text)
    let range = end - argument.utf8.count..<end
    func words(_ words: [String], _ kind: Candidate.Kind = .word) -> Completion {
      Completion(range: range, prefix: argument, among: words.map { Candidate($0, kind) })
    }
    switch command.name {
    case .load, .save: return files(argument, range, ending: ".c360")
    case .schema, .output: return files(argument, range)
    case .help: return words(Help.names)
    case .describe:
      return Completion(
        range: range, prefix: argument,
        among: state.document.declarations.compactMap(\.name).map { Candidate($0, .name) }
          + Help.names.map { Candidate($0, .word) })
    case .why: return words(asked(behind: String(rest.dropLast(argument.count))))
    case .mode: return words(TableMode.allCases.map(\.rawValue))
    case .plot:
      return Completion(
        range: range, prefix: argument,
        among: (lastResult?.table.columnNames ?? []).map { Candidate($0, .name) }
          + PlotRequest.keywords.map { Candidate($0, .word) })
    case .time, .pager: return words(["on", "off"])
    case .set, .unset: return words(names.names("param") + Self.options)
    case .type, .plan:
      let query = command.name == .plan ? Command.analyzed(rest).query : rest
      if command.name == .plan, !rest.isEmpty, "--analyze".hasPrefix(rest) {
        return words(["--analyze"])
      }
      // What is typed behind the word, white space at its end included.
      let start = end - tail(of: text, from: query).utf8.count
      return completeLanguage(
        String(decoding: text.utf8.dropFirst(start), as: UTF8.self), offset: start)
    default: return .none
    }
  }

  /// What is typed behind the last blank, or from the back-tick that is still open.
  private static func lastWord(of text: String) -> String {
    let parts = text.split(separator: "`", omittingEmptySubsequences: false)
    if parts.count.isMultiple(of: 2), let name = parts.last { return "`" + name }
    return String(text.reversed().prefix { !$0.isWhitespace }.reversed())
  }

  /// What may follow the words of a `why` so far: a policy, `for` an entity, a key, `at` a time.
  private func asked(behind text: String) -> [String] {
    var words = text.split(whereSeparator: \.isWhitespace).map(String.init)[...]
    if words.first == "why" { words = words.dropFirst() }
    guard words.count > 1 || words.last == nil || words.last == "for" else { return ["for"] }
    if words.isEmpty { return names.deciders }
    if words.last == "for" { return names.names("entity") }
    let hasEntity = words.dropFirst().first == "for"
    // A policy, `for`, an entity and a key; or a policy and a key.
    return words.count == (hasEntity ? 4 : 2) ? ["at"] : []
  }

  /// The end of a text from where another begins in it.
  private func tail(of text: String, from part: String) -> Substring {
    guard !part.isEmpty else { return "" }
    var rest = text[...]
    while !rest.isEmpty, !rest.hasPrefix(part) { rest = rest.dropFirst() }
    return rest
  }
}
