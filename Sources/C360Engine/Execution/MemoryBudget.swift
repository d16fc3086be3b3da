import C360Columns
import C360Plan

/// Holds a run to a bound on the memory of its columns, by what a step is going to add; what steps
/// use while they run, and give back, is not counted.
struct MemoryBudget: Sendable {
  let limit: Int?

  /// - Throws: `.memory` when the step would go beyond the limit.
  func reserve(
    for step: Step, operation: String, _ state: ExecutionState, _ tables: any TableProvider
  ) throws(EngineError) {
    guard let limit else { return }
    let needed = Self.resident(state) + Self.estimate(step, state, tables)
    if needed > limit { throw .memory(limit: limit, needed: needed, operation: operation) }
  }

  /// Bytes of all columns; memory that columns share counts once.
  static func resident(_ state: ExecutionState) -> Int {
    var seen = Set<ObjectIdentifier>()
    var bytes = 0
    for relation in state.relations.values {
      for vector in relation.columns.values {
        if seen.insert(ObjectIdentifier(vector.values)).inserted {
          bytes += vector.values.byteCount
        }
        if let validity = vector.validity, seen.insert(ObjectIdentifier(validity)).inserted {
          bytes += validity.byteCount
        }
      }
    }
    return bytes
  }

  private static func estimate(
    _ step: Step, _ state: ExecutionState, _ tables: any TableProvider
  ) -> Int {
    switch step {
    case .scan(let step):
      return tables.estimatedBytes(source: step.source, columns: step.columns.map(\.name)) ?? 0
    case .group, .limit, .expect: return 0
    case .filter(let step): return state.rowCount(step.input) * 4
    case .sort(let step): return rows(of: step.input, step.columns.map(\.to), state)
    case .frame(let step):
      guard case .rows(let input, let columns) = step.origin else { return 0 }
      return rows(of: input, columns.map(\.to), state)
    default:
      let written = StepColumns(step, in: state.plan).written
      return rows(of: StepName.target(of: step), written, state)
    }
  }

  private static func rows(
    of relation: RelationID, _ columns: [ColumnID], _ state: ExecutionState
  ) -> Int {
    let widths = columns.map { column in
      let info = state.plan[column]
      return info.type.physical.stride + (info.isNullable ? 1 : 0)
    }
    return state.rowCount(relation) * widths.reduce(0, +)
  }
}
