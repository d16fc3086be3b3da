import C360Allocation
import C360Engine
import C360Plan

extension WatchedDecision {
  /// A bound for the entity as a decision found it.
  public struct Cap: Sendable {
    /// An earlier decision of the entity that counts in it.
    public struct Use: Sendable {
      /// µs UTC.
      public let time: Int64
      /// Among decisions of equal entity and time, from 0.
      public let number: Int
      /// Key of the action taken there.
      public let action: String
      public let quantity: Double
    }
    public let constraint: String
    /// Read at the decision.
    public let limit: Double
    /// In the order of time.
    public let uses: [Use]
    /// Σ quantity of `uses`.
    public let used: Double
    /// What may still be used, ≥ 0.
    public var left: Double { max(0, limit - used) }
    /// By action: what it would use.
    public let quantities: [Double]
  }
}

extension EntityCapWalk {
  /// The bounds of the entity as they stand before a decision.
  /// - Parameters:
  ///   - source: nothing is blocked in it.
  ///   - chosen: by decision, of all of the run.
  ///   - part: whose quantities are told.
  func standings(
    at row: Int, _ source: DecisionValues, chosen: [Int32], _ problem: DecisionProblem, part: Int
  ) -> [WatchedDecision.Cap] {
    var first = row
    while first > 0, isSameEntity(first, first - 1) { first -= 1 }
    let block = source.makeBlock(capacity: 1)
    let step = problem.step
    let numbers = problem.frameColumn(step.number).int64s
    let own = problem.rule.actionCount
    return caps.enumerated().map { index, cap in
      let start = start(of: cap, row)
      var used = ExactSum()
      var uses: [WatchedDecision.Cap.Use] = []
      for earlier in first..<row where moment(of: cap, earlier) >= start {
        let action = Int(chosen[earlier])
        guard action >= 0, action < source.actionCount else { continue }
        source.read(earlier..<earlier + 1, into: block)
        let quantity = cap.quantity.amount(action, block, 0, 1)
        if quantity == 0 { continue }
        used.add(quantity)
        uses.append(
          WatchedDecision.Cap.Use(
            time: time.int64s[earlier], number: Int(numbers[earlier]),
            action: problem.candidates.names[action % own], quantity: quantity))
      }
      source.read(row..<row + 1, into: block)
      return WatchedDecision.Cap(
        constraint: step.entityCaps[index].name, limit: cap.bound.float64s[row], uses: uses,
        used: used.rounded,
        quantities: (0..<own).map { cap.quantity.amount(part * own + $0, block, 0, 1) })
    }
  }
}
