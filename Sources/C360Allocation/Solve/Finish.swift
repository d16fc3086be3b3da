import CKernels

/// From prices to whole decisions and what is reported about them.
struct Finish {
  let dual: DualFunction
  let prices: SolvedPrices
  let limits: SolverLimits
  private let clash: Infeasibility

  init(
    _ dual: DualFunction, _ prices: SolvedPrices, _ clash: Infeasibility, limits: SolverLimits
  ) {
    self.dual = dual
    self.prices = prices
    self.clash = clash
    self.limits = limits
  }

  private var problem: AllocationProblem { dual.engine.problem }
  private var setting: PassSetting { dual.setting(prices.x, smoothing: 0) }
  private var isDeterministic: Bool {
    problem.rule.explore == 0 && setting.temperature == 0
  }

  private var multipliers: [Double] {
    dual.multipliers(prices.x).map { $0 / dual.weight }
  }

  /// - Throws: `AllocationInfeasibility` where it is proven that no decisions hold the rows,
  ///   `AllocationNotFound` where none were found.
  func run() throws -> Allocation {
    let look = setting.temperature == 0 ? try Look(dual, prices.x) : nil
    var chosen: [Int32]
    var overrides: [Int: [Double]]
    var repaired: [Int] = []
    if isDeterministic, let look {
      chosen = wholeChoice(look)
      overrides = [:]
    } else {
      overrides = look.map(shares) ?? [:]
      let rule = RuleProbabilities(
        engine: dual.engine, setting: setting, explore: problem.rule.explore,
        overrides: overrides)
      chosen = balancedRounding(problem, threads: dual.engine.threads) { rule.write($0, $1, $2) }
    }
    let open = problem.withoutUnlikely()
    let drawn = chosen
    let broken = open.repair(
      &chosen, multipliers: multipliers, threads: dual.engine.threads,
      isCancelled: dual.engine.isCancelled
    ).broken
    if !broken.isEmpty { try retreat(&chosen, open, broken) }
    let changed = chosen.indices.filter { chosen[$0] != drawn[$0] }
    if isDeterministic, !changed.isEmpty || prices.primal == nil {
      _ = open.refill(
        &chosen, multipliers: multipliers, threads: dual.engine.threads,
        isCancelled: dual.engine.isCancelled)
    }
    if isDeterministic { open.settleEquals(&chosen, threads: dual.engine.threads) }
    if isDeterministic, let look {
      for decision in chosen.indices where chosen[decision] != look.chosen[decision] {
        overrides[decision] = point(chosen[decision])
      }
    } else {
      repaired = changed
    }
    let rule = RuleProbabilities(
      engine: dual.engine, setting: setting, explore: problem.rule.explore, overrides: overrides)
    let report = try FinalLook(
      dual, rule, chosen, isDeterministic: isDeterministic, repaired: repaired)
    var result = allocation(report, chosen, overrides, repaired)
    result.distributions = distributions(rule)
    let count = Double(max(1, problem.decisionCount))
    func bounded(_ sum: Double, price place: Int) -> Allocation.Distributional {
      Allocation.Distributional(
        mean: sum / count, multiplier: self.prices.x[dual.rowCount + place] * count / dual.weight)
    }
    if problem.rule.entropyFloor != nil, problem.decisionCount > 0 {
      result.entropy = bounded(report.mixtureEntropy, price: 0)
    }
    if problem.rule.divergenceCeiling != nil, problem.decisionCount > 0 {
      result.divergence = bounded(report.mixtureDivergence, price: 1)
    }
    return result
  }

  /// Probabilities of the decisions that are watched: the same bits as among others.
  private func distributions(_ rule: RuleProbabilities) -> [Int: [Double]] {
    var found: [Int: [Double]] = [:]
    for decision in problem.watched {
      let worker = PassWorker(
        dual.engine, capacity: 1, block: problem.emptyBlock(capacity: 1))
      let target = DoubleBuffer(problem.candidateCount)
      worker.read(decision..<decision + 1)
      worker.choose(decision..<decision + 1, rule.setting)
      rule.write(decision..<decision + 1, worker, target.start)
      found[decision] = Array(
        UnsafeBufferPointer(start: target.start, count: problem.candidateCount))
    }
    return found
  }

  // MARK: Deterministic choices

