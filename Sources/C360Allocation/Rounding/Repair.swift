/// What was changed so that hard rows hold.
public struct AllocationRepair: Sendable {
  /// Decisions whose candidate is another than before; ascending.
  public let changed: [Int]
  /// Places of the hard rows that still do not hold; not empty: the caller ends the run.
  public let broken: [Int]
}

extension AllocationProblem {
  /// Changes whole decisions until every hard row holds: those first that lose least adjusted value
  /// (value less the rows' prices) for each unit of excess removed, of equals the last where they lose and the
  /// first where they gain; then takes
  /// back what proved needless, the dearest first. A change never breaks a row that held, and goes to
  /// an eligible candidate only; forced decisions stay. Where no such change is left, changes that
  /// reduce the excess of all rows together are tried; if even so a row stays broken, `chosen` is what
  /// the first kind of changes led to, and `broken` says which rows.
  ///
  /// Sums of integers are compared exactly, others up to 1e-12 of their terms.
  ///
  /// - Parameters:
  ///   - chosen: by decision, the candidate; −1: none, left alone.
  ///   - multipliers: by row.
  ///   - isCancelled: asked now and then; what is broken then stays so.
  public func repair(
    _ chosen: inout [Int32], multipliers: [Double], threads: Int = 1,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) -> AllocationRepair {
    let work = Changes(
      self, chosen: chosen, multipliers: multipliers, threads: threads, isCancelled)
    work.recount()
    guard !work.ledger.broken.isEmpty else { return AllocationRepair(changed: [], broken: []) }
    work.sweepAll(.repair)
    if !work.ledger.broken.isEmpty {
      let (before, broken) = (work.chosen, work.ledger.broken)
      for _ in 0..<Changes.mostSweeps where work.sweep(.trade) > 0 {
        work.recount()
        work.sweepAll(.repair)
        if work.ledger.broken.isEmpty { break }
      }
      if !work.ledger.broken.isEmpty {
        let changed = chosen.indices.filter { chosen[$0] != before[$0] }
        chosen = before
        return AllocationRepair(changed: changed, broken: broken)
      }
    }
    work.takeBack(to: chosen)
    let changed = chosen.indices.filter { chosen[$0] != work.chosen[$0] }
    chosen = work.chosen
    return AllocationRepair(changed: changed, broken: work.ledger.broken)
  }

  /// Uses up slack: changes decisions to eligible candidates of greater value (soft rows paid for)
  /// while every hard row that holds goes on holding and none that is broken gets worse; first those
  /// that give up least adjusted value for each unit of value gained. For deterministic allocations:
  /// it would make drawn decisions' propensities wrong.
  ///
  /// - Returns: the decisions changed, ascending.
  public func refill(
    _ chosen: inout [Int32], multipliers: [Double], threads: Int = 1,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) -> [Int] {
    let work = Changes(
      self, chosen: chosen, multipliers: multipliers, threads: threads, isCancelled)
    work.recount()
    work.sweepAll(.refill)
    let changed = chosen.indices.filter { chosen[$0] != work.chosen[$0] }
    chosen = work.chosen
    return changed
  }
}

/// One run of changes to whole decisions.
private final class Changes {
  private let problem: AllocationProblem
  private let threads: Int
  private let tiles: DecisionTiles
  private let single: AllocationBlock
  private var evaluator: ChangeEvaluator
  private(set) var chosen: [Int32]
  private(set) var ledger: RowLedger
  /// Number of hard rows that do not hold.
  private var brokenRows = 0
  private let isCancelled: @Sendable () -> Bool

  /// Changes that prove impossible one after the other before the queue is made anew.
  private static let mostVain = 4096
  static let mostSweeps = 64

  init(
    _ problem: AllocationProblem, chosen: [Int32], multipliers: [Double], threads: Int,
    _ isCancelled: @escaping @Sendable () -> Bool
  ) {
    self.problem = problem
    self.isCancelled = isCancelled
    self.threads = max(1, threads)
    self.chosen = chosen
    tiles = DecisionTiles(problem)
    single = problem.emptyBlock(capacity: 1)
    ledger = RowLedger(problem)
    evaluator = ChangeEvaluator(problem, prices: ledger.weigh(multipliers))
  }

