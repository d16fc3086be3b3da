import C360Diagnostics
import C360Display
import C360Semantics
import C360Syntax

extension REPL {
  typealias Candidate = Completion.Candidate

  /// What may stand at a place of a text.
  ///
  /// - Parameter cursor: bytes of the text before the place.
  public func complete(_ text: String, at cursor: Int) -> Completion {
    let before = String(decoding: Array(text.utf8).prefix(max(0, cursor)), as: UTF8.self)
    if Command.isCommand(before) { return completeCommand(before) }
    let continued = Self.continued(before)
    return completeLanguage(continued, offset: before.utf8.count - continued.utf8.count)
  }

  // MARK: Commands

  private func completeCommand(_ text: String) -> Completion {
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

  // MARK: The language

  private func completeLanguage(_ text: String, offset: Int) -> Completion {
    let source = SourceFile(name: "", text: text)
    let tree = parseInput(source).tree
    let tokens = Array(tree.tokens.dropLast())
    let end = text.utf8.count
    var place = Place(tokens: tokens, source: source)
    if let last = tokens.last, last.range.upperBound == end {
      if last.kind == .invalid, source.text(last.range).hasPrefix("\"") {
        let path = String(source.text(last.range).dropFirst())
        return files(path, offset + end - path.utf8.count..<offset + end, closing: "\"")
      }
      let isName = [.identifier, .quotedIdentifier, .reservedWord].contains(last.kind)
      if isName || source.text(last.range).hasPrefix("`") {
        place.prefix = source.text(last.range)
        place.tokens.removeLast()
      }
    }
    let range = offset + end - place.prefix.utf8.count..<offset + end
    return Completion(
      range: range, prefix: place.prefix, among: candidates(at: place),
      signature: place.prefix.isEmpty ? place.call.flatMap(Self.signature) : nil)
  }

  /// The tokens before the word at the cursor.
  struct Place {
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

  private func candidates(at place: Place) -> [Candidate] {
    let names = names
    if place.last == ".", place.tokens.count > 1 {
      return members(of: place.name(place.tokens.count - 2))
    }
    if let call = place.closedCall, AggregateFunction(rawValue: call) != nil {
      return Self.behindAggregates(isInQuery: place.stage != nil)
    }
    if let stage = place.stage {
      if stage.verb.isEmpty {
        return Catalogue.verbs.map { Candidate($0.name, .verb, shown: $0.signature) }
      }
      return operands(of: stage, place)
    }
    if place.last == "(", place.tokens.count > 1, place.text(place.tokens.count - 2) == "candidates"
    {
      return names.names("policy").map { Candidate($0, .source, suffix: ")") }
    }
    switch place.last {
    case "": return statements(at: place)
    case "under", "include": return (names.names("mask") + ["none"]).map { Candidate($0, .name) }
    case "mask" where place.tokens.count > 1:
      return names.names("mask").map { Candidate($0, .name) }
    case "objective" where place.tokens.count > 1:
      return names.names("objective").map { Candidate($0, .name) }
    case "at": return names.names("exposure").map { Candidate($0, .source) }
    case "of": return names.names("entity").map { Candidate($0, .name) }
    case "for":
      return names.names(place.isOfDeclaration ? "actions" : "entity").map { Candidate($0, .name) }
    case "via": return names.names("identity").map { Candidate($0, .name) }
    case "apply": return names.names("template").map { Candidate($0, .name, suffix: "(") }
    case "why": return names.deciders.map { Candidate($0, .source) }
    case "show": return names.sources.map { Candidate($0, .source) }
    default: break
    }
    let isQuery = place.tokens.count == 1 && names.sources.contains(place.lastName)
    if isQuery { return ["under", "at"].map { Candidate($0, .keyword) } }
    let known = names.sources.map { Candidate($0, .source, suffix: "") } + featureCandidates
    return known + values(at: place, besides: known) + (place.call == nil ? Self.clauses : [])
  }

  /// What may stand behind a verb.
  private func operands(
    of stage: (query: Range<Int>, verb: String, operands: Int), _ place: Place
  ) -> [Candidate] {
    let sources = names.sources.map { Candidate($0, .source) }
    let query = place.source.text(stage.query)
    guard stage.verb == "join" else {
      let known = columns(of: query) + asked(of: query)
      return known + values(at: place, besides: known) + Self.words(of: stage.verb)
    }
    if place.last == "join" { return sources + [Candidate("only", .keyword)] }
    guard let (source, isRight) = place.joined(from: stage.operands) else { return sources }
    switch place.lastName {
    case source: return ["on", "under"].map { Candidate($0, .keyword) }
    case "under": return names.names("mask").map { Candidate($0, .name) }
    default:
      let known = columns(of: isRight ? WrittenName.of(source) : query)
      return known + values(at: place, besides: known) + Self.words(of: stage.verb)
    }
  }

  /// What a statement may begin with.
  private func statements(at place: Place) -> [Candidate] {
    names.sources.map { Candidate($0, .source) }
      + (state.last.isEmpty ? [] : [Candidate(LastQuery.name, .source)])
      + names.names("param").map { Candidate($0, .name) }
      + Catalogue.declarations.map { Candidate($0.name, .keyword, shown: $0.signature) }
      + [Candidate("why", .keyword, shown: "why policy for entity key at @time")]
      + (place.prefix.isEmpty ? [] : functions)
  }

  /// Behind the dot of a table or an alias.
  private func members(of name: String) -> [Candidate] {
    (names.columns[name] ?? []).map { Candidate($0.name, .column, shown: "\($0.name): \($0.type)") }
  }

  /// The columns that a query has, as the checker says; as the table has them where it has errors.
  private func columns(of query: String) -> [Candidate] {
    lookAtColumns(of: query)
    return (knownColumns?.columns ?? []).map {
      Candidate($0.name, .column, shown: "\($0.name): \($0.type)", suffix: "")
    }
  }

  private func lookAtColumns(of query: String) {
    if knownColumns?.prefix != query {
      let source = SourceFile(name: "", text: query)
      let span = Span(file: source, range: 0..<source.bytes.count)
      completionChecks += 1
      let found = try? question(span) { question in
        let isTable = if case .table = question.query.source { true } else { false }
        return (question.query.columns.map { (name: $0.name, type: "\($0.type)") }, isTable)
      }
      let columns = found?.0 ?? names.columns[Self.source(of: query)] ?? []
      knownColumns = (query, columns, found?.1 ?? false)
    }
  }

  /// What a query begins with, without back-ticks.
  private static func source(of query: String) -> String {
    let isQuoted = query.hasPrefix("`")
    return String(query.dropFirst(isQuoted ? 1 : 0).prefix { $0 != (isQuoted ? "`" : " ") })
  }

  /// Features, scores and outcomes, where the rows of a query are decisions that can still be asked for
  /// them: where one of the first can.
  private func asked(of query: String) -> [Candidate] {
    lookAtColumns(of: query)
    // No rows of a table are decisions.
    if knownColumns?.isOfTable == true { return [] }
    if knownDecisions?.prefix != query {
      let isAnswered = names.names("feature", "score").prefix(8).contains { name in
        completionChecks += 1
        let source = SourceFile(name: "", text: "\(query) | derive _asked = \(name)")
        let span = Span(file: source, range: 0..<source.bytes.count)
        return (try? question(span) { _ in true }) ?? false
      }
      knownDecisions = (query, isAnswered)
    }
    return knownDecisions?.areAsked == true ? featureCandidates : []
  }

  private var featureCandidates: [Candidate] {
    (names.names("feature", "score") + names.outcomes).map { Candidate($0, .feature, suffix: "") }
  }

  /// What an expression may be made of besides columns and features. Functions, which are many, are told
  /// only once a word begins, or where nothing else is known.
  private func values(at place: Place, besides known: [Candidate]) -> [Candidate] {
    let params = names.names("param").map { Candidate($0, .name, suffix: "") }
    if place.prefix.isEmpty, !(known.isEmpty && params.isEmpty) { return params }
    return params + functions + Keyword.reserved.sorted().map { Candidate($0, .keyword) }
  }

  /// How a function, an aggregate or a function of windows is called.
  private static func signature(of name: String) -> String? {
    Catalogue.functions.first { $0.name == name }?.signature
      ?? Catalogue.aggregates.first { $0.function.rawValue == name }?.signature
      ?? Catalogue.windowFunctions.first { $0.name == name }?.signature
  }

  private static func behindAggregates(isInQuery: Bool) -> [Candidate] {
    (isInQuery ? ["where", "and", "or", "over"] : ["over", "where", "lag", "within", "and", "or"])
      .map { Candidate($0, .keyword) }
  }

  private var functions: [Candidate] {
    Catalogue.functions.filter { Help.isName($0.name) }.map {
      Candidate($0.name, .function, shown: $0.signature, suffix: "(")
    }
      + Catalogue.aggregates.map {
        Candidate($0.function.rawValue, .function, shown: $0.signature, suffix: "(")
      }
      + Catalogue.windowFunctions.map {
        Candidate($0.name, .function, shown: $0.signature, suffix: "(")
      }
  }

  private static func words(of verb: String) -> [Candidate] {
    let words =
      switch verb {
      case "join": ["on", "expand", "only", "under"]
      case "window": ["per", "sort"]
      case "pivot": ["per", "in"]
      default: [String]()
      }
    return words.map { Candidate($0, .keyword) }
  }

  private static let clauses = [
    "from", "to", "of", "as", "because", "unless", "when", "under", "weight", "every", "per",
    "through", "forbid", "hide", "include", "maximize", "minimize", "mask", "objective", "choose",
    "explore", "stable", "fallback", "outcome", "observed",
  ].map { Candidate($0, .keyword) }

  var names: KnownNames {
    if let known = knownNames { return known }
    let known = KnownNames(state.document)
    knownNames = known
    return known
  }
}
