import C360Engine
import Testing

@testable import C360Decisions

@Suite struct FirstStageTests {
  /// Which actions of a row stay, by sorting.
  private func kept(_ scores: [Double?], forbidden: [Bool], count: Int) -> [Bool] {
    let known = scores.indices.filter { index in
      !forbidden[index] && scores[index].map { !$0.isNaN } ?? false
    }
    let sorted = known.sorted { left, right in
      let (one, other) = (scores[left] ?? 0, scores[right] ?? 0)
      return one > other || (one == other && left < right)
    }
    let best = Set(sorted.prefix(count))
    return scores.indices.map { best.contains($0) }
  }

  @Test(arguments: [1, 2, 3, 7, 64, 65, 200, .max])
  func `the greatest scores stay, ties to the earlier, null and NaN never`(count: Int) {
    var random = SystemRandomNumberGenerator()
    let numbers: [Double?] = [nil, .nan, -.infinity, -1, -0.0, 0, 0.5, 0.5, 2, 3, 4, .infinity]
    for actionCount in [1, 3, 64, 70, 130] {
      let rows = 9
      let scores = (0..<rows).map { _ in
        (0..<actionCount).map { _ in numbers[Int.random(in: 0..<numbers.count, using: &random)] }
      }
      let rules = (0..<rows).map { row in
        (0..<actionCount).map { _ in row > 3 && Int.random(in: 0..<3, using: &random) == 0 }
      }
      let rule = ChoiceRule(
        base: .greedy, explore: 0, actionCount: actionCount, hasNoOp: false, fallback: 0)
      let tile = DecisionTile(rule: rule, ruleCount: 2, rows: rows, keepsPatterns: true)
      tile.begin(rows: rows)
      var flags = rules.flatMap { $0.map { $0 ? 1 : 0 } } + [UInt8](repeating: 0, count: 8)
      flags.withUnsafeMutableBytes { bytes in
        if let start = bytes.baseAddress { tile.forbid(0, Operand(values: start)) }
      }
      var values = scores.flatMap { $0.map { $0 ?? 9 } }
      var valid = scores.flatMap { $0.map { $0 == nil ? 0 : 1 } as [UInt8] }
      values.withUnsafeMutableBytes { values in
        valid.withUnsafeMutableBufferPointer { valid in
          guard let start = values.baseAddress else { return }
          tile.keepGreatest(
            count, Operand(values: start, valid: valid.baseAddress), reason: 1)
        }
      }
      var dropped = 0
      for row in 0..<rows {
        let expected = kept(scores[row], forbidden: rules[row], count: count)
        for action in 0..<actionCount {
          let state = tile.forbidden[row * actionCount + action]
          #expect(state == (rules[row][action] ? 1 : expected[action] ? 0 : 2))
          if state == 2 { dropped += 1 }
        }
      }
      #expect(tile.forbiddenPairs[1] == dropped)
    }
  }
}
