import C360Allocation
import C360Columns
import C360Engine
import Synchronization

/// What the decisions of a step are worth and use under each action, for the allocation: kept where it
/// fits, else computed anew at every pass.
final class DecisionValues: AllocationSource, @unchecked Sendable {
  /// Bytes up to which values are kept.
  static let keptBytes = 1 << 30

  private let problem: DecisionProblem
  private let pairs: [PairQuantity]
  private let prior: PriorDistribution?
  private let workers: DecisionWorkers
  private let rowCount: Int
  let actionCount: Int
  var pairCount: Int { pairs.count }
  private let context: ExecutionContext
  /// actionCount × rowCount, candidate by candidate; nil: computed at every pass.
  private var values: Buffer?
  private var quantities: [Buffer] = []
  /// By decision.
  private let forced: Buffer
  /// actionCount × rowCount: 1 where a bound for the entity forbids the action; nil: nowhere.
  var blocked: Buffer?

  init(
    _ problem: DecisionProblem, pairs: [PairQuantity], prior: PriorDistribution?, rowCount: Int,
    _ context: ExecutionContext
  ) throws(EngineError) {
    self.problem = problem
    self.pairs = pairs
    self.prior = prior
    self.rowCount = rowCount
    self.context = context
    actionCount = problem.rule.actionCount
    workers = DecisionWorkers(problem, batchSize: context.batchSize)
    forced = Buffer(byteCount: max(1, rowCount) * MemoryLayout<Int32>.stride)
    let bytes = rowCount * actionCount * MemoryLayout<Double>.stride
    if bytes * (1 + pairs.count) <= Self.keptBytes {
      values = Buffer(byteCount: max(1, bytes))
      quantities = pairs.map { _ in Buffer(byteCount: max(1, bytes)) }
    }
    try fill()
  }

  /// Goes through all decisions once, so that what fails fails here, and keeps what fits.
  private func fill() throws(EngineError) {
    let size = workers.pieceRows
    let pieces = Parallel.ranges(rowCount, size: size)
    let done = Atomic<Int>(0)
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      try context.checkCancelled()
      let rows = pieces[piece]
      let worker = workers.take()
      defer { workers.giveBack(worker) }
      let forced: UnsafeMutablePointer<Int32> = self.forced.elements()
      if let values {
        try worker.read(
          rows, pairs: pairs,
          into: BoundTarget(
            values: values.elements() + rows.lowerBound, stride: rowCount,
            quantities: quantities.map { $0.elements() + rows.lowerBound },
            forced: forced + rows.lowerBound))
      } else {
        let block = AllocationBlock(
          capacity: rows.count, actionCount: actionCount, pairMeters: pairs.count,
          priorCandidates: 0)
        try worker.read(rows, pairs: pairs, into: BoundTarget(block, count: rows.count))
        (forced + rows.lowerBound).update(from: block.forced, count: rows.count)
      }
      let total = done.wrappingAdd(rows.count, ordering: .relaxed).newValue
      context.progress?(
        ProgressReport(operation: "value \(problem.step.policy)", done: total, total: rowCount))
    }
  }

  // MARK: AllocationSource

  func read(_ decisions: Range<Int>, into block: AllocationBlock) {
    let count = decisions.count
    if let values {
      copy(values, decisions, to: block.values)
      for (from, to) in zip(quantities, block.quantities) { copy(from, decisions, to: to) }
      let forced: UnsafeMutablePointer<Int32> = self.forced.elements()
      block.forced.update(from: forced + decisions.lowerBound, count: count)
    } else {
      compute(decisions, into: block)
    }
    block.blocks(blocked, decisions, rowCount: rowCount)
    if let prior, let probabilities = block.prior { prior.read(decisions, into: probabilities) }
  }

  func draw(_ decision: Int) -> Double {
    var draw = 0.0
    problem.draws.fill(&draw, rows: decision..<decision + 1)
    return draw
  }

  private func copy(
    _ from: Buffer, _ decisions: Range<Int>, to target: UnsafeMutablePointer<Double>
  ) {
    let source: UnsafeMutablePointer<Double> = from.elements()
    for action in 0..<actionCount {
      (target + action * decisions.count).update(
        from: source + action * rowCount + decisions.lowerBound, count: decisions.count)
    }
  }

  private func compute(_ decisions: Range<Int>, into block: AllocationBlock) {
    let worker = workers.take()
    defer { workers.giveBack(worker) }
    for piece in Parallel.ranges(decisions.count, size: workers.pieceRows) {
      let rows =
        decisions.lowerBound + piece.lowerBound..<decisions.lowerBound + piece.upperBound
      // It has been gone through before: nothing in it fails.
      try? worker.read(
        rows, pairs: pairs,
        into: BoundTarget(
          values: block.values + piece.lowerBound, stride: decisions.count,
          quantities: block.quantities.map { $0 + piece.lowerBound },
          forced: block.forced + piece.lowerBound))
    }
  }
}

extension AllocationBlock {
  /// Takes out what bounds for entities forbid.
  fileprivate func blocks(_ blocked: Buffer?, _ decisions: Range<Int>, rowCount: Int) {
    guard let blocked else { return }
    let flags: UnsafeMutablePointer<UInt8> = blocked.elements()
    for action in 0..<actionCount {
      let row = flags + action * rowCount + decisions.lowerBound
      for index in 0..<decisions.count where row[index] != 0 {
        values[action * decisions.count + index] = .nan
      }
    }
  }
}

/// Where values and quantities of a range of decisions go, candidate by candidate.
struct BoundTarget {
  let values: UnsafeMutablePointer<Double>
  /// From one candidate to the next.
  let stride: Int
  let quantities: [UnsafeMutablePointer<Double>]
  let forced: UnsafeMutablePointer<Int32>
}

extension BoundTarget {
  init(_ block: AllocationBlock, count: Int) {
    self.init(
      values: block.values, stride: count, quantities: block.quantities, forced: block.forced)
  }

  /// The same, this many decisions further on.
  func advanced(by count: Int) -> BoundTarget {
    BoundTarget(
      values: values + count, stride: stride, quantities: quantities.map { $0 + count },
      forced: forced + count)
  }
}
