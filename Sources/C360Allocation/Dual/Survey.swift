import CKernels

/// What one look at all decisions tells before there are prices: scales, and what exploration uses
/// whatever the prices are.
struct Survey: Sendable {
  /// By row: usage when every decision chooses uniformly among its eligible candidates.
  let uniformUsage: [Double]
  /// Σ entropies and Σ divergences from the prior of that choice.
  let uniformEntropy: Double
  let uniformPriorLog: Double
  /// By row: √(Σ over decisions of the mean squared quantity); 0: nothing is counted in it.
  let rowNorms: [Double]
  /// By row of one term: the least that decisions can use together, whatever the other rows ask; −∞ for
  /// rows of several terms.
  let leastUsage: [Double]
  /// By flat cell: usage when every decision chooses uniformly.
  let uniformCells: [Double]
  /// Σ of the least and of the greatest eligible value, times `weight`.
  let least: Double
  let greatest: Double
  /// Σ of the mean eligible value, times `weight`.
  let uniformValue: Double
  /// The power of two that brings the typical range of values of a decision to about 1.
  let weight: Double
  /// √n: what brings the norm of a row to the size of its sums.
  let rowNormScale: Double
  /// Decisions for which the prior leaves no candidate.
  let unlikely: Int

  init(_ engine: PassEngine) throws {
    let map = engine.map
    let cells = map.cellCount
    let stakes = Stakes(engine)
    let setting = PassSetting(
      prices: [Double](repeating: 0, count: cells), weight: 0, temperature: 1)
    // Choice at no price and temperature is uniform. Values are summed as 2^-40 of them, so that
    // none of the sums overflows.
    let totals = try engine.run(setting, extras: 3 * cells + 4) { range, worker, extras in
      worker.quantities(range, squares: extras, least: extras + cells, most: extras + 2 * cells)
      stakes.look(range, worker, sums: extras + 3 * cells)
    }
    uniformUsage = map.usages(totals.usage)
    uniformCells = totals.usage
    let lowest = map.usages(Array(totals.extras[cells..<2 * cells]))
    let highest = map.usages(Array(totals.extras[2 * cells..<3 * cells]))
    leastUsage = map.rows.indices.map { row in
      let terms = map.rows[row].terms
      guard terms.count == 1 else { return -.infinity }
      return terms[0].coefficient < 0 ? highest[row] : lowest[row]
    }
    uniformEntropy = totals.entropy
    uniformPriorLog = totals.priorLog
    let squares = Array(totals.extras.prefix(cells))
    rowNorms = map.combine(squares) { $0 * $0 }.map { max(0, $0).squareRoot() }
    rowNormScale = Double(max(1, engine.problem.decisionCount)).squareRoot()
    let stake = stakes.typical()
    weight = stake > 0 ? Self.inversePowerOfTwo(stake) : 1
    least = totals.extras[3 * cells] * (Self.shift * weight)
    greatest = totals.extras[3 * cells + 1] * (Self.shift * weight)
    uniformValue = totals.extras[3 * cells + 3] * (Self.shift * weight)
    unlikely = engine.usesPrior ? Int(totals.extras[3 * cells + 2]) : 0
  }

  /// Sums are kept as this part of themselves.
  static let shift = 0x1p40

  private static func inversePowerOfTwo(_ value: Double) -> Double {
    Double(sign: .plus, exponent: -max(-980, min(1000, Int(value.exponent))), significand: 1)
  }
}

extension PassWorker {
  /// Adds by flat cell Σ_a p·q², p being the probabilities of the pass, and the least and the greatest
  /// quantity among candidates that may be chosen.
  fileprivate func quantities(
    _ range: Range<Int>, squares: UnsafeMutablePointer<Double>,
    least: UnsafeMutablePointer<Double>, most: UnsafeMutablePointer<Double>
  ) {
    let rows = range.count
    let none = problem.actionCount
    for (place, meter) in problem.meters.enumerated() where meter.cellCount > 0 {
      let start = cellStart(place)
      for row in 0..<rows {
        var cell = 0
        if let cells = meter.cells {
          cell = Int(cells[range.lowerBound + row])
          if cell < 0 { continue }
        }
        var sum = 0.0
        let isIdle = problem.hasNoOp && values[none * rows + row] > 0
        var (lowest, highest) = isIdle ? (0.0, 0.0) : (Double.infinity, -Double.infinity)
        for action in 0..<problem.actionCount {
          let probability = values[action * rows + row]
          if probability == 0 { continue }
          let quantity = meter.quantity.amount(action, block, row, rows)
          sum += probability * quantity * quantity
          lowest = min(lowest, quantity)
          highest = max(highest, quantity)
        }
        squares[start + cell] += sum
        if lowest > highest { continue }
        least[start + cell] += lowest
        most[start + cell] += highest
      }
    }
  }
}

/// Ranges of the values of decisions: of some, for their median; and sums over all.
private final class Stakes: @unchecked Sendable {
  private static let perBlock = 16
  private let ranges: UnsafeMutablePointer<Double>
  private let count: Int
  private let blockSize: Int
  private let hasNoOp: Bool
  private let candidates: Int
  private let actions: Int

  init(_ engine: PassEngine) {
    blockSize = engine.blockSize
    count = engine.blockCount * Self.perBlock
    hasNoOp = engine.problem.hasNoOp
    candidates = engine.problem.candidateCount
    actions = engine.problem.actionCount
    ranges = .allocate(capacity: max(1, count))
    ranges.initialize(repeating: 0, count: max(1, count))
  }

  deinit { ranges.deallocate() }

  func look(_ range: Range<Int>, _ worker: PassWorker, sums: UnsafeMutablePointer<Double>) {
    let rows = range.count
    let kept = range.lowerBound / blockSize * Self.perBlock
    for row in 0..<rows {
      var least = Double.infinity
      var greatest = -Double.infinity
      var mean = 0.0
      for candidate in 0..<candidates where worker.values[candidate * rows + row] > 0 {
        let value = worker.value(candidate, row, rows: rows)
        least = min(least, value)
        greatest = max(greatest, value)
        mean += worker.values[candidate * rows + row] * (value / Survey.shift)
      }
      guard least <= greatest else {
        if worker.isEligibleSomewhere(row, rows: rows) { sums[2] += 1 }
        continue
      }
      sums[0] += least / Survey.shift
      sums[1] += greatest / Survey.shift
      sums[3] += mean
      if row < Self.perBlock { ranges[kept + row] = greatest / 2 - least / 2 }
    }
  }

  /// The median of those that are not 0; 0: all are.
  func typical() -> Double {
    let sorted = (0..<count).map { ranges[$0] }.filter { $0 > 0 }.sorted()
    return sorted.isEmpty ? 0 : 2 * sorted[sorted.count / 2]
  }
}

extension PassWorker {
  /// Whether anything is left to a decision but for the prior.
  fileprivate func isEligibleSomewhere(_ row: Int, rows: Int) -> Bool {
    if block.forced[row] >= 0 || problem.hasNoOp { return true }
    return (0..<problem.actionCount).contains { !block.values[$0 * rows + row].isNaN }
  }

  /// What a candidate of the block is worth, as the kernels take it: infinite values bounded, 0 for
  /// the no-op and where a forced candidate has no value.
  func value(_ candidate: Int, _ row: Int, rows: Int) -> Double {
    guard candidate < problem.actionCount else { return 0 }
    let value = block.values[candidate * rows + row]
    return value.isNaN ? 0 : max(-0x1p1000, min(0x1p1000, value))
  }
}
