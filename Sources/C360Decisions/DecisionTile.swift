import C360Columns
import C360Engine
import CKernels

/// A scalar has no value at a pair for which it was asked.
struct TileFailure: Equatable {
  enum Place: Equatable {
    case rule(Int)
    case firstStage
    case term(Int)
    case threshold
    case quantity(Int)
  }
  let place: Place
  let action: Int
  /// Of the tile.
  let row: Int
}

/// Decides for a tile of rows: rules, then terms, then `seal`, then `choose`; afterwards the results
/// may be read until the next `begin`. Belongs to one thread at a time and is used again for tile
/// after tile. Operands have one entry a pair, row by row; what is kept of a row's candidates stands
/// candidate by candidate (see `c360_decide.h`).
final class DecisionTile {
  let rule: ChoiceRule
  let capacity: Int
  /// Of the present tile.
  private(set) var rows = 0
  /// The failure of the lowest row; of one row's, the first in the order of evaluation.
  private(set) var failure: TileFailure?
  /// Pairs that each reason forbids (`DecideStep.reasonNames`), at last those without a value; over
  /// all tiles.
  var forbiddenPairs: [Int]

  /// Words of a row's pattern: those of each rule, then those of missing values.
  let patternWords: Int
  /// By row; nil unless reasons are asked for.
  let patterns: UnsafeMutablePointer<UInt64>?

  /// Candidate by candidate, once sealed; NaN: not eligible.
  let values: UnsafeMutablePointer<Double>
  // By row.
  let draws: UnsafeMutablePointer<Double>
  /// Candidates, the no-op included.
  let eligible: UnsafeMutablePointer<Int64>
  let chosen: UnsafeMutablePointer<Int64>
  let ranks: UnsafeMutablePointer<Int64>
  let propensities: UnsafeMutablePointer<Double>
  /// Σ p·v; NaN: undefined.
  let expected: UnsafeMutablePointer<Double>
  let isFallback: UnsafeMutablePointer<UInt8>
  /// Changed after the draw.
  let repaired: UnsafeMutablePointer<UInt8>

  // By pair, row by row. Bit 0: something forbids it; bit 1: no candidate of the first stage.
  let forbidden: UnsafeMutablePointer<UInt8>
  private let missing: UnsafeMutablePointer<UInt8>
  /// Sums of the terms; once sealed, scratch.
  private let sums: UnsafeMutablePointer<Double>
  /// Candidate by candidate.
  let base: UnsafeMutablePointer<Double>
  let mixed: UnsafeMutablePointer<Double>
  // By row.
  let best: UnsafeMutablePointer<Int64>
  private let greatest: UnsafeMutablePointer<Double>
  let scratch: UnsafeMutablePointer<Double>
  private let buffers: [Buffer]
  private var termCount = 0

  init(rule: ChoiceRule, ruleCount: Int, rows capacity: Int, keepsPatterns: Bool) {
    var buffers: [Buffer] = []
    func allocate<T: BitwiseCopyable>(_ count: Int, _: T.Type = T.self) -> UnsafeMutablePointer<T> {
      let buffer = Buffer(byteCount: max(1, count) * MemoryLayout<T>.stride)
      buffers.append(buffer)
      return buffer.elements()
    }
    let pairs = rule.candidateCount * capacity
    self.rule = rule
    self.capacity = capacity
    forbiddenPairs = [Int](repeating: 0, count: ruleCount + 1)
    patternWords = (rule.actionCount + 63) / 64 * (ruleCount + 1)
    patterns = keepsPatterns ? allocate(patternWords * capacity) : nil
    values = allocate(pairs)
    draws = allocate(capacity)
    eligible = allocate(capacity)
    chosen = allocate(capacity)
    ranks = allocate(capacity)
    propensities = allocate(capacity)
    expected = allocate(capacity)
    isFallback = allocate(capacity)
    repaired = allocate(capacity)
    repaired.initialize(repeating: 0, count: capacity)
    forbidden = allocate(pairs)
    missing = keepsPatterns ? allocate(pairs) : forbidden
    sums = allocate(pairs)
    base = allocate(pairs)
    mixed = rule.explore > 0 ? allocate(pairs) : base
    best = allocate(capacity)
    greatest = allocate(capacity)
    scratch = allocate(capacity)
    self.buffers = buffers
  }

