import C360Columns
import C360Plan
import C360Semantics

extension Lowering {
  /// Counts the rows of which a mask hides an outcome, for every outcome that an output reads: the consent
  /// does not hold to the end of a window.
  func lowerHiddenOutcomes() {
    for (index, output) in program.outputs.enumerated() {
      guard let mask = output.query.mask else { continue }
      for projection in output.query.initial {
        guard case .outcome(let exposure, let outcome, let body) = projection.expression.kind else {
          continue
        }
        let scope = frameScope(frame(exposure))
        let conditions = body.hidingConditions.map { lower($0, as: .bool, scope) }
        guard let first = conditions.first else { continue }
        let all = conditions.dropFirst().reduce(first) { scalars.add(.and, [$0, $1], .bool) }
        let name = program[exposure].outcomes[outcome].name
        hiddenOutcomes.append(
          LoweredProgram.HiddenOutcome(
            output: index, outcome: name,
            rows: count((scope, all), named: "\(name) hidden by \(program[mask].name)")))
      }
    }
  }

  /// Counts, for every mask under which an output is seen and every exposure at which it is, the rows
  /// where each line of the mask hides, and the events that it leaves out: for the record of the run.
  func lowerHideCounts() {
    for output in program.outputs {
      guard let mask = output.query.mask, let exposure = output.query.moments,
        !hideCounts.contains(where: { $0.mask == mask && $0.exposure == exposure })
      else { continue }
      let scope = frameScope(frame(exposure))
      let lines = program[mask].hides
      let rows = lines.map { $0.unless.map { (scope, lower($0, as: .bool, scope)) } }
      let events = lines.map { line in
        line.permitted.map { permitted -> (Scope, ScalarID) in
          let scope = eventScope(permitted.table)
          return (scope, lower(permitted.condition, as: .bool, scope))
        }
      }
      let name = "what \(program[mask].name) hides at \(program[exposure].name)"
      hideCounts.append(
        LoweredProgram.HideCount(
          mask: mask, exposure: exposure, rows: rows.map { $0.map { count($0, named: name) } },
          events: events.map { $0.map { count($0, named: name) } }))
    }
  }

  /// The sink of one row that counts the rows of a scope for which a condition does not hold.
  private func count(_ held: (scope: Scope, condition: ScalarID), named name: String) -> Int {
    let relation = held.scope.relation
    let key = MaterializedKey(relation: relation, scalar: held.condition)
    if let known = hideSinks[key] { return known }
    let hidden = derivedColumn(
      scalars.add(.not, [held.condition], .bool), in: relation, named: name, .bool)
    let output = plan.addRelation(name)
    let column = addColumn("rows", .int, in: output, nullable: false)
    querySteps.append(
      .group(
        GroupStep(
          input: relation, output: output, keys: [],
          aggregates: [
            GroupStep.Aggregate(
              function: .count, argument: nil, second: nil, filter: hidden, column: column,
              origin: -1)
          ])))
    plan.sinks.append(
      Sink(index: sinks.count, relation: output, columns: [(name: "rows", column: column)]))
    sinks.append(.count)
    hideSinks[key] = sinks.count - 1
    return sinks.count - 1
  }
}

extension Query {
  /// The exposure whose rows it shows, or decides at.
  fileprivate var moments: ExposureID? {
    switch source {
    case .exposure(let id), .policy(_, let id), .candidates(_, let id),
      .composition(_, let id):
      id
    case .table: nil
    }
  }
}

extension Expression {
  /// Conditions of a mask under which aggregates that look ahead have a value.
  fileprivate var hidingConditions: [Expression] {
    if case .conditional(let condition, let value, _) = kind, condition.asksThroughout {
      return [condition] + value.hidingConditions
    }
    return operands.flatMap(\.hidingConditions)
  }

  private var asksThroughout: Bool {
    switch kind {
    case .throughout: true
    case .consent(let question): if case .throughout = question.clock { true } else { false }
    default: operands.contains(where: \.asksThroughout)
    }
  }
}
