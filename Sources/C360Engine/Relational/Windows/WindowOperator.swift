import C360Columns
import C360Plan

enum WindowOperator {
  static func run(
    _ step: WindowStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    let count = state.rowCount(step.input)
    var relation = Relation(rowCount: count)
    for (from, to) in step.columns { relation.columns[to] = state.vector(from) }
    let groups =
      step.partition.isEmpty
      ? GroupIndex(single: count)
      : try GroupIndex(step.partition.map { state.vector($0) }, rowCount: count, context)
    var rows: WindowRows?
    for output in step.outputs {
      try context.checkCancelled()
      if output.frame == .all, case .aggregate(let aggregate) = output.function,
        aggregate.function != .first, aggregate.function != .last
      {
        let values: Vector
        do throws(EngineError) {
          values = try GroupAggregation(
            aggregate, groups, order: nil, rowCount: count, output: step.output, state, context
          ).result()
        } catch {
          // It names a partition, and of that the first row is meant.
          throw try error.movingRows { (_, group) in
            Int(groups.firstRows.elements(Int32.self)[group])
          }
        }
        relation.columns[output.column] = try values.gathered(
          UnsafeRawPointer(groups.ids).assumingMemoryBound(to: Int32.self), count: count,
          hasMissing: false, threads: context.threads)
        continue
      }
      let ordered: WindowRows
      if let rows {
        ordered = rows
      } else {
        ordered = try WindowRows(
          groups,
          order: step.order.map {
            (vector: state.vector($0.column), isDescending: $0.isDescending)
          },
          rowCount: count, tellsPeers: step.outputs.contains { $0.function.isRank }, context)
      }
      rows = ordered
      relation.columns[output.column] = try column(output, ordered, step, state, context)
    }
    state.relations[step.output] = relation
  }

  private static func column(
    _ output: WindowStep.Output, _ rows: WindowRows, _ step: WindowStep, _ state: ExecutionState,
    _ context: ExecutionContext
  ) throws(EngineError) -> Vector {
    switch output.function {
    case .rowNumber: return rows.rowNumbers()
    case .rank: return rows.ranks(isDense: false)
    case .denseRank: return rows.ranks(isDense: true)
    case .shifted(let column, let distance):
      return try rows.shifted(state.vector(column), by: distance, threads: context.threads)
    case .aggregate(let aggregate):
      return try WindowAggregation(aggregate, output.frame, rows, step.output, state, context)
        .result()
    }
  }
}

extension WindowStep.Function {
  fileprivate var isRank: Bool {
    switch self {
    case .rank, .denseRank: true
    case .rowNumber, .shifted, .aggregate: false
    }
  }
}
