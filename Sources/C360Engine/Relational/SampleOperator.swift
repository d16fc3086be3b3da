import C360Columns
import C360Plan

enum SampleOperator {
  static func run(
    _ step: SampleStep, _ state: inout ExecutionState, _ context: ExecutionContext
  ) throws(EngineError) {
    let count = state.rowCount(step.input)
    let hash = SampleHash(
      seed: step.seed, columns: step.by.map { state.vector($0) }, pool: context.pool)
    let hashes = try hash.rows(count, context)
    let chosen = Buffer(byteCount: count * 4)
    let rows = chosen.elements(Int32.self)
    var kept = 0
    func keep(_ row: Int) {
      rows[kept] = Int32(truncatingIfNeeded: row)
      kept += 1
    }
    switch step.amount {
    case .share(let share):
      let values = hashes.elements(UInt64.self)
      for row in 0..<count where SampleHash.isChosen(values[row], share: share) { keep(row) }
    case .rows(let wanted) where wanted >= count:
      for row in 0..<count { keep(row) }
    case .rows(let wanted):
      let order = try RadixOrder.rows(
        keys: hashes.elements(UInt64.self), count: count, maximum: .max, threads: context.threads)
      let isKept = Buffer(byteCount: count)
      let flags = isKept.elements(UInt8.self)
      flags.update(repeating: 0, count: count)
      for place in 0..<wanted { flags[Int(order.elements(UInt32.self)[place])] = 1 }
      for row in 0..<count where flags[row] != 0 { keep(row) }
    }
    var relation = Relation(rowCount: kept)
    for (from, to) in step.columns {
      relation.columns[to] = try state.vector(from).gathered(
        rows, count: kept, hasMissing: false, threads: context.threads)
    }
    state.relations[step.output] = relation
  }
}

/// The hash of a row by which samples choose (docs/randomness.md).
struct SampleHash: @unchecked Sendable {
  let seed: UInt64
  let columns: [Vector]
  let pool: TextPool

  /// Whether a row with this hash is in a sample of such a share.
  @inline(__always)
  static func isChosen(_ hash: UInt64, share: Double) -> Bool {
    Double(hash >> 11) * 0x1p-53 < share
  }

  /// The hash of one of several rows whose values have the same.
  @inline(__always)
  static func numbered(_ hash: UInt64, _ number: UInt64) -> UInt64 {
    DistinctSketch.mixed(hash ^ number)
  }

  /// `UInt64` a row. Of rows with equal values each has a number of its own in the hash: 0 for the
  /// first, 1 for the second.
  func rows(_ count: Int, _ context: ExecutionContext) throws(EngineError) -> Buffer {
    let buffer = try ofValues(count, context)
    let target = buffer.elements(UInt64.self)
    let equals = try GroupIndex(
      [Vector(type: .int64, count: count, values: buffer)], rowCount: count, context)
    let numbers = Buffer(byteCount: max(1, equals.count) * 4)
    let next = numbers.elements(UInt32.self)
    next.update(repeating: 0, count: equals.count)
    for row in 0..<count {
      let group = Int(equals.ids[row])
      target[row] = Self.numbered(target[row], UInt64(next[group]))
      next[group] &+= 1
    }
    return buffer
  }

  /// `UInt64` a row: equal for rows with equal values.
  func ofValues(_ count: Int, _ context: ExecutionContext) throws(EngineError) -> Buffer {
    let buffer = Buffer(byteCount: count * 8)
    let target = buffer.elements(UInt64.self)
    let pieces = Parallel.pieces(count, threads: context.threads)
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      try context.checkCancelled()
      for row in pieces[piece] { target[row] = values(of: row) }
    }
    return buffer
  }

  private func values(of row: Int) -> UInt64 {
    var state = seed
    for column in columns {
      if column.isNull(row) {
        state = DistinctSketch.mixed(state &+ 0x9e37_79b9_7f4a_7c15)
        continue
      }
      switch column.type {
      case .bool: add(UInt64(column.bools[row]), to: &state)
      case .int64: add(UInt64(bitPattern: column.int64s[row]), to: &state)
      case .float64: add(column.float64s[row], to: &state)
      case .text: add(DistinctSketch.hash(pool.bytes(of: column.codes[row])), to: &state)
      case .vector(let width):
        for place in 0..<width { add(column.float64s[row * width + place], to: &state) }
      case .list(let element): add(list: column.codes[row], element, to: &state)
      }
    }
    return state
  }

  private func add(list: Int32, _ element: ListElement, to state: inout UInt64) {
    let count = pool.lists.count(of: list)
    add(UInt64(count), to: &state)
    for place in 0..<count {
      let word = pool.lists.word(list, place)
      switch element {
      case .bool, .int64: add(word, to: &state)
      case .float64: add(Double(bitPattern: word), to: &state)
      case .text:
        add(
          DistinctSketch.hash(pool.bytes(of: Int32(truncatingIfNeeded: word))), to: &state)
      }
    }
  }

  @inline(__always)
  private func add(_ value: Double, to state: inout UInt64) {
    add(value.isNaN ? Double.nan.bitPattern : value.bitPattern, to: &state)
  }

  @inline(__always)
  private func add(_ word: UInt64, to state: inout UInt64) {
    state = DistinctSketch.mixed(state ^ word)
  }
}
