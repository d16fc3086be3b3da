import C360Allocation

/// What each use of a meter costs in each of its cells, from the multipliers of the rows.
struct AllocationPrices: Sendable {
  let meters: [AllocationMeter]
  /// By meter, by cell.
  let prices: [[Double]]

  init(_ meters: [AllocationMeter], rows: [AllocationRow], multipliers: [Double]) {
    self.meters = meters
    var changes = meters.map { [Double](repeating: 0, count: $0.cellCount + 1) }
    for (row, multiplier) in zip(rows, multipliers) where multiplier != 0 {
      for term in row.terms where !term.cells.isEmpty {
        changes[term.meter][term.cells.lowerBound] += multiplier * term.coefficient
        changes[term.meter][term.cells.upperBound] -= multiplier * term.coefficient
      }
    }
    prices = changes.map { changes in
      var sum = 0.0
      return changes.dropLast().map { change in
        sum += change
        return sum
      }
    }
  }

  /// Meters that have a price at a decision, with it.
  func priced(_ decision: Int) -> [(meter: AllocationMeter, price: Double)] {
    zip(meters, prices).compactMap { meter, prices in
      let cell = meter.cells.map { Int($0[decision]) } ?? 0
      return cell >= 0 && prices[cell] != 0 ? (meter, prices[cell]) : nil
    }
  }

  /// Of an action at a decision that stands at this place of a block.
  func price(
    _ decision: Int, _ action: Int, _ block: AllocationBlock, _ place: Int, _ count: Int
  ) -> Double {
    var price = 0.0
    for (meter, prices) in zip(meters, prices) {
      let cell = meter.cells.map { Int($0[decision]) } ?? 0
      guard cell >= 0, prices[cell] != 0 else { continue }
      price += prices[cell] * meter.quantity.amount(action, block, place, count)
    }
    return price
  }
}
