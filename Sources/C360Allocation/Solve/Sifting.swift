/// The exact end of a greedy allocation: decisions far from a tie are fixed at what the prices say,
/// the linear program over the others gives new prices, and so on until the prices of the program
/// leave the fixed decisions where they are; its value then is that of the dual (sifting, Bixby et
/// al. 1992, over decisions instead of columns).
struct Sifting {
  let dual: DualFunction
  let limits: SolverLimits
  let threads: Int
  /// The least dual value found, weighted, and where.
  var bound = Double.infinity
  var boundPlace: [Double]
  /// The best fractional allocation found: shares of the remainder, all others as in `chosen`.
  var primal: Primal?
  /// Nothing can hold the rows: proven on all decisions at once.
  var isInfeasible = false

  struct Primal {
    var remainder: RemainderProblem
    /// Rows of the problem that the remainder's rows are.
    var rows: [Int]
    var shares: [[(column: Int, share: Double)]]
    var prices: [Double]
    /// By decision: the candidate that stands outside of the remainder.
    var chosen: [Int32]
    /// Weighted, of all decisions, less charges of soft rows; before exploration.
    var value: Double
    /// Of the remainder alone.
    var objective: Double
    /// Whether all rows were in the program; else some that hold may be exceeded.
    var isComplete: Bool

    /// What a column of the remainder is worth at the prices.
    func worth(_ column: Int) -> Double {
      remainder.entryRange(column).reduce(remainder.values[column]) {
        $0 - prices[Int(remainder.entryRows[$1])] * remainder.entries[$1]
      }
    }
  }

  init(_ dual: DualFunction, limits: SolverLimits, threads: Int, start: [Double]) {
    self.dual = dual
    self.limits = limits
    self.threads = threads
    boundPlace = start
  }

  private var count: Int { dual.engine.problem.decisionCount }

  mutating func run(from start: [Double]) throws {
    var x = start
    var target = min(count, limits.remainder)
    var builder = RemainderBuilder(dual)
    for _ in 0..<limits.rounds {
      var look = try Look(dual, x)
      if look.evaluation.dual < bound {
        bound = look.evaluation.dual
        boundPlace = x
      } else if primal != nil, look.evaluation.dual > bound + 1e-7 * abs(bound) {
        // The program saw too few decisions: from the best prices again, with more.
        x = boundPlace
        look = try Look(dual, x)
      }
      if let primal, bound - dual.share * primal.value <= 1e-10 * abs(bound) { return }
      let base = try settled(look, x, target: target)
      let decisions = base.nearest(target)
      let whole = builder.build(decisions, chosen: base.chosen, usage: base.usage)
      var (remainder, rows) = whole.withoutIdleRows()
      if rows.count >= limits.rows {
        // Too many rows at once: those with prices first.
        rows = rows.sorted { (x[$1], $0) < (x[$0], $1) }.prefix(limits.rows).sorted()
        remainder = whole.restricted(to: rows)
      }
      let simplex = GroupedSimplex(remainder)
      simplex.isCancelled = dual.engine.isCancelled
      let outcome = simplex.solve(limit: limits.pivotLimit(rows: rows.count))
      if case .infeasible = outcome {
        if decisions.count == count, rows.count < limits.rows {
          isInfeasible = true
          return
        }
        target = min(count, max(target * 4, 1), limits.mostRemainder)
        continue
      }
      keep(base, whole, remainder, rows, simplex)
      var next = [Double](repeating: 0, count: dual.upper.count)
      for (place, row) in rows.enumerated() {
        next[row] = max(0, min(dual.upper[row], simplex.prices.start[place]))
      }
      x = next
      target = min(count, target * 2, limits.mostRemainder)
    }
    // The last prices have not been looked at.
    let last = try dual.evaluate(x, smoothing: 0)
    if last.dual < bound {
      bound = last.dual
      boundPlace = x
    }
  }

