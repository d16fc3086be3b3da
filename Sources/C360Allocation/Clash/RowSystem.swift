/// What shares of decisions can do about some hard rows, whatever they are worth and before exploration:
/// whether they hold together, and the least that one of them comes to while others hold.
struct RowSystem {
  let engine: PassEngine
  let survey: Survey
  private let limits: SolverLimits
  private let rows: Set<Int>
  /// Of the problem itself.
  private let origin: (engine: PassEngine, survey: Survey)

  /// Rows of a program: its inverse is a square of them. Beyond a few a descent proves in less time.
  static let mostRows = 1500
  private static let fewRows = 300
  /// Numbers of the inverse that the pivots of a program may touch.
  private static let pivotWork = 20_000_000_000
  /// Classes of one program.
  static let mostClasses = 24_000

  var problem: AllocationProblem { engine.problem }

  /// Rows that cannot hold together, and how much each has to do with it: Σ weight · (what it comes to −
  /// its bound) is above 0 whatever is chosen (Farkas).
  struct Proof {
    var rows: Set<Int>
    var weights: [Int: Double]
  }

  /// - Parameters:
  ///   - rows: that matter; by place in the problem's rows.
  ///   - under: the rows themselves, where they are not the problem's.
  ///   - most: classes; of more, the decisions stand for themselves.
  init(
    _ engine: PassEngine, _ survey: Survey, rows: Set<Int>, under changed: [AllocationRow]? = nil,
    limits: SolverLimits, most: Int = mostClasses
  ) throws {
    let base = engine.problem
    let all = changed ?? base.rows
    self.rows = rows
    let own = Self.relevant(all, rows, engine, survey)
    var limits = limits
    let problem: AllocationProblem
    if let classes = try DecisionClasses.problem(engine, rows: own, most: most) {
      problem = classes
      limits.small = Self.mostClasses
      limits.remainder = Self.mostClasses
      limits.rows = Self.mostRows
      limits.pivotWork = Self.pivotWork
    } else {
      problem = ChosenDecisions.problem(base, rows: own)
    }
    self.limits = limits
    self.engine = PassEngine(problem, threads: engine.threads, isCancelled: engine.isCancelled)
    self.survey = try Survey(self.engine)
    origin = (engine, survey)
  }

  /// The rows that matter, with what exploration uses in any case taken from their bounds.
  private static func relevant(
    _ all: [AllocationRow], _ rows: Set<Int>, _ engine: PassEngine, _ survey: Survey
  ) -> [AllocationRow] {
    let explore = engine.problem.rule.explore
    return all.indices.map { place in
      let row = all[place]
      guard rows.contains(place) else {
        return AllocationRow(name: row.name, terms: [], bound: .infinity)
      }
      let bound = (row.bound - explore * survey.uniform(row.terms, engine.map)) / (1 - explore)
      return AllocationRow(name: row.name, terms: row.terms, bound: bound, group: row.group)
    }
  }

  /// The same decisions under other rows, whose terms have the cells of those here.
  func under(_ changed: [AllocationRow]) throws -> RowSystem {
    let own = Self.relevant(changed, rows, origin.engine, origin.survey)
    let problem = AllocationProblem(
      decisionCount: problem.decisionCount, actionCount: problem.actionCount,
      hasNoOp: problem.hasNoOp, source: problem.source, meters: problem.meters, rows: own,
      rule: problem.rule)
    let changed = PassEngine(problem, threads: engine.threads, isCancelled: engine.isCancelled)
    return RowSystem(
      engine: changed, survey: try Survey(changed), limits: limits, rows: rows, origin: origin)
  }

  private init(
    engine: PassEngine, survey: Survey, limits: SolverLimits, rows: Set<Int>,
    origin: (engine: PassEngine, survey: Survey)
  ) {
    self.engine = engine
    self.survey = survey
    self.limits = limits
    self.rows = rows
    self.origin = origin
  }

  /// Whether one linear program tells.
  var isSmall: Bool { problem.decisionCount <= limits.small }

  // MARK: Whether rows hold together

