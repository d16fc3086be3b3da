import C360Columns
import C360Plan
import Synchronization

enum JoinOperator {
  static func run(
    _ step: JoinStep, _ state: inout ExecutionState, _ context: ExecutionContext,
    _ memory: MemoryBudget
  ) throws(EngineError) {
    let table = state.relations[step.right] ?? Relation(rowCount: 0)
    try run(step, try index(step, table, context), table, &state, context, memory)
  }

  /// Where the rows of the right stand by their keys.
  static func index(
    _ step: JoinStep, _ right: Relation, _ context: ExecutionContext
  ) throws(EngineError) -> JoinIndex {
    let index = try JoinIndex(
      right.vectors(step.keys.map(\.right)), rowCount: right.rowCount, context)
    if !step.expands, let row = index.repeatedRow {
      throw .unusable(
        relation: step.right,
        detail: "has several rows with the keys of its row \(row + 1), and `join` wants one")
    }
    return index
  }

  /// The rows of the left with their partners.
  static func run(
    _ step: JoinStep, _ index: JoinIndex, _ right: Relation, _ state: inout ExecutionState,
    _ context: ExecutionContext, _ memory: MemoryBudget
  ) throws(EngineError) {
    let leftCount = state.rowCount(step.left)
    let groups = try index.groups(
      of: step.keys.map { state.vector($0.left) }, rowCount: leftCount, context)
    let size = try JoinSize(
      groups.elements(Int32.self), leftCount, index, isInner: step.isInner, context)
    // Rows that stand for many others are the one thing here that a small table can have too much of.
    let (bytes, isBeyond) = size.count.multipliedReportingOverflow(by: rowBytes(step, state.plan))
    try memory.admit(
      isBeyond ? .max : bytes, operation: StepName.inWords(.join(step), in: state.plan), state)
    guard size.count < Int(Int32.max) else {
      throw .unusable(relation: step.left, detail: "has \(size.count) partners, more than 2³¹ − 2")
    }
    let pairs = try JoinPairs(
      groups.elements(Int32.self), leftCount, index, size, isInner: step.isInner,
      expands: step.expands, context)
    var relation = Relation(rowCount: pairs.count)
    for (from, to) in step.leftColumns {
      let vector = state.vector(from)
      guard let rows = pairs.leftRows else {
        relation.columns[to] = vector
        continue
      }
      try context.checkCancelled()
      relation.columns[to] = try vector.gathered(
        rows.elements(Int32.self), count: pairs.count, hasMissing: false, threads: context.threads)
    }
    for (vector, to) in zip(
      right.vectors(step.rightColumns.map(\.from)), step.rightColumns.map(\.to))
    {
      try context.checkCancelled()
      relation.columns[to] = try vector.gathered(
        pairs.rightRows.elements(Int32.self), count: pairs.count, hasMissing: pairs.hasMissing,
        threads: context.threads)
    }
    state.relations[step.output] = relation
  }

  /// Bytes of a row: its columns, with what says whether they are null, and the rows it was made of.
  private static func rowBytes(_ step: JoinStep, _ plan: Plan) -> Int {
    let columns = (step.expands ? step.leftColumns : []) + step.rightColumns
    return columns.reduce(8) { $0 + plan[$1.to].type.physical.stride + 1 }
  }
}

/// Rows of the right by their keys.
struct JoinIndex: @unchecked Sendable {
  private let tables: [GroupTable]
  /// Instead of tables, where one key of integers is dense.
  private let dense: DenseKeys?
  /// By group: where its rows begin in `rows`, and the end of the last.
  let starts: [Int32]
  /// Rows of each group side by side, ascending.
  let rows: [Int32]
  /// A row that has the keys of an earlier one.
  let repeatedRow: Int?

  init(
    _ keys: [Vector], rowCount: Int, _ context: ExecutionContext
  ) throws(EngineError) {
    var tables: [GroupTable] = []
    let numbers = Buffer(byteCount: max(1, rowCount) * 4)
    let ids = numbers.elements(UInt32.self)
    dense = keys.count == 1 ? DenseKeys(keys[0]) : nil
    if let dense {
      for row in 0..<rowCount { ids[row] = UInt32(truncatingIfNeeded: dense.place(row)) }
    }
    for (place, key) in keys.enumerated() where dense == nil {
      try context.checkCancelled()
      let table = GroupTable(expected: rowCount)
      table.add(key, place == 0 ? nil : ids, 0..<rowCount, into: ids)
      tables.append(table)
    }
    self.tables = tables
    let isOut = Self.unmatchable(keys, rowCount)
    let count = dense?.count ?? tables.last?.count ?? 0
    var starts = [Int32](repeating: 0, count: count + 1)
    var repeated: Int?
    for row in 0..<rowCount where isOut.map({ !$0[row] }) ?? true {
      starts[Int(ids[row]) + 1] += 1
      if repeated == nil, starts[Int(ids[row]) + 1] > 1 { repeated = row }
    }
    for group in 0..<count { starts[group + 1] += starts[group] }
    var next = starts
    var rows = [Int32](repeating: 0, count: Int(starts[count]))
    for row in 0..<rowCount where isOut.map({ !$0[row] }) ?? true {
      let group = Int(ids[row])
      rows[Int(next[group])] = Int32(truncatingIfNeeded: row)
      next[group] += 1
    }
    self.starts = starts
    self.rows = rows
    repeatedRow = repeated
  }

