/// Whole decisions under coupling constraints: maximise Σ_i Σ_a v_ia·x_ia, each x_i a distribution over
/// the eligible candidates of decision i, subject to linear rows over what the decisions use together.
///
/// What a row measures is written as *meters*: meter m of decision i under candidate a reads a quantity
/// q_m,ia and adds it to one *cell* of the meter, so usage(m, c) = Σ_{i: cell_m(i) = c} Σ_a q_m,ia·x_ia.
/// A row is a linear function of usages. A budget is one meter with one cell; capacities per day are one
/// meter with a cell a day; parity between regions is a meter with a cell a region and two rows a region.
///
/// Decisions stand in a canonical order that the caller owns (never that of a file), so that sums, ties
/// and rounding depend on nothing but the data.
public struct AllocationProblem: Sendable {
  /// Number of decisions.
  public let decisionCount: Int
  /// Real actions; candidate `actionCount` is the no-op where `hasNoOp`.
  public let actionCount: Int
  public let hasNoOp: Bool
  public let source: any AllocationSource
  public let meters: [AllocationMeter]
  public let rows: [AllocationRow]
  public let rule: AllocationRule
  /// Decisions of which the whole distribution is wanted beside the choice.
  public var watched: [Int] = []

  public var candidateCount: Int { hasNoOp ? actionCount + 1 : actionCount }

  public init(
    decisionCount: Int, actionCount: Int, hasNoOp: Bool, source: any AllocationSource,
    meters: [AllocationMeter], rows: [AllocationRow], rule: AllocationRule
  ) {
    self.decisionCount = decisionCount
    self.actionCount = actionCount
    self.hasNoOp = hasNoOp
    self.source = source
    self.meters = meters
    self.rows = rows
    self.rule = rule
  }
}

/// What the decisions of a range are worth and use, read again at each pass; several threads read
/// disjoint ranges at once.
public protocol AllocationSource: Sendable {
  /// Fills a block for a range of decisions. Every call with the same range gives the same bits.
  func read(_ decisions: Range<Int>, into block: AllocationBlock)
  /// A number in [0, 1) that belongs to the decision, whatever the order of decisions is; seeds its
  /// share of any randomness.
  func draw(_ decision: Int) -> Double
}

/// The memory of one thread for one range of decisions. Arrays stand candidate by candidate: decision
/// r of the range under candidate a is at `a * count + r`, `count` being the length of the range, so
/// that inner loops run over decisions.
public final class AllocationBlock: @unchecked Sendable {
  public let capacity: Int
  public let actionCount: Int
  /// actionCount × count; NaN: the action is not eligible. The no-op is worth 0 and always eligible.
  public let values: UnsafeMutablePointer<Double>
  /// For each meter whose quantity is `.pairs`, actionCount × count; finite at eligible pairs.
  public let quantities: [UnsafeMutablePointer<Double>]
  /// (actionCount + no-op) × count: probabilities of the other policy of a `kl` row; empty without.
  public let prior: UnsafeMutablePointer<Double>?
  /// Per decision: −1, or the candidate that acts for certain whatever the multipliers are (a
  /// fallback: nothing is eligible). Its usage is a constant.
  public let forced: UnsafeMutablePointer<Int32>

  public init(capacity: Int, actionCount: Int, pairMeters: Int, priorCandidates: Int) {
    self.capacity = capacity
    self.actionCount = actionCount
    values = .allocate(capacity: max(1, capacity * actionCount))
    quantities = (0..<pairMeters).map { _ in .allocate(capacity: max(1, capacity * actionCount)) }
    prior = priorCandidates > 0 ? .allocate(capacity: max(1, capacity * priorCandidates)) : nil
    forced = .allocate(capacity: max(1, capacity))
    forced.initialize(repeating: -1, count: max(1, capacity))
  }

  deinit {
    values.deallocate()
    for quantity in quantities { quantity.deallocate() }
    prior?.deallocate()
    forced.deallocate()
  }
}

/// A quantity that decisions use, and the cell in which it is counted.
public struct AllocationMeter: Sendable {
  public enum Quantity: Sendable {
    /// One number an action, the same at every decision: a cost, or 1 for the actions of a channel.
    case perAction([Double])
    /// One number a pair; the place among `AllocationBlock.quantities`.
    case pairs(Int)

    /// At a pair of a block that has been read.
    /// - Parameters:
    ///   - place: of the decision in the block.
    ///   - count: decisions of the range that was read.
    @inlinable
    public func amount(
      _ action: Int, _ block: AllocationBlock, _ place: Int, _ count: Int
    ) -> Double {
      switch self {
      case .perAction(let amounts): amounts[action]
      case .pairs(let index): block.quantities[index][action * count + place]
      }
    }
  }
  public let quantity: Quantity
  /// By decision; −1: this decision is not counted. nil: all are, in one cell.
  public let cells: [Int32]?
  public let cellCount: Int

