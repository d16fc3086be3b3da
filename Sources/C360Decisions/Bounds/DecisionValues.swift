import C360Allocation
import C360Columns
import C360Engine
import Synchronization

/// What the decisions of a problem are worth and use under each candidate, for the allocation: kept where
/// it fits, else computed anew at every pass.
final class DecisionValues: AllocationSource, @unchecked Sendable {
  /// Bytes up to which values are kept.
  static let keptBytes = 1 << 30

  private struct Part {
    let problem: DecisionProblem
    let workers: DecisionWorkers
    let pairs: [PairQuantity]
    /// By decision: the candidate that acts when no other can; −1: none is needed.
    let forced: UnsafeMutablePointer<Int32>
    let memory: Buffer
  }
  private let bound: BoundProblem
  private let parts: [Part]
  private let prior: PriorDistribution?
  private let rowCount: Int
  /// Of all parts.
  let actionCount: Int
  let pairCount: Int
  var candidateCount: Int { bound.rule.candidateCount }
  private let context: ExecutionContext
  /// actionCount × rowCount, candidate by candidate; nil: computed at every pass.
  private var values: Buffer?
  private var quantities: [Buffer] = []
  /// actionCount × rowCount: 1 where a bound for the entity forbids the action; nil: nowhere.
  var blocked: Buffer?

  /// - Parameter pairs: quantities as the first part computes them.
  init(
    _ bound: BoundProblem, pairs: [PairQuantity], prior: PriorDistribution?, rowCount: Int,
    _ context: ExecutionContext
  ) throws(EngineError) {
    self.bound = bound
    self.prior = prior
    self.rowCount = rowCount
    self.context = context
    actionCount = bound.actionCount
    pairCount = pairs.count
    parts = bound.parts.enumerated().map { index, problem in
      let memory = Buffer(byteCount: max(1, rowCount) * MemoryLayout<Int32>.stride)
      return Part(
        problem: problem, workers: DecisionWorkers(problem, batchSize: context.batchSize),
        pairs: pairs.map {
          PairQuantity(output: bound.output($0.output, of: index), actions: $0.actions)
        }, forced: memory.elements(), memory: memory)
    }
    let bytes = rowCount * actionCount * MemoryLayout<Double>.stride
    if bytes * (1 + pairs.count) <= Self.keptBytes {
      values = Buffer(byteCount: max(1, bytes))
      quantities = pairs.map { _ in Buffer(byteCount: max(1, bytes)) }
    }
    for part in parts.indices { try fill(part) }
  }

