import C360Allocation
import C360Columns
import C360Engine
import C360Plan

/// Bounds on all decisions together with bounds for each entity.
///
/// An allocation knows which pairs are forbidden, but not that taking one decision forbids the next. So
/// allocations and walks take turns: each allocation is made with what the decisions kept by the walk
/// before forbid, never with what earlier ones did. What is written stands in one last walk, so that
/// reasons, eligible actions and propensities all are of the decisions that were kept:
///
/// - choices that are certain: what exceeds a cap becomes the no-op, and what is left of the bounds and of
///   the caps is filled again. Of all rounds the best that holds is kept;
/// - drawn choices: where the walk forbids what the allocation thought forbidden, and nothing else, its
///   draw stands; else the decision is drawn anew among what is left, at the prices of the bounds. What
///   then exceeds a bound is repaired, and the walk gone again with what was repaired standing.
struct PacedAllocation {
  private let owner: BoundDecisions
  private let bounds: BoundRows
  private let source: DecisionValues
  private let walk: EntityCapWalk
  private let decided: DecidedRows
  private var problem: AllocationProblem
  private let context: ExecutionContext
  private(set) var allocation: Allocation
  private(set) var passes = 0
  /// Of the decisions written: expected, with the entropy that softmax adds, soft bounds paid for.
  private(set) var value = 0.0
  /// nil: nothing is drawn.
  private(set) var drawnValue: Double?
  private(set) var redrawn: Set<Int> = []
  /// Σ of the decisions written, under the full mixture.
  private var entropy = 0.0
  private var divergence = 0.0
  /// Of the decisions that are watched.
  private(set) var distributions: [Int: [Double]] = [:]

  private static let mostRounds = 8

  init(
    _ owner: BoundDecisions, _ bounds: BoundRows, _ source: DecisionValues, _ walk: EntityCapWalk,
    _ decided: DecidedRows, _ problem: AllocationProblem, _ allocation: Allocation,
    _ context: ExecutionContext
  ) {
    self.owner = owner
    self.bounds = bounds
    self.source = source
    self.walk = walk
    self.decided = decided
    self.problem = problem
    self.allocation = allocation
    self.context = context
  }

  private var rowCount: Int { problem.decisionCount }
  private var actionCount: Int { problem.actionCount }
  private var noOp: Int { problem.actionCount }
  private var isDrawn: Bool { allocation.certificate.drawnValue != nil }
  private var capNames: [String] { owner.step.entityCaps.map(\.name) }

  mutating func run() throws(EngineError) {
    if isDrawn { try drawUntilMeasured() } else { try runCertain() }
    source.blocked = nil
  }

  // MARK: Choices that are certain

  private mutating func runCertain() throws(EngineError) {
    var best: (value: Double, chosen: [Int32], allocation: Allocation)?
    var before: Buffer?
    for round in 0...Self.mostRounds {
      try context.checkCancelled()
      let isAnyBlocked = try keep()
      try refill()
      let objective = try objective()
      if let objective, objective > best?.value ?? -.infinity {
        best = (objective, decided.chosen, allocation)
      }
      let after = forbidden()
      let isSettled = !isAnyBlocked && (round == 0 || isSame(after, before))
      before = after
      guard !isSettled, round < Self.mostRounds else { break }
      source.blocked = after
      guard let next = try again(isLast: best != nil) else { break }
      allocation = next
      decided.adopt(next)
    }
    guard let best else {
      value = .nan
      return
    }
    allocation = best.allocation
    value = best.value
    for row in 0..<rowCount { set(row, certain: Int(best.chosen[row]), isRepaired: false) }
    _ = try keep()
    try expectCertain()
  }

