import C360Allocation
import C360Engine
import C360Plan

extension BoundRows {
  /// The allocation to be solved.
  func problem(
    rule: ChoiceRule, source: DecisionValues, meters: [AllocationMeter], decisionCount: Int
  ) -> AllocationProblem {
    var base = AllocationRule.Base.greedy
    if case .softmax(let temperature) = rule.base { base = .softmax(temperature: temperature) }
    return AllocationProblem(
      decisionCount: decisionCount, actionCount: rule.actionCount, hasNoOp: rule.hasNoOp,
      source: source, meters: meters, rows: rows,
      rule: AllocationRule(
        base: base, explore: rule.explore, entropyFloor: entropyFloor,
        divergenceCeiling: divergenceCeiling))
  }

  /// What each bound came to, in the units in which it was written.
  /// - Parameter usage: by meter and cell, of the decisions written.
  func counts(_ allocation: Allocation, usage: MeterUsage) -> AllocationCounts {
    var counts = AllocationCounts()
    counts.constraints = constraints.map { constraint in
      let declared = constraint.declared
      return AllocationCounts.Constraint(
        name: declared.name, isAtMost: declared.isAtMost, isSoft: declared.penalty != nil,
        bounds: distributional(declared, allocation)
          + constraint.written.map { written in
            let prices = Array(allocation.multipliers[written.rows])
            let slopes = Self.slopes(written, usage)
            return AllocationCounts.Bound(
              label: written.label, limit: written.limit,
              realized: Self.realized(written.form, usage),
              multiplier: zip(prices, slopes).reduce(0) { $0 + $1.0 * $1.1 },
              rowMultipliers: slopes == [1] ? [] : prices)
          }, unknown: constraint.unknown)
    }
    return counts
  }

  /// What a bound on entropy or divergence came to: of the probabilities, not of what was drawn.
  private func distributional(
    _ declared: DecideConstraint, _ allocation: Allocation
  ) -> [AllocationCounts.Bound] {
    let found: Allocation.Distributional? =
      switch declared.measure {
      case .entropy: allocation.entropy
      case .divergence: allocation.divergence
      case .total, .proportion, .rate, .parity: nil
      }
    return found.map {
      [
        AllocationCounts.Bound(
          label: "", limit: declared.bound, realized: $0.mean, multiplier: $0.multiplier)
      ]
    } ?? []
  }

  /// Prices to start from: those that a bound had in an earlier run; of a group or period that was not
  /// there the mean over those that were.
  /// - Parameter earlier: constraint → group → price, or prices of its rows. nil: none.
  /// - Returns: by row; nil: nothing is known.
  func start(_ earlier: [String: [String: [Double]]]) -> [Double]? {
    var prices = [Double](repeating: 0, count: rows.count)
    var isAnyKnown = false
    for constraint in constraints {
      guard let known = earlier[constraint.declared.name], !known.isEmpty else { continue }
      isAnyKnown = true
      let sums = known.sorted { $0.key < $1.key }.map { $0.value.reduce(0, +) }
      let mean = sums.reduce(0, +) / Double(sums.count)
      for written in constraint.written {
        let found = known[written.label] ?? [mean]
        for (place, row) in written.rows.enumerated() {
          prices[row] =
            found.count == written.rows.count
            ? found[place] : found.reduce(0, +) / Double(written.rows.count)
        }
      }
    }
    return isAnyKnown ? prices : nil
  }

  /// By row of a bound: by how much its own bound moves when the one that was written moves by one.
  private static func slopes(_ written: Written, _ usage: MeterUsage) -> [Double] {
    switch written.form {
    case .usage, .parity(_, _, _, _, isRatio: false): return written.rows.map { _ in 1 }
    case .proportion(_, let whole, let cells): return [usage.total(whole, cells)]
    case .parity(let meter, let cell, let sizes, let others, isRatio: true):
      let own = usage.total(meter, cell) / Double(max(1, sizes[cell]))
      return others.flatMap { other in
        let their = usage.total(meter, other) / Double(max(1, sizes[other].reduce(0, +)))
        return written.rows.count == others.count ? [their] : [their, own]
      }
    }
  }

