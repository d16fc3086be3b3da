import C360Columns
import C360Decisions
import C360Diagnostics

/// Why a decision was made, for machines: times as texts in UTC, numbers with all digits, durations as the
/// language writes them.
struct WhyJSON {
  private let why: Why

  init(_ why: Why) { self.why = why }

  var text: String {
    JSONValue.object([
      ("policy", .text(why.policy)), ("exposure", .text(why.exposure)),
      ("entity", .text(why.entity)), ("key", Self.value(why.key, .text)),
      ("mask", why.mask.map { .text($0) } ?? .null), ("seed", .text(String(why.seed))),
      ("runTime", .text(ValueText.time(why.runTime))),
      ("parts", .array(why.parts.map(part))),
      ("decisionCount", .integer(why.decisionCount)),
      ("decisions", .array(why.decisions.map(decision))),
    ]).rendered
  }

  private func part(_ part: Why.Part) -> JSONValue {
    .object([
      ("kind", .text(part.kind.rawValue)), ("name", .text(part.name)),
      ("words", .text(part.words)), ("because", part.because.map { .text($0) } ?? .null),
      ("reads", .array(part.reads.map { .text(why.reads[$0].name) })),
    ])
  }

  private func decision(_ decision: Why.Decision) -> JSONValue {
    let course = decision.course
    let log = decision.log.map { (key: $0.name, value: Self.value($0.value, $0.type)) }
    let common = why.reads.indices.filter { !why.reads[$0].isOfAction }.map {
      read($0, decision.values[$0], decision.events[$0])
    }
    let candidates = course.candidates.indices.map { index in
      candidate(course.candidates[index], reads: actionReads(index, decision))
    }
    return .object([
      ("log", .object(log)), ("reads", .array(common)), ("candidates", .array(candidates)),
      ("bounds", .array(course.bounds.map(bound))),
      ("caps", .array(course.caps.map { cap($0, course) })),
      ("temperature", Self.number(course.temperature)),
      ("priorWeight", Self.number(course.priorWeight)), ("draw", draw(course)),
      ("isRemainder", .bool(course.isRemainder)), ("isRepaired", .bool(course.isRepaired)),
    ])
  }

  private func actionReads(_ candidate: Int, _ decision: Why.Decision) -> [JSONValue] {
    if decision.course.candidates[candidate].isNoOp { return [] }
    return why.reads.indices.filter { why.reads[$0].isOfAction }.map {
      read($0, decision.actionValues[candidate][$0], decision.actionEvents[candidate][$0])
    }
  }

  private func read(_ index: Int, _ value: Scalar?, _ events: [Why.Events]) -> JSONValue {
    let read = why.reads[index]
    var members: [(key: String, value: JSONValue)] = [
      ("name", .text(read.name)), ("kind", .text(read.kind.rawValue)),
    ]
    if let value {
      members.append(("value", Self.value(value, read.type)))
    } else {
      members.append(("hasNoValue", .bool(true)))
    }
    if !events.isEmpty { members.append(("events", .array(events.map(self.events)))) }
    return .object(members)
  }

  private func events(_ events: Why.Events) -> JSONValue {
    .object([
      ("table", .text(events.table)), ("words", .text(events.words)),
      ("from", Self.time(events.from)), ("isFromExclusive", .bool(events.isFromExclusive)),
      ("to", Self.time(events.to)), ("count", Self.value(events.count, .float)),
      ("first", Self.time(events.first)), ("last", Self.time(events.last)),
    ])
  }

  private func candidate(
    _ candidate: WatchedDecision.Candidate, reads: [JSONValue]
  ) -> JSONValue {
    var reasons = candidate.forbiddenBy.map { JSONValue.text(why.refusals[$0]) }
    if candidate.lacksValue { reasons.append(.text("null_value")) }
    let terms = zip(why.terms, candidate.terms).map { (key: $0, value: Self.number($1)) }
    return .object([
      ("action", .text(candidate.name)), ("isNoOp", .bool(candidate.isNoOp)),
      ("isEligible", .bool(candidate.value != nil)),
      ("forbiddenBy", .array(reasons)), ("terms", .object(terms)),
      ("value", Self.number(candidate.value)),
      ("charges", .array(candidate.charges.map { Self.number($0) })),
      ("adjusted", Self.number(candidate.adjusted)),
      ("rank", candidate.rank.map { .integer($0) } ?? .null),
      ("passes", candidate.passes.map { .bool($0) } ?? .null),
      ("probability", Self.number(candidate.probability)),
      ("reads", .array(reads)),
    ])
  }

  private func bound(_ bound: WatchedDecision.Bound) -> JSONValue {
    .object([
      ("constraint", .text(bound.constraint)), ("group", .text(bound.label)),
      ("sense", .text(bound.isAtMost ? "<=" : ">=")), ("bound", Self.number(bound.limit)),
      ("realized", Self.number(bound.realized)), ("multiplier", Self.number(bound.multiplier)),
    ])
  }

  private func cap(_ cap: WatchedDecision.Cap, _ course: WatchedDecision) -> JSONValue {
    let names = course.candidates.filter { !$0.isNoOp }.map(\.name)
    return .object([
      ("constraint", .text(cap.constraint)), ("bound", .float(cap.limit)),
      ("used", .float(cap.used)), ("left", .float(cap.left)),
      (
        "uses",
        .array(
          cap.uses.map {
            .object([
              ("action", .text($0.action)), ("at", Self.time($0.time)),
              ("number", .integer($0.number)), ("quantity", .float($0.quantity)),
            ])
          })
      ),
      (
        "quantities",
        .object(zip(names, cap.quantities).map { (key: $0, value: Self.number($1)) })
      ),
    ])
  }

  private func draw(_ course: WatchedDecision) -> JSONValue {
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

  // MARK: Values

  private static func number(_ value: Double?) -> JSONValue { value.map { .float($0) } ?? .null }

  private static func time(_ instant: Int64?) -> JSONValue {
    instant.map { .text(ValueText.time($0)) } ?? .null
  }

  private static func value(_ value: Scalar, _ type: LogicalType) -> JSONValue {
    switch (value, type) {
    case (.null, _): .null
    case (.bool(let value), _): .bool(value)
    case (.int(let value), .time): .text(ValueText.time(value))
    case (.int(let value), .date): .text(ValueText.date(value))
    case (.int(let value), .duration): .text(ValueText.duration(value))
    case (.int(let value), _): .integer(Int(value))
    case (.float(let value), _): .float(value)
    case (.text(let value), _): .text(value)
    case (.vector(let elements), _): .array(elements.map { .float($0) })
    case (.list(let elements), .list(let type)): .array(elements.map { Self.value($0, type) })
    case (.list(let elements), _): .array(elements.map { Self.value($0, type) })
    }
  }
}
