import C360Allocation
import C360Columns
import C360Engine

extension BoundDecisions {
  /// Bounds that are proven to clash, and the decisions that force it.
  func explained(
    _ error: AllocationInfeasibility, _ bounds: BoundRows, _ problem: AllocationProblem
  ) -> UnsatisfiedBounds {
    var found = bounds.unsatisfied(error)
    if found.clashes.count == 1 {
      found.clashes[0].forcing = forcing(found.clashes[0], bounds, problem)
    }
    if found.clashes.first?.forcing == nil { found.restriction = restriction(error, problem) }
    return found
  }

  /// Of other bounds, and of several: decisions where what may be chosen comes to more, in the weights that prove
  /// the clash, than the least of all actions. Nil where it would clash whatever might be chosen, or where what
  /// an action comes to is only known where it may be chosen.
  private func restriction(
    _ error: AllocationInfeasibility, _ problem: AllocationProblem
  ) -> UnsatisfiedBounds.Restriction? {
    var weights = [Double](repeating: 0, count: problem.rows.count)
    for clash in error.clashes {
      guard clash.row >= 0, clash.weight > 0 else { return nil }
      weights[clash.row] = clash.weight
      for term in problem.rows[clash.row].terms {
        guard case .perAction = problem.meters[term.meter].quantity else { return nil }
      }
    }
    let prices = AllocationPrices(problem.meters, rows: problem.rows, multipliers: weights)
    let scale = zip(weights, problem.rows).reduce(0) { $0 + abs($1.0 * $1.1.bound) }
    let explore = problem.rule.explore
    let block = problem.emptyBlock(capacity: Self.valueRows)
    var found = UnsatisfiedBounds.Restriction()
    found.actionCount = self.problem.ownCount
    var free = ExactSum()
    for range in Parallel.ranges(rowCount, size: Self.valueRows) {
      for place in range.indices { block.forced[place - range.lowerBound] = -1 }
      problem.source.read(range, into: block)
      for (place, row) in range.enumerated() {
        let priced = prices.priced(row)
        if priced.isEmpty { continue }
        found.counted += 1
        let forced = Int(block.forced[place])
        var costs = [Double](repeating: 0, count: actionCount)
        var rounding = 0.0
        for (meter, price) in priced {
          for action in 0..<actionCount {
            let cost = price * meter.quantity.amount(action, block, place, range.count)
            costs[action] += cost
            rounding = max(rounding, 1e-9 * abs(cost))
          }
        }
        let idle = problem.hasNoOp ? [0.0] : []
        let open = (0..<actionCount).filter {
          forced >= 0 ? $0 == forced : !block.values[$0 * range.count + place].isNaN
        }
        let mayBe =
          open.map { costs[$0] } + (forced < 0 ? idle : forced == actionCount ? [0] : [])
        let all = costs + idle
        guard let least = mayBe.min(), let freely = all.min() else { continue }
        free.add((1 - explore) * freely + explore * all.reduce(0, +) / Double(all.count))
        guard least > freely + rounding else { continue }
        found.count += 1
        guard found.first.count < UnsatisfiedBounds.Forcing.shown else { continue }
        let (key, time, number) = identity(row)
        found.first.append(
          .init(
            key: key, time: time, number: number,
            eligible: Set(open.map { $0 % self.problem.ownCount }).count, isFallback: forced >= 0))
      }
    }
    let allowed = zip(weights, problem.rows).reduce(0) { $0 + ($1.0 > 0 ? $1.0 * $1.1.bound : 0) }
    guard found.count > 0, free.rounded <= allowed + 1e-9 * scale else { return nil }
    return found
  }

  /// Of a single bound on a total or a rate: decisions of which the candidates alone keep it from being held, of
  /// an upper bound those that use some of it whatever is chosen, of a lower one those at which nothing adds to it.
  private func forcing(
    _ clash: UnsatisfiedBounds.Clash, _ bounds: BoundRows, _ problem: AllocationProblem
  ) -> UnsatisfiedBounds.Forcing? {
    guard let (term, over) = bounds.total(of: clash) else { return nil }
    let meter = problem.meters[term.meter]
    let block = problem.emptyBlock(capacity: Self.valueRows)
    var found = UnsatisfiedBounds.Forcing()
    var usage = ExactSum()
    for range in Parallel.ranges(rowCount, size: Self.valueRows) {
      for place in range.indices { block.forced[place - range.lowerBound] = -1 }
      problem.source.read(range, into: block)
      for (place, row) in range.enumerated() {
        guard term.cells.contains(meter.cells.map { Int($0[row]) } ?? 0) else { continue }
        found.counted += 1
        let forced = Int(block.forced[place])
        func amount(_ action: Int) -> Double {
          meter.quantity.amount(action, block, place, range.count)
        }
        var amounts: [Double]
        if forced >= 0 {
          amounts = [forced < actionCount ? amount(forced) : 0]
        } else {
          amounts = (0..<actionCount).filter { !block.values[$0 * range.count + place].isNaN }
            .map(amount)
          if problem.hasNoOp { amounts.append(0) }
        }
        guard let least = clash.isAtMost ? amounts.min() : amounts.max(), least.isFinite,
          clash.isAtMost ? least > 0 : least <= 0
        else { continue }
        found.count += 1
        if forced >= 0 { found.fallbacks += 1 }
        usage.add(least)
        if found.first.count < UnsatisfiedBounds.Forcing.shown {
          found.first.append(decision(row, quantity: least, isFallback: forced >= 0))
        }
      }
    }
    found.usage = usage.rounded / over
    // Of none at all, that is what keeps it from being held.
    return found.count == 0 && found.counted > 0 ? nil : found
  }

  private func decision(
    _ row: Int, quantity: Double, isFallback: Bool
  ) -> UnsatisfiedBounds.Forcing.Decision {
    let (key, time, number) = identity(row)
    return UnsatisfiedBounds.Forcing.Decision(
      key: key, time: time, number: number, quantity: quantity, isFallback: isFallback)
  }

  /// Key of the entity, moment, and number among decisions of both.
  private func identity(_ row: Int) -> (key: Scalar, time: Int64, number: Int) {
    let first = problem.parts[0]
    return (
      first.frameColumn(step.key).scalar(row, texts: first.pool),
      first.frameColumn(step.time).int64s[row], Int(first.frameColumn(step.number).int64s[row])
    )
  }
}