  /// The next allocation; nil: none was found, and there is something to fall back to.
  private mutating func again(isLast: Bool) throws(EngineError) -> Allocation? {
    do throws(EngineError) {
      let next = try owner.solve(
        problem, bounds, warmStart: allocation.multipliers, caps: capNames)
      passes += next.certificate.passes
      return next
    } catch {
      guard case .unsatisfiable(let policy, let found) = error else { throw error }
      if isLast { return nil }
      // The decisions kept are the nearest that are known.
      let usage = source.usage(of: problem.meters, chosen: decided.chosen)
      if let kept = bounds.broken(usage: usage, caps: capNames) {
        throw .unsatisfiable(policy: policy, kept)
      }
      // What the caps forbid hangs on the decisions made: nothing is proven.
      throw .unsatisfiable(
        policy: policy,
        UnsatisfiedBounds(
          clashes: found.clashes.map {
            .init(
              constraint: $0.constraint, label: $0.label, isAtMost: $0.isAtMost, limit: $0.limit,
              closest: found.isProven ? nil : $0.closest, mayBeSoft: $0.mayBeSoft)
          }, isProven: false, caps: capNames))
    }
  }

  /// Makes the no-op of what exceeds a cap; `decided.blocked` is then of the decisions kept.
  private func keep() throws(EngineError) -> Bool {
    source.blocked = nil
    var isAny = false
    try walk.walk(source, blocked: decided.blocked, context) { row, _, _, _, blocked in
      let chosen = Int(decided.chosen[row])
      guard chosen < actionCount, chosen >= 0, blocked[chosen], problem.hasNoOp else {
        return chosen
      }
      isAny = true
      set(row, certain: noOp, isRepaired: false)
      return noOp
    }
    return isAny
  }

  /// Uses up what caps and bounds leave, while it gains.
  private func refill() throws(EngineError) {
    for _ in 0..<4 {
      let before = decided.chosen
      let usage = source.usage(of: problem.meters, chosen: before)
      if bounds.broken(usage: usage) != nil { return }
      let room = Buffer(byteCount: max(1, rowCount * actionCount))
      try walk.findRoom(source, chosen: before, into: room, context)
      source.blocked = room
      var chosen = before
      let changed = problem.refill(
        &chosen, multipliers: allocation.multipliers, threads: context.threads)
      source.blocked = nil
      if changed.isEmpty { return }
      // Two changes of one entity may be too many together: of such an entity none is made.
      let clashing = try walk.entitiesInExcess(source, chosen: chosen, context)
      for row in changed where clashing.contains(row) { chosen[row] = before[row] }
      let after = source.usage(of: problem.meters, chosen: chosen)
      if bounds.broken(usage: after) != nil { return }
      for row in changed { set(row, certain: Int(chosen[row]), isRepaired: false) }
      if clashing.isEmpty { break }
    }
    _ = try keep()
  }

  private func set(_ row: Int, certain candidate: Int, isRepaired: Bool) {
    decided.set(
      row, chosen: candidate, propensity: isRepaired ? .nan : 1,
      expected: candidate == noOp ? 0 : .nan)
    decided.repaired[row] = isRepaired
  }

  /// Expected values of choices that are certain: their own.
  private func expectCertain() throws(EngineError) {
    try forEachBlock { rows, block in
      for (place, row) in rows.enumerated() {
        let chosen = Int(decided.chosen[row])
        if chosen >= 0, chosen < actionCount {
          decided.expected[row] = block.values[chosen * rows.count + place]
        }
      }
    }
  }

  /// Σ value of what is chosen less what soft bounds charge; nil: a hard bound is broken.
  private func objective() throws(EngineError) -> Double? {
    let usage = source.usage(of: problem.meters, chosen: decided.chosen)
    if bounds.broken(usage: usage) != nil { return nil }
    return try chosenValue() - bounds.charges(usage: usage)
  }

  private func chosenValue() throws(EngineError) -> Double {
    var sum = ExactSum()
    try forEachBlock { rows, block in
      for (place, row) in rows.enumerated() {
        let chosen = Int(decided.chosen[row])
        guard chosen >= 0, chosen < actionCount else { continue }
        let value = block.values[chosen * rows.count + place]
        if !value.isNaN { sum.add(value) }
      }
    }
    return sum.rounded
  }

  private func forEachBlock(
    _ body: (Range<Int>, AllocationBlock) -> Void
  ) throws(EngineError) {
    let block = source.makeBlock(capacity: 1024)
    source.blocked = nil
    for rows in Parallel.ranges(rowCount, size: 1024) {
      try context.checkCancelled()
      source.read(rows, into: block)
      body(rows, block)
    }
  }

