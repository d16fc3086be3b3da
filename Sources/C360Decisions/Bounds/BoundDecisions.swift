import C360Allocation
import C360Columns
import C360Engine
import C360Plan

/// Decides all rows of a frame together, because bounds couple them.
///
/// 1. Values and quantities of every pair are computed.
/// 2. Where constraints bound all decisions, the allocation finds their prices and whole decisions.
/// 3. Where bounds hold for each entity, its decisions are gone through in time, each seeing what the
///    earlier ones left; with constraints too, prices and walks take turns until they agree.
/// 4. The tiles are evaluated once more and written with these decisions.
struct BoundDecisions {
  let problem: DecisionProblem
  let plan: Plan
  /// A column of the run, for bounds that stand in tables.
  let read: (ColumnID) -> Vector
  let rowCount: Int
  /// Rows of which more is noted than the log holds.
  let watched: [Int]
  let context: ExecutionContext

  private var step: DecideStep { problem.step }
  private var actionCount: Int { problem.rule.actionCount }

  init(
    _ problem: DecisionProblem, plan: Plan, read: @escaping (ColumnID) -> Vector, rowCount: Int,
    watched: [Int], _ context: ExecutionContext
  ) {
    self.problem = problem
    self.plan = plan
    self.read = read
    self.rowCount = rowCount
    self.watched = watched
    self.context = context
  }

  /// - Returns: the workers, for what they counted, what is proven of the allocation, and what is noted
  ///   of the rows watched.
  /// - Throws: `.unsatisfiable` when hard bounds cannot hold; `.row`; `.unusable`; `.cancelled`.
  func decide(
    into log: DecisionLog, prior: PriorDistribution?
  ) throws(EngineError) -> ([DecisionWorker], AllocationCounts?, BoundNotes) {
    try prior?.check(rowCount: rowCount, context)
    let empty = Quantities(
      outputs: problem.quantityOutputs, actionCount: actionCount,
      actionColumn: problem.actionColumn)
    var bounds = try BoundRows(
      step, quantities: empty, frameColumn: problem.frameColumn,
      limits: { constraint throws(EngineError) in
        try GroupLimits(
          constraint, actionCount: actionCount, plan: plan, read: read, problem.pool)
      },
      time: problem.frameColumn(step.time), rowCount: rowCount, pool: problem.pool)
    let caps = step.entityCaps.map { bounds.addQuantity($0.quantity) }
    let source = try DecisionValues(
      problem, pairs: bounds.quantities.pairs, prior: prior, rowCount: rowCount, context)
    let decided = DecidedRows(
      rowCount: rowCount, actionCount: actionCount, capCount: caps.count)
    let walk = try EntityCapWalk(
      step, quantities: caps, frameColumn: problem.frameColumn, rowCount: rowCount,
      actionCount: actionCount)
    var counts: AllocationCounts?
    var notes = BoundNotes(watched, decided)
    if step.constraints.isEmpty {
      try choose(walk, source, decided, &notes, prices: nil, temperature: nil)
    } else {
      counts = try allocate(bounds, source, caps.isEmpty ? nil : walk, decided, &notes)
    }
    return (try write(decided, log), counts, notes)
  }

  // MARK: Bounds for each entity

  /// Walks the decisions in time and chooses each by its value less prices.
  private func choose(
    _ walk: EntityCapWalk, _ source: DecisionValues, _ decided: DecidedRows,
    _ notes: inout BoundNotes, prices: AllocationPrices?, temperature: Double?
  ) throws(EngineError) {
    var choice =
      temperature.map { RowChoice(rule: problem.rule, temperature: $0) }
      ?? RowChoice(rule: problem.rule)
    let isWatched = Set(watched)
    var adjusted = [Double](repeating: 0, count: problem.rule.candidateCount)
    source.blocked = nil
    try walk.walk(source, blocked: decided.blocked, context) { row, block, place, count, blocked in
      if block.forced[place] >= 0 {
        let forced = forcedCandidate(Int(block.forced[place]), blocked)
        decided.set(row, chosen: forced, propensity: 1, expected: forced == actionCount ? 0 : .nan)
        return forced
      }
      for action in 0..<actionCount {
        let value = block.values[action * count + place]
        adjusted[action] =
          blocked[action]
          ? .nan : value - (prices?.price(row, action, block, place, count) ?? 0)
      }
      if problem.rule.hasNoOp { adjusted[actionCount] = 0 }
      choice.choose(
        adjusted: adjusted,
        values: { $0 == actionCount ? 0 : block.values[$0 * count + place] },
        draw: { source.draw(row) })
      decided.set(
        row, chosen: choice.chosen, propensity: choice.propensity, expected: choice.expected)
      if isWatched.contains(row) { notes.distributions[row] = choice.probabilities }
      return choice.chosen
    }
  }

  /// A fallback that a bound forbids gives way to the no-op.
  private func forcedCandidate(_ candidate: Int, _ blocked: [Bool]) -> Int {
    candidate < actionCount && blocked[candidate] && problem.rule.hasNoOp ? actionCount : candidate
  }

  // MARK: Bounds on all decisions

