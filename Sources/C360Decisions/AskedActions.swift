import C360Columns
import C360Engine
import C360Plan

/// A column of actions, as candidates of a policy.
struct AskedActions: Sendable {
  private let column: Vector
  private let codes: [Int32: Int]
  private let integers: [Int64: Int]

  /// A column whose type differs from that of the candidates holds none of them.
  init(_ column: Vector, among candidates: Candidates, pool: TextPool) {
    self.column = column
    var codes: [Int32: Int] = [:]
    var integers: [Int64: Int] = [:]
    if column.type == .text {
      for (index, name) in candidates.names.enumerated() { codes[pool.intern(name)] = index }
    } else {
      for (index, key) in candidates.integers.enumerated() { integers[key] = index }
    }
    self.codes = codes
    self.integers = integers
  }

  /// −1 for what is no candidate; nil for null.
  func candidate(at row: Int) -> Int? {
    if column.isNull(row) { return nil }
    return column.type == .text
      ? codes[column.codes[row]] ?? -1 : integers[column.int64s[row]] ?? -1
  }

  static func asked(
    by step: DecideStep, of candidates: Candidates, _ state: ExecutionState, _ pool: TextPool
  ) -> [ColumnID: AskedActions] {
    var asked: [ColumnID: AskedActions] = [:]
    for case .probability(let column) in step.outputs.map(\.0) {
      asked[column] = AskedActions(state.vector(column), among: candidates, pool: pool)
    }
    return asked
  }
}
