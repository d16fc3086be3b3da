import C360Columns
import C360Engine

/// Decisions that were made together, by row of the frame.
final class DecidedRows: @unchecked Sendable {
  var chosen: [Int32]
  /// NaN: none, the decision was repaired.
  var propensities: [Double]
  /// NaN: undefined.
  var expected: [Double]
  var repaired: [Bool]
  /// By cap of the step, actionCount × rows, candidate by candidate: 1 where the cap forbids.
  let blocked: [Buffer]
  let actionCount: Int

  init(rowCount: Int, actionCount: Int, capCount: Int) {
    chosen = [Int32](repeating: 0, count: rowCount)
    propensities = [Double](repeating: 1, count: rowCount)
    expected = [Double](repeating: 0, count: rowCount)
    repaired = [Bool](repeating: false, count: rowCount)
    blocked = (0..<capCount).map { _ in Buffer(byteCount: max(1, rowCount * actionCount)) }
    self.actionCount = actionCount
  }

  /// Puts what caps forbid in a tile beside what its rules forbid.
  func forbid(_ rows: Range<Int>, in tile: DecisionTile, _ firstReason: Int) {
    guard !blocked.isEmpty else { return }
    // Kernels may read a word past the end.
    var flags = [UInt8](repeating: 0, count: rows.count * actionCount + 8)
    for (cap, buffer) in blocked.enumerated() {
      let source: UnsafeMutablePointer<UInt8> = buffer.elements()
      for action in 0..<actionCount {
        let column = source + action * chosen.count + rows.lowerBound
        for row in 0..<rows.count { flags[row * actionCount + action] = column[row] }
      }
      flags.withUnsafeMutableBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        tile.forbid(firstReason + cap, Operand(values: base, valid: nil))
      }
    }
  }

  func write(_ rows: Range<Int>, to tile: DecisionTile) {
    for (place, row) in rows.enumerated() {
      tile.chosen[place] = Int64(chosen[row])
      tile.propensities[place] = propensities[row]
      tile.expected[place] = expected[row]
      tile.repaired[place] = repaired[row] ? 1 : 0
    }
  }
}
