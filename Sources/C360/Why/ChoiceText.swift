import C360Columns
import C360Decisions
import C360Display

/// What a policy saw at a decision and made of it, as tables for people.
struct ChoiceText {
  private let choice: Why.Choice
  private let entity: String
  /// Of the screen; nil: no bound.
  private let width: Int?

  init(_ choice: Why.Choice, entity: String, width: Int?) {
    self.choice = choice
    self.entity = entity
    self.width = width
  }

  private var policy: Why.Policy { choice.policy }
  private var course: WatchedDecision { choice.course }

  /// Those that have something to say.
  var sections: [(title: String, lines: [String])] {
    let mask = policy.mask.map { " under \($0)" } ?? ""
    // What was seen is the same at every position of a slate.
    let isFirst = course.position ?? 1 == 1
    return [
      (title: "what it saw\(mask)", lines: isFirst ? values : []),
      ("of each action", isFirst ? actionValues : []), ("candidates", candidates),
      ("forbidden", refusals), ("bounds for the \(entity)", caps),
      ("bounds on all decisions", bounds), ("the draw", draw),
    ].filter { !$0.lines.isEmpty }
  }

  // MARK: Tables

  private var values: [String] {
    let shown = policy.reads.indices.filter { !policy.reads[$0].isOfAction }
    return WhyCells.reads(
      shown.map { policy.reads[$0] }, shown.map { choice.values[$0] },
      shown.map { choice.events[$0] }, width: width)
  }

  private var actionValues: [String] {
    let shown = policy.reads.indices.filter { policy.reads[$0].isOfAction }
    let actions = course.candidates.filter { !$0.isNoOp }
    var columns: [TextTable.Column] = [.init("action")]
    for index in shown {
      columns.append(
        .init(policy.reads[index].name, isNumber: WhyCells.isNumber(policy.reads[index].type)))
      columns += policy.reads[index].windows.map { _ in .init("events", isNumber: true) }
    }
    var table = TextTable(columns)
    for (place, action) in actions.enumerated() where !shown.isEmpty {
      var cells = [action.name]
      for index in shown {
        cells.append(WhyCells.text(choice.actionValues[place][index], policy.reads[index].type))
        cells += choice.actionEvents[place][index].map { ResultTable.text($0.count, .float) }
      }
      table.add(cells)
    }
    return table.lines(width: width)
  }

  private var candidates: [String] {
    let hasPrices = !course.bounds.isEmpty
    var columns: [TextTable.Column] = [.init(""), .init("candidate"), .init("eligible")]
    columns += policy.terms.map { TextTable.Column($0, isNumber: true) }
    columns.append(.init("value", isNumber: true))
    columns += course.bounds.map { TextTable.Column(Self.name(of: $0), isNumber: true) }
    columns += [
      .init("adjusted", isNumber: true), .init("rank", isNumber: true), .init("passes"),
      .init("probability", isNumber: true),
    ]
    var table = TextTable(columns, headCount: 2)
    for (index, candidate) in course.candidates.enumerated() {
      var cells = [index == course.chosen ? "*" : "", candidate.name, eligibility(candidate)]
      cells +=
        candidate.terms.isEmpty
        ? policy.terms.map { _ in "" }
        : candidate.terms.map { $0.map { WhyCells.number($0) } ?? "null" }
      cells.append(candidate.value.map { WhyCells.number($0) } ?? "")
      cells += candidate.charges.map { WhyCells.number(-$0) }
      cells.append(hasPrices ? candidate.adjusted.map { WhyCells.number($0) } ?? "" : "")
      cells.append(candidate.rank.map { String($0) } ?? "")
      cells.append(candidate.passes.map { $0 ? "yes" : "no" } ?? "")
      cells.append(WhyCells.number(candidate.probability))
      table.add(cells)
    }
    return table.lines(width: width)
  }

  private func eligibility(_ candidate: WatchedDecision.Candidate) -> String {
    if candidate.lacksValue { return "no: null_value" }
    if candidate.forbiddenBy.isEmpty { return "yes" }
    return "no: " + candidate.forbiddenBy.map { policy.refusals[$0] }.joined(separator: ", ")
  }

  /// Rules and bounds for the entity that forbid something: their words, and what they read.
  private var refusals: [String] {
    var lines: [String] = []
    for (place, name) in policy.refusals.enumerated() {
      let actions = course.candidates.indices.filter {
        course.candidates[$0].forbiddenBy.contains(place)
      }
      let isRule = place < policy.parts.count { $0.kind == .rule }
      let kinds: Set<Why.Part.Kind> = isRule ? [.rule] : [.candidates, .limit, .constraint]
      let part = policy.parts.first { kinds.contains($0.kind) && $0.name == name }
      guard !actions.isEmpty else { continue }
      let names = actions.map { course.candidates[$0].name }.joined(separator: ", ")
      // What stands above in a slate needs no words.
      guard let part else {
        lines.append("  \(name): \(names)")
        continue
      }
      let because = part.because.map { "  because \"\($0)\"" } ?? ""
      lines.append("  \(name): \(names)")
      lines.append("    \(isRule ? "when " : "")\(part.words)\(because)")
      for read in part.reads {
        lines.append("    \(policy.reads[read].name) = \(values(of: read, actions))")
      }
    }
    return lines
  }

  private func values(of read: Int, _ actions: [Int]) -> String {
    let type = policy.reads[read].type
    guard policy.reads[read].isOfAction else { return WhyCells.text(choice.values[read], type) }
    let values = actions.map { WhyCells.text(choice.actionValues[$0][read], type) }
    if let first = values.first, values.allSatisfy({ $0 == first }) { return first }
    return zip(actions, values).map { action, value in
      "\(value) (\(course.candidates[action].name))"
    }.joined(separator: ", ")
  }

  /// What each had left, and the earlier decisions that used the rest.
  private var caps: [String] {
    var table = TextTable([
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
    return table.lines(width: width)
  }

  private var bounds: [String] {
    var table = TextTable([
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
    var lines = table.lines(width: width)
    if let temperature = course.temperature, temperature > 0 {
      lines.append("  temperature \(ValueText.figure(temperature))")
    }
    return lines
  }

  private var draw: [String] {
    let name = course.candidates[course.chosen].name
    var lines: [String] = []
    switch course.drawUse {
    case .none:
      let reason = course.isFallback ? "the fallback acts" : "\(name) is certain"
      lines.append("  none is needed: \(reason)")
    case .picks:
      let range = course.range
      lines.append(
        "  u = \(course.draw): \(WhyCells.number(range.lower)) <= u < \(WhyCells.number(range.upper)) "
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

  private static func name(of bound: WatchedDecision.Bound) -> String {
    bound.label.isEmpty ? bound.constraint : "\(bound.constraint) [\(bound.label)]"
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