  /// Goes through all decisions once, so that what fails fails here, and keeps what fits.
  private func fill(_ index: Int) throws(EngineError) {
    let part = parts[index]
    let pieces = Parallel.ranges(rowCount, size: part.workers.pieceRows)
    let done = Atomic<Int>(0)
    let start = index * bound.ownCount * rowCount
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      try context.checkCancelled()
      let rows = pieces[piece]
      let worker = part.workers.take()
      defer { part.workers.giveBack(worker) }
      if let values {
        try worker.read(
          rows, pairs: part.pairs,
          into: BoundTarget(
            values: values.elements() + start + rows.lowerBound, stride: rowCount,
            quantities: quantities.map { $0.elements() + start + rows.lowerBound },
            forced: part.forced + rows.lowerBound))
      } else {
        let block = AllocationBlock(
          capacity: rows.count, actionCount: bound.ownCount, pairMeters: pairCount,
          priorCandidates: 0)
        try worker.read(rows, pairs: part.pairs, into: BoundTarget(block, count: rows.count))
        (part.forced + rows.lowerBound).update(from: block.forced, count: rows.count)
      }
      let total = done.wrappingAdd(rows.count, ordering: .relaxed).newValue
      context.progress?(
        ProgressReport(
          operation: "value \(part.problem.step.policy)", done: total, total: rowCount))
    }
  }

  // MARK: AllocationSource

  func read(_ decisions: Range<Int>, into block: AllocationBlock) {
    for part in parts.indices {
      let start = part * bound.ownCount * decisions.count
      read(
        part, decisions,
        into: BoundTarget(
          values: block.values + start, stride: decisions.count,
          quantities: block.quantities.map { $0 + start }, forced: block.forced))
    }
    settle(decisions, block)
    block.blocks(blocked, decisions, rowCount: rowCount)
    if let prior, let probabilities = block.prior { prior.read(decisions, into: probabilities) }
  }

  func draw(_ decision: Int) -> Double {
    let first = bound.active.map { $0[decision] == 0 ? 0 : $0[decision].trailingZeroBitCount } ?? 0
    return draw(decision, of: first)
  }

  func draw(_ decision: Int, of part: Int) -> Double {
    var draw = 0.0
    parts[part].problem.draws.fill(&draw, rows: decision..<decision + 1)
    return draw
  }

  /// Of all parts.
  /// - Parameter readsPrior: whether blocks hold the probabilities of the other policy too.
  func makeBlock(capacity: Int, readsPrior: Bool = false) -> AllocationBlock {
    AllocationBlock(
      capacity: capacity, actionCount: actionCount, pairMeters: pairCount,
      priorCandidates: readsPrior ? candidateCount : 0)
  }

  // MARK: Parts

  /// What a part would do, whoever acts.
  func read(part: Int, _ decisions: Range<Int>, into block: AllocationBlock) {
    read(part, decisions, into: BoundTarget(block, count: decisions.count))
    block.forced.update(from: parts[part].forced + decisions.lowerBound, count: decisions.count)
  }

  func makePartBlock(capacity: Int) -> AllocationBlock {
    AllocationBlock(
      capacity: capacity, actionCount: bound.ownCount, pairMeters: pairCount, priorCandidates: 0)
  }

  /// Which part acts where this candidate is chosen; −1: none. The no-op is that of the first that is
  /// free to take it.
  func actor(at decision: Int, chosen: Int) -> Int {
    guard let active = bound.active?[decision] else { return 0 }
    if active == 0 { return -1 }
    if chosen < actionCount { return max(0, chosen) / bound.ownCount }
    return parts.indices.first { part in
      let forced = Int(parts[part].forced[decision])
      return active & 1 << UInt64(part) != 0 && (forced < 0 || forced == bound.ownCount)
    } ?? active.trailingZeroBitCount
  }

  /// Takes out the candidates of parts that do not act, and finds who is forced to what.
  private func settle(_ decisions: Range<Int>, _ block: AllocationBlock) {
    let count = decisions.count
    guard let active = bound.active else {
      block.forced.update(from: parts[0].forced + decisions.lowerBound, count: count)
      return
    }
    let own = bound.ownCount
    for (place, row) in decisions.enumerated() {
      var free: UInt64 = 0
      for part in parts.indices where active[row] & 1 << UInt64(part) != 0 {
        if parts[part].forced[row] < 0 { free |= 1 << UInt64(part) }
      }
      block.forced[place] =
        free == 0 ? forced(row, active[row], block, place: place, count: count) : -1
      // A forced candidate keeps its value, the others have no say.
      if free == 0, active[row] != 0 { continue }
      for part in parts.indices where free & 1 << UInt64(part) == 0 {
        for action in part * own..<(part + 1) * own { block.values[action * count + place] = .nan }
      }
    }
  }

  /// Of parts that all do what they must: the greatest value, then the first.
  private func forced(
    _ row: Int, _ active: UInt64, _ block: AllocationBlock, place: Int, count: Int
  ) -> Int32 {
    let own = bound.ownCount
    var best: (candidate: Int, value: Double)?
    for part in parts.indices where active & 1 << UInt64(part) != 0 {
      let forced = Int(parts[part].forced[row])
      let candidate = forced == own ? actionCount : part * own + forced
      let value = forced == own ? 0 : block.values[candidate * count + place]
      if let known = best, !(value > known.value || known.value.isNaN && !value.isNaN) { continue }
      best = (candidate, value)
    }
    return Int32(best?.candidate ?? (bound.rule.hasNoOp ? actionCount : 0))
  }

  /// Values and quantities of a part; the forced candidates are not asked for.
  private func read(_ part: Int, _ decisions: Range<Int>, into target: BoundTarget) {
    guard let values else { return compute(part, decisions, into: target) }
    copy(values, part, decisions, to: target.values)
    for (from, to) in zip(quantities, target.quantities) { copy(from, part, decisions, to: to) }
  }

  private func copy(
    _ from: Buffer, _ part: Int, _ decisions: Range<Int>, to target: UnsafeMutablePointer<Double>
  ) {
    let source: UnsafeMutablePointer<Double> = from.elements()
    let start = part * bound.ownCount
    for action in 0..<bound.ownCount {
      (target + action * decisions.count).update(
        from: source + (start + action) * rowCount + decisions.lowerBound, count: decisions.count)
    }
  }

  private func compute(_ index: Int, _ decisions: Range<Int>, into target: BoundTarget) {
    let part = parts[index]
    let worker = part.workers.take()
    defer { part.workers.giveBack(worker) }
    for piece in Parallel.ranges(decisions.count, size: part.workers.pieceRows) {
      let rows =
        decisions.lowerBound + piece.lowerBound..<decisions.lowerBound + piece.upperBound
      // It has been gone through before: nothing in it fails.
      try? worker.read(rows, pairs: part.pairs, into: target.advanced(by: piece.lowerBound))
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