  private static func realized(_ form: Written.Form, _ usage: MeterUsage) -> Double? {
    switch form {
    case .usage(let meter, let cells, let over): return usage.total(meter, cells) / over
    case .proportion(let meter, let whole, let cells):
      let total = usage.total(whole, cells)
      return total == 0 ? nil : usage.total(meter, cells) / total
    case .parity(let meter, let cell, let sizes, let others, let isRatio):
      let rate = usage.total(meter, cell) / Double(max(1, sizes[cell]))
      let rates = others.map { other in
        usage.total(meter, other) / Double(max(1, sizes[other].reduce(0, +)))
      }
      if isRatio {
        return rates.compactMap { other -> Double? in
          let (least, most) = (min(rate, other), max(rate, other))
          return most > 0 ? least / most : nil
        }.min()
      }
      return rates.map { abs(rate - $0) }.max() ?? 0
    }
  }

  /// What soft bounds charge for a usage, in units of the objective.
  func charges(usage: MeterUsage) -> Double {
    rows.charges { row in
      rows[row].terms.reduce(0) { sum, term in
        sum + term.coefficient * usage.total(term.meter, term.cells)
      }
    }
  }

  /// A hard bound that the decisions written break, if any: by more than the rounding of sums.
  func broken(usage: MeterUsage, caps: [String] = []) -> UnsatisfiedBounds? {
    var clashes: [UnsatisfiedBounds.Clash] = []
    for constraint in constraints where constraint.declared.penalty == nil {
      let declared = constraint.declared
      for written in constraint.written where written.rows.contains(where: { breaks($0, usage) }) {
        clashes.append(
          UnsatisfiedBounds.Clash(
            constraint: declared.name, label: written.label, isAtMost: declared.isAtMost,
            limit: written.limit, closest: Self.realized(written.form, usage)))
      }
    }
    return clashes.isEmpty ? nil : UnsatisfiedBounds(clashes: clashes, isProven: false, caps: caps)
  }

  private func breaks(_ row: Int, _ usage: MeterUsage) -> Bool {
    var sum = 0.0
    var scale = abs(rows[row].bound)
    for term in rows[row].terms {
      let used = usage.total(term.meter, term.cells)
      sum += term.coefficient * used
      scale = max(scale, abs(term.coefficient * used))
    }
    return sum > rows[row].bound + 1e-9 * scale
  }

  /// A clash of rows in the words of the constraints.
  func unsatisfied(_ error: AllocationInfeasibility) -> UnsatisfiedBounds {
    var seen: Set<[String]> = []
    let clashes = error.clashes.compactMap { clash(of: $0, &seen) }
    var found = UnsatisfiedBounds(clashes: clashes)
    found.others = error.others.compactMap { clash(of: $0, &seen) }
    // Several rows of a bound are one; beyond those that are listed each counts.
    found.otherCount = found.others.count + error.otherCount - error.others.count
    return found
  }

  /// Nil: a row of a bound that has been seen.
  private func clash(
    of clash: AllocationInfeasibility.Clash, _ seen: inout Set<[String]>
  ) -> UnsatisfiedBounds.Clash? {
    if let measure = measure(ofRow: clash.row) {
      return Self.clash(of: measure, closest: clash.closestBound)
    }
    guard let (constraint, written) = place(ofRow: clash.row),
      seen.insert([constraint.declared.name, written.label]).inserted
    else { return nil }
    var found = UnsatisfiedBounds.Clash(
      constraint: constraint.declared.name, label: written.label,
      isAtMost: constraint.declared.isAtMost, limit: written.limit,
      closest: closest(clash, written, constraint.declared))
    if case .usage = written.form, constraint.declared.isAtMost, clash.explored > written.limit {
      found.explored = clash.explored
    }
    return found
  }

  /// Of a bound on entropy or divergence, which cannot be soft.
  private static func clash(
    of measure: DecideConstraint, closest: Double?
  ) -> UnsatisfiedBounds.Clash {
    UnsatisfiedBounds.Clash(
      constraint: measure.name, label: "", isAtMost: measure.isAtMost, limit: measure.bound,
      closest: closest, mayBeSoft: false)
  }

