import C360Columns
import C360Decisions

/// Why a decision was made, as tables for people. Numbers have up to six decimals; `WhyJSON` has all
/// digits.
struct WhyText {
  private let why: Why
  /// Of the screen, which tables keep to; nil: no bound.
  private let width: Int?

  init(_ why: Why, width: Int?) {
    self.why = why
    self.width = width
  }

  var text: String {
    var lines: [String] = []
    for (index, decision) in why.decisions.enumerated() {
      if index > 0 { lines.append("") }
      lines += self.lines(of: decision)
    }
    let shown = why.decisions.count { $0.position ?? 1 == 1 }
    let more = why.decisionCount - shown
    if more > 0 { lines += ["", "… \(more) more of \(why.decisionCount) decisions"] }
    return lines.joined(separator: "\n") + "\n"
  }

  private func lines(of decision: Why.Decision) -> [String] {
    var lines = [title(why.policy, decision), "", "the decision"] + log(decision)
    if let composed = decision.composed {
      for (title, table) in ComposedText(composed, width: width).sections {
        lines += ["", title] + table
      }
      if let choice = decision.choice { lines += ["", title(choice.policy.name, decision)] }
    }
    if let choice = decision.choice {
      lines += ChoiceText(choice, entity: why.entity, width: width).sections.flatMap {
        ["", $0.title] + $0.lines
      }
    }
    return lines
  }

  private func title(_ name: String, _ decision: Why.Decision) -> String {
    let key = ResultTable.text(why.key, .text)
    let number = decision.number > 0 ? ", number \(decision.number)" : ""
    let position = decision.position.map { ", position \($0)" } ?? ""
    return
      "\(name) for \(why.entity) \(key) at \(ValueText.time(decision.time))\(number)\(position)"
  }

  /// A row of the log, without what the title says.
  private func log(_ decision: Why.Decision) -> [String] {
    WhyCells.list(
      decision.log.dropFirst(3).map {
        (name: $0.name, value: $0.value == .text("") ? "" : ResultTable.text($0.value, $0.type))
      })
  }
}
