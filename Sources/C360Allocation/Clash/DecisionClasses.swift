/// Decisions that count alike in some rows, taken together: a class of m decisions uses m times what one
/// of them does. Shares of decisions can do the same with or without classes, and so what a linear program
/// proves of these it proves of the decisions; what they are worth is left out.
///
/// Candidates are *uses*: what an action comes to on the meters of the rows. Actions that come to the same,
/// and the no-op, which comes to nothing, are one. Decisions that no row counts are in no class.
struct DecisionClasses: AllocationSource {
  /// By use, by relevant meter.
  private let uses: [[Double]]
  /// By class: a bit for each use that is open.
  private var open: [UInt64] = []
  private var sizes: [Double] = []
  private var draft: [[Int32]]
  private let words: Int

  private init(uses: [[Double]], meters: Int) {
    self.uses = uses
    words = (uses.count + 63) / 64
    draft = [[Int32]](repeating: [], count: meters)
  }

  /// The problem of some rows alone.
  /// - Parameters:
  ///   - rows: by row of the problem; those that do not matter have no terms.
  ///   - most: classes; nil is returned where there are more, or where what an action comes to differs
  ///     from decision to decision.
  static func problem(
    _ engine: PassEngine, rows: [AllocationRow], most: Int
  ) throws -> AllocationProblem? {
    let meters = engine.problem.meters
    let relevant = Set(rows.flatMap { $0.terms.map(\.meter) }).sorted()
    var amounts: [[Double]] = []
    for meter in relevant {
      guard case .perAction(let quantities) = meters[meter].quantity else { return nil }
      amounts.append(quantities)
    }
    let (uses, useOfAction, idle) = Self.uses(amounts, actions: engine.problem.actionCount)
    var classes = DecisionClasses(uses: uses, meters: relevant.count)
    let stretches = relevant.map { CellStretches(meters[$0], $0, rows) }
    guard
      try classes.fill(
        engine, relevant.map { meters[$0] }, stretches, useOfAction, idle: idle, most: most)
    else { return nil }
    let own = meters.indices.map { meter in
      relevant.firstIndex(of: meter).map {
        AllocationMeter(
          quantity: .pairs($0), cells: classes.draft[$0], cellCount: meters[meter].cellCount)
      } ?? AllocationMeter(quantity: .perAction([]), cells: nil, cellCount: 0)
    }
    classes.draft = []
    return AllocationProblem(
      decisionCount: classes.sizes.count, actionCount: uses.count, hasNoOp: false, source: classes,
      meters: own, rows: rows, rule: AllocationRule(base: .greedy))
  }

  /// - Returns: different uses, the use of each action, and that of the no-op.
  private static func uses(
    _ amounts: [[Double]], actions: Int
  ) -> (uses: [[Double]], useOfAction: [Int], idle: Int) {
    var uses = [[Double](repeating: 0, count: amounts.count)]
    var known = [uses[0]: 0]
    let useOfAction = (0..<actions).map { action in
      let use = amounts.map { $0[action] }
      if let place = known[use] { return place }
      known[use] = uses.count
      uses.append(use)
      return uses.count - 1
    }
    return (uses, useOfAction, 0)
  }

  /// - Returns: false: there are more classes than wanted.
  private mutating func fill(
    _ engine: PassEngine, _ meters: [AllocationMeter], _ stretches: [CellStretches],
    _ useOfAction: [Int], idle: Int, most: Int
  ) throws -> Bool {
    let problem = engine.problem
    let worker = PassWorker(engine)
    var known: [Key: Int] = [:]
    var cells = [Int32](repeating: -1, count: meters.count)
    var flags = [UInt64](repeating: 0, count: words)
    for index in 0..<engine.blockCount {
      if engine.isCancelled() { throw CancellationError() }
      let range = engine.range(ofBlock: index)
      worker.read(range)
      for (place, decision) in range.enumerated() {
        var isCounted = false
        var key = Key()
        for meter in meters.indices {
          let cell = stretches[meter].first(meters[meter].cells.map { Int($0[decision]) } ?? 0)
          cells[meter] = cell
          isCounted = isCounted || cell >= 0
          key.add(UInt64(bitPattern: Int64(cell)))
        }
        guard isCounted else { continue }
        for word in flags.indices { flags[word] = 0 }
        for candidate in 0..<problem.candidateCount
        where worker.isEligible(candidate, place, rows: range.count) {
          let use = candidate < problem.actionCount ? useOfAction[candidate] : idle
          flags[use / 64] |= 1 << UInt64(use % 64)
        }
        for word in flags { key.add(word) }
        if let found = known[key] {
          sizes[found] += 1
          continue
        }
        // Nothing may be chosen, or nothing that counts.
        if flags.allSatisfy({ $0 == 0 })
          || (flags[0] == 1 && !flags.dropFirst().contains { $0 != 0 })
        {
          continue
        }
        if sizes.count == most { return false }
        known[key] = sizes.count
        sizes.append(1)
        open += flags
        for meter in meters.indices { draft[meter].append(cells[meter]) }
      }
    }
    return true
  }

  /// 128 bits of what makes decisions count alike.
  private struct Key: Hashable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    mutating func add(_ bits: UInt64) {
      low = (low << 5 | low >> 59 ^ bits) &* 0x9e37_79b9_7f4a_7c15
      high = mixed64(high &+ bits &+ 1)
    }
  }

  // MARK: AllocationSource

  func read(_ classes: Range<Int>, into block: AllocationBlock) {
    let count = classes.count
    for (place, index) in classes.enumerated() {
      block.forced[place] = -1
      for use in uses.indices {
        let isOpen = open[index * words + use / 64] >> UInt64(use % 64) & 1 != 0
        block.values[use * count + place] = isOpen ? 0 : .nan
        for meter in block.quantities.indices {
          block.quantities[meter][use * count + place] = sizes[index] * uses[use][meter]
        }
      }
    }
  }

  func draw(_ decision: Int) -> Double { 0 }
}

/// Cells of a meter that stand in the same terms of rows: those between two ends of their ranges.
private struct CellStretches {
  /// By cell: the first of its stretch; −1: no row counts it.
  private var firsts: [Int32]

  init(_ meter: AllocationMeter, _ index: Int, _ rows: [AllocationRow]) {
    var changes = [Int](repeating: 0, count: meter.cellCount + 1)
    var isEnd = [Bool](repeating: false, count: meter.cellCount + 1)
    for row in rows {
      for term in row.terms where term.meter == index && !term.cells.isEmpty {
        changes[term.cells.lowerBound] += 1
        changes[term.cells.upperBound] -= 1
        isEnd[term.cells.lowerBound] = true
        isEnd[term.cells.upperBound] = true
      }
    }
    firsts = []
    firsts.reserveCapacity(meter.cellCount)
    var (depth, first) = (0, 0)
    for cell in 0..<meter.cellCount {
      depth += changes[cell]
      if isEnd[cell] { first = cell }
      firsts.append(depth > 0 ? Int32(first) : -1)
    }
  }

  func first(_ cell: Int) -> Int32 { cell < 0 ? -1 : firsts[cell] }
}