  /// Rows among the given ones that cannot hold together; nil: they can, as far as can be told.
  func proof(among rows: Set<Int>) throws -> Proof? {
    let dual = DualFunction(
      engine, survey, goal: .feasibility, enabled: problem.rows.indices.map { rows.contains($0) },
      measures: (entropy: false, divergence: false))
    if isSmall, rows.count <= Self.fewRows { return try exactProof(dual) }
    var descent = DualDescent(dual)
    let outcome = try descent.run(from: nil, to: limits.lastSmoothing, patience: 60)
    guard case .infeasible(let x) = outcome else {
      // The descent may have been too short to tell.
      return problem.decisionCount <= limits.mostRemainder ? try exactProof(dual) : nil
    }
    let greatest = x.max() ?? 0
    return proof(dual, rows.filter { x[$0] > 1e-7 * greatest }) { x[$0] }
  }

  private func exactProof(_ dual: DualFunction) throws -> Proof? {
    let look = try Look(dual, [Double](repeating: 0, count: dual.upper.count))
    var builder = RemainderBuilder(dual)
    let (remainder, rows) = builder.build(
      Array(0..<problem.decisionCount), chosen: look.chosen, usage: look.evaluation.usage
    ).withoutIdleRows()
    guard rows.count <= Self.mostRows else { return nil }
    let simplex = GroupedSimplex(remainder)
    simplex.isCancelled = engine.isCancelled
    let outcome = simplex.solve(limit: limits.pivotLimit(rows: rows.count))
    if engine.isCancelled() { throw CancellationError() }
    guard case .infeasible = outcome else { return nil }
    let places = rows.indices.filter { simplex.prices.start[$0] > 1e-6 }
    let prices = Dictionary(
      uniqueKeysWithValues: places.map { (rows[$0], simplex.prices.start[$0]) })
    return proof(dual, Set(prices.keys)) { prices[$0] ?? 0 }
  }

  /// - Parameter price: in units of the dual.
  private func proof(
    _ dual: DualFunction, _ rows: Set<Int>, price: (Int) -> Double
  ) -> Proof {
    Proof(
      rows: rows,
      weights: Dictionary(uniqueKeysWithValues: rows.map { ($0, price($0) * dual.units[$0]) }))
  }

  /// Rows that share decisions, directly or through others, by their first: what holds in one of these
  /// blocks hangs on no other.
  func blocks(of rows: Set<Int>) throws -> [Set<Int>] {
    let meters = problem.meters
    // By meter and cell: one of its rows.
    var rowOfCell = meters.map { [Int](repeating: -1, count: $0.cellCount) }
    var parent = Array(problem.rows.indices)
    func root(_ row: Int) -> Int {
      var row = row
      while parent[row] != row {
        parent[row] = parent[parent[row]]
        row = parent[row]
      }
      return row
    }
    func join(_ one: Int, _ other: Int) {
      let (one, other) = (root(one), root(other))
      parent[max(one, other)] = min(one, other)
    }
    var rowOfGroup: [Int: Int] = [:]
    for row in rows.sorted() {
      if let group = problem.rows[row].group {
        join(row, rowOfGroup[group] ?? row)
        rowOfGroup[group] = row
      }
      for term in problem.rows[row].terms {
        for cell in term.cells {
          if rowOfCell[term.meter][cell] >= 0 { join(row, rowOfCell[term.meter][cell]) }
          rowOfCell[term.meter][cell] = row
        }
      }
    }
    for decision in 0..<problem.decisionCount {
      if decision & 0xffff == 0, engine.isCancelled() { throw CancellationError() }
      var first = -1
      for (meter, description) in meters.enumerated() where description.cellCount > 0 {
        let cell = description.cells.map { Int($0[decision]) } ?? 0
        guard cell >= 0, rowOfCell[meter][cell] >= 0 else { continue }
        if first >= 0 { join(first, rowOfCell[meter][cell]) }
        first = rowOfCell[meter][cell]
      }
    }
    let blocks = Dictionary(grouping: rows, by: root)
    return blocks.sorted { $0.key < $1.key }.map { Set($0.value) }
  }

