extension AllocationProblem {
  /// Makes the no-op of decisions that are counted in the rows, those first that are worth least at the prices
  /// (of equals the last); forced decisions stay.
  ///
  /// - Parameters:
  ///   - chosen: by decision; −1: none, left alone.
  ///   - rows: nil: all decisions, whether they are counted or not.
  ///   - share: of those that are counted and do something, 0...1.
  func giveUp(_ chosen: inout [Int32], in rows: [Int]?, share: Double, multipliers: [Double]) {
    guard hasNoOp else { return }
    var isCounted = meters.map { [Bool](repeating: rows == nil, count: $0.cellCount) }
    for row in rows ?? [] {
      for term in self.rows[row].terms {
        for cell in term.cells { isCounted[term.meter][cell] = true }
      }
    }
    let ledger = RowLedger(self)
    var evaluator = ChangeEvaluator(self, prices: ledger.weigh(multipliers))
    var counted: [(worth: Double, decision: Int)] = []
    let tiles = DecisionTiles(self)
    let block = emptyBlock(capacity: tiles.longest)
    for range in tiles.ranges {
      source.read(range, into: block)
      for (place, decision) in range.enumerated()
      where block.forced[place] < 0 && chosen[decision] >= 0
        && Int(chosen[decision]) < actionCount
      {
        let isIn =
          rows == nil
          || meters.indices.contains { meter in
            let cell = meters[meter].cells.map { Int($0[decision]) } ?? 0
            return isCounted[meter].indices.contains(cell) && isCounted[meter][cell]
          }
        guard isIn else { continue }
        let change = evaluator.weigh(
          decision, from: Int(chosen[decision]), to: actionCount, block: block, place: place,
          count: range.count, ledger: ledger)
        counted.append((-change, decision))
      }
    }
    counted.sort { ($0.worth, $1.decision) < ($1.worth, $0.decision) }
    for (_, decision) in counted.prefix(Int((share * Double(counted.count)).rounded(.up))) {
      chosen[decision] = Int32(actionCount)
    }
  }
}
