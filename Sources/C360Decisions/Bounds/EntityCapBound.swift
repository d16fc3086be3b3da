import C360Allocation
import C360Engine
import C360Plan

/// What decisions can be worth at most under bounds for each entity, whatever the order in which they are made.
///
/// At prices λ ≥ 0 of the rows, no decisions are worth more than λ·b + Σ over entities of the most that its
/// decisions can be worth less prices (Lagrangian bound). Of an entity that is bounded from above again: its decisions
/// are cut into stretches within which a cap counts all of them at the last that uses it, so that a stretch
/// uses at most the greatest bound read in it; and a knapsack is worth at most
/// μ·B + Σ max(0, max_a (v − λ·A − μ·q)_a) for every μ ≥ 0. Of several caps the tightest counts for the entity.
/// Where quantities may be below 0 this holds for caps whose periods stand side by side: the last decision of a
/// period that uses anything found that no more than its bound was used, and what comes behind uses less. Rolling
/// periods reach back to decisions of other stretches, which may have given room: there nothing is proven.
struct EntityCapBound {
  private let walk: EntityCapWalk
  private let prices: AllocationPrices?
  private let actionCount: Int
  private let countsValues: Bool

  /// - Parameters:
  ///   - prices: over the candidates of the source; nil: no rows.
  ///   - countsValues: else what is not paid is all that there is.
  init(
    _ walk: EntityCapWalk, prices: AllocationPrices?, actionCount: Int, countsValues: Bool = true
  ) {
    self.walk = walk
    self.prices = prices
    self.actionCount = actionCount
    self.countsValues = countsValues
  }

  /// Decisions of an entity: values less prices and quantities, candidate by candidate.
  private struct Entity {
    var rows: [Int] = []
    var values: [Double] = []
    /// By cap.
    var quantities: [[Double]]
  }

  /// Without λ·b.
  func total(_ source: DecisionValues, _ context: ExecutionContext) throws(EngineError) -> ExactSum
  {
    let block = source.makeBlock(capacity: Self.blockRows)
    var entity = Entity(quantities: walk.caps.map { _ in [] })
    var sum = ExactSum()
    for range in Parallel.ranges(walk.rowCount, size: Self.blockRows) {
      try context.checkCancelled()
      source.read(range, into: block)
      for (place, row) in range.enumerated() {
        if row > 0, !walk.isSameEntity(row, row - 1) {
          sum.add(bound(entity))
          entity = Entity(quantities: walk.caps.map { _ in [] })
        }
        add(row, block, place, range.count, to: &entity)
      }
    }
    sum.add(bound(entity))
    return sum
  }

  private static let blockRows = 512

  private func add(
    _ row: Int, _ block: AllocationBlock, _ place: Int, _ count: Int, to entity: inout Entity
  ) {
    entity.rows.append(row)
    let forced = Int(block.forced[place])
    for action in 0..<actionCount {
      var value = block.values[action * count + place]
      if forced >= 0 { value = action == forced ? (value.isNaN ? 0 : value) : .nan }
      entity.values.append(
        value.isNaN
          ? -.infinity
          : (countsValues ? value : 0) - (prices?.price(row, action, block, place, count) ?? 0))
      for (index, cap) in walk.caps.enumerated() {
        entity.quantities[index].append(walk.quantity(cap, action, block, place, count))
      }
    }
  }

  /// Of the decisions of an entity: under the tightest cap.
  private func bound(_ entity: Entity) -> Double {
    var least = stretch(entity, 0..<entity.rows.count, cap: nil, most: 0)
    for (index, cap) in walk.caps.enumerated() {
      if case .rolling = cap.period, entity.quantities[index].contains(where: { $0 < 0 }) {
        continue
      }
      var sum = 0.0
      var start = 0
      for place in entity.rows.indices {
        let next = place + 1
        if next < entity.rows.count,
          isOneStretch(cap, entity.rows[start], entity.rows[next])
        {
          continue
        }
        let most = entity.rows[start...place].reduce(0.0) {
          max($0, cap.bound.float64s[$1])
        }
        sum += stretch(entity, start..<next, cap: index, most: most)
        start = next
      }
      least = min(least, sum)
    }
    return least
  }

  /// Whether a use at the later of two decisions counts one at the earlier.
  private func isOneStretch(_ cap: EntityCapWalk.Cap, _ first: Int, _ last: Int) -> Bool {
    guard case .rolling(let length) = cap.period else {
      return walk.moment(of: cap, first) == walk.moment(of: cap, last) || cap.period == nil
    }
    let (distance, isFar) = walk.time.int64s[last].subtractingReportingOverflow(
      walk.time.int64s[first])
    return !isFar && distance < length
  }

  /// The least over μ of the bound of a knapsack; any μ proves one.
  private func stretch(_ entity: Entity, _ places: Range<Int>, cap: Int?, most: Double) -> Double {
    func level(_ multiplier: Double) -> (value: Double, used: Double) {
      var (value, used) = (0.0, 0.0)
      for place in places {
        var best = (value: 0.0, used: 0.0)
        for candidate in place * actionCount..<(place + 1) * actionCount {
          let quantity = cap.map { entity.quantities[$0][candidate] } ?? 0
          let own = entity.values[candidate] - multiplier * quantity
          if own > best.value { best = (own, quantity) }
        }
        value += best.value
        used += best.used
      }
      return (value + multiplier * most, used)
    }
    let free = level(0)
    guard cap != nil, free.used > most else { return free.value }
    var (low, high) = (0.0, 1.0)
    var least = free.value
    // Twice as much until too little is used, then halves of what is between.
    for _ in 0..<64 {
      let found = level(high)
      least = min(least, found.value)
      if found.used <= most { break }
      (low, high) = (high, 2 * high)
    }
    for _ in 0..<48 {
      let middle = (low + high) / 2
      let found = level(middle)
      least = min(least, found.value)
      if found.used <= most { high = middle } else { low = middle }
    }
    return least
  }
}
