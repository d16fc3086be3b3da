extension AllocationProblem {
  /// Makes the no-op of decisions that are counted in the rows; forced decisions stay.
  ///
  /// - Parameters:
  ///   - chosen: by decision; −1: none, left alone.
  ///   - rows: nil: all decisions, whether they are counted or not.
  func giveUp(_ chosen: inout [Int32], in rows: [Int]?) {
    guard hasNoOp else { return }
    var isCounted = meters.map { [Bool](repeating: rows == nil, count: $0.cellCount) }
    for row in rows ?? [] {
      for term in self.rows[row].terms {
        for cell in term.cells { isCounted[term.meter][cell] = true }
      }
    }
    let tiles = DecisionTiles(self)
    let block = emptyBlock(capacity: tiles.longest)
    for range in tiles.ranges {
      source.read(range, into: block)
      for (place, decision) in range.enumerated()
      where block.forced[place] < 0 && chosen[decision] >= 0 {
        let isIn =
          rows == nil
          || meters.indices.contains { meter in
            let cell = meters[meter].cells.map { Int($0[decision]) } ?? 0
            return isCounted[meter].indices.contains(cell) && isCounted[meter][cell]
          }
        if isIn { chosen[decision] = Int32(actionCount) }
      }
    }
  }
}
