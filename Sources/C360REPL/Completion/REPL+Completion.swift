import C360Diagnostics
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

  func completeLanguage(_ text: String, offset: Int) -> Completion {
    let source = SourceFile(name: "", text: text)
    let tree = parseInput(source).tree
    let tokens = Array(tree.tokens.dropLast())
    let end = text.utf8.count
    var place = CompletionPlace(tokens: tokens, source: source)
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

  private func candidates(at place: CompletionPlace) -> [Candidate] {
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
    of stage: (query: Range<Int>, verb: String, operands: Int), _ place: CompletionPlace
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
  private func statements(at place: CompletionPlace) -> [Candidate] {
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

  var featureCandidates: [Candidate] {
    (names.names("feature", "score") + names.outcomes).map { Candidate($0, .feature, suffix: "") }
  }

  /// What an expression may be made of besides columns and features. Functions, which are many, are told
  /// only once a word begins, or where nothing else is known.
  private func values(at place: CompletionPlace, besides known: [Candidate]) -> [Candidate] {
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
