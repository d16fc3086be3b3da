import C360Allocation
import C360Columns
import C360Engine
import CKernels

/// The draws of a walk at the prices of an allocation.
struct PacedDraws {
  private let allocation: Allocation
  private let owner: BoundDecisions
  private let prices: AllocationPrices
  private var choice: RowChoice
  /// actionCount × rows: what the allocation took for forbidden; nil: nothing.
  private let used: Buffer?
  private let isWatched: Set<Int>
  /// Decisions that were repaired: they stand, where the caps allow them.
  var standing: [Int: Int32] = [:]
  /// After a repair: all decisions, and what the caps forbade before it.
  var kept: (chosen: [Int32], forbidden: Buffer)?
  /// All decisions stand as they were repaired.
  private var isLast = false
  private var adjusted: [Double]
  private(set) var redrawn: Set<Int> = []
  /// Of watched decisions that were drawn anew.
  private(set) var distributions: [Int: [Double]] = [:]
  /// Σ expected value, and the entropy that softmax adds.
  private(set) var value = 0.0
  /// Σ of the full mixtures, what was repaired being certain.
  private(set) var entropySum = 0.0
  private(set) var divergenceSum = 0.0

  init(
    _ allocation: Allocation, _ problem: AllocationProblem, _ owner: BoundDecisions, used: Buffer?
  ) {
    self.allocation = allocation
    self.owner = owner
    self.used = used
    usesPrior = problem.rule.divergenceCeiling != nil
    let rule = owner.problem.rule
    prices = AllocationPrices(
      problem.meters, rows: problem.rows, multipliers: allocation.multipliers)
    choice = RowChoice(rule: rule, temperature: allocation.temperature)
    isWatched = Set(owner.watched)
    adjusted = [Double](repeating: 0, count: rule.candidateCount)
    for row in allocation.repaired { standing[row] = allocation.chosen[row] }
  }

  let usesPrior: Bool
  private var actionCount: Int { owner.actionCount }

  mutating func begin(isLast: Bool) {
    self.isLast = isLast && kept != nil
    redrawn = []
    distributions = [:]
    (value, entropySum, divergenceSum) = (0, 0, 0)
  }

  /// - Parameter blocked: by action: a cap forbids it.
  /// - Returns: the candidate that acts.
  mutating func choose(
    _ row: Int, _ block: AllocationBlock, _ place: Int, _ count: Int, _ blocked: [Bool],
    _ source: DecisionValues, _ decided: DecidedRows
  ) -> Int {
    let actionCount = self.actionCount
    func worth(_ candidate: Int) -> Double {
      candidate < actionCount ? block.values[candidate * count + place] : 0
    }
    if block.forced[place] >= 0 {
      let forced = owner.forcedCandidate(Int(block.forced[place]), blocked)
      decided.set(row, chosen: forced, propensity: 1, expected: forced == actionCount ? 0 : .nan)
      value += worth(forced).isNaN ? 0 : worth(forced)
      measure(certain: forced, block.prior, place, count)
      return forced
    }
    for action in 0..<actionCount {
      adjusted[action] =
        blocked[action] ? .nan : worth(action) - prices.price(row, action, block, place, count)
    }
    if owner.problem.rule.hasNoOp { adjusted[actionCount] = 0 }
    if usesPrior, let prior = block.prior { lean(prior, place, count) }
    choice.choose(adjusted: adjusted, values: worth, draw: { source.draw(row) })
    if isLast, let kept {
      let wanted = allowed(kept.chosen[row], blocked)
      if wanted == Int(decided.chosen[row]), !decided.repaired[row],
        isSame(kept.forbidden, row, blocked, block, place, count, decided.chosen.count)
      {
        note(row)
        value += decided.expected[row] + entropy
        measure(block.prior, place, count)
        return wanted
      }
      measure(certain: wanted, block.prior, place, count)
      return repair(row, wanted, worth(wanted), decided)
    }
    if let stands = standing[row] {
      let wanted = allowed(stands, blocked)
      measure(certain: wanted, block.prior, place, count)
      return repair(row, wanted, worth(wanted), decided)
    }
    if isSame(used, row, blocked, block, place, count, decided.chosen.count) {
      let chosen = Int(allocation.chosen[row])
      decided.set(
        row, chosen: chosen, propensity: allocation.propensities[row],
        expected: allocation.expectedValues[row])
    } else {
      decided.set(
        row, chosen: choice.chosen, propensity: choice.propensity, expected: choice.expected)
      note(row)
    }
    value += decided.expected[row].isNaN ? 0 : decided.expected[row] + entropy
    measure(block.prior, place, count)
    return Int(decided.chosen[row])
  }

  private mutating func measure(
    _ prior: UnsafeMutablePointer<Double>?, _ place: Int, _ count: Int
  ) {
    for (candidate, probability) in choice.probabilities.enumerated() where probability > 0 {
      let level = c360_ln(probability)
      entropySum -= probability * level
      if usesPrior, let prior {
        divergenceSum += probability * (level - c360_ln(prior[candidate * count + place]))
      }
    }
  }

  private mutating func measure(
    certain candidate: Int, _ prior: UnsafeMutablePointer<Double>?, _ place: Int, _ count: Int
  ) {
    if usesPrior, let prior { divergenceSum -= c360_ln(prior[candidate * count + place]) }
  }

  /// Of softmax, whose objective it is part of.
  private var entropy: Double {
    guard case .softmax(let temperature) = owner.problem.rule.base else { return 0 }
    return (1 - owner.problem.rule.explore) * temperature * choice.entropy
  }

  private mutating func note(_ row: Int) {
    guard isWatched.contains(row) else { return }
    redrawn.insert(row)
    distributions[row] = choice.probabilities
  }

  private mutating func repair(
    _ row: Int, _ candidate: Int, _ worth: Double, _ decided: DecidedRows
  ) -> Int {
    decided.set(row, chosen: candidate, propensity: .nan, expected: choice.expected)
    decided.repaired[row] = true
    note(row)
    value += worth.isNaN ? 0 : worth
    return candidate
  }

  private func allowed(_ candidate: Int32, _ blocked: [Bool]) -> Int {
    let candidate = Int(candidate)
    return candidate < actionCount && blocked[candidate] && owner.problem.rule.hasNoOp
      ? actionCount : candidate
  }

  /// What a ceiling of divergence adds; what the other policy never takes is not eligible.
  private mutating func lean(_ prior: UnsafeMutablePointer<Double>, _ place: Int, _ count: Int) {
    for candidate in adjusted.indices {
      let probability = prior[candidate * count + place]
      adjusted[candidate] =
        probability > 0
        ? adjusted[candidate] + allocation.priorWeight * c360_ln(probability) : .nan
    }
  }

  /// Whether the caps forbid the same of what is eligible.
  private func isSame(
    _ flags: Buffer?, _ row: Int, _ blocked: [Bool], _ block: AllocationBlock, _ place: Int,
    _ count: Int, _ rowCount: Int
  ) -> Bool {
    let flags: UnsafeMutablePointer<UInt8>? = flags.map { $0.elements() }
    return (0..<actionCount).allSatisfy { action in
      let before = flags.map { $0[action * rowCount + row] != 0 } ?? false
      return before == blocked[action] || block.values[action * count + place].isNaN
    }
  }
}