  private func wholeChoice(_ look: Look) -> [Int32] {
    guard let primal = prices.primal else { return look.chosen }
    var chosen = primal.chosen
    let remainder = primal.remainder
    let rounded = primal.shares.map { parts in
      parts.max { ($0.share, $1.column) < ($1.share, $0.column) }!.column
    }
    var search = WholeSearch(remainder)
    let found = search.run(from: rounded, prices: primal.prices)?.chosen
    let columns = improved(primal, found) ?? found ?? rounded
    for (place, decision) in remainder.decisions.enumerated() {
      chosen[decision] = remainder.candidates[columns[place]]
    }
    return chosen
  }

  /// Candidates that lose more at the prices than the whole choice lacks are closed; the others are
  /// searched. Of very many, those that lose least.
  private func improved(_ primal: Sifting.Primal, _ found: [Int]?) -> [Int]? {
    let remainder = primal.remainder
    guard remainder.rowCount > 0 else { return nil }
    let greatest = remainder.decisions.indices.map { place in
      remainder.columns(place).map { primal.worth($0) }.max() ?? 0
    }
    let best = found.map { WholeChoice(remainder, $0) }
    let tolerance = limits.negligible * abs(prices.bound) / max(dual.share, 1e-300)
    let gap = best.map { primal.objective - $0.objective } ?? .infinity
    guard gap > tolerance else { return nil }
    var losses: [(loss: Double, column: Int)] = []
    for place in remainder.decisions.indices {
      for column in remainder.columns(place) {
        let loss = greatest[place] - primal.worth(column)
        if loss <= gap { losses.append((loss, column)) }
      }
    }
    let free = remainder.decisionCount + limits.branchingColumns
    losses.sort { ($0.loss, $0.column) < ($1.loss, $1.column) }
    var isOpen = [Bool](repeating: false, count: remainder.columnCount)
    for entry in losses.prefix(free) { isOpen[entry.column] = true }
    for place in remainder.decisions.indices {
      if let column = found?[place] { isOpen[column] = true }
      if !remainder.columns(place).contains(where: { isOpen[$0] }) {
        isOpen[remainder.columns(place).max { primal.worth($0) < primal.worth($1) }!] = true
      }
    }
    let (part, places, _) = remainder.narrowed(isOpen)
    var search = BranchAndBound(
      part, best: found.map { WholeChoice(part, part.columns(of: $0, in: remainder, places)) },
      tolerance: tolerance, work: limits.branching)
    search.run()
    guard let better = search.best else { return nil }
    var columns = remainder.decisions.indices.map { place in
      remainder.columns(place).first { isOpen[$0] }!
    }
    for (inner, place) in places.enumerated() {
      let candidate = part.candidates[better.chosen[inner]]
      columns[place] = remainder.columns(place).first { remainder.candidates[$0] == candidate }!
    }
    return columns
  }

  private func point(_ candidate: Int32) -> [Double] {
    (0..<problem.candidateCount).map { $0 == Int(candidate) ? 1 : 0 }
  }

  // MARK: Random choices

  /// Of a greedy rule that explores: where the linear program divides a decision, or takes another
  /// candidate than the prices.
  private func shares(_ look: Look) -> [Int: [Double]] {
    guard let primal = prices.primal else { return [:] }
    var overrides: [Int: [Double]] = [:]
    for decision in primal.chosen.indices where primal.chosen[decision] != look.chosen[decision] {
      overrides[decision] = point(primal.chosen[decision])
    }
    for (place, decision) in primal.remainder.decisions.enumerated() {
      var shares = [Double](repeating: 0, count: problem.candidateCount)
      for part in primal.shares[place] {
        shares[Int(primal.remainder.candidates[part.column])] += max(0, part.share)
      }
      let sum = shares.reduce(0, +)
      if sum > 0 { for candidate in shares.indices { shares[candidate] /= sum } }
      let plain = look.chosen[decision] >= 0 ? shares[Int(look.chosen[decision])] == 1 : true
      overrides[decision] = plain ? nil : shares
    }
    settleEquals(&overrides, look)
    return overrides
  }

