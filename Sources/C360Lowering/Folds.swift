import C360Columns
import C360Plan
import C360Semantics

extension Lowering {
  /// The step of a fold as a scalar over columns of the event and one that stands for the value so
  /// far; nil for other aggregates.
  func foldStep(_ aggregate: Aggregate, _ events: Scope) -> FoldStep? {
    guard case .fold(let initial) = aggregate.setting, let argument = aggregate.argument else {
      return nil
    }
    let accumulator = foldAccumulator(of: events.relation, argument.type)
    var scope = events
    scope.accumulator = scalar(accumulator)
    var parts = FoldParts(accumulator: accumulator)
    let step = withoutConstantParts(lower(argument, as: argument.type, scope), &parts, events)
    let reads = scalars.columns(of: step).subtracting([accumulator])
    return FoldStep(
      initial: initial.constant, step: step, accumulator: accumulator,
      reads: reads.sorted { $0.index < $1.index })
  }

  /// One for all folds of a type over the events of a table, so that equal folds are found equal.
  private func foldAccumulator(of relation: RelationID, _ type: Type) -> ColumnID {
    let key = FoldKey(relation: relation, type: type.logical)
    if let known = foldAccumulators[key] { return known }
    let made = addColumn("acc", type.logical, in: relation, nullable: false)
    foldAccumulators[key] = made
    return made
  }

  private struct FoldParts {
    let accumulator: ColumnID
    var done: [ScalarID: ScalarID] = [:]
  }

  /// Parts that the value so far has no part in are computed once an event, not once an event and
  /// window. What may fail stays, since events outside of every window must not fail.
  private func withoutConstantParts(
    _ id: ScalarID, _ parts: inout FoldParts, _ events: Scope
  ) -> ScalarID {
    if let known = parts.done[id] { return known }
    let node = scalars.arena[id]
    var result = id
    if !node.inputs.isEmpty {
      let columns = scalars.columns(of: id)
      if !columns.contains(parts.accumulator), !columns.isEmpty, !scalars.canFail(id) {
        result = eventPart(id, node.type, events).map { scalar($0) } ?? id
      } else if !columns.isEmpty {
        let inputs = node.inputs.map { withoutConstantParts($0, &parts, events) }
        result = scalars.add(node.operation, inputs, node.type, origin: node.origin)
      }
    }
    parts.done[id] = result
    return result
  }

  private func eventPart(_ id: ScalarID, _ type: PhysicalType, _ events: Scope) -> ColumnID? {
    let key = MaterializedKey(relation: events.relation, scalar: id)
    if let known = materialized[key] { return known }
    let logical: LogicalType
    switch type {
    case .bool: logical = .bool
    case .int64: logical = .int
    case .float64: logical = .float
    case .text: logical = .text
    case .vector, .list: return nil
    }
    let column = addColumn("part of a step", logical, in: events.relation, nullable: true)
    levels[column] = level(of: id)
    materialized[key] = column
    requests.derived.append((events.relation, id, column))
    return column
  }
}
