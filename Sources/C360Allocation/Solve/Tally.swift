/// What given whole decisions are worth and use, summed over all of them in a fixed order.
struct Tally {
  /// By row.
  let usage: [Double]
  /// Σ of what the dual maximises, weighted, prices aside; unknown values of forced candidates count
  /// as 0.
  let value: Double

  init(_ dual: DualFunction, _ chosen: [Int32]) throws {
    let engine = dual.engine
    let map = engine.map
    let problem = engine.problem
    let setting = PassSetting(
      prices: [Double](repeating: 0, count: map.cellCount), weight: 0, temperature: 0)
    let weight = dual.weight
    let totals = try engine.run(setting, extras: map.cellCount + 1) { range, worker, sums in
      let rows = range.count
      var value = 0.0
      for row in 0..<rows {
        let candidate = Int(chosen[range.lowerBound + row])
        if candidate >= 0 { value += weight * worker.value(candidate, row, rows: rows) }
      }
      sums[map.cellCount] += value
      for (place, meter) in problem.meters.enumerated() where meter.cellCount > 0 {
        worker.count(meter, range, chosen, into: sums + map.offsets[place])
      }
    }
    let usage = map.usages(Array(totals.extras.prefix(map.cellCount)))
    var value = totals.extras[map.cellCount]
    for (row, price) in (dual.standing ?? []).enumerated() where price != 0 {
      value -= price * usage[row]
    }
    self.usage = usage
    self.value = value
  }
}

extension PassWorker {
  fileprivate func count(
    _ meter: AllocationMeter, _ range: Range<Int>, _ chosen: [Int32],
    into sums: UnsafeMutablePointer<Double>
  ) {
    let rows = range.count
    for row in 0..<rows {
      let decision = range.lowerBound + row
      let candidate = Int(chosen[decision])
      guard candidate >= 0, candidate < problem.actionCount else { continue }
      let cell = meter.cells.map { Int($0[decision]) } ?? 0
      if cell < 0 { continue }
      sums[cell] += meter.quantity.amount(candidate, block, row, rows)
    }
  }
}
