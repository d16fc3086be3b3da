import C360Allocation
import C360Columns
import C360Engine
import C360Plan

/// What was decided together, as decisions of each part. Where a part does not act, it does what it would
/// have done at the prices that were found, within what bounds for the entity leave there: so that the
/// probability of an action is that over all that a draw might have let act.
struct BoundParts {
  private let problem: BoundProblem
  private let source: DecisionValues
  private let decided: DecidedRows
  private let context: ExecutionContext
  /// Nil: no bound holds over all decisions.
  var prices: AllocationPrices?
  /// Of the choice at these prices; nil: the rule's own.
  var temperature: Double?

  init(
    _ problem: BoundProblem, _ source: DecisionValues, _ decided: DecidedRows,
    _ context: ExecutionContext
  ) {
    self.problem = problem
    self.source = source
    self.decided = decided
    self.context = context
  }

  private var own: Int { problem.ownCount }

  /// By row: the part that acts; nil: the one part acts everywhere.
  var actors: [Int32]? {
    guard problem.active != nil else { return nil }
    return decided.chosen.indices.map {
      Int32(source.actor(at: $0, chosen: Int(decided.chosen[$0])))
    }
  }

  /// The decisions of a part at all rows.
  func rows(of part: Int) throws(EngineError) -> DecidedRows {
    guard problem.active != nil else { return decided }
    let count = decided.chosen.count
    let rows = DecidedRows(rowCount: count, actionCount: own, capCount: decided.blocked.count)
    for (from, to) in zip(decided.blocked, rows.blocked) {
      let source: UnsafeMutablePointer<UInt8> = from.elements()
      to.elements(UInt8.self).update(from: source + part * own * count, count: own * count)
    }
    let flags = rows.blocked.map { $0.elements(UInt8.self) }
    let rule = problem.parts[part].rule
    var choice =
      temperature.map { RowChoice(rule: rule, temperature: $0) } ?? RowChoice(rule: rule)
    var adjusted = [Double](repeating: 0, count: rule.candidateCount)
    let block = source.makePartBlock(capacity: Self.blockRows)
    for range in Parallel.ranges(count, size: Self.blockRows) {
      try context.checkCancelled()
      source.read(part: part, range, into: block)
      for (place, row) in range.enumerated() {
        if source.actor(at: row, chosen: Int(decided.chosen[row])) == part {
          take(row, part, into: rows)
          continue
        }
        func isBlocked(_ action: Int) -> Bool { flags.contains { $0[action * count + row] != 0 } }
        if block.forced[place] >= 0 {
          var forced = Int(block.forced[place])
          if forced < own, isBlocked(forced), rule.hasNoOp { forced = own }
          rows.set(row, chosen: forced, propensity: 1, expected: forced == own ? 0 : .nan)
          continue
        }
        for action in 0..<own {
          let value = block.values[action * range.count + place]
          adjusted[action] =
            isBlocked(action)
            ? .nan : value - (prices?.price(row, action, block, place, range.count) ?? 0)
        }
        if rule.hasNoOp { adjusted[own] = 0 }
        choice.choose(
          adjusted: adjusted,
          values: { $0 == own ? 0 : block.values[$0 * range.count + place] },
          draw: { source.draw(row, of: part) })
        rows.set(
          row, chosen: choice.chosen, propensity: choice.propensity, expected: choice.expected)
      }
    }
    return rows
  }

  private static let blockRows = 512

  /// What the part did itself.
  private func take(_ row: Int, _ part: Int, into rows: DecidedRows) {
    let chosen = Int(decided.chosen[row])
    rows.set(
      row, chosen: chosen == problem.actionCount ? own : chosen - part * own,
      propensity: decided.propensities[row], expected: decided.expected[row])
    rows.repaired[row] = decided.repaired[row]
  }
}
