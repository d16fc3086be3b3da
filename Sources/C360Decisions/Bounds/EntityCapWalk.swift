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
  private(set) var caps: [Cap]
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

  /// The walk under one of the caps.
  func only(_ cap: Int) -> EntityCapWalk {
    var walk = self
    walk.caps = [caps[cap]]
    return walk
  }

  /// - Parameters:
  ///   - source: values without what caps block.
  ///   - blocked: by cap, actionCount × rows, candidate by candidate; overwritten.
  ///   - readsPrior: whether blocks hold the probabilities of the other policy too.
  ///   - choose: the choice at a decision, from the values and quantities of its block, its place in
  ///     the block, and, by action, whether a cap blocks it.
  func walk(
    _ source: DecisionValues, blocked: [Buffer], readsPrior: Bool = false,
    _ context: ExecutionContext,
    choose: (_ decision: Int, AllocationBlock, _ place: Int, _ count: Int, [Bool]) -> Int
  ) throws(EngineError) {
    let flags = blocked.map { $0.elements(UInt8.self) }
    let block = source.makeBlock(capacity: Self.blockRows, readsPrior: readsPrior)
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
          let left = left(of: cap, row, used: used[index].total)
          for action in 0..<actionCount {
            let exceeds = cap.quantity.amount(action, block, place, rows.count) > left
            flags[index][action * rowCount + row] = exceeds ? 1 : 0
            if exceeds { isBlocked[action] = true }
          }
        }
        let chosen = choose(row, block, place, rows.count, isBlocked)
        guard chosen < actionCount else { continue }
        for (index, cap) in caps.enumerated() {
          used[index].add(
            cap.quantity.amount(chosen, block, place, rows.count), at: moment(of: cap, row))
        }
      }
    }
  }

  /// What may still be used, up to rounding: 10⁻¹² of the bound or of what is used, as in other bounds.
  private func left(of cap: Cap, _ row: Int, used: Double) -> Double {
    let bound = cap.bound.float64s[row]
    let rounding = bound.isFinite ? 1e-12 * max(abs(bound), abs(used)) : 0
    return max(bound - used, 0) + rounding
  }

  /// Where one decision may be changed, all others staying: pairs that would exceed a cap there, or at a
  /// later decision, are 1.
  /// - Parameters:
  ///   - chosen: by decision; no cap is exceeded.
  ///   - room: actionCount × rows, candidate by candidate; overwritten.
  func findRoom(
    _ source: DecisionValues, chosen: [Int32], into room: Buffer, _ context: ExecutionContext
  ) throws(EngineError) {
    let flags: UnsafeMutablePointer<UInt8> = room.elements()
    flags.update(repeating: 0, count: rowCount * actionCount)
    let block = source.makeBlock(capacity: Self.blockRows)
    for cap in caps {
      let standing = try standing(cap, source, chosen, block, context)
      let later = leastLater(cap, standing)
      for rows in Parallel.ranges(rowCount, size: Self.blockRows) {
        try context.checkCancelled()
        source.read(rows, into: block)
        for (place, row) in rows.enumerated() {
          for action in 0..<actionCount {
            let amount = cap.quantity.amount(action, block, place, rows.count)
            let more = amount - standing[row].amount
            if amount > standing[row].left || (more > 0 && more > later[row]) {
              flags[action * rowCount + row] = 1
            }
          }
        }
      }
    }
  }

  private struct Standing {
    /// Before the decision, and what it takes of it.
    var left = 0.0
    var amount = 0.0
  }

  private func standing(
    _ cap: Cap, _ source: DecisionValues, _ chosen: [Int32], _ block: AllocationBlock,
    _ context: ExecutionContext
  ) throws(EngineError) -> [Standing] {
    var found = [Standing](repeating: Standing(), count: rowCount)
    var used = Usage()
    for rows in Parallel.ranges(rowCount, size: Self.blockRows) {
      try context.checkCancelled()
      source.read(rows, into: block)
      for (place, row) in rows.enumerated() {
        if row == 0 || !isSameEntity(row, row - 1) { used = Usage() }
        used.forget(before: start(of: cap, row))
        found[row].left = left(of: cap, row, used: used.total)
        let action = Int(chosen[row])
        guard action >= 0, action < actionCount else { continue }
        found[row].amount = cap.quantity.amount(action, block, place, rows.count)
        used.add(found[row].amount, at: moment(of: cap, row))
      }
    }
    return found
  }

  /// By decision: the least that later decisions of its entity leave, of those whose period it is in;
  /// what uses nothing is never forbidden.
  private func leastLater(_ cap: Cap, _ standing: [Standing]) -> [Double] {
    var least = [Double](repeating: .infinity, count: rowCount)
    // Later decisions, the last first, of which none leaves more than one behind it.
    var queue: [(start: Int64, spare: Double)] = []
    var first = 0
    for row in stride(from: rowCount - 1, through: 0, by: -1) {
      if row + 1 < rowCount, !isSameEntity(row, row + 1) {
        queue.removeAll(keepingCapacity: true)
        first = 0
      }
      let moment = moment(of: cap, row)
      while first < queue.count, queue[first].start > moment { first += 1 }
      if first < queue.count { least[row] = queue[first].spare }
      guard standing[row].amount > 0 else { continue }
      let spare = standing[row].left - standing[row].amount
      while queue.count > first, queue[queue.count - 1].spare >= spare { queue.removeLast() }
      queue.append((start(of: cap, row), spare))
    }
    return least
  }

  /// Decisions of entities of which some decision exceeds a cap.
  func entitiesInExcess(
    _ source: DecisionValues, chosen: [Int32], _ context: ExecutionContext
  ) throws(EngineError) -> Set<Int> {
    var firsts: Set<Int> = []
    let scratch = caps.map { _ in Buffer(byteCount: max(1, rowCount * actionCount)) }
    var first = 0
    try walk(source, blocked: scratch, context) { row, _, _, _, blocked in
      if row == 0 || !isSameEntity(row, row - 1) { first = row }
      let candidate = Int(chosen[row])
      if candidate >= 0, candidate < actionCount, blocked[candidate] { firsts.insert(first) }
      return candidate
    }
    var rows: Set<Int> = []
    for first in firsts {
      var row = first
      repeat {
        rows.insert(row)
        row += 1
      } while row < rowCount && isSameEntity(row, row - 1)
    }
    return rows
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
  func start(of cap: Cap, _ row: Int) -> Int64 {
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
    cap.quantity.amount(action, block, place, count)
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
