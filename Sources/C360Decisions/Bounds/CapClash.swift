import C360Allocation
import C360Columns
import C360Engine

/// Bounds from below that clash with what bounds for each entity leave: of single ones this can be proven by
/// counting, entity by entity, whatever the order of decisions is.
struct CapClash {
  private let bounds: BoundRows
  private let source: DecisionValues
  private let walk: EntityCapWalk
  private let names: [String]
  private let actionCount: Int

  /// - Parameter names: of the caps of the walk.
  init(
    _ bounds: BoundRows, _ source: DecisionValues, _ walk: EntityCapWalk, names: [String],
    actionCount: Int
  ) {
    self.bounds = bounds
    self.source = source
    self.walk = walk
    self.names = names
    self.actionCount = actionCount
  }

  /// The first of the bounds that were not met that cannot be; nil: nothing is proven.
  func proof(
    of unmet: UnsatisfiedBounds, _ context: ExecutionContext
  ) throws(EngineError) -> UnsatisfiedBounds? {
    source.blocked = nil
    for clash in unmet.clashes where !clash.isAtMost {
      guard let row = bounds.row(of: clash) else { continue }
      let single = walk.caps.indices.map { (walk.only($0), [names[$0]]) }
      for (walk, names) in single.count == 1 ? single : single + [(walk, names)] {
        let most = try most(row, walk, context)
        guard most < clash.limit - 1e-9 * max(1, abs(clash.limit)) else { continue }
        let reached = try reached(row, walk, context)
        let isExact = reached >= most - 1e-9 * max(1, abs(most))
        var found = UnsatisfiedBounds.Clash(
          constraint: clash.constraint, label: clash.label, isAtMost: false, limit: clash.limit,
          closest: reached)
        found.beyond = isExact ? nil : most
        return UnsatisfiedBounds(clashes: [found], caps: names)
      }
    }
    return nil
  }

  /// No decisions within the caps come to more.
  private func most(
    _ row: AllocationRow, _ walk: EntityCapWalk, _ context: ExecutionContext
  ) throws(EngineError) -> Double {
    let prices = AllocationPrices(bounds.solvedMeters, rows: [row], multipliers: [1])
    let bound = EntityCapBound(
      walk, prices: prices, actionCount: actionCount, countsValues: false)
    return try bound.total(source, context).rounded
  }

  /// What decisions come to that take the most they can, one by one, at the least use of the caps.
  private func reached(
    _ row: AllocationRow, _ walk: EntityCapWalk, _ context: ExecutionContext
  ) throws(EngineError) -> Double {
    let prices = AllocationPrices(bounds.solvedMeters, rows: [row], multipliers: [1])
    let scratch = walk.caps.map { _ in Buffer(byteCount: max(1, walk.rowCount * actionCount)) }
    var sum = ExactSum()
    try walk.walk(source, blocked: scratch, context) { decision, block, place, count, blocked in
      func amount(_ action: Int) -> Double {
        -prices.price(decision, action, block, place, count)
      }
      func used(_ action: Int) -> Double {
        walk.caps.reduce(0) { $0 + walk.quantity($1, action, block, place, count) }
      }
      let forced = Int(block.forced[place])
      var best = (candidate: actionCount, amount: 0.0, used: 0.0)
      for action in 0..<actionCount where !blocked[action] {
        if forced >= 0 ? action != forced : block.values[action * count + place].isNaN { continue }
        let own = (amount: amount(action), used: used(action))
        if forced >= 0 || own.amount > best.amount
          || (own.amount == best.amount && own.used < best.used)
        {
          best = (action, own.amount, own.used)
        }
      }
      sum.add(best.amount)
      return best.candidate
    }
    return sum.rounded
  }
}