  // MARK: Passes over all decisions

  /// Sums usages of what is chosen: in order within stretches of tiles, then over the stretches.
  func recount() {
    let stretches = min(32, tiles.ranges.count)
    let chosen = chosen
    var usages = [[Double]](repeating: [], count: stretches)
    var wholes = [[Bool]](repeating: [], count: stretches)
    let cells = ledger.cellCount
    usages.withUnsafeMutableBufferPointer { usages in
      wholes.withUnsafeMutableBufferPointer { wholes in
        let (usages, wholes) = (SharedPlaces(usages), SharedPlaces(wholes))
        DecisionTiles.forEach(stretches, threads: threads) { _, stretch in
          var usage = [Double](repeating: 0, count: cells)
          var isWhole = [Bool](repeating: true, count: problem.meters.count)
          let block = problem.emptyBlock(capacity: tiles.longest)
          let first = stretch * tiles.ranges.count / stretches
          let end = (stretch + 1) * tiles.ranges.count / stretches
          for tile in first..<end { count(tiles.ranges[tile], chosen, block, &usage, &isWhole) }
          usages.value[stretch] = usage
          wholes.value[stretch] = isWhole
        }
      }
    }
    var usage = [Double](repeating: 0, count: cells)
    var isWhole = [Bool](repeating: true, count: problem.meters.count)
    for stretch in 0..<stretches {
      for cell in 0..<cells { usage[cell] += usages[stretch][cell] }
      for meter in isWhole.indices { isWhole[meter] = isWhole[meter] && wholes[stretch][meter] }
    }
    ledger.set(usage: usage, isWhole: isWhole)
    brokenRows = ledger.broken.count
  }

  private func count(
    _ range: Range<Int>, _ chosen: [Int32], _ block: AllocationBlock, _ usage: inout [Double],
    _ isWhole: inout [Bool]
  ) {
    problem.source.read(range, into: block)
    for (index, meter) in problem.meters.enumerated() {
      for place in 0..<range.count {
        let decision = range.lowerBound + place
        let cell = meter.cells?[decision] ?? 0
        guard cell >= 0, chosen[decision] >= 0 else { continue }
        let quantity = ChangeEvaluator.quantity(
          meter, block, Int(chosen[decision]), place, range.count)
        usage[ledger.flat(index, cell)] += quantity
        if quantity.rounded() != quantity { isWhole[index] = false }
      }
    }
  }

  /// Decisions that might be changed, with an estimate of the cost.
  private func candidates(_ purpose: ChangeEvaluator.Purpose) -> [ChangeQueue.Entry] {
    var weights = [Double](repeating: 0, count: problem.rows.count)
    for row in ledger.broken { weights[row] = 1 / ledger.scales[row] }
    let worth = ledger.weigh(weights)
    let (chosen, ledger) = (chosen, ledger)
    var found = [[ChangeQueue.Entry]](repeating: [], count: tiles.ranges.count)
    let workers = min(threads, max(1, tiles.ranges.count))
    let blocks = (0..<workers).map { _ in problem.emptyBlock(capacity: tiles.longest) }
    var evaluators = [ChangeEvaluator](repeating: evaluator, count: workers)
    found.withUnsafeMutableBufferPointer { found in
      evaluators.withUnsafeMutableBufferPointer { evaluators in
        let (found, evaluators) = (SharedPlaces(found), SharedPlaces(evaluators))
        DecisionTiles.forEach(tiles.ranges.count, threads: workers) { worker, tile in
          let range = tiles.ranges[tile]
          problem.source.read(range, into: blocks[worker])
          var entries: [ChangeQueue.Entry] = []
          for place in 0..<range.count {
            let decision = range.lowerBound + place
            let found =
              purpose == .refill
              ? evaluators.value[worker].best(
                decision, chosen: Int(chosen[decision]), block: blocks[worker], place: place,
                count: range.count, ledger: ledger, purpose: purpose
              ).map { (cost: $0.cost, isGain: $0.isGain) }
              : evaluators.value[worker].estimate(
                decision, chosen: Int(chosen[decision]), block: blocks[worker], place: place,
                count: range.count, ledger: ledger, worth: worth)
            guard let found else { continue }
            entries.append(
              .init(
                cost: found.cost, decision: Int32(decision), isGain: found.isGain, version: -1))
          }
          found.value[tile] = entries
        }
      }
    }
    return found.flatMap { $0 }
  }

