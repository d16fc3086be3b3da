import C360Columns
import C360Decisions
import C360Diagnostics

/// Why a decision was made, for machines: times as texts in UTC, numbers with all digits, durations as the
/// language writes them.
struct WhyJSON {
  private let why: Why

  init(_ why: Why) { self.why = why }

  var text: String {
    // Of a policy, what it is made of stands once for all decisions.
    let policy = why.decisions.first { $0.composed == nil }?.choice?.policy
    return JSONValue.object(
      [
        ("policy", .text(why.policy)), ("exposure", .text(why.exposure)),
        ("entity", .text(why.entity)), ("key", WhyValues.value(why.key, .text)),
        ("seed", .text(String(why.seed))), ("runTime", .text(ValueText.time(why.runTime))),
      ] + (policy.map { ChoiceJSON.members(of: $0) } ?? []) + [
        ("decisionCount", .integer(why.decisionCount)),
        ("decisions", .array(why.decisions.map(decision))),
      ]
    ).rendered
  }

  private func decision(_ decision: Why.Decision) -> JSONValue {
    let log = JSONValue.object(
      decision.log.map { (key: $0.name, value: WhyValues.value($0.value, $0.type)) })
    let choice = decision.choice.map { ChoiceJSON($0) }
    guard let composed = decision.composed else {
      return .object([("log", log)] + (choice?.members ?? []))
    }
    let acting = choice.map { choice in
      JSONValue.object(
        [("policy", .text(choice.policy.name))] + ChoiceJSON.members(of: choice.policy)
          + choice.members)
    }
    return .object([
      ("log", log), ("nodes", ComposedJSON(composed).value), ("acting", acting ?? .null),
    ])
  }
}
