import C360Engine
import C360Plan
import C360Semantics

extension Delivery {
  /// What each composition did, by its plan: who acted at each of its nodes.
  var compositions: [RunReport.Composition] {
    results.lowered.compositions.compactMap { composed in
      guard let counts = results.counts.compositions[composed.name],
        let step = results.lowered.plan.composeStep(named: composed.name)
      else { return nil }
      let composition = program[composed.composition]
      var slots = counts.acted
      return RunReport.Composition(
        name: composed.name, composition: composition.name,
        exposure: program[composed.exposure].name, counts: counts.decisions,
        terms: composition.terms.map { (name: $0, total: counts.decisions.terms[$0] ?? 0) },
        nodes: nodes(step.root, step, &slots),
        units: AllocationUnits(of: composition, in: program))
    }
  }

  /// Nodes in the order in which the step counts them: each before those in it.
  private func nodes(
    _ node: ComposeStep.Node, _ step: ComposeStep, _ slots: inout [[Int]]
  ) -> [RunReport.Composition.Node] {
    var rows = slots.isEmpty ? [] : slots.removeFirst()
    func take() -> Int { rows.isEmpty ? 0 : rows.removeFirst() }
    var acted: [(name: String, rows: Int, share: Double?)] = []
    var outside: Int?
    var isExperiment = false
    var inner: [RunReport.Composition.Node] = []
    for choice in node.choices {
      switch choice {
      case .drawn(let pieces, let rest, _):
        for piece in pieces {
          isExperiment = isExperiment || piece.arm != nil
          let share = piece.arm == nil ? nil : Optional(piece.share)
          acted.append((piece.arm ?? step.name(of: piece.member), take(), share))
        }
        if rest != nil { outside = (outside ?? 0) + take() }
      case .best(let members) where isExperiment:
        for _ in members { outside = (outside ?? 0) + take() }
      case .best(let members):
        for member in members { acted.append((step.name(of: member), take(), nil)) }
      }
      for case .node(let next) in choice.members { inner += nodes(next, step, &slots) }
    }
    let own = RunReport.Composition.Node(name: node.name, acted: acted, outside: outside)
    return [own] + inner
  }
}

extension Plan {
  fileprivate func composeStep(named name: String) -> ComposeStep? {
    for case .compose(let step) in steps where step.isCounted && step.name == name { return step }
    return nil
  }
}
