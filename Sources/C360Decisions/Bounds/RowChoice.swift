import C360Allocation
import CKernels

/// The choice at one decision from its values, as `DecisionTile` makes it for many (docs/choices.md).
struct RowChoice {
  private let rule: ChoiceRule
  /// Overrides the rule's own.
  private let temperature: Double
  private var weights: [Double]
  private var isCertain = true
  /// Nats, before exploration.
  private(set) var entropy = 0.0
  private(set) var chosen = 0
  private(set) var propensity = 1.0
  /// Σ p·v of the values as they are, not adjusted.
  private(set) var expected = 0.0

  /// - Parameter temperature: 0: greedy.
  init(rule: ChoiceRule, temperature: Double) {
    self.rule = rule
    self.temperature = temperature
    weights = [Double](repeating: 0, count: rule.candidateCount)
  }

  init(rule: ChoiceRule) {
    if case .softmax(let temperature) = rule.base {
      self.init(rule: rule, temperature: temperature)
    } else {
      self.init(rule: rule, temperature: 0)
    }
  }

  /// - Parameters:
  ///   - adjusted: by candidate, the no-op's included; NaN: not eligible.
  ///   - values: the same without prices.
  ///   - draw: asked for where there is something to draw.
  mutating func choose(adjusted: [Double], values: (Int) -> Double, draw: () -> Double) {
    var best = -1
    for (candidate, value) in adjusted.enumerated() where !value.isNaN {
      if best < 0 || value > adjusted[best] { best = candidate }
    }
    guard best >= 0, temperature > 0 || rule.explore > 0 else {
      isCertain = true
      chosen = max(0, best)
      propensity = 1
      entropy = 0
      expected = values(chosen)
      return
    }
    isCertain = false
    distribute(adjusted, best)
    chosen = pick(draw())
    propensity = weights[chosen]
    expected = 0
    for candidate in weights.indices where weights[candidate] > 0 {
      expected += weights[candidate] * values(candidate)
    }
  }

  /// By candidate, under the full mixture of the last choice.
  var probabilities: [Double] {
    isCertain ? weights.indices.map { $0 == chosen ? 1 : 0 } : weights
  }

  private mutating func distribute(_ adjusted: [Double], _ best: Int) {
    let greatest = adjusted[best]
    var total = 0.0
    var eligible = 0.0
    for (candidate, value) in adjusted.enumerated() {
      if value.isNaN {
        weights[candidate] = 0
        continue
      }
      eligible += 1
      if temperature > 0 {
        weights[candidate] =
          value == greatest ? 1 : c360_exp((value - greatest) / temperature)
      } else {
        weights[candidate] = candidate == best ? 1 : 0
      }
      total += weights[candidate]
    }
    entropy = 0
    for (candidate, value) in adjusted.enumerated() where !value.isNaN {
      let share = weights[candidate] / total
      if share > 0, share < 1 { entropy -= share * c360_ln(share) }
      weights[candidate] =
        rule.explore > 0 ? (1 - rule.explore) * share + rule.explore / eligible : share
    }
  }

  private func pick(_ draw: Double) -> Int {
    var sum = 0.0
    for (candidate, weight) in weights.enumerated() {
      sum += weight
      if sum > draw { return candidate }
    }
    return weights.lastIndex { $0 > 0 } ?? 0
  }
}
