import C360Columns
import C360Plan

enum GroupOperator {
  static func run(
    _ step: GroupStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    let rowCount = state.rowCount(step.input)
    let keys = step.keys.map { state.vector($0.from) }
    let groups = try GroupIndex(keys, rowCount: rowCount, context)
    var relation = Relation(rowCount: groups.count)
    var order: Buffer?
    if !keys.isEmpty {
      var columns: [Vector] = []
      for key in keys {
        columns.append(
          canonicalKeys(
            try key.gathered(
              groups.firstRows.elements(Int32.self), count: groups.count, hasMissing: false,
              threads: context.threads)))
      }
      if groups.isInKeyOrder {
        for (target, column) in zip(step.keys, columns) { relation.columns[target.to] = column }
      } else {
        let places = try SortOrder.rows(
          columns.map { (vector: $0, isDescending: false) }, count: groups.count, context)
        for (target, column) in zip(step.keys, columns) {
          relation.columns[target.to] = try column.gathered(
            places.elements(Int32.self), count: groups.count, hasMissing: false,
            threads: context.threads)
        }
        order = places
      }
    }
    for aggregate in step.aggregates {
      try context.checkCancelled()
      let computation = GroupAggregation(
        aggregate, groups, order: order, rowCount: rowCount, output: step.output, state, context)
      let vector = try computation.result()
      guard let order else {
        relation.columns[aggregate.column] = vector
        continue
      }
      relation.columns[aggregate.column] = try vector.gathered(
        order.elements(Int32.self), count: groups.count, hasMissing: false, threads: context.threads
      )
    }
    state.relations[step.output] = relation
  }

  /// −0 as 0, NaN as the canonical one: what equal keys have in common.
  static func canonicalKeys(_ vector: Vector) -> Vector {
    guard vector.type == .float64 else { return vector }
    let values = vector.float64s
    for row in 0..<vector.count {
      if values[row].isNaN { values[row] = .nan } else if values[row] == 0 { values[row] = 0 }
    }
    return vector
  }
}
