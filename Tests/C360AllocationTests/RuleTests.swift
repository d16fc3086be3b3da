import Foundation
import Testing

@testable import C360Allocation

@Suite("Rules of choice")
struct RuleTests {
  private func small(_ rule: AllocationRule, seed: UInt64 = 21, decisions: Int = 400)
    -> SmallProblem
  {
    var random = Random(seed: seed)
    var small = SmallProblem(
      values: (0..<decisions).map { _ in (0..<3).map { _ in random.next() * 4 - 1 } })
    small.meters = [
      .init(
        quantities: (0..<decisions).map { _ in (0..<3).map { _ in random.next() } }, cells: nil,
        cellCount: 1)
    ]
    small.rows = [
      AllocationRow(
        name: "budget", terms: [.init(meter: 0, cells: 0..<1, coefficient: 1)],
        bound: 0.25 * Double(decisions))
    ]
    small.rule = rule
    return small
  }

  /// The distribution that the prices of an answer stand for, by the formula.
  private func distribution(_ small: SmallProblem, _ answer: Allocation, _ decision: Int)
    -> [Double]
  {
    let candidates = small.candidates(decision)
    let scores = candidates.map { candidate -> Double in
      var score = small.value(decision, candidate)
      if candidate < small.actionCount {
        score -= answer.multipliers[0] * small.meters[0].quantities[decision][candidate]
      }
      if answer.priorWeight > 0 {
        score += answer.priorWeight * log(small.prior[decision][candidate])
      }
      return score
    }
    let greatest = scores.max()!
    let weights = scores.map { exp(($0 - greatest) / answer.temperature) }
    let sum = weights.reduce(0, +)
    var all = [Double](repeating: 0, count: small.candidateCount)
    for (place, candidate) in candidates.enumerated() {
      all[candidate] =
        (1 - small.rule.explore) * weights[place] / sum
        + small.rule.explore / Double(candidates.count)
    }
    return all
  }

  @Test(
    "softmax under a budget: the propensities are those of the prices, the budget is used up",
    arguments: [0.0, 0.1])
  func softmax(explore: Double) throws {
    let small = small(AllocationRule(base: .softmax(temperature: 0.5), explore: explore))
    let answer = try AllocationSolver().solve(small.problem)
    #expect(answer.multipliers[0] > 0)
    #expect(abs(answer.temperature - 0.5) < 1e-15)
    let all = small.values.indices.map { distribution(small, answer, $0) }
    let usage = small.usage { all[$0][$1] }[0]
    #expect(abs(usage - 100) < 1e-5)
    for decision in small.values.indices where !answer.repaired.contains(decision) {
      let expected = all[decision][Int(answer.chosen[decision])]
      #expect(abs(answer.propensities[decision] - expected) < 1e-12)
      let mean = (0..<3).reduce(0.0) { $0 + all[decision][$1] * small.value(decision, $1) }
      #expect(abs(answer.expectedValues[decision] - mean) < 1e-12)
    }
    #expect(answer.repaired.allSatisfy { answer.propensities[$0].isNaN })
    #expect(small.holds(answer.chosen))
    // Value and temperature times entropy, before exploration, of all probabilities: what the bound is of.
    var worth = 0.0
    for (decision, mixture) in all.enumerated() {
      worth += (0..<3).reduce(0) { $0 + mixture[$1] * small.value(decision, $1) }
      for share in mixture {
        let own = (share - explore / 4) / (1 - explore)
        worth -= (1 - explore) * 0.5 * own * log(own)
      }
    }
    #expect(abs(answer.certificate.bound - worth) <= 1e-6 * answer.certificate.bound)
  }

  @Test("a floor of entropy is met, exploration included", arguments: [0.0, 0.2])
  func entropyFloor(explore: Double) throws {
    let small = small(AllocationRule(base: .greedy, explore: explore, entropyFloor: 0.9))
    let answer = try AllocationSolver().solve(small.problem)
    #expect(answer.temperature > 0)
    var sum = 0.0
    for decision in small.values.indices {
      for share in distribution(small, answer, decision) where share > 0 {
        sum -= share * log(share)
      }
    }
    let mean = sum / Double(small.values.count)
    #expect(mean >= 0.9 - 1e-6)
    if explore == 0 { #expect(mean <= 0.9 + 1e-6) }
  }

  @Test("a ceiling of divergence is met", arguments: [0.0, 0.1])
  func divergenceCeiling(explore: Double) throws {
    var small = small(
      AllocationRule(base: .softmax(temperature: 0.2), explore: explore, divergenceCeiling: 0.15))
    var random = Random(seed: 4)
    small.prior = small.values.indices.map { _ in
      let raw = (0..<4).map { _ in random.next() + 0.05 }
      let sum = raw.reduce(0, +)
      return raw.map { $0 / sum }
    }
    let answer = try AllocationSolver().solve(small.problem)
    #expect(answer.priorWeight > 0)
    // What was repaired is certain.
    let repaired = Set(answer.repaired)
    var sum = 0.0
    for decision in small.values.indices {
      if repaired.contains(decision) {
        sum -= log(small.prior[decision][Int(answer.chosen[decision])])
        continue
      }
      let shares = distribution(small, answer, decision)
      for (share, other) in zip(shares, small.prior[decision]) where share > 0 {
        sum += share * log(share / other)
      }
    }
    let mean = sum / Double(small.values.count)
    #expect(mean <= 0.15 + 1e-9)
    if explore == 0 { #expect(mean >= 0.15 - (repaired.isEmpty ? 1e-6 : 0.01)) }
  }

  @Test("what the prior rules out is out under a ceiling")
  func impossibleUnderPrior() throws {
    var small = small(
      AllocationRule(base: .softmax(temperature: 0.2), explore: 0.3, divergenceCeiling: 0.5),
      decisions: 50)
    small.prior = small.values.indices.map { _ in [0, 0.5, 0.25, 0.25] }
    let answer = try AllocationSolver().solve(small.problem)
    #expect(!answer.chosen.contains(0))
  }

  @Test("a temperature that is almost 0 chooses as greedy does")
  func coldest() throws {
    let greedy = try AllocationSolver().solve(small(AllocationRule(base: .greedy)).problem)
    let cold = try AllocationSolver().solve(
      small(AllocationRule(base: .softmax(temperature: 1e-300))).problem)
    #expect(
      abs(greedy.certificate.bound - cold.certificate.bound) <= 1e-9 * greedy.certificate.bound)
    #expect(zip(greedy.chosen, cold.chosen).reduce(0) { $0 + ($1.0 == $1.1 ? 0 : 1) } <= 3)
  }

  @Test("greedy with exploration: the mixture uses the budget, every propensity is of the mixture")
  func exploringGreedy() throws {
    let small = small(AllocationRule(base: .greedy, explore: 0.08))
    var problem = small.problem
    problem.watched = Array(small.values.indices)
    let answer = try AllocationSolver().solve(problem)
    let used = small.usage { answer.distributions[$0]?[$1] ?? .nan }[0]
    #expect(used <= 100 + 1e-9)
    #expect(used >= 100 - 1e-6)
    let repaired = Set(answer.repaired)
    for decision in small.values.indices where !repaired.contains(decision) {
      let least = 0.08 / Double(small.candidates(decision).count)
      #expect(answer.propensities[decision] >= least - 1e-15)
      #expect(answer.propensities[decision] <= 1 - 0.08 + least + 1e-12)
    }
    #expect(small.holds(answer.chosen))
  }
}
