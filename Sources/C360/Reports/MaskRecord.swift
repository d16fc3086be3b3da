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

  /// Of a policy: its parts with the consents that they ask, those of the features and scores behind them too.
  func consents(of policy: Policy) -> [(key: String, value: JSONValue)] {
    var parts = (policy.mask.map { program[$0].rules } ?? []).map { ($0.name, [$0.condition]) }
    parts += policy.terms.map { ("term \($0.name)", [$0.value]) }
    if case .threshold(let condition) = policy.choice { parts.append(("choose", [condition])) }
    if let stage = policy.firstStage { parts.append(("candidates", [stage.score])) }
    return consents(of: parts + bounds(policy.constraints))
  }

  /// Of an arbitration: its lines with the consents that their conditions ask, and its bounds.
  func consents(of composition: Composition) -> [(key: String, value: JSONValue)] {
    var parts = bounds(composition.constraints)
    if case .arbitration(let turns) = composition.kind {
      parts = turns.compactMap { turn in turn.condition.map { (turn.words, [$0]) } } + parts
    }
    return consents(of: parts)
  }

  private func bounds(_ constraints: [Constraint]) -> [(String, [Expression])] {
    constraints.map { ("constraint \($0.name)", $0.expressions) }
  }

  private func consents(
    of parts: [(name: String, expressions: [Expression])]
  ) -> [(key: String, value: JSONValue)] {
    parts.compactMap { part in
      let asked = asked(in: part.expressions)
      return asked.isEmpty ? nil : (part.name, .array(asked.map { .text($0) }))
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
    var seen: Set<Int> = []
    for expression in expressions {
      forEachQuestion(in: expression, &seen) { question in
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

  /// Those in the features and scores that it names too, each of them once.
  /// - Parameter seen: twice the index of a feature, and one more for a score.
  private func forEachQuestion(
    in expression: Expression, _ seen: inout Set<Int>, _ body: (ConsentQuestion) -> Void
  ) {
    switch expression.kind {
    case .consent(let question): body(question)
    case .feature(let id) where seen.insert(2 * id.index).inserted:
      forEachQuestion(in: program[id].expression, &seen, body)
    case .score(let id) where seen.insert(2 * id.index + 1).inserted:
      forEachQuestion(in: program[id].expression, &seen, body)
    default: break
    }
    for part in ExpressionWalk.children(expression) { forEachQuestion(in: part, &seen, body) }
  }
}
