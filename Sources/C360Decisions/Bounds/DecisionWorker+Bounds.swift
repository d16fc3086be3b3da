import C360Allocation
import C360Columns
import C360Engine
import C360Plan

extension DecideStep {
  /// Whether its decisions depend on each other.
  var isBound: Bool { !constraints.isEmpty || !entityCaps.isEmpty }

  /// Quantities of bounds that are computed at every pair.
  var quantityScalars: [ScalarID] {
    let quantities = entityCaps.map(\.quantity) + constraints.flatMap(\.quantities)
    return quantities.compactMap { if case .pairs(let scalar) = $0 { scalar } else { nil } }
  }
}

extension DecisionWorker {
  /// Values, quantities and forced candidates of the rows of a piece.
  /// - Throws: `EngineError.row` for the lowest row at which something asked for has no value.
  func read(
    _ rows: Range<Int>, pairs: [PairQuantity], into target: BoundTarget
  ) throws(EngineError) {
    try forEachTile(of: rows) { tileRows throws(EngineError) in
      evaluate(tileRows) { _ in }
      tile.findBest(passing)
      tile.markFallbacks()
      tile.letFallbacksAct()
      for pair in pairs { tile.noteQuantity(pair.output, output(.quantity(pair.output))) }
      try checkFailure(tileRows)
      let bad = copy(pairs, into: target.advanced(by: tileRows.lowerBound - rows.lowerBound))
      if let bad {
        let row = tileRows.lowerBound + bad.row
        throw bad.output.map { problem.uncounted(output: $0, bad.value, row: row) }
          ?? problem.unpriced(bad.value, row: row)
      }
    }
  }

  /// A number that bounds cannot reckon with, where its action may be chosen.
  private struct BadNumber {
    /// Of a quantity; nil: it is the value.
    let output: Int?
    let row: Int
    let value: Double
  }

  /// - Returns: the first number, by row, that is beyond `BoundNumbers`.
  private func copy(_ pairs: [PairQuantity], into target: BoundTarget) -> BadNumber? {
    var bad: BadNumber?
    let rows = tile.rows
    let actionCount = tile.rule.actionCount
    let values = passing == nil ? tile.values : tile.base
    for action in 0..<actionCount {
      let column = target.values + action * target.stride
      column.update(from: values + action * rows, count: rows)
      // NaN: it may not be chosen.
      for row in 0..<rows where abs(column[row]) > BoundNumbers.greatest {
        if row < bad?.row ?? rows { bad = BadNumber(output: nil, row: row, value: column[row]) }
        break
      }
    }
    for row in 0..<rows {
      target.forced[row] = tile.isFallback[row] != 0 ? Int32(tile.chosen[row]) : -1
    }
    for (pair, quantities) in zip(pairs, target.quantities) {
      let operand = output(.quantity(pair.output))
      for action in 0..<actionCount {
        let column = quantities + action * target.stride
        guard pair.actions?[action] ?? true else {
          column.update(repeating: 0, count: rows)
          continue
        }
        for row in 0..<rows {
          let place = row * actionCount + action
          let isKnown = operand.valid.map { $0[place] != 0 } ?? true
          let value = isKnown ? operand.float64s[place] : 0
          let isCounted = BoundNumbers.holds(value)
          column[row] = isCounted ? value : 0
          if !isCounted, row < bad?.row ?? rows,
            !target.values[action * target.stride + row].isNaN
              || Int(target.forced[row]) == action
          {
            bad = BadNumber(output: pair.output, row: row, value: value)
          }
        }
      }
    }
    return bad
  }

  /// Probabilities of the candidates of a piece, candidate by candidate, before any bound.
  func readDistribution(
    _ rows: Range<Int>, into target: UnsafeMutablePointer<Double>, stride: Int
  ) throws(EngineError) {
    try forEachTile(of: rows) { tileRows throws(EngineError) in
      evaluate(tileRows) { _ in }
      tile.findBest(passing)
      tile.markFallbacks()
      tile.distribute()
      tile.letFallbacksAct()
      try checkFailure(tileRows)
      let offset = tileRows.lowerBound - rows.lowerBound
      for candidate in 0..<tile.candidateCount {
        (target + candidate * stride + offset).update(
          from: tile.mixed + candidate * tile.rows, count: tile.rows)
      }
      for row in 0..<tile.rows where tile.isFallback[row] != 0 {
        for candidate in 0..<tile.candidateCount {
          target[candidate * stride + offset + row] =
            candidate == Int(tile.chosen[row]) ? 1 : 0
        }
      }
    }
  }

  /// Writes decisions that were made elsewhere.
  func write(
    _ rows: Range<Int>, _ decided: DecidedRows, _ log: DecisionLog, _ context: ExecutionContext
  ) throws(EngineError) {
    try forEachTile(of: rows) { tileRows throws(EngineError) in
      try context.checkCancelled()
      evaluate(tileRows) { tile in decided.forbid(tileRows, in: tile, problem.step.firstCapReason) }
      tile.findBest(passing)
      tile.markFallbacks()
      decided.write(tileRows, to: tile)
      try write(tileRows, log)
    }
  }
}

extension DecisionTile {
  /// A quantity must have a value where the action may be chosen.
  func noteQuantity(_ output: Int, _ operand: Operand) {
    note(.quantity(output), operand) { self.isEligible($0, $1) }
  }
}
