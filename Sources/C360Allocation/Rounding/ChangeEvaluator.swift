/// Looks for the best change of one decision; memory of one thread.
struct ChangeEvaluator {
  enum Purpose {
    /// Reduces excess of hard rows and lets no other one rise.
    case repair
    /// Reduces the scaled excess of all hard rows together, though one may rise.
    case trade
    /// Gains value (soft rows paid for), no hard row rising above its bound.
    case refill
  }
  struct Change {
    let candidate: Int
    /// Loss of adjusted value for each unit of excess removed, or of value gained.
    let cost: Double
    /// Of adjusted value.
    let loss: Double
    /// Whether an action takes the place of the no-op, or of one that is worth less.
    let isGain: Bool
  }

  let problem: AllocationProblem
  /// By flat cell: what a unit costs at the rows' prices.
  let prices: [Double]
  private(set) var effects: RowEffects

  /// A trade between rows that helps less than this, in scaled units, is rounding.
  private static let leastTrade = 1e-12

  init(_ problem: AllocationProblem, prices: [Double]) {
    self.problem = problem
    self.prices = prices
    effects = RowEffects(rows: problem.rows.count)
  }

  @inline(__always)
  static func value(_ block: AllocationBlock, _ candidate: Int, _ place: Int, _ count: Int)
    -> Double
  {
    guard candidate < block.actionCount else { return 0 }
    let value = block.values[candidate * count + place]
    return value.isNaN ? 0 : value
  }

  /// What a candidate adds to a meter; an ineligible pair adds what it adds only where it is chosen.
  @inline(__always)
  static func quantity(
    _ meter: AllocationMeter, _ block: AllocationBlock, _ candidate: Int, _ place: Int, _ count: Int
  ) -> Double {
    guard candidate < block.actionCount else { return 0 }
    return meter.quantity.amount(candidate, block, place, count)
  }

  @inline(__always)
  static func isEligible(
    _ block: AllocationBlock, _ candidate: Int, _ place: Int, _ count: Int
  ) -> Bool {
    candidate == block.actionCount || !block.values[candidate * count + place].isNaN
  }

  /// Effects on rows of a change; returns the change of adjusted value.
  mutating func weigh(
    _ decision: Int, from old: Int, to new: Int, block: AllocationBlock, place: Int, count: Int,
    ledger: RowLedger
  ) -> Double {
    effects.clear()
    var change = Self.value(block, new, place, count) - Self.value(block, old, place, count)
    for (index, meter) in problem.meters.enumerated() {
      let cell = meter.cells?[decision] ?? 0
      guard cell >= 0 else { continue }
      let amount =
        Self.quantity(meter, block, new, place, count)
        - Self.quantity(meter, block, old, place, count)
      guard amount != 0 else { continue }
      let flat = ledger.flat(index, cell)
      change -= prices[flat] * amount
      effects.add(amount, of: flat, ledger)
    }
    return change
  }

  /// The eligible candidate of least cost; ties to the first.
  mutating func best(
    _ decision: Int, chosen: Int, block: AllocationBlock, place: Int, count: Int,
    ledger: RowLedger, purpose: Purpose
  ) -> Change? {
    guard block.forced[place] < 0, chosen >= 0 else { return nil }
    var best: Change?
    let before = Self.value(block, chosen, place, count)
    for candidate in 0..<problem.candidateCount
    where candidate != chosen && Self.isEligible(block, candidate, place, count) {
      let gained = Self.value(block, candidate, place, count) - before
      if purpose == .refill && !(gained > 0) { continue }
      let loss = -weigh(
        decision, from: chosen, to: candidate, block: block, place: place, count: count,
        ledger: ledger)
      guard
        let benefit = benefit(ledger, purpose, gained: gained),
        benefit > (purpose == .trade ? Self.leastTrade : 0),
        loss.isFinite
      else { continue }
      let cost = loss / benefit
      if best == nil || cost < best!.cost {
        best = Change(
          candidate: candidate, cost: cost, loss: loss,
          isGain: isGain(from: chosen, to: candidate, gained: gained))
      }
    }
    return best
  }

  private func isGain(from old: Int, to new: Int, gained: Double) -> Bool {
    let (wasTreated, isTreated) = (old < problem.actionCount, new < problem.actionCount)
    return wasTreated == isTreated ? gained > 0 : isTreated
  }

  /// What the weighed change is good for; nil: it may not be made.
  private func benefit(_ ledger: RowLedger, _ purpose: Purpose, gained: Double) -> Double? {
    var benefit = purpose == .refill ? gained : 0
    for row in effects.touched {
      let activity = ledger.activities[row]
      let before = ledger.excess(row, at: activity)
      let after = ledger.excess(row, at: activity + effects[row])
      if let penalty = ledger.rows[row].penalty {
        if purpose == .refill, ledger.groupOfRow[row] < 0 { benefit -= penalty * (after - before) }
        continue
      }
      if purpose != .trade && effects[row] > 0 && after > 0 { return nil }
      if purpose != .refill { benefit += (before - after) / ledger.scales[row] }
    }
    if purpose == .refill, !ledger.groups.isEmpty { benefit -= shared(ledger) }
    return benefit
  }

  /// What soft rows that share a violation charge more after the weighed change.
  private func shared(_ ledger: RowLedger) -> Double {
    var more = 0.0
    var seen: Set<Int> = []
    for row in effects.touched {
      let group = ledger.groupOfRow[row]
      guard group >= 0, seen.insert(group).inserted else { continue }
      let rows = ledger.groups[group]
      func violation(_ activity: (Int) -> Double) -> Double {
        rows.reduce(0) { max($0, ledger.excess($1, at: activity($1))) }
      }
      let change =
        violation { ledger.activities[$0] + effects[$0] } - violation { ledger.activities[$0] }
      more += (ledger.rows[row].penalty ?? 0) * change
    }
    return more
  }

  /// Least loss for each unit of scaled excess, as if no row were satisfied half way and no other row
  /// stood in the way: not more than the true cost where something is lost. `worth` by flat cell: scaled
  /// excess that a unit adds to broken rows.
  func estimate(
    _ decision: Int, chosen old: Int, block: AllocationBlock, place: Int, count: Int,
    ledger: RowLedger, worth: [Double]
  ) -> (cost: Double, isGain: Bool)? {
    guard block.forced[place] < 0, old >= 0 else { return nil }
    var best: (cost: Double, isGain: Bool)?
    for candidate in 0..<problem.candidateCount
    where candidate != old && Self.isEligible(block, candidate, place, count) {
      let gained =
        Self.value(block, candidate, place, count) - Self.value(block, old, place, count)
      var loss = -gained
      var benefit = 0.0
      for (index, meter) in problem.meters.enumerated() {
        let cell = meter.cells?[decision] ?? 0
        guard cell >= 0 else { continue }
        let amount =
          Self.quantity(meter, block, candidate, place, count)
          - Self.quantity(meter, block, old, place, count)
        let flat = ledger.flat(index, cell)
        loss += prices[flat] * amount
        benefit -= worth[flat] * amount
      }
      guard benefit > 0, loss.isFinite else { continue }
      if loss / benefit < best?.cost ?? .infinity {
        best = (loss / benefit, isGain(from: old, to: candidate, gained: gained))
      }
    }
    return best
  }
}
