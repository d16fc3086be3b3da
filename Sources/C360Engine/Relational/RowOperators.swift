import C360Columns
import C360Plan
import CKernels

enum DeriveOperator {
  static func run(
    _ step: DeriveStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    let vectors = try evaluate(step.columns.map(\.scalar), of: step.relation, state, context)
    for (target, vector) in zip(step.columns, vectors) { state.set(target.column, vector) }
  }

  /// Scalars at every row of a relation.
  static func evaluate(
    _ scalars: [ScalarID], of relation: RelationID, _ state: ExecutionState,
    _ context: ExecutionContext
  ) throws(EngineError) -> [Vector] {
    let program = try ScalarProgram(scalars, in: state.plan.scalars, pool: context.pool)
    return try program.columns(
      rowCount: state.rowCount(relation), of: relation, context: context
    ) { state.vector($0) }
  }
}

enum FilterOperator {
  static func run(
    _ step: FilterStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    let condition = try DeriveOperator.evaluate(
      [step.condition], of: step.input, state, context)[0]
    let selection = try Selection(condition, context)
    if selection.nullCount > 0 {
      state.counts.nullConditions[state.plan.name(of: step.output), default: 0] +=
        selection.nullCount
    }
    var relation = Relation(rowCount: selection.count)
    for (from, to) in step.columns {
      let vector = state.vector(from)
      relation.columns[to] =
        if let rows = selection.rows {
          try vector.gathered(
            rows.elements(Int32.self), count: selection.count, hasMissing: false,
            threads: context.threads)
        } else {
          vector
        }
    }
    state.relations[step.output] = relation
  }
}

/// Rows for which a condition is true.
struct Selection {
  let count: Int
  /// Rows whose condition is null; they are not selected.
  let nullCount: Int
  /// `Int32` row numbers, ascending; nil: all rows.
  let rows: Buffer?

  init(_ condition: Vector, _ context: ExecutionContext) throws(EngineError) {
    let total = condition.count
    let pieces = Parallel.pieces(total, threads: context.threads)
    // Values under nulls are 0, so that they need no mask here.
    let counts = pieces.map { c360_count_u8(condition.bools + $0.lowerBound, $0.count) }
    count = counts.reduce(0, +)
    nullCount = condition.valid.map { total - c360_count_u8($0, total) } ?? 0
    if count == total {
      rows = nil
      return
    }
    // The kernel writes one place beyond the last row it keeps.
    let buffer = Buffer(byteCount: (count + 1) * 4)
    let places = counts.indices.map { counts[..<$0].reduce(0, +) }
    let target = buffer.elements(Int32.self)
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      guard counts[piece] > 0 else { return }
      let first = pieces[piece].lowerBound
      var last = pieces[piece].upperBound - 1
      while condition.bools[last] == 0 { last -= 1 }
      // The last row it keeps is left out, whose place is then the one beyond: no other piece's.
      _ = c360_indices_u8(
        condition.bools + first, Int32(truncatingIfNeeded: first), target + places[piece],
        last - first)
      target[places[piece] + counts[piece] - 1] = Int32(truncatingIfNeeded: last)
    }
    rows = buffer
  }
}

enum LimitOperator {
  static func run(_ step: LimitStep, _ state: inout ExecutionState) {
    let count = state.rowCount(step.input)
    let start = min(max(0, step.skip), count)
    let end = min(count, start + min(max(0, step.take ?? count), count - start))
    var relation = Relation(rowCount: end - start)
    for (from, to) in step.columns { relation.columns[to] = state.vector(from).slice(start..<end) }
    state.relations[step.output] = relation
  }
}

enum UnfoldOperator {
  static func run(
    _ step: UnfoldStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    let origin = state.vector(step.origin).int64s
    let count = state.rowCount(step.output)
    let rows = Buffer(byteCount: count * 4)
    let places = rows.elements(Int32.self)
    for row in 0..<count { places[row] = Int32(truncatingIfNeeded: origin[row]) }
    for (from, to) in step.columns {
      state.set(
        to,
        try state.vector(from).gathered(
          places, count: count, hasMissing: false, threads: context.threads))
    }
  }
}

enum ExpectOperator {
  /// A null condition does not hold.
  static func run(
    _ step: ExpectStep, _ state: ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    let condition = try DeriveOperator.evaluate(
      [step.condition], of: step.relation, state, context)[0]
    let holding = c360_count_u8(condition.bools, condition.count)
    if holding == condition.count { return }
    let first = (0..<condition.count).first { condition.bools[$0] == 0 } ?? 0
    throw .expectation(
      origin: step.origin, relation: step.relation, firstRow: first,
      count: condition.count - holding)
  }
}
