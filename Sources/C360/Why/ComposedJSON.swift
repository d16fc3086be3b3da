import C360Decisions
import C360Diagnostics

/// How an arbitration or an experiment came to who acted, for machines: its nodes, the outermost first, those that
/// were not asked too, since their members count in the propensity.
struct ComposedJSON {
  private let composed: Why.Composed

  init(_ composed: Why.Composed) { self.composed = composed }

  var value: JSONValue { .array(composed.course.nodes.indices.map(node)) }

  private func node(_ place: Int) -> JSONValue {
    let node = composed.course.nodes[place]
    let members = node.members.indices.map { index in
      member(node.members[index], adjusted: composed.adjusted[place][index])
    }
    return .object(
      [("name", .text(node.name)), ("isAsked", .bool(node.isAsked))]
        + own(composed.nodes[place], turn: node.turn) + [
          ("u", WhyValues.number(node.place)), ("isDrawn", .bool(node.isDrawn)),
          ("members", .array(members)), ("acting", .integer(node.acting)),
          ("probability", WhyValues.number(node.probability)),
        ])
  }

  private func own(_ node: Why.Node, turn: Int) -> [(key: String, value: JSONValue)] {
    switch node {
    case .arbitration(let arbitration): own(arbitration, turn: turn)
    case .experiment(let experiment): own(experiment)
    }
  }

  private func own(
    _ arbitration: Why.Arbitration, turn: Int
  ) -> [(key: String, value: JSONValue)] {
    let turns = zip(arbitration.turns, arbitration.conditions).map { turn, condition in
      JSONValue.object([
        ("words", .text(turn.words)), ("holds", .text(condition.rawValue)),
        ("because", turn.because.map { .text($0) } ?? .null),
        ("reads", .array(turn.reads.map { .text(arbitration.reads[$0].name) })),
      ])
    }
    let reads = arbitration.reads.indices.map {
      WhyValues.read(arbitration.reads[$0], arbitration.values[$0], arbitration.events[$0])
    }
    return [
      ("kind", .text("arbitration")), ("mask", arbitration.mask.map { .text($0) } ?? .null),
      ("turns", .array(turns)),
      ("turn", turn < turns.count ? .integer(turn) : .null), ("reads", .array(reads)),
    ]
  }

  private func own(_ experiment: Why.Experiment) -> [(key: String, value: JSONValue)] {
    let arms = experiment.arms.map { arm in
      JSONValue.object([
        ("name", .text(arm.name)), ("share", .float(arm.share)), ("from", .float(arm.lower)),
        ("to", .float(arm.upper)),
      ])
    }
    let layer = experiment.layer.map { layer in
      JSONValue.object([
        ("name", .text(layer.name)), ("from", .float(layer.lower)), ("to", .float(layer.upper)),
        ("u", .float(layer.place)), ("isIn", .bool(layer.isIn)),
      ])
    }
    let within = experiment.within.map { within in
      JSONValue.object([
        ("experiment", .text(within.experiment)), ("arm", .text(within.arm)),
        ("found", within.found.map { .text($0) } ?? .null), ("isIn", .bool(within.isIn)),
      ])
    }
    return [
      ("kind", .text("experiment")), ("salt", .text(experiment.salt)),
      ("from", WhyValues.time(experiment.from)), ("through", WhyValues.time(experiment.through)),
      ("isInTime", .bool(experiment.isInTime)), ("layer", layer ?? .null),
      ("within", within ?? .null), ("ramp", .float(experiment.ramp)),
      ("leastRamp", .float(experiment.leastRamp)), ("arms", .array(arms)),
      ("arm", .text(experiment.arms[experiment.arm].name)),
    ]
  }

  private func member(_ member: WatchedComposition.Member, adjusted: Double?) -> JSONValue {
    .object([
      ("name", .text(member.name)), ("arm", member.arm.map { .text($0) } ?? .null),
      ("node", member.node.map { .integer($0) } ?? .null),
      ("from", WhyValues.number(member.piece?.lower)),
      ("to", WhyValues.number(member.piece?.upper)), ("share", WhyValues.number(member.share)),
      ("action", member.action.map { .text($0) } ?? .null),
      ("value", WhyValues.number(member.value)), ("adjusted", WhyValues.number(adjusted)),
      ("expectedValue", WhyValues.number(member.expectedValue)),
      ("probability", WhyValues.number(member.probability)),
    ])
  }
}
