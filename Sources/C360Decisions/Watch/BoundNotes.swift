import C360Allocation
import C360Engine
import C360Plan

/// What bounds made of the decisions that are watched.
struct BoundNotes {
  struct Entry {
    let bound: WatchedDecision.Bound
    /// By action, of all parts: Σ multiplier · coefficient · quantity.
    let charges: [Double]
  }
  let watched: [Int]
  private(set) var decided: DecidedRows
  /// By row, candidate by candidate, under the full mixture.
  var distributions: [Int: [Double]] = [:]
  var bounds: [Int: [Entry]] = [:]
  /// Of the rows that are explained: what bounds for the entity had left.
  var caps: [Int: [WatchedDecision.Cap]] = [:]
  /// Rows that were drawn anew, by themselves, for what the caps left.
  var redrawn: Set<Int> = []
  /// Rows that prices alone do not decide.
  var remainder: Set<Int> = []
  /// By row of the allocation; nil: nothing bounds all decisions.
  var prices: [Double]?
  var temperature: Double?
  var priorWeight: Double?

  init(_ watched: [Int], _ decided: DecidedRows) {
    self.watched = watched
    self.decided = decided
  }

  /// What concerns one of several parts, whose decisions these are.
  /// - Parameter acts: whether it acts at a row.
  func of(_ part: Int, _ own: DecidedRows, acts: (Int) -> Bool) -> BoundNotes {
    let actions = part * own.actionCount..<(part + 1) * own.actionCount
    let noOp = decided.actionCount
    var notes = self
    notes.decided = own
    notes.distributions = distributions.filter { acts($0.key) }.mapValues {
      Array($0[actions] + $0[noOp...])
    }
    notes.bounds = bounds.mapValues { entries in
      entries.map { Entry(bound: $0.bound, charges: Array($0.charges[actions])) }
    }
    return notes
  }

  /// - Parameter counts: what the bounds came to, constraint by constraint as in `rows`.
  mutating func take(
    _ allocation: Allocation, _ rows: BoundRows, _ counts: AllocationCounts,
    _ source: DecisionValues
  ) {
    distributions = allocation.distributions
    remainder = Set(
      watched.filter { allocation.remainder[$0] != nil && !redrawn.contains($0) })
    prices = allocation.multipliers
    temperature = allocation.temperature
    priorWeight = rows.divergenceCeiling == nil ? nil : allocation.priorWeight
    let block = source.makeBlock(capacity: 1)
    for decision in watched {
      source.read(decision..<decision + 1, into: block)
      bounds[decision] = zip(rows.constraints, counts.constraints).flatMap { constraint, counted in
        rows.entries(
          of: constraint, counted, at: decision, block, multipliers: allocation.multipliers)
      }
    }
  }
}

extension BoundRows {
  /// The bounds of a constraint that a decision is in: those that have a price, or else the last.
  fileprivate func entries(
    of constraint: Constraint, _ counted: AllocationCounts.Constraint, at decision: Int,
    _ block: AllocationBlock, multipliers: [Double]
  ) -> [BoundNotes.Entry] {
    var entries: [BoundNotes.Entry] = []
    for (written, bound) in zip(constraint.written, counted.bounds)
    where written.rows.contains(where: { holds($0, decision) }) {
      var charges = [Double](repeating: 0, count: quantities.actionCount * partCount)
      for row in written.rows where multipliers[row] != 0 {
        for term in rows[row].terms where isIn(term, decision) {
          let quantity = spread(meters[term.meter].quantity)
          for action in charges.indices {
            charges[action] +=
              multipliers[row] * term.coefficient * quantity.amount(action, block, 0, 1)
          }
        }
      }
      entries.append(
        BoundNotes.Entry(
          bound: WatchedDecision.Bound(
            constraint: counted.name, label: bound.label, isAtMost: counted.isAtMost,
            limit: bound.limit, realized: bound.realized, multiplier: bound.multiplier),
          charges: charges))
    }
    let priced = entries.filter { $0.bound.multiplier != 0 }
    return priced.isEmpty ? entries.suffix(1) : priced
  }

  private func holds(_ row: Int, _ decision: Int) -> Bool {
    rows[row].terms.contains { isIn($0, decision) }
  }

  private func isIn(_ term: AllocationRow.Term, _ decision: Int) -> Bool {
    let cell = meters[term.meter].cells.map { Int($0[decision]) } ?? 0
    return term.cells.contains(cell)
  }
}