  private mutating func keep(
    _ base: Base, _ whole: RemainderProblem, _ remainder: RemainderProblem, _ rows: [Int],
    _ simplex: GroupedSimplex
  ) {
    guard simplex.hardSurplus() <= 1e-9 else { return }
    let inProgram = Set(rows)
    let isComplete = rows.count < limits.rows
    // Rows left out of the program stand as the choices before it left them.
    let standing = whole.current.reduce(0) { $0 + whole.values[$1] }
    var value = base.value - standing + simplex.objective()
    let usage = whole.usage(whole.current)
    value -= whole.charges { inProgram.contains($0) ? -.infinity : usage[$0] }
    // Exploration does not change what these charge.
    value -= dual.constantCharge / dual.share
    if let primal, primal.value >= value { return }
    primal = Primal(
      remainder: remainder, rows: rows, shares: simplex.shares(), prices: simplex.rowPrices(),
      chosen: base.chosen, value: value,
      objective: simplex.objective(), isComplete: isComplete)
  }

  /// Whole decisions to begin with, what they are worth and use, and how near each is to a tie.
  struct Base {
    var chosen: [Int32]
    var usage: [Double]
    var value: Double
    var margins: [Float]

    /// The decisions nearest to a tie, in order. Among more equals than are wanted, some from
    /// everywhere.
    func nearest(_ target: Int) -> [Int] {
      if target >= margins.count { return Array(margins.indices) }
      var histogram = [Int](repeating: 0, count: 1 << 16)
      for margin in margins { histogram[Int(margin.bitPattern >> 16)] += 1 }
      var sum = 0
      var limit = 0
      while limit < histogram.count, sum + histogram[limit] <= target {
        sum += histogram[limit]
        limit += 1
      }
      let wanted = target - sum
      let equal = limit < histogram.count ? histogram[limit] : 0
      var seen = 0
      return margins.indices.filter { decision in
        let bucket = Int(margins[decision].bitPattern >> 16)
        if bucket != limit { return bucket < limit }
        seen += 1
        return seen * wanted / equal > (seen - 1) * wanted / equal
      }
    }
  }

  /// The choices at the prices; where more decisions stand at a tie than the remainder may have, those
  /// are first balanced by their smooth probabilities.
  private func settled(_ look: Look, _ x: [Double], target: Int) throws -> Base {
    let ties = look.margins.reduce(0) { $0 + ($1 <= 1e-7 ? 1 : 0) }
    var base = Base(
      chosen: look.chosen, usage: look.evaluation.usage, value: look.value, margins: look.margins)
    guard ties > target else { return base }
    var descent = DualDescent(dual)
    guard
      case .prices(let smooth, _) = try descent.run(
        from: x, to: limits.tieTemperature, patience: 40)
    else { return base }
    let setting = dual.setting(smooth, smoothing: limits.tieTemperature)
    let choice = RuleProbabilities(
      engine: dual.engine, setting: setting, explore: 0, overrides: [:])
    base.chosen = balancedRounding(dual.engine.problem, threads: threads) {
      choice.write($0, $1, $2)
    }
    let tally = try Tally(dual, base.chosen)
    base.usage = tally.usage
    base.value = tally.value
    return base
  }
}

/// A pass without smoothing that remembers what each decision took and how near it was to a tie.
struct Look {
  let evaluation: DualFunction.Evaluation
  let chosen: [Int32]
  let margins: [Float]
  /// Σ value of what was taken, weighted.
  let value: Double

  init(_ dual: DualFunction, _ x: [Double]) throws {
    let count = dual.engine.problem.decisionCount
    let memory = LookMemory(count: count)
    evaluation = try dual.evaluate(x, smoothing: 0) { range, worker, _ in
      memory.fill(range, worker)
    }
    chosen = Array(UnsafeBufferPointer(start: memory.chosen, count: count))
    margins = Array(UnsafeBufferPointer(start: memory.margins, count: count))
    // What the level leaves when prices are given back.
    var value = evaluation.level
    for (row, price) in dual.multipliers(x).enumerated() where price > 0 {
      value += price * evaluation.usage[row]
    }
    self.value = value
  }
}

private final class LookMemory: @unchecked Sendable {
  let chosen: UnsafeMutablePointer<Int32>
  let margins: UnsafeMutablePointer<Float>

  init(count: Int) {
    chosen = .allocate(capacity: max(1, count))
    margins = .allocate(capacity: max(1, count))
  }

  deinit {
    chosen.deallocate()
    margins.deallocate()
  }

  func fill(_ range: Range<Int>, _ worker: PassWorker) {
    let row = DoubleBuffer(range.count)
    worker.margins(range.count, into: row.start)
    for place in 0..<range.count {
      chosen[range.lowerBound + place] = Int32(worker.chosen[place])
      margins[range.lowerBound + place] = Float(row.start[place])
    }
  }
}
