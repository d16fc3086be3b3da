/// Experiments and arbitrations over a few policies, nested in both ways.
extension ScriptWriter {
  mutating func writeCompositions(hasMoments: Bool) {
    guard make.random.chance(0.6) else { return }
    let fallback = fallbackKey
    let rivals = ["q", "r"].prefix(make.random.number(1...2))
    for name in rivals {
      let choose = make.random.pick(["greedy", "softmax(temperature: 0.3)", "threshold(t1 < 3)"])
      lines += [
        "objective \(name)_value for offers {",
        "  maximize t1 = \(make.total(.int, 1, hidesEvents ? ruleScope : actionScope).text) weight 0.2",
        "}", "",
        "policy \(name) for offers at sends {", "  mask \(make.random.pick(["m", "none"]))",
        "  objective \(name)_value", "  choose \(choose)",
        "  explore \(make.random.pick(["0%", "30%"]))", "  fallback \(fallback)", "}", "",
      ]
    }
    var members = ["p"] + rivals
    if make.random.chance(0.5) { writeExperiment("wide", ["p"], hasMoments: hasMoments) }
    writeExperiment("trial", members, hasMoments: hasMoments)
    if make.random.chance(0.5) { members.append("trial") }
    writeArbitration("contest", members, hasMoments: hasMoments)
    if make.random.chance(0.4), !members.contains("trial") {
      writeExperiment("whole", ["contest", "p"], hasMoments: hasMoments)
    }
  }

  private var fallbackKey: String {
    if hasNoAction { return "\"nothing\"" }
    switch tables.first(where: { $0.name == "offers" })?.rows.first?[0] {
    case .int(let key): return String(key)
    case .text(let key): return "\"\(key)\""
    default: return "\"nothing\""
    }
  }

  private mutating func writeExperiment(_ name: String, _ members: [String], hasMoments: Bool) {
    var arms = members
    if hasNoAction, make.random.chance(0.6) { arms.append("none") }
    lines += [
      "experiment \(name) of customer at sends {",
      "  salt \"\(name) \(make.random.number(0...99))\"",
    ]
    let start = data.start + Int64(make.random.number(0...4)) * data.step
    if make.random.chance(0.4) { lines.append("  from \(timeLiteral(start))") }
    if make.random.chance(0.3) {
      lines.append("  through \(timeLiteral(start + Int64(data.ticks) / 2 * data.step))")
    }
    if make.random.chance(0.3) {
      lines.append("  ramp \(make.random.pick(["0%", "40%", "99.9%"]))")
    }
    if make.random.chance(0.3) {
      let slot = ["wide": "0%..30%", "trial": "30%..75%", "whole": "75%..100%"][name] ?? "0%..1%"
      lines.append("  layer \"page\" \(slot)")
    }
    if name == "trial", compositions.contains("wide"), make.random.chance(0.5) {
      lines.append("  within wide.p")
    }
    for (arm, share) in zip(arms, shares(arms.count)) { lines.append("  arm \(arm) \(share)%") }
    lines += ["  otherwise p", "}", ""]
    compositions.append(name)
  }

  private mutating func writeArbitration(_ name: String, _ members: [String], hasMoments: Bool) {
    let scope = (decisionScope + features).filter {
      !hidesEvents || !overOrders.contains($0.text)
    }
    let hasWide = compositions.contains("wide")
    lines += [
      "arbitrate \(name) of customer at sends {", "  mask \(make.random.pick(["m", "none"]))",
    ]
    func condition() -> String {
      if hasWide, make.random.chance(0.3) { return "(arm(wide) ?? \"\") == \"p\"" }
      return "(\(make.condition(1, scope).text)) ?? false"
    }
    let list = members.joined(separator: ", ")
    let mixture = zip(members, shares(members.count)).map { "\($0) \($1)%" }
    var turns = ["\(make.random.pick(members)) when \(condition())"]
    if make.random.chance(0.5) {
      turns.append("mixture of \(mixture.joined(separator: ", ")) when \(condition())")
    }
    turns.append(
      make.random.pick([
        "best of \(list)", "mixture of \(mixture.joined(separator: ", "))", members[0],
      ]))
    if hasNoAction, make.random.chance(0.3) { turns[turns.count - 1] += " when \(condition())" }
    for (index, turn) in turns.enumerated() {
      lines.append("  \(index == 0 ? "first" : "then") \(turn)")
    }
    lines += ["}", ""]
    compositions.append(name)
  }

  /// Percentages that add to 100.
  private mutating func shares(_ count: Int) -> [Int] {
    var left = 100
    return (0..<count).map { index in
      let share = index == count - 1 ? left : make.random.number(0...left)
      left -= share
      return share
    }
  }

  mutating func writeCompositionShows(hasMoments: Bool, columns: String) {
    for name in compositions {
      if name == "contest" {
        show("\(name) | select policy, \(columns)")
      } else {
        show("\(name) | select policy, arm, \(columns)")
        show("sends under m | select customer_id, sent_at, a = arm(\(name))")
      }
      if hasMoments { show("\(name) at moments | select policy, \(columns)") }
    }
  }
}
