@testable import C360Allocation

/// A problem written down pair by pair, for tests of rounding, repair and hulls.
struct RoundingFixture: AllocationSource {
  var decisions: Int
  var actions: Int
  var seed: UInt64 = 0
  /// By action, then decision; NaN: not eligible.
  var values: [[Double]] = []
  /// By pair meter, action, decision.
  var quantities: [[[Double]]] = []
  var forced: [Int: Int32] = [:]

  func read(_ range: Range<Int>, into block: AllocationBlock) {
    for (place, decision) in range.enumerated() {
      for action in 0..<actions {
        let pair = action * range.count + place
        block.values[pair] = values.isEmpty ? 0 : values[action][decision]
        for (meter, table) in quantities.enumerated() {
          block.quantities[meter][pair] = table[action][decision]
        }
      }
      block.forced[place] = forced[decision] ?? -1
    }
  }

  func draw(_ decision: Int) -> Double { Self.unit(seed, UInt64(decision)) }

  /// Numbers in [0, 1) that stand for data.
  static func unit(_ stream: UInt64, _ place: UInt64) -> Double {
    Double(mixed64(mixed64(stream &+ 0x51ed) ^ (place &* 0x9e37_79b9_7f4a_7c15)) >> 11) * 0x1p-53
  }

  func problem(
    hasNoOp: Bool = true, explore: Double = 0, meters: [AllocationMeter], rows: [AllocationRow]
  ) -> AllocationProblem {
    AllocationProblem(
      decisionCount: decisions, actionCount: actions, hasNoOp: hasNoOp, source: self,
      meters: meters,
      rows: rows, rule: AllocationRule(base: .greedy, explore: explore))
  }
}

extension AllocationRow {
  /// Usage of one cell of a meter, or of a range, at most `bound`.
  static func atMost(
    _ bound: Double, meter: Int, cells: Range<Int> = 0..<1, penalty: Double? = nil
  ) -> AllocationRow {
    AllocationRow(
      name: "m\(meter) \(cells)", terms: [Term(meter: meter, cells: cells, coefficient: 1)],
      bound: bound, penalty: penalty)
  }

  static func atLeast(_ bound: Double, meter: Int) -> AllocationRow {
    AllocationRow(
      name: "m\(meter)", terms: [Term(meter: meter, cells: 0..<1, coefficient: -1)], bound: -bound)
  }
}
