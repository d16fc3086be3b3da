import C360Allocation
import C360Columns
import C360Engine
import C360Plan

/// Goes through the decisions of each entity in time and keeps its bounds: what would take the entity
/// beyond one is not eligible.
struct EntityCapWalk {
  struct Cap {
    let quantity: AllocationMeter.Quantity
    let bound: Vector
    let period: DecideConstraint.Period?
    let zone: ZoneTable?
  }
  let caps: [Cap]
  private let key: Vector
  let time: Vector
  let rowCount: Int
  private let actionCount: Int

  init(
    _ step: DecideStep, quantities: [AllocationMeter.Quantity],
    frameColumn: (ColumnID) -> Vector, rowCount: Int, actionCount: Int
  ) throws(EngineError) {
    var caps: [Cap] = []
    for (cap, quantity) in zip(step.entityCaps, quantities) {
      var zone: ZoneTable?
      if case .calendar(_, let name) = cap.period { zone = try ZoneTable(name) }
      caps.append(
        Cap(
          quantity: quantity, bound: frameColumn(cap.bound), period: cap.period, zone: zone))
    }
    self.caps = caps
    key = frameColumn(step.key)
    time = frameColumn(step.time)
    self.rowCount = rowCount
    self.actionCount = actionCount
  }

  /// - Parameters:
  ///   - source: values without what caps block.
  ///   - blocked: by cap, actionCount × rows, candidate by candidate; overwritten.
  ///   - choose: the choice at a decision, from the values and quantities of its block, its place in
  ///     the block, and, by action, whether a cap blocks it.
  func walk(
    _ source: DecisionValues, blocked: [Buffer], _ context: ExecutionContext,
    choose: (_ decision: Int, AllocationBlock, _ place: Int, _ count: Int, [Bool]) -> Int
  ) throws(EngineError) {
    let flags = blocked.map { $0.elements(UInt8.self) }
    let block = source.makeBlock(capacity: Self.blockRows)
    var used = caps.map { _ in Usage() }
    var isBlocked = [Bool](repeating: false, count: actionCount)
    for rows in Parallel.ranges(rowCount, size: Self.blockRows) {
      try context.checkCancelled()
      source.read(rows, into: block)
      for (place, row) in rows.enumerated() {
        if row == 0 || !isSameEntity(row, row - 1) { used = caps.map { _ in Usage() } }
        for action in 0..<actionCount { isBlocked[action] = false }
        for (index, cap) in caps.enumerated() {
          let start = self.start(of: cap, row)
          used[index].forget(before: start)
          let left = cap.bound.float64s[row] - used[index].total
          for action in 0..<actionCount {
            let exceeds = quantity(cap, action, block, place, rows.count) > max(left, 0)
            flags[index][action * rowCount + row] = exceeds ? 1 : 0
            if exceeds { isBlocked[action] = true }
          }
        }
        let chosen = choose(row, block, place, rows.count, isBlocked)
        guard chosen < actionCount else { continue }
        for (index, cap) in caps.enumerated() {
          used[index].add(
            quantity(cap, chosen, block, place, rows.count), at: moment(of: cap, row))
        }
      }
    }
  }

  private static let blockRows = 512

  func isSameEntity(_ left: Int, _ right: Int) -> Bool {
    if key.isNull(left) || key.isNull(right) { return key.isNull(left) && key.isNull(right) }
    return key.type == .text
      ? key.codes[left] == key.codes[right] : key.int64s[left] == key.int64s[right]
  }

  /// Where a decision stands in the periods of a cap.
  func moment(of cap: Cap, _ row: Int) -> Int64 {
    guard case .calendar(let step, _) = cap.period, let zone = cap.zone else {
      return time.int64s[row]
    }
    return zone.periodStart(step, of: time.int64s[row]) ?? .min
  }

  /// The first moment that still counts at a decision.
  private func start(of cap: Cap, _ row: Int) -> Int64 {
    switch cap.period {
    case nil: return .min
    case .calendar: return moment(of: cap, row)
    case .rolling(let length):
      let (start, isBefore) = time.int64s[row].subtractingReportingOverflow(length)
      return isBefore ? .min : start + 1
    }
  }

  func quantity(
    _ cap: Cap, _ action: Int, _ block: AllocationBlock, _ place: Int, _ count: Int
  ) -> Double {
    switch cap.quantity {
    case .perAction(let values): values[action]
    case .pairs(let index): block.quantities[index][action * count + place]
    }
  }

  /// What an entity has used within a period.
  private struct Usage {
    private var entries: [(moment: Int64, quantity: Double)] = []
    private var first = 0
    private(set) var total = 0.0
    /// While all are whole, sums are exact in any order.
    private var isWhole = true

    mutating func add(_ quantity: Double, at moment: Int64) {
      guard quantity != 0 else { return }
      entries.append((moment, quantity))
      isWhole = isWhole && quantity == quantity.rounded() && abs(quantity) < 0x1p40
      total += quantity
    }

    mutating func forget(before start: Int64) {
      guard first < entries.count, entries[first].moment < start else { return }
      while first < entries.count, entries[first].moment < start {
        total -= entries[first].quantity
        first += 1
      }
      if !isWhole { total = entries[first...].reduce(0) { $0 + $1.quantity } }
    }
  }
}