  var pairs: Int { rule.actionCount * rows }
  var candidateCount: Int { rule.candidateCount }

  // MARK: Who is eligible

  /// - Parameter rows: at most `capacity`.
  func begin(rows: Int) {
    precondition(rows <= capacity)
    self.rows = rows
    termCount = 0
    failure = nil
    forbidden.update(repeating: 0, count: pairs)
    sums.update(repeating: 0, count: pairs)
  }

  /// The condition of a rule, by its place among the rules.
  func forbid(_ index: Int, _ condition: Operand) {
    note(.rule(index), condition) { _, _ in true }
    forbiddenPairs[index] += c360_decide_forbid(condition.bools, condition.valid, forbidden, pairs)
    writePattern(index, condition.bools, condition.valid)
  }

  /// Terms, in the order of their declaration.
  func addTerm(_ term: Operand, weight: Double) {
    note(.term(termCount), term) { action, row in
      self.forbidden[row * self.rule.actionCount + action] == 0
    }
    c360_decide_add_term(term.float64s, term.valid, weight, termCount == 0, sums, pairs)
    termCount += 1
  }

  /// Ends rules and terms: from here on it stands who is eligible.
  func seal() {
    let missingIndex = forbiddenPairs.count - 1
    if patterns != nil {
      c360_decide_missing(forbidden, sums, missing, pairs)
      writePattern(missingIndex, missing, nil)
    }
    forbiddenPairs[missingIndex] += c360_decide_seal(forbidden, sums, pairs)
    turn(sums, to: values)
    c360_decide_count(values, rule.actionCount, rows, eligible)
    if rule.hasNoOp { (values + pairs).update(repeating: 0, count: rows) }
  }

  /// Takes an action out of what is left to choose from.
  func remove(_ action: Int, _ row: Int) {
    values[action * rows + row] = .nan
    if case .threshold = rule.base { sums[row * rule.actionCount + action] = .nan }
  }

  /// Counts what is left, for another choice.
  func recount() { c360_decide_count(values, rule.actionCount, rows, eligible) }

  /// Whether a candidate is eligible; after `seal`.
  func isEligible(_ candidate: Int, _ row: Int) -> Bool { !values[candidate &* rows &+ row].isNaN }

  func note(
    _ place: TileFailure.Place, _ operand: Operand, where isAsked: (Int, Int) -> Bool
  ) {
    guard let failed = operand.failed else { return }
    for row in 0..<min(rows, failure?.row ?? rows) {
      for action in 0..<rule.actionCount
      where failed[row * rule.actionCount + action] != 0 && isAsked(action, row) {
        failure = TileFailure(place: place, action: action, row: row)
        return
      }
    }
  }

  /// From row by row to candidate by candidate.
  private func turn(_ from: UnsafeMutablePointer<Double>, to: UnsafeMutablePointer<Double>) {
    c360_turn_64(
      UnsafeRawPointer(from).assumingMemoryBound(to: UInt64.self), rule.actionCount, rows,
      UnsafeMutableRawPointer(to).assumingMemoryBound(to: UInt64.self))
  }

  func writePattern(
    _ index: Int, _ condition: UnsafePointer<UInt8>, _ valid: UnsafePointer<UInt8>?
  ) {
    guard let patterns else { return }
    c360_decide_pattern(
      condition, valid, rule.actionCount, rows, patternWords,
      patterns + (rule.actionCount + 63) / 64 * index)
  }
}

