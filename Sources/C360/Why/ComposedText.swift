import C360Columns
import C360Decisions
import C360Display

/// Who acted in an arbitration or an experiment, and why that one, as tables for people.
struct ComposedText {
  private let composed: Why.Composed
  /// Of the screen; nil: no bound.
  private let width: Int?

  init(_ composed: Why.Composed, width: Int?) {
    self.composed = composed
    self.width = width
  }

  /// Of the nodes that were asked, the outermost first.
  var sections: [(title: String, lines: [String])] {
    composed.course.nodes.indices.filter { composed.course.nodes[$0].isAsked }.flatMap(sections)
  }

  private func sections(of place: Int) -> [(title: String, lines: [String])] {
    let node = composed.course.nodes[place]
    var sections: [(title: String, lines: [String])] = []
    switch composed.nodes[place] {
    case .arbitration(let arbitration):
      let mask = arbitration.mask.map { " under \($0)" } ?? ""
      sections = [
        (title: "whose turn it is in \(node.name)", lines: turns(arbitration, node)),
        (
          "what its conditions saw\(mask)",
          WhyCells.reads(
            arbitration.reads, arbitration.values, arbitration.events, width: width)
        ),
      ]
    case .experiment(let experiment):
      sections = [
        (title: "where it stands in \(node.name)", lines: standing(experiment, node))
      ]
    }
    // Of one member there is nothing to choose.
    if node.members.count > 1 {
      sections.append((title: "who acts in \(node.name)", lines: members(of: place)))
    }
    return sections.filter { !$0.lines.isEmpty }
  }

  // MARK: Arbitrations

  private func turns(_ arbitration: Why.Arbitration, _ node: WatchedComposition.Node) -> [String] {
    var table = TextTable([.init(""), .init("line"), .init("holds"), .init("because")])
    for (index, turn) in arbitration.turns.enumerated() {
      table.add([
        index == node.turn ? "*" : "", turn.words, arbitration.conditions[index].rawValue,
        turn.because ?? "",
      ])
    }
    let isNobody = node.turn == arbitration.turns.count
    return table.lines(width: width) + (isNobody ? ["  no condition holds: the no-op acts"] : [])
  }

  // MARK: Experiments

  private func standing(
    _ experiment: Why.Experiment, _ node: WatchedComposition.Node
  ) -> [String] {
    let own = experiment.arms[experiment.arm]
    var entries = [
      (
        name: "salt",
        value: "\"\(experiment.salt)\": u = \(experiment.place), "
          + "\(Self.stretch(own.lower, own.upper)) is \(own.name)"
      )
    ]
    if experiment.from != nil || experiment.through != nil {
      let from = experiment.from.map { "from \(ValueText.time($0)) " } ?? ""
      let through = experiment.through.map { "through \(ValueText.time($0))" } ?? ""
      entries.append(
        ("time", "\(from)\(through): \(Self.word(experiment.isInTime))".replacing(" :", with: ":")))
    }
    if let layer = experiment.layer {
      entries.append(
        (
          "layer",
          "\"\(layer.name)\", \(Self.stretch(layer.lower, layer.upper)): u = \(layer.place), "
            + Self.word(layer.isIn)
        ))
    }
    if let within = experiment.within {
      let found = within.found.map { "it is in \($0)" } ?? "it is in no arm"
      entries.append(
        ("within", "\(within.experiment).\(within.arm): \(found), \(Self.word(within.isIn))"))
    }
    if experiment.ramp < 1 {
      entries.append(
        (
          "ramp",
          "\(Self.percent(experiment.ramp)): \(Self.word(experiment.isInRamp)), it is in at every ramp above "
            + Self.percent(experiment.leastRamp)
        ))
    }
    let member = node.members[node.acting]
    entries.append(
      ("arm", member.arm ?? "none: it is outside, where \(member.name) acts"))
    return WhyCells.list(entries)
  }

  private static func stretch(_ lower: Double, _ upper: Double) -> String {
    "\(WhyCells.number(lower)) <= u < \(WhyCells.number(upper))"
  }

  private static func word(_ isIn: Bool) -> String { isIn ? "in" : "outside" }

  private static func percent(_ share: Double) -> String { ValueText.figure(100 * share) + " %" }

  // MARK: Members

  /// The members of the choice that was made, and how its probability comes about.
  private func members(of place: Int) -> [String] {
    let node = composed.course.nodes[place]
    var table = TextTable(
      [
        .init(""), .init("member"), .init("from", isNumber: true), .init("to", isNumber: true),
        .init("share", isNumber: true), .init("action"), .init("value", isNumber: true),
        .init("adjusted", isNumber: true), .init("expected_value", isNumber: true),
        .init("probability", isNumber: true),
      ], headCount: 2)
    for (index, member) in node.members.enumerated() {
      let isOutside = node.isDrawn && member.piece == nil
      table.add([
        index == node.acting ? "*" : "", isOutside ? "otherwise \(member.name)" : member.name,
        WhyCells.number(member.piece?.lower), WhyCells.number(member.piece?.upper),
        WhyCells.number(member.share), member.action ?? "", WhyCells.number(member.value),
        WhyCells.number(composed.adjusted[place][index]), WhyCells.number(member.expectedValue),
        WhyCells.number(member.probability),
      ])
    }
    return table.lines(width: width) + reasons(node)
  }

  private func reasons(_ node: WatchedComposition.Node) -> [String] {
    let member = node.members[node.acting]
    guard node.isDrawn else {
      return ["  the greatest \(composed.isBound ? "value less prices" : "expected value") acts"]
    }
    var lines: [String] = []
    // Of an experiment it is said where the entity stands.
    if let place = node.place, let piece = member.piece, member.arm == nil {
      lines.append("  u = \(place): \(Self.stretch(piece.lower, piece.upper)) is \(member.name)")
    }
    guard let probability = node.probability else { return lines }
    let parts = node.members.filter { ($0.share ?? 0) > 0 }.map {
      "\(WhyCells.number($0.share)) × \(WhyCells.number($0.probability))"
    }
    lines.append(
      "  probability of \(composed.course.action): "
        + "\(WhyCells.number(probability)) = \(parts.joined(separator: " + "))")
    return lines
  }
}
