extension CanonicalText {
  func assignment(_ assignment: Assignment) -> String {
    let arms = assignment.arms.map { "arm \($0.name) \($0.share)" }
    let layer = assignment.layer.map { "layer \(quoted($0.name)) \($0.lower)..\($0.upper)" }
    let within = assignment.within.map {
      "within \(program[$0.assignment].name).\(program[$0.assignment].arms[$0.arm].name)"
    }
    let items =
      ["salt \(quoted(assignment.salt))"]
      + [
        assignment.from.map { "from \($0)us" }, assignment.through.map { "through \($0)us" },
        layer, within,
      ].compactMap { $0 } + ["ramp \(assignment.ramp)"] + arms
    return "assignment \(assignment.name) of \(assignment.entity) "
      + "{\(items.joined(separator: "; "))}"
  }

  func composition(_ composition: Composition) -> String {
    let items: [String]
    switch composition.kind {
    case .experiment(let id, let arms, let otherwise):
      items =
        zip(program[id].arms, arms).map { "\($0.name): \(program.name(of: $1))" }
        + (program[id].isTotal ? [] : ["otherwise \(program.name(of: otherwise))"])
    case .arbitration(let turns):
      items = turns.map { turn in
        words(turn.choice) + (turn.condition.map { " when \(expression($0))" } ?? "")
      }
    }
    let permits = composition.permissions.map {
      "permit \($0.label) in \($0.places.sorted().joined(separator: ", "))"
    }
    let mask = composition.mask.map { program[$0].name } ?? "none"
    return "composition \(composition.name) at \(program[composition.exposure].name) under \(mask) "
      + "{\((items + composition.constraints.map(constraint) + permits.sorted()).joined(separator: "; "))}"
  }

  private func words(_ choice: Composition.Turn.Choice) -> String {
    switch choice {
    case .one(let member): program.name(of: member)
    case .best(let members):
      "best of \(members.map { program.name(of: $0) }.joined(separator: ", "))"
    case .mixture(let shares):
      "mixture of "
        + shares.map { "\(program.name(of: $0.member)) \($0.share)" }.joined(separator: ", ")
    }
  }

  /// The composition, those in it, and all that their members and conditions depend on.
  func compositionWithDependencies(
    _ composition: Composition, conditions: [Expression]
  ) -> String {
    var gathered = Dependencies(program: program)
    for condition in conditions { gathered.add(condition) }
    for constraint in composition.constraints { gathered.add(constraint) }
    if case .experiment(let id, _, _) = composition.kind { gathered.add(id) }
    var lines = [self.composition(composition)]
    lines += gathered.parameters.map { parameter(program[$0]) }.sorted()
    lines += gathered.tables.map { table(program[$0]) }.sorted()
    lines += gathered.features.map { feature(program[$0]) }.sorted()
    lines += gathered.scores.map { score(program[$0]) }.sorted()
    lines += gathered.assignments.map { assignment(program[$0]) }.sorted()
    var seen: Set<Composition.Member> = []
    for member in composition.members where seen.insert(member).inserted {
      switch member {
      case .policy(let id): lines.append(program[id].canonicalText)
      case .composition(let id): lines.append(program[id].canonicalText)
      case .none: break
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
