/// Whole decisions within one budget.
public struct HullAllocation: Sendable {
  /// By decision; −1 where nothing is eligible and there is no no-op.
  public let chosen: [Int32]
  /// Spent, in the unit of the meter.
  public let spent: Double
  public let value: Double
  /// No allocation within the budget is worth more: the relaxed optimum.
  public let bound: Double
  public let multiplier: Double
}

extension HullPath {
  /// The edges that fit in their order; after the first that does not, each later one that still does
  /// and whose decision stands at its foot. The value is short of the bound by less than the gain of
  /// the first edge left out. nil: the budget is below the least.
  public func allocation(within budget: Double) -> HullAllocation? {
    guard let relaxed = value(at: budget) else { return nil }
    let taken = prefix(within: budget)
    var chosen = baseline
    for increment in increments[..<taken] {
      chosen[Int(increment.decision)] = increment.candidate
    }
    var (spent, worth) = (RunningSum(budgets[taken]), RunningSum(values[taken]))
    if taken < increments.count && spent.value < budget {
      var isLeft = [Bool](repeating: false, count: chosen.count)
      for increment in increments[taken...] where !isLeft[Int(increment.decision)] {
        var next = spent
        next.add(increment.cost)
        if next.value <= budget {
          chosen[Int(increment.decision)] = increment.candidate
          spent = next
          worth.add(increment.gain)
        } else {
          isLeft[Int(increment.decision)] = true
        }
      }
    }
    return HullAllocation(
      chosen: chosen, spent: spent.value, value: worth.value,
      bound: max(relaxed.value, worth.value), multiplier: relaxed.multiplier)
  }
}