  // MARK: Changes

  func sweepAll(_ purpose: ChangeEvaluator.Purpose) {
    for _ in 0..<Self.mostSweeps {
      if purpose != .refill && brokenRows == 0 { return }
      guard sweep(purpose) > 0 else { return }
      recount()
    }
  }

  /// Makes changes, the cheapest first; returns how many.
  func sweep(_ purpose: ChangeEvaluator.Purpose) -> Int {
    var queue = ChangeQueue(candidates(purpose))
    var (made, vain, looks) = (0, 0, 0)
    while let entry = queue.popFirst() {
      let decision = Int(entry.decision)
      looks += 1
      if looks % 256 == 0, isCancelled() { return 0 }
      guard let change = look(decision, purpose) else {
        vain += 1
        if made > 0 && vain >= Self.mostVain { break }
        continue
      }
      if Int(entry.version) != made, let next = queue.first, next.cost < change.cost {
        queue.insert(
          .init(
            cost: change.cost, decision: entry.decision, isGain: change.isGain,
            version: Int32(made)))
        continue
      }
      apply(decision, to: change.candidate)
      (made, vain) = (made + 1, 0)
      if purpose != .refill && brokenRows == 0 { break }
    }
    return made
  }

  private func look(
    _ decision: Int, _ purpose: ChangeEvaluator.Purpose
  ) -> ChangeEvaluator.Change? {
    problem.source.read(decision..<decision + 1, into: single)
    return evaluator.best(
      decision, chosen: Int(chosen[decision]), block: single, place: 0, count: 1, ledger: ledger,
      purpose: purpose)
  }

  private func apply(_ decision: Int, to candidate: Int) {
    problem.source.read(decision..<decision + 1, into: single)
    _ = evaluator.weigh(
      decision, from: Int(chosen[decision]), to: candidate, block: single, place: 0, count: 1,
      ledger: ledger)
    for row in evaluator.effects.touched {
      let (before, after) = (
        ledger.activities[row], ledger.activities[row] + evaluator.effects[row]
      )
      ledger.activities[row] = after
      guard ledger.rows[row].penalty == nil else { continue }
      if ledger.excess(row, at: before) > 0 { brokenRows -= 1 }
      if ledger.excess(row, at: after) > 0 { brokenRows += 1 }
    }
    chosen[decision] = Int32(candidate)
  }

  /// Takes changes back, the dearest first, where every hard row goes on holding without them.
  func takeBack(to original: [Int32]) {
    var losses: [(loss: Double, order: Int, decision: Int)] = []
    for decision in original.indices where original[decision] != chosen[decision] {
      problem.source.read(decision..<decision + 1, into: single)
      let gain = evaluator.weigh(
        decision, from: Int(chosen[decision]), to: Int(original[decision]), block: single, place: 0,
        count: 1, ledger: ledger)
      // Of equals the first are treated: they go back first where they lost, and last where they gained.
      let hasGained =
        Int(chosen[decision]) < problem.actionCount
        && Int(original[decision]) >= problem.actionCount
      losses.append((gain, hasGained ? -decision : decision, decision))
    }
    losses.sort { ($1.loss, $0.order) < ($0.loss, $1.order) }
    for (_, _, decision) in losses {
      let changed = chosen[decision]
      apply(decision, to: Int(original[decision]))
      if brokenRows > 0 { apply(decision, to: Int(changed)) }
    }
    recount()
  }
}
