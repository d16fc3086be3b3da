import C360Allocation
import C360Columns
import C360Engine
import C360Plan

/// Decides all rows of a frame together, because bounds couple them.
///
/// 1. Values and quantities of every pair are computed.
/// 2. Where constraints bound all decisions, the allocation finds their prices and whole decisions.
/// 3. Where bounds hold for each entity, its decisions are gone through in time, each seeing what the
///    earlier ones left; with constraints too, prices and walks take turns (`PacedAllocation`).
/// 4. Members of a composition take what is theirs, and say what they would do elsewhere at these prices.
/// 5. The tiles are evaluated once more and written with these decisions.
struct BoundDecisions {
  let problem: BoundProblem
  let plan: Plan
  /// A column of the run, for bounds that stand in tables.
  let read: (ColumnID) -> Vector
  let rowCount: Int
  /// Rows of which more is noted than the log holds.
  let watched: [Int]
  /// Of these, rows that somebody wants explained.
  let explained: [Int]
  let context: ExecutionContext

  var step: DecideStep { problem.step }
  var actionCount: Int { problem.rule.actionCount }

  init(
    _ problem: BoundProblem, plan: Plan, read: @escaping (ColumnID) -> Vector, rowCount: Int,
    watched: [Int], explained: [Int] = [], _ context: ExecutionContext
  ) {
    self.problem = problem
    self.plan = plan
    self.read = read
    self.rowCount = rowCount
    self.watched = watched
    self.explained = explained
    self.context = context
  }

  struct Outcome {
    /// By part, for what they counted.
    let workers: [[DecisionWorker]]
    /// What is proven; nil: nothing bounds all decisions.
    let counts: AllocationCounts?
    /// Of the rows watched.
    let notes: BoundNotes
    /// By row: the part that acts, −1: none; nil: the one part does.
    let actors: [Int32]?
    /// By part: what it did, or would have done where others acted; empty where no row is watched.
    fileprivate let decided: [DecidedRows]

    /// Of the rows watched, what concerns one of several parts.
    func notes(ofPart part: Int) -> BoundNotes {
      guard let actors else { return notes }
      return notes.of(part, decided[part]) { actors[$0] == part }
    }
  }

  /// - Parameter logs: by part.
  /// - Throws: `.unsatisfiable` when hard bounds cannot hold; `.row`; `.unusable`; `.cancelled`.
  func decide(
    into logs: [DecisionLog], prior: PriorDistribution?
  ) throws(EngineError) -> Outcome {
    try prior?.check(rowCount: rowCount, context)
    for part in problem.parts { try part.checkNumbers(rowCount: rowCount) }
    let first = problem.parts[0]
    let empty = Quantities(
      outputs: first.quantityOutputs, actionCount: problem.ownCount,
      actionColumn: first.actionColumn)
    var bounds = try BoundRows(
      step, quantities: empty, frameColumn: first.frameColumn,
      limits: { constraint throws(EngineError) in
        try GroupLimits(
          constraint, actionCount: problem.ownCount, plan: plan, read: read, first.pool)
      },
      time: first.frameColumn(step.time), rowCount: rowCount, counted: problem.counted,
      partCount: problem.parts.count, pool: first.pool)
    let caps = step.entityCaps.map { bounds.addQuantity($0.quantity) }
    let source = try DecisionValues(
      problem, pairs: bounds.quantities.pairs, prior: prior, rowCount: rowCount, context)
    let decided = DecidedRows(
      rowCount: rowCount, actionCount: actionCount, capCount: caps.count)
    let walk = try EntityCapWalk(
      step, quantities: caps, frameColumn: first.frameColumn, rowCount: rowCount,
      actionCount: actionCount)
    var counts: AllocationCounts?
    var notes = BoundNotes(watched, decided)
    var split = BoundParts(problem, source, decided, context)
    if step.constraints.isEmpty {
      let expected = try choose(walk, source, decided, &notes)
      counts = try capCounts(walk, source, decided, expected: expected)
    } else {
      let (found, allocation) = try allocate(
        bounds, source, caps.isEmpty ? nil : walk, decided, &notes)
      counts = found
      split.prices = AllocationPrices(
        bounds.meters, rows: bounds.rows, multipliers: allocation.multipliers)
      split.temperature = allocation.temperature
    }
    source.blocked = nil
    let actors = split.actors
    for row in explained where !caps.isEmpty {
      notes.caps[row] = walk.standings(
        at: row, source, chosen: decided.chosen, first, part: max(0, Int(actors?[row] ?? 0)))
    }
    var workers: [[DecisionWorker]] = []
    var own: [DecidedRows] = []
    for (index, part) in problem.parts.enumerated() {
      let rows = try split.rows(of: index)
      workers.append(try write(rows, part, logs[index]))
      if !explained.isEmpty { own.append(rows) }
    }
    return Outcome(workers: workers, counts: counts, notes: notes, actors: actors, decided: own)
  }

  // MARK: Bounds for each entity

