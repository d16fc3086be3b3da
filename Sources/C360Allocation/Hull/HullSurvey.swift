/// One pass over all decisions that leaves their hulls: the edges in order, and the baselines.
struct HullSurvey {
  private(set) var baseline: [Int32]
  private(set) var increments: [HullIncrement] = []
  /// Of baselines and forced decisions.
  private(set) var baseCost = 0.0
  private(set) var baseValue = 0.0
  /// Decisions whose baseline is not the no-op.
  private(set) var treated = 0
  /// The first pair in canonical order whose numbers do not do.
  private(set) var rejected: (decision: Int, action: Int)?

  /// Lists of edges that are sorted by themselves and then merged.
  private static let stretches = 64

  init(
    _ problem: AllocationProblem, term: AllocationRow.Term, threads: Int,
    isCancelled: @escaping @Sendable () -> Bool
  ) {
    let tiles = DecisionTiles(problem)
    let count = min(Self.stretches, tiles.ranges.count)
    let none = problem.hasNoOp ? Int32(problem.actionCount) : -1
    var baseline = [Int32](repeating: none, count: problem.decisionCount)
    var parts = [Part](repeating: Part(), count: count)
    baseline.withUnsafeMutableBufferPointer { baseline in
      parts.withUnsafeMutableBufferPointer { parts in
        let (baseline, parts) = (SharedPlaces(baseline), SharedPlaces(parts))
        DecisionTiles.forEach(count, threads: threads) { _, stretch in
          var part = Part()
          let block = problem.emptyBlock(capacity: tiles.longest)
          let first = stretch * tiles.ranges.count / count
          let end = (stretch + 1) * tiles.ranges.count / count
          for tile in first..<end where !isCancelled() {
            part.add(problem, term, tiles.ranges[tile], block, baseline.value)
          }
          part.increments.sort(by: HullIncrement.precedes)
          parts.value[stretch] = part
        }
      }
    }
    self.baseline = baseline
    var (cost, value) = (RunningSum(), RunningSum())
    for part in parts {
      cost.add(part.cost.value)
      value.add(part.value.value)
      treated += part.treated
      if rejected == nil { rejected = part.rejected }
    }
    (baseCost, baseValue) = (cost.value, value.value)
    guard rejected == nil else { return }
    let lists = parts.map(\.increments)
    parts = []
    increments = HullIncrement.merge(lists, threads: threads)
  }

  /// What a stretch of tiles leaves.
  private struct Part {
    var increments: [HullIncrement] = []
    var cost = RunningSum()
    var value = RunningSum()
    var treated = 0
    var rejected: (decision: Int, action: Int)?
    var hull = DecisionHull()

    mutating func add(
      _ problem: AllocationProblem, _ term: AllocationRow.Term, _ range: Range<Int>,
      _ block: AllocationBlock, _ baseline: UnsafeMutableBufferPointer<Int32>
    ) {
      guard rejected == nil else { return }
      problem.source.read(range, into: block)
      let meter = problem.meters[term.meter]
      for place in 0..<range.count {
        let decision = range.lowerBound + place
        let isCounted = term.cells.contains(Int(meter.cells?[decision] ?? 0))
        if block.forced[place] >= 0 {
          force(decision, problem, block, place, range.count, isCounted ? meter : nil, baseline)
          continue
        }
        hull.clear()
        for action in 0..<problem.actionCount {
          let value = block.values[action * range.count + place]
          guard !value.isNaN else { continue }
          let cost =
            isCounted ? meter.quantity.amount(action, block, place, range.count) : 0
          guard cost >= 0, cost.isFinite, value.isFinite else {
            rejected = (decision, action)
            return
          }
          hull.add(Int32(action), cost: cost, value: value)
        }
        climb(decision, problem.hasNoOp, baseline)
      }
    }

    private mutating func climb(
      _ decision: Int, _ hasNoOp: Bool, _ baseline: UnsafeMutableBufferPointer<Int32>
    ) {
      var base = (cost: 0.0, value: 0.0)
      if !hasNoOp {
        guard let start = hull.startAtCheapest() else { return }
        baseline[decision] = start.candidate
        base = (start.cost, start.value)
        cost.add(base.cost)
        value.add(base.value)
        treated += 1
      }
      hull.appendIncrements(
        baseCost: base.cost, baseValue: base.value, decision: Int32(decision), to: &increments)
    }

    private mutating func force(
      _ decision: Int, _ problem: AllocationProblem, _ block: AllocationBlock, _ place: Int,
      _ count: Int, _ meter: AllocationMeter?, _ baseline: UnsafeMutableBufferPointer<Int32>
    ) {
      let candidate = Int(block.forced[place])
      baseline[decision] = Int32(candidate)
      guard candidate < problem.actionCount else { return }
      treated += 1
      let worth = block.values[candidate * count + place]
      if worth.isFinite { value.add(worth) }
      guard let meter else { return }
      let spent = meter.quantity.amount(candidate, block, place, count)
      guard spent.isFinite else {
        rejected = (decision, candidate)
        return
      }
      cost.add(spent)
    }
  }
}
