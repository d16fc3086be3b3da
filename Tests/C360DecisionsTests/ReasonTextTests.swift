import C360Columns
import Testing

@testable import C360Decisions

@Suite struct ReasonTextTests {
  /// Texts of rows given as lists of (rule, action).
  private func texts(
    _ rows: [[(Int, Int)]], rules: [String], actions: [String], capacity: Int = 4096
  ) -> [String] {
    let pool = TextPool()
    var reasons = ReasonText(rules: rules, names: actions, pool: pool, capacity: capacity)
    let wordsPerRule = (actions.count + 63) / 64
    var words = [UInt64](repeating: 0, count: max(1, wordsPerRule * rules.count * rows.count))
    for (row, pairs) in rows.enumerated() {
      for (rule, action) in pairs {
        words[(row * rules.count + rule) * wordsPerRule + action / 64] |= 1 << UInt64(action % 64)
      }
    }
    var codes = [Int32](repeating: -1, count: rows.count)
    reasons.write(words, rows: rows.count, into: &codes)
    return codes.map { pool.text($0) }
  }

  @Test func rulesThenActionsInOrder() {
    let texts = texts(
      [[(1, 0), (0, 2), (0, 1)], [], [(2, 1)]], rules: ["cap", "age_gate", "null_value"],
      actions: ["wine", "tea", "rum"])
    #expect(texts == ["cap: tea, rum; age_gate: wine", "", "null_value: tea"])
  }

  @Test func moreThanSixtyFourActions() {
    let actions = (0..<130).map { "a\($0)" }
    let texts = texts(
      [[(0, 63), (0, 64), (1, 129)]], rules: ["x", "y"], actions: actions)
    #expect(texts == ["x: a63, a64; y: a129"])
  }

  @Test func forgottenPatternsAreWrittenAgain() {
    let rows = (0..<40).map { [(0, $0 % 5), (1, $0 % 7)] }
    let expected = rows.map { "x: a\($0[0].1); y: a\($0[1].1)" }
    let actions = (0..<7).map { "a\($0)" }
    for capacity in [1, 2, 3, 4096] {
      #expect(texts(rows, rules: ["x", "y"], actions: actions, capacity: capacity) == expected)
    }
  }

  @Test func noActions() {
    #expect(texts([[], []], rules: ["x"], actions: []) == ["", ""])
  }
}