  /// Walks the decisions in time and chooses each by its value.
  /// - Returns: Σ of what they are expected to be worth, with the entropy that softmax adds.
  private func choose(
    _ walk: EntityCapWalk, _ source: DecisionValues, _ decided: DecidedRows,
    _ notes: inout BoundNotes
  ) throws(EngineError) -> ExactSum {
    var sum = ExactSum()
    var weight = 0.0
    if case .softmax(let temperature) = problem.rule.base {
      weight = (1 - problem.rule.explore) * temperature
    }
    var choice = RowChoice(rule: problem.rule)
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
        adjusted[action] = blocked[action] ? .nan : block.values[action * count + place]
      }
      if problem.rule.hasNoOp { adjusted[actionCount] = 0 }
      choice.choose(
        adjusted: adjusted,
        values: { $0 == actionCount ? 0 : block.values[$0 * count + place] },
        draw: { source.draw(row) })
      decided.set(
        row, chosen: choice.chosen, propensity: choice.propensity, expected: choice.expected)
      if isWatched.contains(row) { notes.distributions[row] = choice.probabilities }
      let worth = choice.expected + weight * choice.entropy
      if worth.isFinite { sum.add(worth) }
      return choice.chosen
    }
    return sum
  }

  /// A fallback that a bound forbids gives way to the no-op.
  func forcedCandidate(_ candidate: Int, _ blocked: [Bool]) -> Int {
    candidate < actionCount && blocked[candidate] && problem.rule.hasNoOp ? actionCount : candidate
  }

  // MARK: Bounds on all decisions

  private func allocate(
    _ bounds: BoundRows, _ source: DecisionValues, _ walk: EntityCapWalk?,
    _ decided: DecidedRows, _ notes: inout BoundNotes
  ) throws(EngineError) -> (AllocationCounts, Allocation) {
    let meters = bounds.solvedMeters
    var allocationProblem = bounds.problem(
      rule: problem.rule, source: source, meters: meters, decisionCount: rowCount)
    allocationProblem.watched = watched
    var allocation = try solve(
      allocationProblem, bounds, warmStart: bounds.start(step.startPrices), caps: [])
    var upperBound: Double? = allocation.certificate.bound
    let first = allocation.multipliers
    var passes = allocation.certificate.passes
    var value = allocation.certificate.value
    var drawnValue = allocation.certificate.drawnValue
    decided.adopt(allocation)
    if let walk {
      var pacing = PacedAllocation(
        self, bounds, source, walk, decided, allocationProblem, allocation, context)
      do throws(EngineError) {
        try pacing.run()
      } catch {
        throw try settled(error, bounds, source, walk)
      }
      allocation = pacing.allocation
      passes += pacing.passes
      (value, drawnValue) = (pacing.value, pacing.drawnValue)
      notes.redrawn = pacing.redrawn
      // What caps changed after it was chosen for certain is certain all the same.
      if drawnValue == nil { allocation.distributions = [:] }
      allocation.distributions.merge(pacing.distributions) { $1 }
    }
    if let walk {
      // Draws within what bounds for an entity leave hang on each other: no sum of single decisions bounds
      // what they are worth.
      upperBound =
        isGreedy
        ? try greatest(walk, source, bounds, meters, at: [first, allocation.multipliers]) : nil
    }
    let usage = source.usage(of: meters, chosen: decided.chosen)
    if let broken = bounds.broken(usage: usage, caps: capNames) {
      let error = EngineError.unsatisfiable(policy: problem.name, broken)
      throw try walk.map { walk throws(EngineError) in
        try settled(error, bounds, source, walk)
      } ?? error
    }
    var counts = bounds.counts(allocation, usage: usage)
    counts.value = value
    counts.drawnValue = drawnValue
    counts.isProven = upperBound != nil
    counts.upperBound =
      upperBound.map { AllocationCertificate.rounded($0, above: value) } ?? value
    if case .softmax = problem.rule.base { counts.isEntropic = true }
    counts.passes = passes
    // The path is of one budget alone: it knows nothing of what each entity may have.
    counts.path = walk == nil ? path(allocationProblem) : []
    counts.repaired = decided.repaired.count { $0 }
    counts.caps = capReports(decided)
    notes.take(allocation, bounds, counts, source)
    return (counts, allocation)
  }

  /// The least of what is proven at several prices of the rows.
  private func greatest(
    _ walk: EntityCapWalk, _ source: DecisionValues, _ bounds: BoundRows,
    _ meters: [AllocationMeter], at prices: [[Double]]
  ) throws(EngineError) -> Double {
    source.blocked = nil
    func proven(_ multipliers: [Double]) throws(EngineError) -> Double {
      let bound = EntityCapBound(
        walk,
        prices: AllocationPrices(meters, rows: bounds.rows, multipliers: multipliers),
        actionCount: actionCount)
      var sum = try bound.total(source, context)
      for (row, multiplier) in zip(bounds.rows, multipliers) where multiplier > 0 {
        sum.add((multiplier * row.bound).nextUp)
      }
      return sum.rounded
    }
    var least = Double.infinity
    for multipliers in prices {
      least = min(least, try proven(bounds.rows.capped(multipliers)))
    }
    return least
  }

  private var capNames: [String] { step.entityCaps.map(\.name) }

  /// Bounds that were not met, with what is proven of them.
  private func settled(
    _ error: EngineError, _ bounds: BoundRows, _ source: DecisionValues, _ walk: EntityCapWalk
  ) throws(EngineError) -> EngineError {
    guard case .unsatisfiable(let policy, let unmet) = error, !unmet.isProven, problem.rule.hasNoOp
    else { return error }
    let clash = CapClash(bounds, source, walk, names: capNames, actionCount: actionCount)
    return .unsatisfiable(policy: policy, try clash.proof(of: unmet, context) ?? unmet)
  }

  /// What caps came to: pairs that they forbid.
  private func capReports(_ decided: DecidedRows) -> [AllocationCounts.Cap] {
    zip(step.entityCaps, decided.blocked).map { cap, blocked in
      let flags: UnsafeMutablePointer<UInt8> = blocked.elements()
      var pairs = 0
      for pair in 0..<rowCount * actionCount where flags[pair] != 0 { pairs += 1 }
      return AllocationCounts.Cap(name: cap.name, blockedPairs: pairs)
    }
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

  /// - Parameter caps: bounds for each entity that the source forbids by already.
  func solve(
    _ problem: AllocationProblem, _ bounds: BoundRows, warmStart: [Double]?, caps: [String]
  ) throws(EngineError) -> Allocation {
    let cancellation = context.cancellation
    do {
      return try AllocationSolver().solve(
        problem, threads: context.threads, warmStart: warmStart,
        isCancelled: { cancellation.isCancelled },
        progress: { progress in
          let doing =
            progress.clashing.map { "find what clashes among \($0) bounds of" }
            ?? "price the bounds of"
          context.progress?(
            ProgressReport(
              operation: "\(doing) \(self.problem.name), pass \(progress.passes)", done: 0, total: 0
            ))
        })
    } catch let error as AllocationInfeasibility {
      throw .unsatisfiable(policy: self.problem.name, explained(error, bounds, problem))
    } catch let error as AllocationNotFound {
      throw .unsatisfiable(policy: self.problem.name, bounds.unsatisfied(error, caps: caps))
    } catch {
      throw .cancelled
    }
  }

  // MARK: What is proven under bounds for each entity

  /// Nothing is drawn: the certificate is about the decisions alone.
  private var isGreedy: Bool {
    if case .softmax = problem.rule.base { return false }
    return problem.rule.explore == 0 && step.prior.isEmpty
      && !step.constraints.contains {
        if case .entropy = $0.measure { true } else { false }
      }
  }

  /// Where only bounds for each entity hold.
  /// - Parameter expected: of choices that are drawn: Σ of what they are expected to be worth, with the
  ///   entropy that softmax adds.
  private func capCounts(
    _ walk: EntityCapWalk, _ source: DecisionValues, _ decided: DecidedRows, expected: ExactSum
  ) throws(EngineError) -> AllocationCounts {
    let value = try value(source, of: decided.chosen.indices) { Int(decided.chosen[$0]) }
    var counts: AllocationCounts
    if isGreedy {
      let bound = EntityCapBound(walk, prices: nil, actionCount: actionCount)
      counts = AllocationCounts(value: value, bound: try bound.total(source, context))
    } else {
      counts = AllocationCounts(expected: expected, drawn: value)
      if case .softmax = problem.rule.base { counts.isEntropic = true }
    }
    counts.caps = capReports(decided)
    return counts
  }

  /// Σ of the values of candidates, exactly; what has none counts 0.
  private func value(
    _ source: DecisionValues, of rows: Range<Int>, _ candidate: (Int) -> Int
  ) throws(EngineError) -> ExactSum {
    let block = source.makeBlock(capacity: Self.valueRows)
    var sum = ExactSum()
    for range in Parallel.ranges(rows.count, size: Self.valueRows) {
      try context.checkCancelled()
      source.read(range, into: block)
      for (place, row) in range.enumerated() {
        let chosen = candidate(row)
        guard chosen >= 0, chosen < actionCount else { continue }
        let value = block.values[chosen * range.count + place]
        if value.isFinite { sum.add(value) }
      }
    }
    return sum
  }

  static let valueRows = 512

  // MARK: Writing

  private func write(
    _ decided: DecidedRows, _ part: DecisionProblem, _ log: DecisionLog
  ) throws(EngineError) -> [DecisionWorker] {
    let workers = DecisionWorkers(part, batchSize: context.batchSize)
    let pieces = Parallel.ranges(rowCount, size: workers.pieceRows)
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      let worker = workers.take()
      defer { workers.giveBack(worker) }
      try worker.write(pieces[piece], decided, log, context)
    }
    return workers.free
  }
}