  public init(quantity: Quantity, cells: [Int32]?, cellCount: Int) {
    self.quantity = quantity
    self.cells = cells
    self.cellCount = cellCount
  }
}

/// Σ coefficient · Σ_{c in cells} usage(meter, c) ≤ bound.
public struct AllocationRow: Sendable {
  public struct Term: Sendable {
    public let meter: Int
    /// Of the meter; neighbours in the caller's order, so that windows over time are ranges.
    public let cells: Range<Int>
    public let coefficient: Double
    public init(meter: Int, cells: Range<Int>, coefficient: Double) {
      self.meter = meter
      self.cells = cells
      self.coefficient = coefficient
    }
  }
  /// For reports: the constraint and, where it has several rows, the group or period.
  public let name: String
  public let terms: [Term]
  public let bound: Double
  /// Charged for each unit of violation; nil: the row holds.
  public let penalty: Double?
  /// Of a row whose limit, as it was written, stands in coefficients.
  public let parameter: Parameter?
  /// Rows with the same number are one bound, such as the greatest of several distances: their bounds
  /// move together, and together they are violated by as much as the one that is violated most. Their
  /// penalties are equal.
  public let group: Int?

  public init(
    name: String, terms: [Term], bound: Double, penalty: Double? = nil, group: Int? = nil,
    parameter: Parameter? = nil
  ) {
    self.name = name
    self.terms = terms
    self.bound = bound
    self.penalty = penalty
    self.group = group
    self.parameter = parameter
  }

  /// A limit on a quotient, such as a share: of N/D ≤ l, which is N − l·D ≤ 0, the limit is l and the
  /// slope −D.
  public struct Parameter: Sendable {
    public let limit: Double
    /// What is added to the row when the limit rises by one; of one sign, whatever is chosen.
    public let slope: [Term]
    public init(limit: Double, slope: [Term]) {
      self.limit = limit
      self.slope = slope
    }
  }

  /// The row under another limit of its parameter.
  func at(limit: Double) -> AllocationRow {
    guard let parameter else { return self }
    let more = parameter.slope.map {
      Term(
        meter: $0.meter, cells: $0.cells, coefficient: $0.coefficient * (limit - parameter.limit))
    }
    return AllocationRow(
      name: name, terms: terms + more, bound: bound, penalty: penalty, group: group,
      parameter: Parameter(limit: limit, slope: parameter.slope))
  }
}

extension Array where Element == AllocationRow {
  /// What soft rows charge.
  /// - Parameter usage: of a row.
  public func charges(usage: (Int) -> Double) -> Double {
    var sum = 0.0
    var ofGroups: [Int: Double] = [:]
    for (place, row) in enumerated() {
      guard let penalty = row.penalty, penalty > 0 else { continue }
      let excess = usage(place) - row.bound
      guard excess > 0 else { continue }
      if let group = row.group {
        ofGroups[group] = Swift.max(ofGroups[group] ?? 0, penalty * excess)
      } else {
        sum += penalty * excess
      }
    }
    return ofGroups.sorted { $0.key < $1.key }.reduce(sum) { $0 + $1.value }
  }

  /// By soft group: its rows, in order.
  var softGroups: [[Int]] {
    var places: [Int: Int] = [:]
    var groups: [[Int]] = []
    for (row, description) in enumerated() where description.penalty != nil {
      guard let group = description.group else { continue }
      if let place = places[group] {
        groups[place].append(row)
      } else {
        places[group] = groups.count
        groups.append([row])
      }
    }
    return groups
  }

  /// Prices no greater than penalties: of a row, and of the rows of a group together.
  public func capped(_ multipliers: [Double]) -> [Double] {
    var prices = zip(multipliers, self).map { Swift.min($0, $1.penalty ?? .infinity) }
    for rows in softGroups {
      let sum = rows.reduce(0) { $0 + prices[$1] }
      guard let penalty = self[rows[0]].penalty, sum > penalty else { continue }
      for row in rows { prices[row] *= penalty / sum }
    }
    return prices
  }
}

/// How a decision chooses once the rows have their prices.
public struct AllocationRule: Sendable {
  public enum Base: Sendable {
    /// The greatest adjusted value; ties to the first candidate.
    case greedy
    /// Probabilities ∝ exp(adjusted value / temperature), temperature > 0: the maximiser of
    /// Σ v·x + temperature · entropy(x), which is then the objective that the certificate is about.
    case softmax(temperature: Double)
  }
  public let base: Base
  /// Share of uniform choice over the eligible candidates, 0...1; part of every usage.
  public let explore: Double
  /// Least mean entropy over decisions, nats.
  public let entropyFloor: Double?
  /// Greatest mean D_KL(this ‖ prior) over decisions, nats.
  public let divergenceCeiling: Double?

  public init(
    base: Base, explore: Double = 0, entropyFloor: Double? = nil, divergenceCeiling: Double? = nil
  ) {
    self.base = base
    self.explore = explore
    self.entropyFloor = entropyFloor
    self.divergenceCeiling = divergenceCeiling
  }
}
