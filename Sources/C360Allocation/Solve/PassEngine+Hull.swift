extension PassEngine {
  /// One budget alone, of a greedy choice, by the hulls of its decisions: short of the bound by less than
  /// the gain of one edge.
  ///
  /// - Returns: nil where the problem is another, or the budget too small for any decisions.
  /// - Throws: `CancellationError`.
  func hullAllocation() throws -> Allocation? {
    let path: HullPath
    do {
      path = try HullPath(problem, threads: threads, isCancelled: isCancelled)
    } catch {
      if error == .cancelled { throw CancellationError() }
      return nil
    }
    // As far as rounding, as in other rows.
    guard let found = path.allocation(within: path.budget + 1e-12 * abs(path.budget)) else {
      return nil
    }
    var chosen = found.chosen
    problem.settleEquals(&chosen, threads: threads)
    let decided = chosen
    let row = problem.rows[0]
    let unit = row.terms[0].coefficient
    let multiplier = found.multiplier.isFinite ? found.multiplier / unit : 0
    let values = HullValues(count: problem.decisionCount)
    let setting = PassSetting(
      prices: [Double](repeating: 0, count: map.cellCount), weight: 0, temperature: 0)
    _ = try run(setting) { range, worker, _ in
      for place in 0..<range.count {
        let candidate = Int(decided[range.lowerBound + place])
        values.start[range.lowerBound + place] =
          candidate >= 0 && candidate < worker.problem.actionCount
          ? worker.block.values[candidate * range.count + place] : 0
      }
    }
    var allocation = Allocation(
      multipliers: [multiplier], temperature: 0, priorWeight: 0,
      certificate: AllocationCertificate(
        bound: found.bound, value: found.value, passes: 2),
      chosen: decided, propensities: decided.map { $0 < 0 ? .nan : 1 },
      expectedValues: values.array, repaired: [], remainder: [:])
    for decision in problem.watched {
      allocation.distributions[decision] = (0..<problem.candidateCount).map {
        $0 == Int(decided[decision]) ? 1 : 0
      }
    }
    return allocation
  }
}

/// By decision; threads write disjoint places.
private final class HullValues: @unchecked Sendable {
  let start: UnsafeMutablePointer<Double>
  private let count: Int

  init(count: Int) {
    self.count = count
    start = .allocate(capacity: max(1, count))
    start.initialize(repeating: 0, count: max(1, count))
  }

  deinit { start.deallocate() }

  var array: [Double] { Array(UnsafeBufferPointer(start: start, count: count)) }
}
