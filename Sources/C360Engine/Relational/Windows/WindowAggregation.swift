import C360Columns
import C360Plan
import Synchronization

/// An aggregate over a frame that moves with the row, or by the order of the whole partition, by the
/// kernels of timelines: positions of rows that count are a stream, and frames are ranges of it.
/// Partitions share nothing, so threads take blocks of them.
struct WindowAggregation {
  private let aggregate: GroupStep.Aggregate
  private let frame: WindowStep.Frame
  private let rows: WindowRows
  private let output: RelationID
  private let type: PhysicalType
  private let argument: Vector?
  private let filter: Vector?
  private let context: ExecutionContext

  init(
    _ aggregate: GroupStep.Aggregate, _ frame: WindowStep.Frame, _ rows: WindowRows,
    _ output: RelationID, _ state: ExecutionState, _ context: ExecutionContext
  ) {
    self.aggregate = aggregate
    self.frame = frame
    self.rows = rows
    self.output = output
    self.context = context
    type = state.plan[aggregate.column].type.physical
    argument = aggregate.argument.map { state.vector($0) }
    filter = aggregate.filter.map { state.vector($0) }
  }

  func result() throws(EngineError) -> Vector {
    switch aggregate.function {
    case .count:
      return try numbers(hasNulls: false) { (block, target) throws(EngineError) in
        CountKernel.counts(
          block.ranges, block.scratch, into: target.values.assumingMemoryBound(to: Int64.self))
        return nil
      }
    case .sum, .mean: return try sumOrMean()
    case .min, .max:
      let keys = try keys()
      let isGreatest = aggregate.function == .max
      return try values { block in
        ExtremeKernel.positions(
          block.inStream { keys[$0] }, isGreatest: isGreatest, block.ranges, block.scratch)
      }
    case .first: return try values { PlaceKernel.positions(1, $0.ranges, $0.scratch) }
    case .last: return try values { PlaceKernel.positions(-1, $0.ranges, $0.scratch) }
    default: preconditionFailure("the checker lets no \(aggregate.function.rawValue) have a frame")
    }
  }

  private func forEachBlock(
    _ body: (WindowBlock) throws(EngineError) -> Void
  ) throws(EngineError) {
    let blocks = rows.blocks
    let scratches = ScratchPool()
    try Parallel.forEach(blocks.count, threads: context.threads) { number throws(EngineError) in
      try context.checkCancelled()
      let scratch = scratches.borrow()
      defer { scratches.giveBack(scratch) }
      try body(
        WindowBlock(
          rows.block(blocks[number], scratch), frame, argument: argument, filter: filter, scratch))
    }
  }

  // MARK: Values of rows

  /// The argument at positions of the stream of each block, by row; −1 for null.
  private func values(
    _ positions: (WindowBlock) -> UnsafePointer<Int32>
  ) throws(EngineError) -> Vector {
    guard let argument else { preconditionFailure("the aggregate has an argument") }
    let found = Buffer(byteCount: max(1, rows.count) * 4)
    let target = found.elements(Int32.self)
    try forEachBlock { block throws(EngineError) in
      let positions = positions(block)
      for position in 0..<block.rows.count {
        let place = positions[position]
        target[Int(block.rows.places[position])] = place < 0 ? -1 : block.stream.rows[Int(place)]
      }
    }
    return try argument.gathered(
      target, count: rows.count, hasMissing: true, threads: context.threads)
  }

  /// By row: integers that order as the values do.
  private func keys() throws(EngineError) -> RowKeys {
    guard let argument else { preconditionFailure("extremes have an argument") }
    return RowKeys(argument, context.pool)
  }

  // MARK: Numbers

  /// A column of numbers, computed block by block.
  ///
  /// - Parameter fill: returns the row whose number does not fit, and the number.
  private func numbers(
    hasNulls: Bool,
    _ fill: (WindowBlock, KernelOutput) throws(EngineError) -> (row: Int, sum: Int128)?
  ) throws(EngineError) -> Vector {
    let values = Buffer(byteCount: max(1, rows.count) * 8)
    let validity = hasNulls ? Buffer(byteCount: max(1, rows.count)) : nil
    let target = values.elements(Int64.self)
    let valid = validity?.elements(UInt8.self)
    let failed = Mutex<(row: Int, sum: Int128)?>(nil)
    try forEachBlock { block throws(EngineError) in
      let count = block.rows.count
      let integers = block.scratch.take(count, of: Int64.self)
      let present = hasNulls ? block.scratch.take(count, filledWith: UInt8(1)) : nil
      let own = KernelOutput(values: UnsafeMutableRawPointer(integers), valid: present)
      if let failure = try fill(block, own) {
        failed.withLock { if failure.row < $0?.row ?? .max { $0 = failure } }
      }
      for position in 0..<count {
        let row = Int(block.rows.places[position])
        target[row] = integers[position]
        if let valid, let present { valid[row] = present[position] }
      }
    }
    // The first row whose sum does not fit, whatever the blocks.
    if let failed = failed.withLock({ $0 }) {
      throw .row(
        origin: aggregate.origin, relation: output, row: failed.row,
        detail: "the sum \(failed.sum) does not fit 64 bits")
    }
    return Vector(type: type, count: rows.count, values: values, validity: validity)
  }

  private func sumOrMean() throws(EngineError) -> Vector {
    guard let argument else { preconditionFailure("sum and mean have an argument") }
    let isMean = aggregate.function == .mean
    if argument.type == .float64 {
      let floats = argument.float64s
      return try numbers(hasNulls: isMean) { (block, output) throws(EngineError) in
        let stream = block.inStream { floats[$0] }
        if isMean {
          FloatSumKernel.means(
            stream, of: block.counts, block.ranges, block.scratch, into: output)
        } else {
          FloatSumKernel.sums(
            stream, block.ranges, block.scratch,
            into: output.values.assumingMemoryBound(to: Double.self))
        }
        return nil
      }
    }
    let integers = argument.int64s
    return try numbers(hasNulls: isMean) { (block, output) throws(EngineError) in
      let sums = IntegerSumKernel.sums(
        block.inStream { integers[$0] }, block.ranges, block.scratch)
      if !isMean {
        for position in 0..<block.rows.count {
          output.set(position, Int64(truncatingIfNeeded: sums[position]))
        }
        return block.firstTooLarge(sums)
      }
      let counts = block.counts
      for position in 0..<block.rows.count {
        if counts[position] == 0 {
          output.setNull(position, Int64.self)
        } else if type == .int64 {
          output.set(position, roundedQuotient(sums[position], counts[position]))
        } else {
          output.set(
            position, ExactTotal.units(sums[position], exponent: 0).mean(of: counts[position]))
        }
      }
      return nil
    }
  }
}

/// By row: integers that order as the values do.
private struct RowKeys: @unchecked Sendable {
  private let keys: ExtremeKeys?
  private let codes: UnsafeMutablePointer<Int32>
  private let ranks: [Int32]

  init(_ vector: Vector, _ pool: TextPool) {
    keys = vector.type == .text ? nil : ExtremeKeys(vector)
    codes = vector.codes
    ranks = vector.type == .text ? pool.ranks() : []
  }

  subscript(row: Int) -> Int64 {
    keys.map { $0.values[row] } ?? Int64(ranks[Int(codes[row])])
  }
}
