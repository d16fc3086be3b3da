import C360Columns
import C360Plan
import C360Semantics

extension Lowering {
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
    case .exposure(let id), .policy(_, let id): id
    case .table: nil
    }
  }
}