  /// Of equal decisions the first have the greatest shares of actions, then of value.
  private func settleEquals(_ overrides: inout [Int: [Double]], _ look: Look) {
    var labels = look.chosen
    for (place, decision) in overrides.keys.sorted().enumerated() {
      labels[decision] = Int32(problem.candidateCount + place)
    }
    let block = problem.emptyBlock(capacity: 1)
    for members in problem.mixedEquals(labels: labels, threads: dual.engine.threads) {
      problem.source.read(members[0]..<members[0] + 1, into: block)
      var all = members.map { overrides[$0] ?? point(look.chosen[$0]) }
      func rank(_ shares: [Double]) -> (treated: Double, worth: Double) {
        var rank = (treated: 0.0, worth: 0.0)
        for (action, share) in shares.prefix(problem.actionCount).enumerated() where share > 0 {
          rank.treated += share
          rank.worth += share * ChangeEvaluator.value(block, action, 0, 1)
        }
        return rank
      }
      all.sort { one, other in
        let (ours, theirs) = (rank(one), rank(other))
        return ours != theirs ? ours > theirs : other.lexicographicallyPrecedes(one)
      }
      for (decision, shares) in zip(members, all) {
        let plain = point(look.chosen[decision])
        overrides[decision] = shares == plain ? nil : shares
      }
    }
  }

  // MARK: Where repair does not lead to whole decisions that hold

  /// Gives up part of what is counted in the rows that do not hold, the least that leads anywhere, then all
  /// of it, then everything, and repairs again: with a no-op, which uses nothing, that leads to decisions
  /// that hold wherever the no-op does.
  private func retreat(
    _ chosen: inout [Int32], _ open: AllocationProblem, _ first: [Int]
  ) throws {
    var nearest = (chosen: chosen, broken: first)
    if problem.hasNoOp {
      var broken = first
      for attempt in 0...Self.mostRetreats {
        let start = chosen
        let rows = attempt == Self.mostRetreats ? nil : broken
        func retreated(_ share: Double) throws -> (chosen: [Int32], broken: [Int]) {
          var next = start
          open.giveUp(&next, in: rows, share: share, multipliers: multipliers)
          let left = open.repair(
            &next, multipliers: multipliers, threads: dual.engine.threads,
            isCancelled: dual.engine.isCancelled
          ).broken
          if dual.engine.isCancelled() { throw CancellationError() }
          return (next, left)
        }
        var (low, high) = (0.0, 1.0)
        var found: [Int32]?
        for share in Self.retreatShares {
          let part = try retreated(share)
          if part.broken.isEmpty {
            (high, found) = (share, part.chosen)
            break
          }
          low = share
          if part.broken.count < nearest.broken.count { nearest = part }
          if share == 1 { (chosen, broken) = part }
        }
        guard var held = found else { continue }
        // Between a share that does not do and one that does.
        for _ in 0..<Self.retreatHalvings {
          let part = try retreated((low + high) / 2)
          if part.broken.isEmpty {
            (high, held) = ((low + high) / 2, part.chosen)
          } else {
            low = (low + high) / 2
          }
        }
        chosen = held
        return
      }
    }
    if let found = try clash.explainIfAny() { throw found }
    let usage = try Tally(dual, nearest.chosen).usage
    throw AllocationNotFound(
      rows: nearest.broken.map {
        .init(row: $0, name: problem.rows[$0].name, bound: problem.rows[$0].bound, usage: usage[$0])
      })
  }

  private static let mostRetreats = 4
  private static let retreatShares = [0.05, 0.25, 1]
  private static let retreatHalvings = 3

  // MARK: Report

  private func allocation(
    _ report: FinalLook, _ chosen: [Int32], _ overrides: [Int: [Double]], _ repaired: [Int]
  ) -> Allocation {
    let weight = dual.weight
    let prices = multipliers
    var propensities = report.propensities
    for decision in repaired { propensities[decision] = .nan }
    let entropy = dual.share * dual.temperature * report.entropy
    let drawn = report.value - charges(report.realized)
    let fractional = report.expectedValue + entropy - charges(report.expected)
    // One draw, and what was repaired after it, is worth more or less than the probabilities are, of which
    // the bound speaks.
    let value = isDeterministic ? drawn : fractional
    let bound = AllocationCertificate.rounded(
      self.prices.bound + dual.explored, above: value,
      scale: abs(dual.survey.least) + abs(dual.survey.greatest))
    let x = self.prices.x
    return Allocation(
      multipliers: prices, temperature: setting.temperature / weight,
      priorWeight: x[dual.rowCount + 1] / weight,
      certificate: AllocationCertificate(
        bound: bound / weight, value: value / weight,
        passes: dual.passes + 2, drawnValue: isDeterministic ? nil : drawn / weight),
      chosen: chosen, propensities: propensities,
      expectedValues: report.expectedValues, repaired: repaired, remainder: overrides)
  }

  /// What soft rows charge for a usage, weighted.
  private func charges(_ usage: [Double]) -> Double {
    dual.weight * problem.rows.charges { usage[$0] }
  }
}
