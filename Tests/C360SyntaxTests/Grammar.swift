import Foundation

/// The grammar file as data: enough of W3C EBNF to make sentences from it.
struct Grammar: Sendable {
  indirect enum Rule: Sendable {
    case terminal(String)
    case reference(String)
    case sequence([Rule])
    case choice([Rule])
    case optional(Rule)
    case repeated(Rule, atLeast: Int)
  }

  private(set) var productions: [String: Rule] = [:]
  /// All quoted words and signs.
  private(set) var terminals: Set<String> = []
  /// Kinds named behind arrows in comments.
  private(set) var built: Set<String> = []
  private var lexemes: [String] = []
  private var position = 0

  init(_ text: String) {
    for comment in text.matches(of: /\/\* → ([A-Za-z, ]+)\*\//) {
      for kind in comment.1.split(whereSeparator: { $0 == "," || $0 == " " }) {
        built.insert(String(kind))
      }
    }
    let rules = text.replacing(/\/\*(?:[^*]|\*[^\/])*\*\//, with: " ")
    lexemes = rules.matches(of: /"[^"]*"|::=|[A-Za-z_]+|[()|?*+]/).map { String($0.output) }
    while position < lexemes.count {
      let name = lexemes[position]
      precondition(lexemes[position + 1] == "::=", "\(name) has no ::=")
      position += 2
      productions[name] = choice()
    }
  }

  private var isAtRuleEnd: Bool {
    position >= lexemes.count || (position + 1 < lexemes.count && lexemes[position + 1] == "::=")
  }

  private mutating func choice() -> Rule {
    var options = [sequence()]
    while position < lexemes.count, lexemes[position] == "|" {
      position += 1
      options.append(sequence())
    }
    return options.count == 1 ? options[0] : .choice(options)
  }

  private mutating func sequence() -> Rule {
    var parts: [Rule] = []
    while !isAtRuleEnd, lexemes[position] != "|", lexemes[position] != ")" { parts.append(item()) }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  private mutating func item() -> Rule {
    let lexeme = lexemes[position]
    position += 1
    var rule: Rule
    if lexeme == "(" {
      rule = choice()
      position += 1
    } else if lexeme.hasPrefix("\"") {
      let word = String(lexeme.dropFirst().dropLast())
      terminals.insert(word)
      rule = .terminal(word)
    } else {
      rule = .reference(lexeme)
    }
    while position < lexemes.count, let mark = lexemes[position].first, "?*+".contains(mark) {
      rule = mark == "?" ? .optional(rule) : .repeated(rule, atLeast: mark == "+" ? 1 : 0)
      position += 1
    }
    return rule
  }

  /// All names that productions use.
  var references: Set<String> {
    var names: Set<String> = []
    func visit(_ rule: Rule) {
      switch rule {
      case .terminal: break
      case .reference(let name): names.insert(name)
      case .sequence(let parts), .choice(let parts): parts.forEach(visit)
      case .optional(let inner), .repeated(let inner, _): visit(inner)
      }
    }
    productions.values.forEach(visit)
    return names
  }
}

/// Makes random sentences of a grammar.
struct SentenceMaker {
  let grammar: Grammar
  var random: Generator
  /// Least depth of each production, for a way out when a sentence gets deep.
  private var depths: [String: Int] = [:]

  static let tokens: [String: [String]] = [
    "YEAR": ["2026"], "LINE_END": ["\n"], "ANY": ["x"], "RESERVED": ["at"],
    "IDENTIFIER": ["a", "b_2", "orders", "score", "Total", "_x", "of", "mask", "value", "none"],
    "QUOTED_NAME": ["`birth year`", "`case`"], "INTEGER": ["0", "42", "1_000"],
    "DECIMAL": ["0.5", "1e-3", "2.5E+10"], "PERCENT": ["5%", "0.5%"],
    "TEXT": ["\"t\"", "\"a \\\"b\\\" \\u{1F600}\"", "\"\"\"\n  x\n  \"\"\""],
    "TIME": ["@2026-03-01", "@2026-03-01T12:00:00Z", "@2026-03-01T12:00:00.5+01:00"],
    "DURATION": ["500ms", "30s", "15m", "12h", "7d", "2w"], "CALENDAR_SPAN": ["1mo", "1q", "1y"],
    "CURRENCY": ["USD", "GBP"], "ROLE": ["@key", "@time"],
  ]

  init(_ grammar: Grammar, seed: UInt64) {
    self.grammar = grammar
    random = Generator(seed)
    for name in Self.tokens.keys { depths[name] = 0 }
    var isChanged = true
    while isChanged {
      isChanged = false
      for (name, rule) in grammar.productions {
        guard let depth = depth(rule), depth + 1 < depths[name] ?? .max else { continue }
        depths[name] = depth + 1
        isChanged = true
      }
    }
  }

  private func depth(_ rule: Grammar.Rule) -> Int? {
    switch rule {
    case .terminal, .optional: return 0
    case .repeated(let inner, let least): return least == 0 ? 0 : depth(inner)
    case .reference(let name): return depths[name]
    case .choice(let options): return options.compactMap(depth).min()
    case .sequence(let parts):
      let all = parts.map(depth)
      return all.contains(nil) ? nil : all.compactMap { $0 }.max() ?? 0
    }
  }

  mutating func sentence(_ start: String, depth: Int = 26) -> String {
    var text = ""
    write(.reference(start), depth, to: &text)
    return text
  }

  private mutating func write(_ rule: Grammar.Rule, _ room: Int, to text: inout String) {
    switch rule {
    case .terminal(let word): text += word + " "
    case .reference(let name):
      if let choices = Self.tokens[name], let token = choices.randomElement(using: &random) {
        text += token + " "
      } else if let rule = grammar.productions[name] {
        write(rule, room - 1, to: &text)
      }
    case .sequence(let parts): for part in parts { write(part, room, to: &text) }
    case .choice(let options):
      let possible = options.filter { (self.depth($0) ?? .max) < room }
      let least = options.min { (self.depth($0) ?? .max) < (self.depth($1) ?? .max) }
      if let chosen = possible.randomElement(using: &random) ?? least {
        write(chosen, room, to: &text)
      }
    case .optional(let inner):
      if room > 0, Int.random(in: 0..<3, using: &random) == 0 { write(inner, room, to: &text) }
    case .repeated(let inner, let least):
      let more = room > 0 ? [0, 0, 0, 0, 0, 1, 2].randomElement(using: &random) ?? 0 : 0
      for _ in 0..<least + more { write(inner, room, to: &text) }
    }
  }
}