  /// Rows that equal nothing; nil: none.
  private static func unmatchable(_ keys: [Vector], _ rowCount: Int) -> [Bool]? {
    var isOut: [Bool]?
    for key in keys where key.validity != nil || key.type == .float64 {
      var flags = isOut ?? [Bool](repeating: false, count: rowCount)
      for row in 0..<rowCount
      where key.isNull(row) || (key.type == .float64 && key.float64s[row].isNaN) {
        flags[row] = true
      }
      isOut = flags
    }
    return isOut
  }

  /// Places in `rows` of a group's rows; none for −1.
  @inline(__always)
  func partners(_ group: Int32) -> Range<Int> {
    group < 0 ? 0..<0 : Int(starts[Int(group)])..<Int(starts[Int(group) + 1])
  }

  /// By row of the left: the group of its keys, −1 for none.
  func groups(
    of keys: [Vector], rowCount: Int, _ context: ExecutionContext
  ) throws(EngineError) -> Buffer {
    let result = Buffer(byteCount: max(1, rowCount) * 4)
    let groups = result.elements(Int32.self)
    let isOut = Self.unmatchable(keys, rowCount)
    let pieces = Parallel.pieces(rowCount, threads: context.threads)
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      try context.checkCancelled()
      if let dense {
        let values = keys[0].int64s
        for row in pieces[piece] {
          groups[row] = dense.place(of: values[row]).map { Int32(truncatingIfNeeded: $0) } ?? -1
        }
      }
      for (place, key) in keys.enumerated() where dense == nil {
        tables[place].find(key, isFirst: place == 0, pieces[piece], in: groups)
      }
      if let isOut { for row in pieces[piece] where isOut[row] { groups[row] = -1 } }
    }
    return result
  }
}

/// The rows of a join, counted before any is made.
struct JoinSize {
  let count: Int
  /// Whether a row of the left has no partner.
  let hasLone: Bool

  init(
    _ groups: UnsafePointer<Int32>, _ leftCount: Int, _ index: JoinIndex, isInner: Bool,
    _ context: ExecutionContext
  ) throws(EngineError) {
    let pieces = Parallel.pieces(leftCount, threads: context.threads)
    let sizes = Mutex((rows: 0, lone: 0))
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      try context.checkCancelled()
      var (rows, lone) = (0, 0)
      for row in pieces[piece] {
        let found = index.partners(groups[row]).count
        rows += found
        lone += found == 0 ? 1 : 0
      }
      let own = (rows, lone)
      sizes.withLock { $0 = ($0.rows + own.0, $0.lone + own.1) }
    }
    let (rows, lone) = sizes.withLock { $0 }
    hasLone = lone > 0
    count = rows + (isInner ? 0 : lone)
  }
}

/// Which row of the left stands beside which of the right.
struct JoinPairs {
  let count: Int
  /// `Int32` a row; nil: all rows of the left as they are.
  let leftRows: Buffer?
  /// `Int32` a row, −1 for none.
  let rightRows: Buffer
  let hasMissing: Bool

  init(
    _ groups: UnsafePointer<Int32>, _ leftCount: Int, _ index: JoinIndex, _ size: JoinSize,
    isInner: Bool, expands: Bool, _ context: ExecutionContext
  ) throws(EngineError) {
    hasMissing = size.hasLone && !isInner
    count = size.count
    let isWhole = !expands && (!isInner || !size.hasLone)
    let left = isWhole ? nil : Buffer(byteCount: max(1, count) * 4)
    let right = Buffer(byteCount: max(1, count) * 4)
    leftRows = left
    rightRows = right
    let rightTarget = right.elements(Int32.self)
    guard let leftTarget = left?.elements(Int32.self) else {
      let pieces = Parallel.pieces(leftCount, threads: context.threads)
      try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
        try context.checkCancelled()
        for row in pieces[piece] {
          let found = index.partners(groups[row])
          rightTarget[row] = found.isEmpty ? -1 : index.rows[found.lowerBound]
        }
      }
      return
    }
    var next = 0
    for row in 0..<leftCount {
      if row & 0xFFF == 0 { try context.checkCancelled() }
      let found = index.partners(groups[row])
      if found.isEmpty {
        if isInner { continue }
        leftTarget[next] = Int32(truncatingIfNeeded: row)
        rightTarget[next] = -1
        next += 1
      }
      for place in found {
        leftTarget[next] = Int32(truncatingIfNeeded: row)
        rightTarget[next] = index.rows[place]
        next += 1
      }
    }
  }
}
