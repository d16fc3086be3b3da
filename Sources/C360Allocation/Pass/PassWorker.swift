import CKernels

/// The memory of one thread: a block as read, and what the prices make of it.
final class PassWorker {
  let problem: AllocationProblem
  private let map: RowMap
  let usesPrior: Bool
  private(set) var block: AllocationBlock
  private let candidates: Int
  let pairs: DoubleBuffer
  private let scratch: DoubleBuffer
  private let logs: DoubleBuffer
  private let rowPrices: DoubleBuffer
  private let amounts: DoubleBuffer
  private let bestBuffer: DoubleBuffer
  private let levelBuffer: DoubleBuffer
  private let entropyBuffer: DoubleBuffer
  private let choice: UnsafeMutablePointer<Int64>
  private var constants: [Double]

  /// After a pass over a block, by pair: probabilities before exploration where a temperature is
  /// set, else adjusted values (NaN: not eligible).
  var values: UnsafeMutablePointer<Double> { pairs.start }
  /// By row: the greatest adjusted value, and the first candidate that has it (−1: none).
  var best: UnsafeMutablePointer<Double> { bestBuffer.start }
  var chosen: UnsafeMutablePointer<Int64> { choice }

  convenience init(_ engine: PassEngine) {
    self.init(
      engine, capacity: engine.blockSize,
      block: engine.problem.emptyBlock(capacity: engine.blockSize))
  }

  /// - Parameter block: memory to read into, or that has been read already.
  init(_ engine: PassEngine, capacity: Int, block: AllocationBlock) {
    problem = engine.problem
    map = engine.map
    usesPrior = engine.usesPrior
    candidates = problem.candidateCount
    self.block = block
    pairs = DoubleBuffer(capacity * candidates)
    scratch = DoubleBuffer(capacity * candidates)
    logs = DoubleBuffer(usesPrior ? capacity * candidates : 0)
    rowPrices = DoubleBuffer(capacity)
    amounts = DoubleBuffer(capacity)
    bestBuffer = DoubleBuffer(capacity)
    levelBuffer = DoubleBuffer(capacity)
    entropyBuffer = DoubleBuffer(capacity)
    choice = .allocate(capacity: capacity)
    constants = [Double](repeating: 0, count: problem.actionCount)
  }

  deinit { choice.deallocate() }

  /// Reads a range of decisions. The quantities of a forced candidate count as 0 where they are
  /// not known.
  func read(_ range: Range<Int>) {
    let rows = range.count
    for row in 0..<rows { block.forced[row] = -1 }
    problem.source.read(range, into: block)
    settleForced(rows)
  }

  private func settleForced(_ rows: Int) {
    for row in 0..<rows where block.forced[row] >= 0 {
      let action = Int(block.forced[row])
      guard action < problem.actionCount else { continue }
      for quantity in block.quantities where !quantity[action * rows + row].isFinite {
        quantity[action * rows + row] = 0
      }
    }
  }

  /// Reads and prices a range, lets each decision choose, and adds what they use to `totals`: by
  /// flat cell, then level, entropy and Σ p·ln prior.
  func process(
    _ range: Range<Int>, _ setting: PassSetting, totals: UnsafeMutablePointer<Double>
  ) {
    read(range)
    let rows = range.count
    choose(range, setting)
    let last = totals + map.cellCount
    if setting.temperature > 0 {
      last[0] += c360_allocate_sum(levelBuffer.start, rows)
      last[1] += c360_allocate_sum(entropyBuffer.start, rows)
      if usesPrior {
        c360_allocate_expect_pairs(pairs.start, logs.start, candidates, rows, amounts.start)
        last[2] += c360_allocate_sum(amounts.start, rows)
      }
    } else {
      for row in 0..<rows { amounts.start[row] = choice[row] < 0 ? 0 : best[row] }
      last[0] += c360_allocate_sum(amounts.start, rows)
      if usesPrior {
        c360_allocate_take_pairs(choice, logs.start, candidates, rows, amounts.start)
        last[2] += c360_allocate_sum(amounts.start, rows)
      }
    }
    use(range, isSoft: setting.temperature > 0, totals: totals)
  }

  /// Where the cells of a meter begin in the flat array.
  func cellStart(_ meter: Int) -> Int { map.offsets[meter] }

