import C360Columns
import C360Engine
import C360Plan

/// The columns that a compose step adds to its frame. Ranges of rows are disjoint, so that several
/// threads may fill it at once.
final class ComposeLog: @unchecked Sendable {
  /// One output: of each policy the column that it comes from.
  private struct Column {
    let output: ComposeStep.Output
    let id: ColumnID
    let type: PhysicalType
    let sources: [Vector?]
    let values: Buffer
    let validity: Buffer?
  }
  private let tree: ComposeTree
  private let rowCount: Int
  private let columns: [Column]
  private let fallbacks: [Vector?]
  /// By term and policy.
  private let terms: [[Vector?]]
  private let names: [Int32]
  private let hashes: [Int32]
  private let none: Int32
  let isText: Bool
  private let isCounted: Bool

  init(
    _ step: ComposeStep, _ tree: ComposeTree, rows: Int, _ state: ExecutionState, _ pool: TextPool
  ) {
    self.tree = tree
    rowCount = rows
    isText = tree.policies.first?.action.type == .text
    isCounted = step.isCounted
    names = step.policies.map { pool.intern($0.name) }
    hashes = step.policies.map { pool.intern($0.hash) }
    none = pool.intern("none")
    func vectors(_ output: DecideStep.Output) -> [Vector?] {
      step.policies.map { $0.columns[output].map { state.vector($0) } }
    }
    func term(_ index: Int) -> [Vector?] {
      step.policies.map { policy in
        policy.terms[index].flatMap { policy.columns[.term($0)] }.map { state.vector($0) }
      }
    }
    fallbacks = vectors(.isFallback)
    terms = step.isCounted ? step.terms.indices.map(term) : []
    let actionType: PhysicalType = isText ? .text : .int64
    columns = step.outputs.map { output, id in
      let (type, isNullable, sources): (PhysicalType, Bool, [Vector?]) =
        switch output {
        case .action: (actionType, false, vectors(.action))
        case .rank: (.int64, true, vectors(.rank))
        case .propensity: (.float64, true, [])
        case .repaired: (.bool, false, vectors(.repaired))
        case .value: (.float64, true, vectors(.value))
        case .expectedValue: (.float64, true, vectors(.expectedValue))
        case .term(let index): (.float64, true, term(index))
        case .eligible: (.int64, false, vectors(.eligible))
        case .reasons: (.text, false, vectors(.reasons))
        case .isFallback: (.bool, false, vectors(.isFallback))
        case .policy: (.text, false, [])
        case .policyHash, .arm: (.text, true, [])
        }
      return Column(
        output: output, id: id, type: type, sources: sources,
        values: Buffer(byteCount: rows * type.stride),
        validity: isNullable ? Buffer(byteCount: rows) : nil)
    }
  }

  func write(_ rows: Range<Int>, _ tally: inout ComposeTally) {
    var actors = [Int](repeating: -1, count: rows.count)
    var arms = [Int32](repeating: -1, count: rows.count)
    for row in rows {
      var arm: Int32 = -1
      var isArmKnown = false
      actors[row - rows.lowerBound] = tree.acting(at: row) { node, choice, slot in
        let taken = tree.nodes[node].choices[choice]
        tally.acted[node][taken.offset + slot] += 1
        if !isArmKnown, tree.nodes[node].isExperiment {
          isArmKnown = true
          if !taken.arms.isEmpty { arm = taken.arms[slot] }
        }
      }
      arms[row - rows.lowerBound] = arm
    }
    for column in columns { write(column, rows, actors, arms) }
    if isCounted { count(rows, actors, &tally) }
  }

  private func count(_ rows: Range<Int>, _ actors: [Int], _ tally: inout ComposeTally) {
    tally.rows += rows.count
    for row in rows {
      let actor = actors[row - rows.lowerBound]
      tally.actions[actor < 0 ? tree.noAction ?? 0 : tree.action(of: actor, row), default: 0] += 1
      guard actor >= 0 else { continue }
      if let fallback = fallbacks[actor], fallback.bools[row] != 0 { tally.fallbacks += 1 }
      for (term, columns) in terms.enumerated() {
        guard let column = columns[actor], !column.isNull(row) else { continue }
        let part = column.float64s[row]
        if part != 0 { tally.terms[term].add(part) }
      }
    }
  }

  // MARK: Columns

  private func write(_ column: Column, _ rows: Range<Int>, _ actors: [Int], _ arms: [Int32]) {
    let start = rows.lowerBound
    switch column.output {
    case .propensity:
      fill(column, rows) { row -> Double? in
        let propensity = tree.propensity(at: row, actor: actors[row - start])
        return propensity.isNaN ? nil : propensity
      }
    case .policy:
      let codes: UnsafeMutablePointer<Int32> = column.values.elements()
      for row in rows { codes[row] = actors[row - start] < 0 ? none : names[actors[row - start]] }
    case .policyHash:
      fill(column, rows) { row in actors[row - start] < 0 ? nil : hashes[actors[row - start]] }
    case .arm: fill(column, rows) { row in arms[row - start] < 0 ? nil : arms[row - start] }
    case .action where isText:
      copy(column, rows, actors, none: tree.noAction.map { Int32($0) }) { $0.codes[$1] }
    case .action: copy(column, rows, actors, none: Int64?.none) { $0.int64s[$1] }
    case .rank, .eligible: copy(column, rows, actors, none: 1) { $0.int64s[$1] }
    case .value, .expectedValue: copy(column, rows, actors, none: 0.0) { $0.float64s[$1] }
    case .term: copy(column, rows, actors, none: Double?.none) { $0.float64s[$1] }
    case .reasons: copy(column, rows, actors, none: Int32(0)) { $0.codes[$1] }
    case .isFallback, .repaired: copy(column, rows, actors, none: UInt8(0)) { $0.bools[$1] }
    }
  }

  /// The value of whoever acts; where that is the no-op, `none`; null where there is neither.
  private func copy<Value: BitwiseCopyable & ExpressibleByIntegerLiteral>(
    _ column: Column, _ rows: Range<Int>, _ actors: [Int], none: Value?,
    _ value: (Vector, Int) -> Value
  ) {
    fill(column, rows) { row -> Value? in
      let actor = actors[row - rows.lowerBound]
      guard actor >= 0 else { return none }
      guard let source = column.sources[actor], !source.isNull(row) else { return nil }
      return value(source, row)
    }
  }

  private func fill<Value: BitwiseCopyable & ExpressibleByIntegerLiteral>(
    _ column: Column, _ rows: Range<Int>, _ value: (Int) -> Value?
  ) {
    let values: UnsafeMutablePointer<Value> = column.values.elements()
    let valid: UnsafeMutablePointer<UInt8>? = column.validity.map { $0.elements() }
    for row in rows {
      let found = value(row)
      values[row] = found ?? 0
      valid?[row] = found == nil ? 0 : 1
    }
  }

  /// The finished columns; those without nulls carry no validity.
  func vectors() -> [(ColumnID, Vector)] {
    columns.map { column in
      let vector = Vector(
        type: column.type, count: rowCount, values: column.values, validity: column.validity)
      guard vector.nullCount == 0 else { return (column.id, vector) }
      return (column.id, Vector(type: column.type, count: rowCount, values: column.values))
    }
  }
}
