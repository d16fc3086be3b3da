import C360Columns
import C360Decisions

/// Why a decision was made, as tables for people. Numbers have up to six decimals; `WhyJSON` has all
/// digits.
struct WhyText {
  private let why: Why

  init(_ why: Why) { self.why = why }

  var text: String {
    var lines: [String] = []
    for (index, decision) in why.decisions.enumerated() {
      if index > 0 { lines.append("") }
      lines += self.lines(of: decision)
    }
    let shown = why.decisions.count { $0.course.position ?? 1 == 1 }
    let more = why.decisionCount - shown
    if more > 0 { lines += ["", "… \(more) more of \(why.decisionCount) decisions"] }
    return lines.joined(separator: "\n") + "\n"
  }

  private func lines(of decision: Why.Decision) -> [String] {
    let course = decision.course
    let key = ResultTable.text(why.key, .text)
    let number = course.number > 0 ? ", number \(course.number)" : ""
    let position = course.position.map { ", position \($0)" } ?? ""
    let mask = why.mask.map { " under \($0)" } ?? ""
    var lines = [
      "\(why.policy) for \(why.entity) \(key) at \(ValueText.time(course.time))\(number)\(position)",
      "",
      "the decision",
    ]
    lines += log(decision)
    // What was seen is the same at every position of a slate.
    let isFirst = course.position ?? 1 == 1
    for (title, table) in [
      ("what it saw\(mask)", isFirst ? values(decision) : []),
      ("of each action", isFirst ? actionValues(decision) : []),
      ("candidates", candidates(decision)), ("forbidden", refusals(decision)),
      ("bounds for the \(why.entity)", caps(course)),
      ("bounds on all decisions", bounds(course)), ("the draw", draw(course)),
    ] where !table.isEmpty {
      lines += ["", title] + table
    }
    return lines
  }

  // MARK: Tables

  private func log(_ decision: Why.Decision) -> [String] {
    let entries = decision.log.dropFirst(3)
    let width = entries.map(\.name.count).max() ?? 0
    return entries.map { entry in
      let space = String(repeating: " ", count: width - entry.name.count)
      let line = "  \(entry.name)\(space)  \(ResultTable.text(entry.value, entry.type))"
      return entry.value == .text("") ? "  \(entry.name)" : line
    }
  }

  private func values(_ decision: Why.Decision) -> [String] {
    var table = TextColumns([
      .init("name"), .init("value", isNumber: true), .init("window"),
      .init("events", isNumber: true), .init("first"), .init("last"),
    ])
    for (index, read) in why.reads.enumerated() where !read.isOfAction {
      let events = decision.events[index]
      let value = Self.text(decision.values[index], read.type)
      table.add([read.name, value] + (events.first.map(Self.cells) ?? ["", "", "", ""]))
      for more in events.dropFirst() { table.add(["", ""] + Self.cells(more)) }
    }
    return table.lines
  }

  private func actionValues(_ decision: Why.Decision) -> [String] {
    let shown = why.reads.indices.filter { why.reads[$0].isOfAction }
    let actions = decision.course.candidates.filter { !$0.isNoOp }
    var columns: [TextColumns.Column] = [.init("action")]
    for index in shown {
      columns.append(.init(why.reads[index].name, isNumber: Self.isNumber(why.reads[index].type)))
      columns += why.reads[index].windows.map { _ in .init("events", isNumber: true) }
    }
    var table = TextColumns(columns)
    for (place, action) in actions.enumerated() where !shown.isEmpty {
      var cells = [action.name]
      for index in shown {
        cells.append(Self.text(decision.actionValues[place][index], why.reads[index].type))
        cells += decision.actionEvents[place][index].map { ResultTable.text($0.count, .float) }
      }
      table.add(cells)
    }
    return table.lines
  }

  private func candidates(_ decision: Why.Decision) -> [String] {
    let course = decision.course
    let hasPrices = !course.bounds.isEmpty
    var columns: [TextColumns.Column] = [.init(""), .init("candidate"), .init("eligible")]
    columns += why.terms.map { TextColumns.Column($0, isNumber: true) }
    columns.append(.init("value", isNumber: true))
    columns += course.bounds.map { TextColumns.Column(Self.name(of: $0), isNumber: true) }
    columns += [
      .init("adjusted", isNumber: true), .init("rank", isNumber: true), .init("passes"),
      .init("probability", isNumber: true),
    ]
    var table = TextColumns(columns)
    for (index, candidate) in course.candidates.enumerated() {
      var cells = [index == course.chosen ? "*" : "", candidate.name, eligibility(candidate)]
      cells +=
        candidate.terms.isEmpty
        ? why.terms.map { _ in "" }
        : candidate.terms.map { $0.map { Self.number($0) } ?? "null" }
      cells.append(candidate.value.map { Self.number($0) } ?? "")
      cells += candidate.charges.map { Self.number(-$0) }
      cells.append(hasPrices ? candidate.adjusted.map { Self.number($0) } ?? "" : "")
      cells.append(candidate.rank.map { String($0) } ?? "")
      cells.append(candidate.passes.map { $0 ? "yes" : "no" } ?? "")
      cells.append(Self.number(candidate.probability))
      table.add(cells)
    }
    return table.lines
  }

  private func eligibility(_ candidate: WatchedDecision.Candidate) -> String {
    if candidate.lacksValue { return "no: null_value" }
    if candidate.forbiddenBy.isEmpty { return "yes" }
    return "no: " + candidate.forbiddenBy.map { why.refusals[$0] }.joined(separator: ", ")
  }