  // MARK: The least of a row

  /// What the rows of the problem come to, exploration included.
  private func explored(_ usage: [Double], _ rows: [AllocationRow]) -> [Double] {
    let explore = origin.engine.problem.rule.explore
    guard explore > 0 else { return usage }
    return zip(usage, rows).map {
      (1 - explore) * $0 + explore * origin.survey.uniform($1.terms, origin.engine.map)
    }
  }

  /// By row, what all come to, exploration included, where one comes to the least that it can while others
  /// hold; nil: not found.
  func usage(atLeast row: Int, among others: Set<Int>) throws -> [Double]? {
    let unit = survey.rowNorms[row] > 0 ? survey.rowNormScale / survey.rowNorms[row] : 1
    let dual = DualFunction(
      engine, survey, goal: .feasibility,
      standing: problem.rows.indices.map { $0 == row ? unit : 0 },
      enabled: problem.rows.indices.map { others.contains($0) },
      measures: (entropy: false, divergence: false))
    return try greatest(dual, isFree: others.isEmpty).map(usage)
  }

  /// The same where the greatest excess of some rows over their bounds is the least.
  func usage(atLeastExcessOf rows: Set<Int>, among others: Set<Int>) throws -> [Double]? {
    let dual = DualFunction(
      engine, survey, goal: .feasibility,
      enabled: problem.rows.indices.map { others.contains($0) || rows.contains($0) },
      softened: rows, measures: (entropy: false, divergence: false))
    return try greatest(dual, isFree: false).map(usage)
  }

  private func greatest(_ dual: DualFunction, isFree: Bool) throws -> Sifting.Primal? {
    var x = [Double](repeating: 0, count: dual.upper.count)
    if problem.decisionCount > limits.small, !isFree {
      var descent = DualDescent(dual)
      guard
        case .prices(let found, _) = try descent.run(
          from: nil, to: limits.lastSmoothing, patience: limits.patience)
      else { return nil }
      x = found
    }
    var sifting = Sifting(dual, limits: limits, threads: engine.threads, start: x)
    try sifting.run(from: x)
    if engine.isCancelled() { throw CancellationError() }
    return sifting.primal.flatMap { $0.isComplete ? $0 : nil }
  }

  /// By row, of shares of candidates.
  private func usage(_ primal: Sifting.Primal) throws -> [Double] {
    var cells = [Double](repeating: 0, count: engine.map.cellCount)
    let block = problem.emptyBlock(capacity: 1)
    func add(_ decision: Int, _ candidate: Int, _ share: Double) {
      guard candidate >= 0, candidate < problem.actionCount else { return }
      for (place, meter) in problem.meters.enumerated() where meter.cellCount > 0 {
        let cell = meter.cells.map { Int($0[decision]) } ?? 0
        guard cell >= 0 else { continue }
        let amount = meter.quantity.amount(candidate, block, 0, 1)
        if amount != 0 { cells[engine.map.offsets[place] + cell] += share * amount }
      }
    }
    var next = 0
    let remainder = primal.remainder
    for decision in 0..<problem.decisionCount {
      if decision & 0xffff == 0, engine.isCancelled() { throw CancellationError() }
      block.forced[0] = -1
      problem.source.read(decision..<decision + 1, into: block)
      if next < remainder.decisionCount, remainder.decisions[next] == decision {
        for part in primal.shares[next] {
          add(decision, Int(remainder.candidates[part.column]), part.share)
        }
        next += 1
      } else {
        add(decision, Int(primal.chosen[decision]), 1)
      }
    }
    return explored(engine.map.usages(cells), problem.rows)
  }
}

extension Survey {
  /// What terms come to when every decision chooses uniformly.
  func uniform(_ terms: [AllocationRow.Term], _ map: RowMap) -> Double {
    terms.reduce(0) { sum, term in
      sum + term.coefficient * map.cells(term).reduce(0) { $0 + uniformCells[$1] }
    }
  }
}
