import C360Columns
import C360Decisions
import C360Diagnostics

/// What a policy saw at a decision and made of it, for machines.
struct ChoiceJSON {
  private let choice: Why.Choice

  init(_ choice: Why.Choice) { self.choice = choice }

  var policy: Why.Policy { choice.policy }
  private var course: WatchedDecision { choice.course }

  /// What the policy is made of.
  static func members(of policy: Why.Policy) -> [(key: String, value: JSONValue)] {
    [
      ("mask", policy.mask.map { .text($0) } ?? .null),
      ("parts", .array(policy.parts.map { part($0, of: policy) })),
    ]
  }

  var members: [(key: String, value: JSONValue)] {
    let common = policy.reads.indices.filter { !policy.reads[$0].isOfAction }.map {
      WhyValues.read(policy.reads[$0], choice.values[$0], choice.events[$0])
    }
    let candidates = course.candidates.indices.map { index in
      candidate(course.candidates[index], reads: actionReads(index))
    }
    return [
      ("reads", .array(common)), ("candidates", .array(candidates)),
      ("bounds", .array(course.bounds.map(bound))), ("caps", .array(course.caps.map(cap))),
      ("temperature", WhyValues.number(course.temperature)),
      ("priorWeight", WhyValues.number(course.priorWeight)), ("draw", draw),
      ("isRemainder", .bool(course.isRemainder)), ("isRepaired", .bool(course.isRepaired)),
    ]
  }

  private static func part(_ part: Why.Part, of policy: Why.Policy) -> JSONValue {
    .object([
      ("kind", .text(part.kind.rawValue)), ("name", .text(part.name)),
      ("words", .text(part.words)), ("because", part.because.map { .text($0) } ?? .null),
      ("reads", .array(part.reads.map { .text(policy.reads[$0].name) })),
    ])
  }

  private func actionReads(_ candidate: Int) -> [JSONValue] {
    if course.candidates[candidate].isNoOp { return [] }
    return policy.reads.indices.filter { policy.reads[$0].isOfAction }.map {
      WhyValues.read(
        policy.reads[$0], choice.actionValues[candidate][$0], choice.actionEvents[candidate][$0])
    }
  }

  private func candidate(
    _ candidate: WatchedDecision.Candidate, reads: [JSONValue]
  ) -> JSONValue {
    var reasons = candidate.forbiddenBy.map { JSONValue.text(policy.refusals[$0]) }
    if candidate.lacksValue { reasons.append(.text("null_value")) }
    let terms = zip(policy.terms, candidate.terms).map { (key: $0, value: WhyValues.number($1)) }
    return .object([
      ("action", .text(candidate.name)), ("isNoOp", .bool(candidate.isNoOp)),
      ("isEligible", .bool(candidate.value != nil)),
      ("forbiddenBy", .array(reasons)), ("terms", .object(terms)),
      ("value", WhyValues.number(candidate.value)),
      ("charges", .array(candidate.charges.map { WhyValues.number($0) })),
      ("adjusted", WhyValues.number(candidate.adjusted)),
      ("rank", candidate.rank.map { .integer($0) } ?? .null),
      ("passes", candidate.passes.map { .bool($0) } ?? .null),
      ("probability", WhyValues.number(candidate.probability)),
      ("reads", .array(reads)),
    ])
  }

  private func bound(_ bound: WatchedDecision.Bound) -> JSONValue {
    .object([
      ("constraint", .text(bound.constraint)), ("group", .text(bound.label)),
      ("sense", .text(bound.isAtMost ? "<=" : ">=")), ("bound", WhyValues.number(bound.limit)),
      ("realized", WhyValues.number(bound.realized)),
      ("multiplier", WhyValues.number(bound.multiplier)),
    ])
  }

  private func cap(_ cap: WatchedDecision.Cap) -> JSONValue {
    let names = course.candidates.filter { !$0.isNoOp }.map(\.name)
    return .object([
      ("constraint", .text(cap.constraint)), ("bound", .float(cap.limit)),
      ("used", .float(cap.used)), ("left", .float(cap.left)),
      (
        "uses",
        .array(
          cap.uses.map {
            .object([
              ("action", .text($0.action)), ("at", WhyValues.time($0.time)),
              ("number", .integer($0.number)), ("quantity", .float($0.quantity)),
            ])
          })
      ),
      (
        "quantities",
        .object(zip(names, cap.quantities).map { (key: $0, value: WhyValues.number($1)) })
      ),
    ])
  }

  private var draw: JSONValue {
    var members: [(key: String, value: JSONValue)] = [("u", .float(course.draw))]
    switch course.drawUse {
    case .none: members.append(("use", .text("none")))
    case .rounds: members.append(("use", .text("rounds")))
    case .picks:
      let range = course.range
      members += [
        ("use", .text("picks")), ("from", .float(range.lower)), ("to", .float(range.upper)),
      ]
    }
    return .object(members)
  }
}