  /// Rules and bounds for the entity that forbid something: their words, and what they read.
  private func refusals(_ decision: Why.Decision) -> [String] {
    var lines: [String] = []
    for (place, name) in why.refusals.enumerated() {
      let actions = decision.course.candidates.indices.filter {
        decision.course.candidates[$0].forbiddenBy.contains(place)
      }
      let isRule = place < why.parts.count { $0.kind == .rule }
      let kinds: Set<Why.Part.Kind> = isRule ? [.rule] : [.candidates, .limit, .constraint]
      let part = why.parts.first { kinds.contains($0.kind) && $0.name == name }
      guard !actions.isEmpty else { continue }
      let names = actions.map { decision.course.candidates[$0].name }.joined(separator: ", ")
      // What stands above in a slate needs no words.
      guard let part else {
        lines.append("  \(name): \(names)")
        continue
      }
      let because = part.because.map { "  because \"\($0)\"" } ?? ""
      lines.append("  \(name): \(names)")
      lines.append("    \(isRule ? "when " : "")\(part.words)\(because)")
      for read in part.reads {
        lines.append("    \(why.reads[read].name) = \(self.values(of: read, decision, actions))")
      }
    }
    return lines
  }

  private func values(of read: Int, _ decision: Why.Decision, _ actions: [Int]) -> String {
    let type = why.reads[read].type
    guard why.reads[read].isOfAction else { return Self.text(decision.values[read], type) }
    let values = actions.map { Self.text(decision.actionValues[$0][read], type) }
    if let first = values.first, values.allSatisfy({ $0 == first }) { return first }
    return zip(actions, values).map { action, value in
      "\(value) (\(decision.course.candidates[action].name))"
    }.joined(separator: ", ")
  }

  /// What each had left, and the earlier decisions that used the rest.
  private func caps(_ course: WatchedDecision) -> [String] {
    var table = TextColumns([
      .init("constraint"), .init("bound", isNumber: true), .init("used", isNumber: true),
      .init("left", isNumber: true), .init("by"), .init("at"), .init("quantity", isNumber: true),
    ])
    for cap in course.caps {
      let uses = cap.uses.map {
        let number = $0.number > 0 ? ", number \($0.number)" : ""
        return [$0.action, ValueText.time($0.time) + number, ValueText.figure($0.quantity)]
      }
      table.add(
        [
          cap.constraint, "<= \(ValueText.figure(cap.limit))", ValueText.figure(cap.used),
          ValueText.figure(cap.left),
        ] + (uses.first ?? ["", "", ""]))
      for use in uses.dropFirst() { table.add(["", "", "", ""] + use) }
    }
    return table.lines
  }

  private func bounds(_ course: WatchedDecision) -> [String] {
    var table = TextColumns([
      .init("constraint"), .init("group"), .init("bound", isNumber: true),
      .init("realized", isNumber: true), .init("multiplier", isNumber: true),
    ])
    for bound in course.bounds {
      table.add([
        bound.constraint, bound.label,
        "\(bound.isAtMost ? "<=" : ">=") \(ValueText.figure(bound.limit))",
        bound.realized.map(ValueText.figure) ?? "", ValueText.figure(bound.multiplier),
      ])
    }
    var lines = table.lines
    if let temperature = course.temperature, temperature > 0 {
      lines.append("  temperature \(ValueText.figure(temperature))")
    }
    return lines
  }

  private func draw(_ course: WatchedDecision) -> [String] {
    let name = course.candidates[course.chosen].name
    var lines: [String] = []
    switch course.drawUse {
    case .none:
      let reason = course.isFallback ? "the fallback acts" : "\(name) is certain"
      lines.append("  none is needed: \(reason)")
    case .picks:
      let range = course.range
      lines.append(
        "  u = \(course.draw): \(Self.number(range.lower)) <= u < \(Self.number(range.upper)) "
          + "picks \(name)")
    case .rounds:
      lines.append(
        "  decisions are rounded together, so that what they use stays as expected; "
          + "u = \(course.draw) has its part in it")
    }
    if course.isRemainder {
      lines.append("  prices alone do not decide it: it was solved exactly with others")
    }
    if course.isRepaired {
      lines.append("  it was repaired after the draw, so that hard bounds hold")
    }
    return lines
  }

  // MARK: Cells

  private static func cells(_ events: Why.Events) -> [String] {
    let from = events.from.map(ValueText.time) ?? "…"
    let open = events.isFromExclusive || events.from == nil ? "(" : "["
    return [
      "\(events.table) \(open)\(from), \(ValueText.time(events.to)))",
      ResultTable.text(events.count, .float), events.first.map(ValueText.time) ?? "",
      events.last.map(ValueText.time) ?? "",
    ]
  }

  private static func name(of bound: WatchedDecision.Bound) -> String {
    bound.label.isEmpty ? bound.constraint : "\(bound.constraint) [\(bound.label)]"
  }

  private static func text(_ value: Scalar?, _ type: LogicalType) -> String {
    value.map { ResultTable.text($0, type) } ?? "no value"
  }

  /// A zero has no sign for people.
  private static func number(_ value: Double) -> String {
    ResultTable.text(.float(value == 0 ? 0 : value), .float)
  }

  private static func isNumber(_ type: LogicalType) -> Bool {
    switch type {
    case .int, .float, .money, .duration: true
    default: false
    }
  }
}

extension WatchedDecision {
  /// Running sums of probabilities before and at the chosen candidate.
  var range: (lower: Double, upper: Double) {
    var lower = 0.0
    for candidate in candidates.prefix(chosen) { lower += candidate.probability }
    return (lower, lower + candidates[chosen].probability)
  }
}