  /// Adjusted values and the best of them; probabilities where a temperature is set. The block has
  /// been read.
  func choose(_ range: Range<Int>, _ setting: PassSetting) {
    adjust(range, setting)
    c360_allocate_choose(pairs.start, candidates, range.count, best, choice)
    if setting.temperature > 0 {
      c360_allocate_softmax(
        pairs.start, best, setting.temperature, candidates, range.count, scratch.start,
        amounts.start, levelBuffer.start, entropyBuffer.start)
    }
  }

  /// By row, what the best candidate is ahead of the next; after a pass without temperature.
  func margins(_ rows: Int, into margins: UnsafeMutablePointer<Double>) {
    c360_allocate_margins(pairs.start, best, choice, candidates, rows, margins)
  }

  private func adjust(_ range: Range<Int>, _ setting: PassSetting) {
    let rows = range.count
    let actions = problem.actionCount
    for action in 0..<actions { constants[action] = 0 }
    for (place, meter) in problem.meters.enumerated() where meter.cells == nil {
      let price = meter.cellCount > 0 ? setting.prices[map.offsets[place]] : 0
      guard price != 0, case .perAction(let quantities) = meter.quantity else { continue }
      for action in 0..<actions { constants[action] += price * quantities[action] }
    }
    c360_allocate_load(
      block.values, block.forced, setting.weight, constants, actions, candidates, rows,
      pairs.start)
    if usesPrior, let prior = block.prior {
      c360_allocate_lean(
        prior, setting.priorWeight, candidates, rows, logs.start, pairs.start)
    }
    for (place, meter) in problem.meters.enumerated() where meter.cellCount > 0 {
      let start = map.offsets[place]
      if let cells = meter.cells {
        let isFree = !(start..<start + meter.cellCount).contains { setting.prices[$0] != 0 }
        if isFree { continue }
        setting.prices.withUnsafeBufferPointer { prices in
          cells.withUnsafeBufferPointer { cells in
            c360_allocate_gather(
              prices.baseAddress! + start, cells.baseAddress! + range.lowerBound, rows,
              rowPrices.start)
          }
        }
        switch meter.quantity {
        case .perAction(let quantities):
          c360_allocate_charge_actions(quantities, rowPrices.start, actions, rows, pairs.start)
        case .pairs(let pair):
          c360_allocate_charge_pairs(
            block.quantities[pair], rowPrices.start, actions, rows, pairs.start)
        }
      } else if case .pairs(let pair) = meter.quantity, setting.prices[start] != 0 {
        c360_allocate_charge_all(
          block.quantities[pair], setting.prices[start], actions * rows, pairs.start)
      }
    }
  }

  private func use(_ range: Range<Int>, isSoft: Bool, totals: UnsafeMutablePointer<Double>) {
    for (place, meter) in problem.meters.enumerated() where meter.cellCount > 0 {
      measure(meter, rows: range.count, isSoft: isSoft)
      count(meter, range, totals: totals + map.offsets[place])
    }
  }

  /// What each row uses on a meter, into `amounts`.
  private func measure(_ meter: AllocationMeter, rows: Int, isSoft: Bool) {
    let actions = problem.actionCount
    switch meter.quantity {
    case .perAction(let quantities):
      if isSoft {
        c360_allocate_expect_actions(pairs.start, quantities, actions, rows, amounts.start)
      } else {
        c360_allocate_take_actions(choice, quantities, actions, rows, amounts.start)
      }
    case .pairs(let pair):
      let quantities = block.quantities[pair]
      if isSoft {
        c360_allocate_expect_pairs(pairs.start, quantities, actions, rows, amounts.start)
      } else {
        c360_allocate_take_pairs(choice, quantities, actions, rows, amounts.start)
      }
    }
  }

  private func count(
    _ meter: AllocationMeter, _ range: Range<Int>, totals: UnsafeMutablePointer<Double>
  ) {
    if let cells = meter.cells {
      cells.withUnsafeBufferPointer {
        c360_allocate_scatter(
          amounts.start, $0.baseAddress! + range.lowerBound, range.count, totals)
      }
    } else {
      totals[0] += c360_allocate_sum(amounts.start, range.count)
    }
  }
}

/// Memory of doubles, given back with its owner.
final class DoubleBuffer {
  let start: UnsafeMutablePointer<Double>

  init(_ count: Int) {
    start = .allocate(capacity: max(1, count))
    start.initialize(repeating: 0, count: max(1, count))
  }

  deinit { start.deallocate() }
}
