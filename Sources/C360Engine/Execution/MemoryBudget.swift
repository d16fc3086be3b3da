import C360Columns
import C360Plan

/// Holds a run to a bound on its memory: what it has, and what a step is going to add and to use.
struct MemoryBudget: Sendable {
  let limit: Int?

  /// - Throws: `.memory` when the step would go beyond the limit.
  func reserve(
    for step: Step, operation: String, _ state: ExecutionState, _ tables: any TableProvider
  ) throws(EngineError) {
    guard let limit else { return }
    let needed =
      Self.resident(state) + state.timelines.byteCount + Self.estimate(step, state, tables)
    if needed > limit { throw .memory(limit: limit, needed: needed, operation: operation) }
  }

  /// For what a step finds out on its way: no more than the limit allows, and never more than the
  /// machine has.
  ///
  /// - Throws: `.memory` when so many bytes beside the columns at hand would be too many.
  func admit(_ bytes: Int, operation: String, _ state: ExecutionState) throws(EngineError) {
    guard let limit = limit ?? Machine.memory else { return }
    let (needed, overflow) = bytes.addingReportingOverflow(Self.resident(state))
    if overflow || needed > limit {
      throw .memory(limit: limit, needed: overflow ? .max : needed, operation: operation)
    }
  }

  /// - Throws: `.memory` where so many bytes are more than the limit.
  func hold(_ bytes: Int, operation: String) throws(EngineError) {
    guard let limit, bytes > limit else { return }
    throw .memory(limit: limit, needed: bytes, operation: operation)
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
    let plan = state.plan
    var generated = 0
    switch step {
    case .scan(let step):
      return tables.estimatedBytes(source: step.source, columns: step.columns.map(\.name)) ?? 0
    // What a filter keeps is not known; its rows are counted where they are made.
    case .filter(let step): return state.rowCount(step.input) * 5
    // Few identifiers belong to several entities.
    case .link(let step): generated = state.rowCount(step.rows)
    case .frame(let step):
      if case .rows(let input, _) = step.origin { generated = state.rowCount(input) }
    default: break
    }
    let made = StepName.target(of: step)
    func rows(_ relation: RelationID) -> Int {
      state.relations[relation]?.rowCount ?? (relation == made ? generated : 0)
    }
    let clustered = StepMemory.clustered(by: step, in: plan, rows: rows)
      .filter { !state.timelines.holds($0.key) }
    return StepMemory.added(by: step, in: plan, rows: rows)
      + StepMemory.working(of: step, in: plan, rows: rows) + clustered.values.reduce(0, +)
  }
}