  private func allocate(
    _ bounds: BoundRows, _ source: DecisionValues, _ walk: EntityCapWalk?,
    _ decided: DecidedRows, _ notes: inout BoundNotes
  ) throws(EngineError) -> AllocationCounts {
    var allocationProblem = bounds.problem(
      rule: problem.rule, source: source, decisionCount: rowCount)
    allocationProblem.watched = watched
    var allocation = try solve(allocationProblem, bounds, warmStart: bounds.start(step.startPrices))
    // Bounds for each entity only take away: what no decisions are worth without them, none are with.
    let upperBound = allocation.certificate.bound
    var passes = allocation.certificate.passes
    decided.adopt(allocation)
    if let walk {
      for _ in 0..<Self.mostRounds {
        guard try block(walk, source, decided) else { break }
        allocation = try solve(allocationProblem, bounds, warmStart: allocation.multipliers)
        passes += allocation.certificate.passes
        decided.adopt(allocation)
      }
      try keepCaps(walk, source, decided)
    }
    let usage = source.usage(of: bounds.meters, chosen: decided.chosen)
    if let broken = bounds.broken(usage: usage) {
      throw .unsatisfiable(policy: step.policy, broken)
    }
    var counts = bounds.counts(allocation, usage: usage)
    counts.upperBound = upperBound
    counts.value = allocation.certificate.value
    if case .softmax = problem.rule.base { counts.isEntropic = true }
    counts.passes = passes
    counts.path = path(allocationProblem)
    counts.repaired = decided.repaired.count { $0 }
    notes.take(allocation, bounds, counts, source)
    return counts
  }

  /// Empty where the bounds are not one budget, or choices are drawn.
  private func path(_ problem: AllocationProblem) -> [AllocationCounts.PathPoint] {
    guard step.pathPoints > 0,
      let path = try? HullPath(problem, threads: context.threads)
    else { return [] }
    let unit = problem.rows[0].terms[0].coefficient
    return path.points(atMost: step.pathPoints).map {
      AllocationCounts.PathPoint(
        budget: $0.budget * unit, value: $0.value, multiplier: $0.multiplier / unit,
        treated: $0.treated)
    }
  }

  /// Rounds of prices and walks: after them, what still exceeds a bound of an entity is repaired.
  private static let mostRounds = 8

  private func solve(
    _ problem: AllocationProblem, _ bounds: BoundRows, warmStart: [Double]?
  ) throws(EngineError) -> Allocation {
    let cancellation = context.cancellation
    do {
      return try AllocationSolver().solve(
        problem, threads: context.threads, warmStart: warmStart,
        isCancelled: { cancellation.isCancelled },
        progress: { progress in
          context.progress?(
            ProgressReport(
              operation: "price the bounds of \(step.policy)", done: progress.passes, total: 0))
        })
    } catch let error as AllocationInfeasibility {
      throw .unsatisfiable(policy: step.policy, bounds.unsatisfied(error))
    } catch {
      throw .cancelled
    }
  }

  /// Blocks, at the decisions that the allocation made, what exceeds a bound of the entity.
  /// - Returns: whether any decision made is blocked.
  private func block(
    _ walk: EntityCapWalk, _ source: DecisionValues, _ decided: DecidedRows
  ) throws(EngineError) -> Bool {
    let blocked = source.blocked ?? Buffer(byteCount: max(1, rowCount * actionCount))
    if source.blocked == nil {
      blocked.elements(UInt8.self).update(repeating: 0, count: rowCount * actionCount)
    }
    let flags: UnsafeMutablePointer<UInt8> = blocked.elements()
    source.blocked = nil
    var isAnyBlocked = false
    try walk.walk(source, blocked: decided.blocked, context) { row, _, _, _, blockedNow in
      let chosen = Int(decided.chosen[row])
      guard chosen < actionCount, blockedNow[chosen] else { return chosen }
      isAnyBlocked = true
      for action in 0..<actionCount where blockedNow[action] { flags[action * rowCount + row] = 1 }
      return problem.rule.hasNoOp ? actionCount : chosen
    }
    source.blocked = blocked
    return isAnyBlocked
  }

  /// Makes the no-op of what exceeds a bound of the entity still.
  private func keepCaps(
    _ walk: EntityCapWalk, _ source: DecisionValues, _ decided: DecidedRows
  ) throws(EngineError) {
    source.blocked = nil
    try walk.walk(source, blocked: decided.blocked, context) { row, _, _, _, blocked in
      let chosen = Int(decided.chosen[row])
      guard chosen < actionCount, blocked[chosen], problem.rule.hasNoOp else { return chosen }
      decided.set(row, chosen: actionCount, propensity: .nan, expected: 0)
      decided.repaired[row] = true
      return actionCount
    }
  }

  // MARK: Writing

  private func write(
    _ decided: DecidedRows, _ log: DecisionLog
  ) throws(EngineError) -> [DecisionWorker] {
    let workers = DecisionWorkers(problem, batchSize: context.batchSize)
    let pieces = Parallel.ranges(rowCount, size: workers.pieceRows)
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      let worker = workers.take()
      defer { workers.giveBack(worker) }
      try worker.write(pieces[piece], decided, log, context)
    }
    return workers.free
  }
}