  // MARK: What caps forbid

  /// Pairs that a cap forbids, as the last walk left them.
  private func forbidden() -> Buffer {
    let all = Buffer(byteCount: max(1, rowCount * actionCount))
    let flags: UnsafeMutablePointer<UInt8> = all.elements()
    flags.update(repeating: 0, count: rowCount * actionCount)
    for buffer in decided.blocked {
      let own: UnsafeMutablePointer<UInt8> = buffer.elements()
      for pair in 0..<rowCount * actionCount { flags[pair] |= own[pair] }
    }
    return all
  }

  private func isSame(_ left: Buffer, _ right: Buffer?) -> Bool {
    guard let right else { return false }
    let ours: UnsafeMutablePointer<UInt8> = left.elements()
    let theirs: UnsafeMutablePointer<UInt8> = right.elements()
    return (0..<rowCount * actionCount).allSatisfy { ours[$0] == theirs[$0] }
  }

  // MARK: Drawn choices

  /// Draws, and where caps take more entropy away than a bound leaves, once more with as much more asked for.
  private mutating func drawUntilMeasured() throws(EngineError) {
    let asked = problem
    for attempt in 0..<Self.mostRounds {
      try runDrawn()
      let count = Double(max(1, rowCount))
      let lack = asked.lack(entropy: entropy / count, divergence: divergence / count)
      if lack == (0, 0) {
        allocation.entropy?.mean = entropy / count
        allocation.divergence?.mean = divergence / count
        return
      }
      guard attempt < Self.mostRounds - 1 else { break }
      problem = problem.demanding(entropy: 1.2 * lack.entropy, divergence: 1.2 * lack.divergence)
      source.blocked = nil
      guard let next = try again(isLast: true) else { break }
      allocation = next
      decided.adopt(next)
    }
    throw .unsatisfiable(
      policy: owner.problem.name,
      bounds.unsatisfied(
        asked.brokenMeasures(
          entropy: entropy / Double(rowCount), divergence: divergence / Double(rowCount)),
        caps: capNames))
  }

  private mutating func runDrawn() throws(EngineError) {
    var used: Buffer?
    for round in 0..<Self.mostRounds {
      try context.checkCancelled()
      // With what the allocation drew, as if nothing were repaired.
      let isAnyBlocked = try keep()
      let after = forbidden()
      if !isAnyBlocked && (round == 0 || isSame(after, used)) {
        decided.adopt(allocation)
        break
      }
      source.blocked = after
      guard let next = try again(isLast: round > 0) else { break }
      used = after
      allocation = next
      decided.adopt(next)
    }
    var draws = PacedDraws(allocation, problem, owner, used: used)
    for attempt in 0..<Self.mostRounds {
      try context.checkCancelled()
      draws.begin(isLast: attempt == Self.mostRounds - 1)
      source.blocked = nil
      try walk.walk(
        source, blocked: decided.blocked, readsPrior: draws.usesPrior, context
      ) { row, block, place, count, blocked in
        draws.choose(row, block, place, count, blocked, source, decided)
      }
      let usage = source.usage(of: problem.meters, chosen: decided.chosen)
      guard bounds.broken(usage: usage) != nil else { break }
      let room = Buffer(byteCount: max(1, rowCount * actionCount))
      try walk.findRoom(source, chosen: decided.chosen, into: room, context)
      source.blocked = room
      var chosen = decided.chosen
      let repair = problem.repair(
        &chosen, multipliers: allocation.multipliers, threads: context.threads)
      source.blocked = nil
      for row in repair.changed { draws.standing[row] = chosen[row] }
      if !repair.broken.isEmpty || attempt == Self.mostRounds - 1 { break }
      draws.kept = (chosen, forbidden())
    }
    redrawn = draws.redrawn
    distributions = draws.distributions
    let usage = source.usage(of: problem.meters, chosen: decided.chosen)
    let charges = bounds.charges(usage: usage)
    drawnValue = try chosenValue() - charges
    value = draws.value - charges
    (entropy, divergence) = (draws.entropySum, draws.divergenceSum)
  }
}