  /// What the nearest decisions found break; of bounds of several rows what a row comes to says little.
  func unsatisfied(_ error: AllocationNotFound, caps: [String]) -> UnsatisfiedBounds {
    var found: [UnsatisfiedBounds.Clash] = []
    var seen: Set<[String]> = []
    for row in error.rows {
      if let measure = measure(ofRow: row.row) {
        found.append(Self.clash(of: measure, closest: row.usage))
        continue
      }
      guard let (constraint, written) = place(ofRow: row.row),
        seen.insert([constraint.declared.name, written.label]).inserted
      else { continue }
      let declared = constraint.declared
      var closest: Double?
      if case .usage = written.form { closest = declared.isAtMost ? row.usage : -row.usage }
      found.append(
        UnsatisfiedBounds.Clash(
          constraint: declared.name, label: written.label, isAtMost: declared.isAtMost,
          limit: written.limit, closest: closest))
    }
    return UnsatisfiedBounds(clashes: found, isProven: false, caps: caps)
  }

  /// Where a bound that clashes counts, and by what its usage is divided; nil: it is on no total or rate.
  func total(
    of clash: UnsatisfiedBounds.Clash
  ) -> (term: AllocationRow.Term, over: Double)? {
    guard let written = written(of: clash), case .usage(_, _, let over) = written.form,
      let term = rows[written.rows.lowerBound].terms.first
    else { return nil }
    return (term, over)
  }

  /// The row of a bound on a total or a rate; nil: it is on none.
  func row(of clash: UnsatisfiedBounds.Clash) -> AllocationRow? {
    guard let written = written(of: clash), case .usage = written.form else { return nil }
    return rows[written.rows.lowerBound]
  }

  private func written(of clash: UnsatisfiedBounds.Clash) -> Written? {
    constraints.first { $0.declared.name == clash.constraint }?.written
      .first { $0.label == clash.label }
  }

  private func place(ofRow row: Int) -> (Constraint, Written)? {
    for constraint in constraints {
      if let written = constraint.written.first(where: { $0.rows.contains(row) }) {
        return (constraint, written)
      }
    }
    return nil
  }

  /// The bound on entropy or divergence that a place stands for, the strictest of several; nil: it is a row.
  private func measure(ofRow place: Int) -> DecideConstraint? {
    let declared = constraints.map(\.declared)
    switch place {
    case AllocationInfeasibility.entropyRow:
      return declared.first {
        if case .entropy = $0.measure { $0.bound == entropyFloor } else { false }
      }
    case AllocationInfeasibility.divergenceRow:
      return declared.first {
        if case .divergence = $0.measure { $0.bound == divergenceCeiling } else { false }
      }
    default: return nil
    }
  }

  /// The closest limit as the bound was written.
  private func closest(
    _ clash: AllocationInfeasibility.Clash, _ written: Written, _ declared: DecideConstraint
  ) -> Double? {
    guard let bound = clash.closestBound else { return nil }
    switch written.form {
    case .usage: return declared.isAtMost || bound == 0 ? bound : -bound
    case .parity, .proportion: return bound
    }
  }
}

extension DecisionValues {
  /// Usage by meter and cell of whole decisions.
  func usage(of meters: [AllocationMeter], chosen: [Int32]) -> MeterUsage {
    var usage = MeterUsage(cellCounts: meters.map(\.cellCount))
    let size = 1024
    let block = makeBlock(capacity: size)
    for rows in Parallel.ranges(chosen.count, size: size) {
      if pairCount > 0 { read(rows, into: block) }
      for (place, row) in rows.enumerated() where Int(chosen[row]) < actionCount {
        let action = Int(chosen[row])
        guard action >= 0 else { continue }
        for (index, meter) in meters.enumerated() {
          let cell = meter.cells.map { Int($0[row]) } ?? 0
          guard cell >= 0 else { continue }
          usage.add(meter.quantity.amount(action, block, place, rows.count), index, cell)
        }
      }
    }
    return usage
  }
}

extension DecidedRows {
  func set(_ row: Int, chosen: Int, propensity: Double, expected: Double) {
    self.chosen[row] = Int32(chosen)
    propensities[row] = propensity
    self.expected[row] = expected
    repaired[row] = false
  }

  /// The decisions of an allocation.
  func adopt(_ allocation: Allocation) {
    chosen = allocation.chosen
    propensities = allocation.propensities
    expected = allocation.expectedValues
    repaired = [Bool](repeating: false, count: chosen.count)
    for row in allocation.repaired { repaired[row] = true }
  }
}
