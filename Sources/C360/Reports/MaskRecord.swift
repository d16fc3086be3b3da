import C360Diagnostics
import C360Semantics

/// What masks ask of whom, in the words of the manifest.
struct MaskRecord {
  let program: Program

  /// Line by line: what it hid, whom it asked, and why.
  func hides(_ hidden: [RunReport.Hidden], of query: Query) -> JSONValue {
    let lines = query.mask.map { program[$0].hides } ?? []
    return .array(
      zip(lines, hidden).map { line, count in
        var members: [(key: String, value: JSONValue)] = [("hide", .text(line.words))]
        let asked = asked(in: [line.unless, line.permitted?.condition].compactMap { $0 })
        if !asked.isEmpty { members.append(("asks", .array(asked.map { .text($0) }))) }
        if let because = line.because { members.append(("because", .text(because))) }
        members.append(("rows", .integer(count.rows)))
        if let events = count.events { members.append(("events", .integer(events))) }
        return .object(members)
      })
  }

  /// Of a policy: the rules with the consents that they ask.
  func consents(of policy: Policy) -> [(key: String, value: JSONValue)] {
    let rules = policy.mask.map { program[$0].rules } ?? []
    return rules.compactMap { rule in
      let asked = asked(in: [rule.condition])
      return asked.isEmpty ? nil : (rule.name, .array(asked.map { .text($0) }))
    }
  }

  /// Of a policy: every line that says why.
  func reasons(of policy: Policy) -> [(key: String, value: JSONValue)] {
    var reasons: [(key: String, value: JSONValue)] = []
    func add(_ line: String, _ because: String?) {
      if let because { reasons.append((line, .text(because))) }
    }
    if let mask = policy.mask {
      for line in program[mask].hides { add("hide \(line.words)", line.because) }
      for rule in program[mask].rules { add("forbid \(rule.name)", rule.because) }
    }
    for permission in policy.permissions {
      let places =
        permission.places.isEmpty ? "" : " in \(permission.places.joined(separator: ", "))"
      add("permit sensitive(\(permission.label))\(places)", permission.because)
    }
    for term in policy.terms { add(term.name, term.because) }
    return reasons
  }

  /// Ledger, purpose, channel and time of each consent that is asked, each once.
  private func asked(in expressions: [Expression]) -> [String] {
    var words: [String] = []
    for expression in expressions {
      forEachQuestion(in: expression) { question in
        let line = self.words(question)
        if !words.contains(line) { words.append(line) }
      }
    }
    return words
  }

  private func words(_ question: ConsentQuestion) -> String {
    let channel =
      switch question.channel {
      case .every: ""
      case .named(let name): " on \"\(name)\""
      case .ofAction(let table, let column):
        " on \(program[table].name).\(program[table].columns[column].name)"
      }
    let clock =
      switch question.clock {
      case .decision: "at the decision"
      case .run: "at the run"
      case .event: "at the event"
      case .throughout: "from the decision to the end of the window"
      }
    return "\(program[question.ledger].name): \"\(question.purpose)\"\(channel) \(clock)"
  }

  private func forEachQuestion(in expression: Expression, _ body: (ConsentQuestion) -> Void) {
    switch expression.kind {
    case .consent(let question): body(question)
    case .feature(let id): forEachQuestion(in: program[id].expression, body)
    case .and(let left, let right), .or(let left, let right), .coalesce(let left, let right):
      forEachQuestion(in: left, body)
      forEachQuestion(in: right, body)
    case .not(let inner), .isNull(let inner), .isIn(let inner, _):
      forEachQuestion(in: inner, body)
    case .conditional(let test, let then, let otherwise):
      for part in [test, then, otherwise] { forEachQuestion(in: part, body) }
    case .call(_, let arguments): for part in arguments { forEachQuestion(in: part, body) }
    default: break
    }
  }
}
