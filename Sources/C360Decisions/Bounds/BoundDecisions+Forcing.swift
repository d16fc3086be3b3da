import C360Allocation
import C360Columns
import C360Engine

extension BoundDecisions {
  /// Decisions of which the candidates alone keep a bound on a total or a rate from being held: of an upper
  /// bound, those that use some of it whatever is chosen; of a lower one, those at which nothing adds to it.
  func forcing(
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
    return found.count == 0 ? nil : found
  }

  private func decision(
    _ row: Int, quantity: Double, isFallback: Bool
  ) -> UnsatisfiedBounds.Forcing.Decision {
    let first = problem.parts[0]
    return UnsatisfiedBounds.Forcing.Decision(
      key: first.frameColumn(step.key).scalar(row, texts: first.pool),
      time: first.frameColumn(step.time).int64s[row],
      number: Int(first.frameColumn(step.number).int64s[row]), quantity: quantity,
      isFallback: isFallback)
  }
}
