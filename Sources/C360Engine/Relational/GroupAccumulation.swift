import C360Columns

/// An aggregate as states that rows update and that merge: one state a group and piece of rows. The
/// order of merging is that of the pieces, so threads do not show.
protocol GroupAccumulator: Sendable {
  associatedtype State: BitwiseCopyable
  var initial: State { get }
  func update(_ state: inout State, _ row: Int)
  /// Adds the state of later rows.
  func merge(_ state: inout State, _ later: State)
}

/// Which rows an aggregate looks at: bytes, nil for all.
struct RowMask: @unchecked Sendable {
  let bytes: UnsafeMutablePointer<UInt8>?
  private let owner: Buffer?

  /// Rows for which all conditions are 1; nil conditions hold everywhere.
  init(_ conditions: [(bytes: UnsafeMutablePointer<UInt8>, owner: Buffer)], rowCount: Int) {
    guard let first = conditions.first else {
      bytes = nil
      owner = nil
      return
    }
    if conditions.count == 1 {
      bytes = first.bytes
      owner = first.owner
      return
    }
    let buffer = Buffer(byteCount: rowCount)
    let target = buffer.elements(UInt8.self)
    target.update(from: first.bytes, count: rowCount)
    for condition in conditions.dropFirst() {
      for row in 0..<rowCount { target[row] &= condition.bytes[row] }
    }
    bytes = target
    owner = buffer
  }
}

extension GroupIndex {
  /// The state of each group after all rows, told once: where groups are many, they are not held all at
  /// one time.
  ///
  /// - Parameter body: called from any thread, for each group once.
  func finish<Accumulator: GroupAccumulator>(
    _ accumulator: Accumulator, by parts: RowParts, mask: RowMask, _ context: ExecutionContext,
    _ body: @Sendable (_ group: Int, _ state: Accumulator.State) -> Void
  ) throws(EngineError) {
    let ids = ids
    try Parallel.forEach(parts.count, threads: context.threads) { part throws(EngineError) in
      try context.checkCancelled()
      let first = parts.groupStarts[part]
      let count = parts.groupStarts[part + 1] - first
      let buffer = Buffer(byteCount: max(1, count) * MemoryLayout<Accumulator.State>.stride)
      let states = buffer.elements(Accumulator.State.self)
      states.initialize(repeating: accumulator.initial, count: count)
      for row in parts.rows(part) {
        let row = Int(row)
        if let bytes = mask.bytes, bytes[row] == 0 { continue }
        accumulator.update(&states[Int(ids[row]) - first], row)
      }
      for group in 0..<count { body(first + group, states[group]) }
    }
  }
}

/// States of all groups after all rows.
struct GroupStates<State: BitwiseCopyable>: @unchecked Sendable {
  private let buffer: Buffer
  private let states: UnsafeMutablePointer<State>

  @inline(__always)
  subscript(group: Int) -> State { states[group] }

  /// For kernels that read all of them, as long as this lives.
  var pointer: UnsafeMutablePointer<State> { states }

  @inline(__always)
  init<Accumulator: GroupAccumulator>(
    _ accumulator: Accumulator, _ groups: GroupIndex, rowCount: Int, mask: RowMask,
    _ context: ExecutionContext
  ) throws(EngineError) where Accumulator.State == State {
    if let parts = groups.parts {
      buffer = Buffer(byteCount: max(1, groups.count) * MemoryLayout<State>.stride)
      states = buffer.elements(State.self)
      states.initialize(repeating: accumulator.initial, count: groups.count)
      let states = states
      let ids = groups.ids
      try Parallel.forEach(parts.count, threads: context.threads) { part throws(EngineError) in
        try context.checkCancelled()
        for row in parts.rows(part) {
          let row = Int(row)
          if let bytes = mask.bytes, bytes[row] == 0 { continue }
          accumulator.update(&states[Int(ids[row])], row)
        }
      }
      return
    }
    // With many groups the copies cost more than a second thread saves.
    let isWide = groups.count > rowCount / 8
    let pieces = Parallel.pieces(rowCount, threads: isWide ? 1 : context.threads)
    let count = groups.count
    buffer = Buffer(byteCount: max(1, pieces.count * count) * MemoryLayout<State>.stride)
    states = buffer.elements(State.self)
    states.initialize(repeating: accumulator.initial, count: pieces.count * count)
    let states = states
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      try context.checkCancelled()
      Self.update(accumulator, states + piece * count, groups.ids, pieces[piece], mask.bytes)
    }
    for piece in pieces.indices.dropFirst() {
      for group in 0..<count {
        accumulator.merge(&states[group], states[piece * count + group])
      }
    }
  }

  @inline(__always)
  private static func update<Accumulator: GroupAccumulator>(
    _ accumulator: Accumulator, _ states: UnsafeMutablePointer<State>,
    _ ids: UnsafeMutablePointer<UInt32>, _ rows: Range<Int>,
    _ mask: UnsafeMutablePointer<UInt8>?
  ) where Accumulator.State == State {
    if let mask {
      for row in rows where mask[row] != 0 { accumulator.update(&states[Int(ids[row])], row) }
    } else {
      for row in rows { accumulator.update(&states[Int(ids[row])], row) }
    }
  }
}
