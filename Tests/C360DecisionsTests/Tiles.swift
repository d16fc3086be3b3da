import C360Columns
import C360Engine

@testable import C360Decisions

/// What a tile says of one row.
struct Decided: Equatable {
  var chosen: Int
  var propensity: Double
  var value: Double?
  var expected: Double?
  var rank: Int?
  var eligible: Int
  var isFallback: Bool
}

/// A small decision problem: values by row and action (nil: null), rules by row and action.
struct Problem {
  var values: [[Double?]]
  var rules: [[[Bool]]] = []
  var passes: [[Bool]]?
  var base: ChoiceRule.Base = .greedy
  var explore = 0.0
  var hasNoOp = false
  var fallback = 0
  var draws: [Double]?

  var actionCount: Int { values.first?.count ?? 0 }
  var rule: ChoiceRule {
    ChoiceRule(
      base: base, explore: explore, actionCount: actionCount, hasNoOp: hasNoOp, fallback: fallback)
  }

  /// Decides in tiles of `tileRows` rows.
  func decide(tileRows: Int = 1024) -> [Decided] {
    let tile = DecisionTile(
      rule: rule, ruleCount: rules.count, rows: tileRows, keepsPatterns: false)
    var result: [Decided] = []
    for start in stride(from: 0, to: values.count, by: tileRows) {
      let rows = start..<min(values.count, start + tileRows)
      tile.begin(rows: rows.count)
      for (index, condition) in rules.enumerated() {
        withFlags(condition, rows) { tile.forbid(index, $0) }
      }
      withValues(rows) { tile.addTerm($0, weight: 1) }
      tile.seal()
      for row in rows { tile.draws[row - rows.lowerBound] = draws?[row] ?? 0 }
      if let passes {
        withFlags(passes, rows) { tile.choose(passing: $0) }
      } else {
        tile.choose(passing: nil)
      }
      tile.rank()
      for row in 0..<rows.count { result.append(read(tile, row)) }
    }
    return result
  }

  /// The propensity of every candidate at the first row, by drawing at `steps` even places.
  func distribution(steps: Int = 4096) -> [Double] {
    var frequencies = [Double](repeating: 0, count: rule.candidateCount)
    var problem = self
    problem.values = Array(repeating: values[0], count: steps)
    problem.rules = rules.map { Array(repeating: $0[0], count: steps) }
    problem.passes = passes.map { Array(repeating: $0[0], count: steps) }
    problem.draws = (0..<steps).map { (Double($0) + 0.5) / Double(steps) }
    for decision in problem.decide() { frequencies[decision.chosen] = decision.propensity }
    return frequencies
  }

  private func read(_ tile: DecisionTile, _ row: Int) -> Decided {
    let chosen = Int(tile.chosen[row])
    let value = tile.values[chosen * tile.rows + row]
    let expected = tile.expected[row]
    return Decided(
      chosen: chosen, propensity: tile.propensities[row], value: value.isNaN ? nil : value,
      expected: expected.isNaN ? nil : expected, rank: value.isNaN ? nil : Int(tile.ranks[row]),
      eligible: Int(tile.eligible[row]), isFallback: tile.isFallback[row] != 0)
  }

  private func withValues(_ rows: Range<Int>, _ body: (Operand) -> Void) {
    let flat = rows.flatMap { values[$0] }
    var numbers = flat.map { $0 ?? 0 } + [0]
    var valid = flat.map { $0 == nil ? 0 : 1 } + [0] as [UInt8]
    numbers.withUnsafeMutableBytes { numbers in
      valid.withUnsafeMutableBufferPointer { valid in
        guard let start = numbers.baseAddress else { return }
        body(Operand(values: start, valid: valid.baseAddress))
      }
    }
  }

  private func withFlags(_ flags: [[Bool]], _ rows: Range<Int>, _ body: (Operand) -> Void) {
    // Kernels may read a word past the end.
    var bytes =
      rows.flatMap { flags[$0].map { $0 ? 1 : 0 } } + Array(repeating: 0, count: 8)
      as [UInt8]
    bytes.withUnsafeMutableBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      body(Operand(values: start))
    }
  }
}