extension DecisionTile {
  /// Chooses for every row; `draws` are set where the rule draws.
  /// - Parameter passing: the condition of a threshold, asked for eligible actions only.
  func choose(passing: Operand?) {
    findBest(passing)
    markFallbacks()
    if rule.draws {
      distribute()
      draw()
    } else {
      for row in 0..<rows {
        chosen[row] = best[row]
        propensities[row] = 1
        expected[row] = best[row] < 0 ? .nan : values[Int(best[row]) * rows + row]
      }
    }
    letFallbacksAct()
  }

  /// How probable each candidate of every row is, without a draw: `probability(of:row:)`.
  func settle(passing: Operand?) {
    findBest(passing)
    markFallbacks()
    if rule.draws {
      distribute()
    } else {
      chosen.update(from: best, count: rows)
    }
    letFallbacksAct()
  }

  /// Ranks of the chosen candidates, for whoever reads `ranks`.
  func rank() { c360_decide_rank(values, chosen, candidateCount, rows, scratch, ranks) }

  /// Of a candidate under the whole mixture, once chosen or settled; −1: no candidate of these.
  func probability(of candidate: Int, row: Int) -> Double {
    guard candidate >= 0 else { return 0 }
    if isFallback[row] != 0 || !rule.draws { return Int(chosen[row]) == candidate ? 1 : 0 }
    return mixed[candidate * rows + row]
  }

  func findBest(_ passing: Operand?) {
    guard let passing else {
      c360_decide_best(values, candidateCount, rows, greatest, best)
      return
    }
    note(.threshold, passing) { self.isEligible($0, $1) }
    c360_decide_pass(passing.bools, passing.valid, sums, pairs)
    turn(sums, to: base)
    c360_decide_best(base, rule.actionCount, rows, greatest, best)
    if rule.hasNoOp {
      for row in 0..<rows where best[row] < 0 { best[row] = Int64(rule.actionCount) }
    }
  }

  /// No real action is left, or none that passes and no no-op either.
  func markFallbacks() {
    let (isFallback, eligible, best) = (isFallback, eligible, best)
    let own: Int64 = rule.hasNoOp ? 1 : 0
    for row in 0..<rows {
      isFallback[row] =
        unsafeBitCast(eligible[row] == 0, to: UInt8.self)
        | unsafeBitCast(best[row] < 0, to: UInt8.self)
      eligible[row] += own
    }
  }

  /// Leaves the probabilities of the whole mixture in `mixed`.
  func distribute() {
    if case .softmax(let temperature) = rule.base {
      // Not in place: a kernel that reads what it writes does not run vectorized.
      c360_decide_exponents(values, greatest, temperature, candidateCount, rows, sums)
      c360_exp_f64(sums, base, candidateCount * rows)
      c360_decide_normalise(values, base, candidateCount, rows, scratch)
    } else {
      c360_decide_point(best, candidateCount, rows, base)
    }
    if rule.explore > 0 {
      c360_decide_explore(
        base, values, eligible, rule.explore, candidateCount, rows, scratch, mixed)
    }
  }

  private func draw() {
    c360_decide_draw(mixed, draws, candidateCount, rows, scratch, chosen)
    c360_decide_expect(mixed, values, candidateCount, rows, expected)
    for row in 0..<rows where chosen[row] >= 0 {
      let place = Int(chosen[row]) * rows + row
      propensities[row] = mixed[place]
    }
  }

  /// The fallback acts for certain; where a rule forbids it, the no-op does if there is one.
  func letFallbacksAct() {
    for row in 0..<rows where isFallback[row] != 0 {
      var candidate = rule.fallback
      if rule.hasNoOp, candidate < rule.actionCount,
        forbidden[row * rule.actionCount + candidate] & 1 != 0
      {
        candidate = rule.actionCount
      }
      chosen[row] = Int64(candidate)
      propensities[row] = 1
      expected[row] = values[candidate * rows + row]
    }
  }
}
