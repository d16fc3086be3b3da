extension Infeasibility {
  /// Steps toward the limit of a quotient (Dinkelbach 1967); few are needed.
  private static let mostSteps = 24

  /// By row, what rows come to where some of them come to the least that they can, or their greatest excess
  /// does; nil: not found.
  typealias Least = (_ rows: [AllocationRow]) throws -> [Double]?

  /// The nearest bound of a row at which others can hold, those of the same bound being moved with it; of a
  /// row whose limit stands in coefficients, that limit. Nil: not found.
  /// - Parameter whole: meters that count in integers.
  func closestBound(_ row: Int, among rows: Set<Int>, whole: Set<Int>) throws -> Double? {
    let own = sameBound(row)
    let others = rows.subtracting(own)
    let isGroup = problem.rows[row].group != nil
    let wanted = own.union(others)
    var system: RowSystem?
    let found = try closest(own, isGroup: isGroup) { changed in
      // Rows behind those of the problem only measure.
      let all = wanted.union(problem.rows.count..<changed.count)
      let next =
        try system?.under(changed)
        ?? RowSystem(engine, survey, rows: all, under: changed, limits: limits)
      system = next
      return try isGroup
        ? next.usage(atLeastExcessOf: own, among: others) : next.usage(atLeast: row, among: others)
    }
    return found.map { isGroup ? $0 : rounded($0, row, whole) }
  }

  /// A row and those that share its bound.
  func sameBound(_ row: Int) -> Set<Int> {
    guard let group = problem.rows[row].group else { return [row] }
    return Set(problem.rows.indices.filter { problem.rows[$0].group == group })
  }

  /// - Parameters:
  ///   - own: rows of one bound; `isGroup`: whether it is their greatest excess that is brought down.
  func closest(_ own: Set<Int>, isGroup: Bool, least: Least) throws -> Double? {
    let places = own.sorted()
    let first = problem.rows[places[0]]
    if first.parameter != nil { return try closestLimit(places, isGroup: isGroup, least: least) }
    guard let usage = try least(problem.rows) else { return nil }
    guard isGroup else { return usage[places[0]] }
    guard places.allSatisfy({ problem.rows[$0].bound == first.bound }) else { return nil }
    let excess = places.map { usage[$0] - problem.rows[$0].bound }.max() ?? 0
    let closest = first.bound + excess
    return abs(closest) <= 1e-9 ? 0 : closest
  }

  /// The nearest limit of quotients: each step finds what comes nearest to the limit before, and takes the
  /// limit that it holds.
  private func closestLimit(_ own: [Int], isGroup: Bool, least: Least) throws -> Double? {
    guard var limit = problem.rows[own[0]].parameter?.limit,
      own.allSatisfy({ problem.rows[$0].parameter?.limit == limit })
    else { return nil }
    // So that the greatest excess is one at any limit.
    let most = own.reduce(0.0) {
      max($0, survey.rowNormScale * survey.rowNorms[$1] + abs(problem.rows[$1].bound))
    }
    let shift = isGroup ? 2 * most * Double(problem.candidateCount).squareRoot() : 0
    for step in 0..<Self.mostSteps {
      progress(own.count)
      guard let usage = try least(rows(own, at: limit, lowered: shift)) else { return nil }
      guard let next = limitHeld(own, at: limit, usage) else { return nil }
      let isNearer = (next > limit) == (step == 0 ? isRising(own[0]) : !isRising(own[0]))
      if !isNearer || abs(next - limit) <= 1e-13 * max(abs(limit), abs(next)) {
        return step == 0 ? nil : limit
      }
      limit = next
    }
    return limit
  }

  /// Whether a greater limit is the looser one.
  private func isRising(_ row: Int) -> Bool {
    problem.rows[row].parameter?.slope.contains { $0.coefficient < 0 } ?? false
  }

  /// The rows with one limit changed, and behind them the slopes of those that have it.
  private func rows(_ own: [Int], at limit: Double, lowered: Double) -> [AllocationRow] {
    var rows = problem.rows
    for row in own {
      let changed = rows[row].at(limit: limit)
      rows[row] = AllocationRow(
        name: changed.name, terms: changed.terms, bound: changed.bound - lowered,
        group: changed.group, parameter: changed.parameter)
    }
    return rows
      + own.map {
        AllocationRow(
          name: rows[$0].name, terms: rows[$0].parameter?.slope ?? [], bound: .infinity)
      }
  }

  /// The tightest limit that all rows hold at which this is used.
  private func limitHeld(_ own: [Int], at limit: Double, _ usage: [Double]) -> Double? {
    var held: Double?
    for (place, row) in own.enumerated() {
      let excess = usage[row] - problem.rows[row].bound
      let slope = usage[problem.rows.count + place]
      if slope == 0 {
        if excess > 1e-9 * survey.rowNormScale * survey.rowNorms[row] { return nil }
        continue
      }
      let next = limit - excess / slope
      held = held.map { isRising(row) ? max($0, next) : min($0, next) } ?? next
    }
    return held
  }

  // MARK: Whole numbers

  /// The closest bound of a row that nothing else bounds.
  func closestAlone(_ row: Int, whole: Set<Int>) throws -> Double? {
    let explore = problem.rule.explore
    let constant = explore * survey.uniformUsage[row]
    if problem.rows[row].terms.count == 1 || survey.rowNorms[row] == 0 {
      let least = survey.rowNorms[row] == 0 || explore == 1 ? 0 : survey.leastUsage[row]
      return rounded((1 - explore) * least + constant, row, whole)
    }
    guard explore < 1 else { return problem.rows[row].parameter == nil ? constant : nil }
    return try closestBound(row, among: [row], whole: whole)
  }

  /// Numbers that stand for sums of integers look like integers; and whole decisions that count in integers
  /// come no nearer than the next, whatever exploration adds to what is expected of them.
  func rounded(_ least: Double, _ row: Int, _ whole: Set<Int>) -> Double {
    let terms = problem.rows[row].terms
    guard problem.rows[row].parameter == nil, let first = terms.first,
      terms.allSatisfy({ abs($0.coefficient) == abs(first.coefficient) })
    else { return least }
    let unit = abs(first.coefficient)
    func near(_ sum: Double) -> Double? {
      let nearest = (sum / unit).rounded()
      return abs(sum / unit - nearest) <= 1e-9 * max(1, abs(nearest)) ? nearest * unit : nil
    }
    let expected = near(least) ?? least
    let explore = problem.rule.explore
    guard explore < 1, terms.allSatisfy({ whole.contains($0.meter) }) else { return expected }
    let chosen = (least - explore * survey.uniformUsage[row]) / (1 - explore)
    return max(expected, near(chosen) ?? (chosen / unit).rounded(.up) * unit)
  }

  /// Meters of rows that count in integers at whole decisions.
  func wholeMeters(of rows: Set<Int>) throws -> Set<Int> {
    var meters = Set(rows.flatMap { problem.rows[$0].terms.map(\.meter) })
    var pairs: [Int: Int] = [:]
    for meter in meters {
      switch problem.meters[meter].quantity {
      case .perAction(let quantities):
        if !quantities.allSatisfy({ $0 == $0.rounded() }) { meters.remove(meter) }
      case .pairs(let place): pairs[meter] = place
      }
    }
    let block = problem.emptyBlock(capacity: engine.blockSize)
    for index in 0..<engine.blockCount where !pairs.isEmpty {
      if engine.isCancelled() { throw CancellationError() }
      let range = engine.range(ofBlock: index)
      problem.source.read(range, into: block)
      for pair in 0..<problem.actionCount * range.count where !block.values[pair].isNaN {
        for (meter, place) in pairs {
          let quantity = block.quantities[place][pair]
          guard quantity != quantity.rounded() else { continue }
          pairs[meter] = nil
          meters.remove(meter)
        }
      }
    }
    return meters
  }
}
