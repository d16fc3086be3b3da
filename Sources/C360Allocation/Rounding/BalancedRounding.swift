/// From a probability for each candidate to one whole candidate a decision, such that
///
/// - each decision takes a candidate with exactly its probability (propensities stay exact), and
/// - the usage of every (meter, cell) that a row couples stays at its expectation, but for a remainder
///   of a few decisions.
///
/// Decisions that are counted in the same cells are balanced among themselves as they come, in
/// canonical order; what is left of these blocks, at most one decision a meter, is merged and balanced
/// on coarser and coarser blocks (as for highly stratified populations: Hasler & Tillé, "Fast balanced
/// sampling for highly stratified population", 2014), at last on all cells; the last few decisions are
/// balanced on fewer and fewer cells (landing by suppression of variables, Deville & Tillé 2004) and
/// then drawn. Every coin comes from `source.draw` of a decision and the number of its coins so far.
/// Time is linear in decisions × candidates; threads only read.
///
/// Meters of many cells that cut the decisions across each other, so that hardly two decisions are
/// counted alike, cannot all be kept: the finest is, the others are nearer to draws of their own.
///
/// Without rows each decision is drawn by itself: the first candidate whose running sum of
/// probabilities exceeds `source.draw`.
///
/// - Parameters:
///   - probabilities: writes, for a range of decisions and their block, `candidateCount` × count
///     numbers, candidate by candidate; several threads ask for disjoint ranges at once. They need not
///     sum to 1 exactly; what is not above 0 counts as 0.
/// - Returns: the candidate by decision. Forced decisions take the candidate that is forced. A decision
///   without any probability takes the no-op, or −1 where there is none.
public func balancedRounding(
  _ problem: AllocationProblem, threads: Int = 1,
  probabilities: (Range<Int>, AllocationBlock, UnsafeMutablePointer<Double>) -> Void
) -> [Int32] {
  let cells = BalancedCells(problem)
  var chosen = [Int32](
    repeating: problem.hasNoOp ? Int32(problem.actionCount) : -1, count: problem.decisionCount)
  chosen.withUnsafeMutableBufferPointer { chosen in
    let rounding = Rounding(problem, cells: cells, threads: threads, chosen: chosen)
    rounding.run(probabilities)
  }
  return chosen
}

/// One run of rounding.
private final class Rounding {
  private let problem: AllocationProblem
  private let cells: BalancedCells
  private let threads: Int
  private let chosen: UnsafeMutableBufferPointer<Int32>
  private let units: BalancingUnits
  private let walk: BalancingWalk

  /// Most rows of a block of merged remainders: of the blocks on the way, and of all.
  private static let mostRowsOnTheWay = 32
  private static let mostRowsAtTheEnd = 256
  /// Units that the last merge takes in its stride, and bound on its units × rows².
  private static let fewUnits = 4096
  private static let mostWork = 4e9

  init(
    _ problem: AllocationProblem, cells: BalancedCells, threads: Int,
    chosen: UnsafeMutableBufferPointer<Int32>
  ) {
    self.problem = problem
    self.cells = cells
    self.threads = threads
    self.chosen = chosen
    units = BalancingUnits(meters: cells.meters.count)
    walk = BalancingWalk(
      units: units, mostRows: max(Self.mostRowsAtTheEnd, cells.meters.count)
    ) { decision, candidate in
      chosen[decision] = Int32(candidate)
    }
  }

  func run(_ probabilities: (Range<Int>, AllocationBlock, UnsafeMutablePointer<Double>) -> Void) {
    var remainder = firstPass(probabilities)
    let layers = cells.fromCoarseToFine
    for merged in layers.indices.dropLast() where !remainder.isEmpty {
      remainder = merge(
        remainder, within: Array(layers[(merged + 1)...]), mostRows: Self.mostRowsOnTheWay)
    }
    // Meters that cut the decisions across each other leave much: by each of them once more.
    for meter in layers.dropLast().reversed() where remainder.count > Self.fewUnits {
      remainder = merge(remainder, within: [meter], mostRows: Self.mostRowsOnTheWay)
    }
    let affordable = Int((Self.mostWork / Double(max(1, remainder.count))).squareRoot())
    remainder = merge(
      remainder, within: [],
      mostRows: min(Self.mostRowsAtTheEnd, max(Self.mostRowsOnTheWay, affordable)))
    land(remainder)
  }

  // MARK: Blocks of decisions that are counted in the same cells

  /// Reads tiles on all threads, a wave at a time, and takes them in order.
  private func firstPass(
    _ probabilities: (Range<Int>, AllocationBlock, UnsafeMutablePointer<Double>) -> Void
  ) -> [Int32] {
    let tiles = DecisionTiles(problem)
    let wave = max(1, min(tiles.ranges.count, max(1, threads) * 2))
    let candidates = problem.candidateCount
    let blocks = (0..<wave).map { _ in problem.emptyBlock(capacity: tiles.longest) }
    let chances = (0..<wave).map { _ in
      UnsafeMutablePointer<Double>.allocate(capacity: max(1, candidates * tiles.longest))
    }
    defer { for memory in chances { memory.deallocate() } }
    var bases = [BalancingBasis?](repeating: nil, count: cells.signatureCount)
    for start in stride(from: 0, to: tiles.ranges.count, by: wave) {
      let count = min(wave, tiles.ranges.count - start)
      DecisionTiles.forEach(count, threads: threads) { _, place in
        let range = tiles.ranges[start + place]
        problem.source.read(range, into: blocks[place])
        probabilities(range, blocks[place], chances[place])
      }
      if start == 0, count > 0 { setScales(blocks[0], tiles.ranges[0].count) }
      for place in 0..<count {
        take(tiles.ranges[start + place], blocks[place], chances[place], &bases)
      }
    }
    var remainder: [Int32] = []
    for case let basis? in bases { walk.leave(basis, into: &remainder) }
    return remainder
  }

  /// Powers of two of the first tile's greatest quantities: units of measurement must not decide what
  /// counts as independent.
  private func setScales(_ block: AllocationBlock, _ count: Int) {
    for (place, meter) in cells.meters.enumerated() {
      var greatest = 0.0
      switch problem.meters[meter].quantity {
      case .perAction(let numbers):
        for number in numbers where number.isFinite { greatest = max(greatest, abs(number)) }
      case .pairs(let pairs):
        let (numbers, values) = (block.quantities[pairs], block.values)
        for pair in 0..<(problem.actionCount * count)
        where !values[pair].isNaN && numbers[pair].isFinite {
          greatest = max(greatest, abs(numbers[pair]))
        }
      }
      units.scales[place] =
        greatest > 0 ? Double(sign: .plus, exponent: -greatest.exponent, significand: 1) : 1
    }
  }

  private func take(
    _ range: Range<Int>, _ block: AllocationBlock, _ chances: UnsafeMutablePointer<Double>,
    _ bases: inout [BalancingBasis?]
  ) {
    let (count, candidates) = (range.count, problem.candidateCount)
    for place in 0..<count {
      let decision = range.lowerBound + place
      if block.forced[place] >= 0 {
        chosen[decision] = block.forced[place]
        continue
      }
      var (positive, last) = (0, -1)
      for candidate in 0..<candidates where chances[candidate * count + place] > 0 {
        positive += 1
        last = candidate
      }
      guard positive > 0 else { continue }
      if positive == 1 {
        chosen[decision] = Int32(last)
        continue
      }
      let signature = Int(cells.signatures[decision])
      guard signature >= 0 else {
        chosen[decision] = draw(decision, place, count, chances, last: last)
        continue
      }
      let slot = unit(decision, place, count, block, chances, positive: positive)
      if bases[signature] == nil { bases[signature] = BalancingBasis(rows: units.meters) }
      walk.enter(slot, bases[signature]!) { _, places in
        for meter in 0..<units.meters { places[meter] = Int32(meter) }
      }
    }
  }

  private func draw(
    _ decision: Int, _ place: Int, _ count: Int, _ chances: UnsafeMutablePointer<Double>, last: Int
  ) -> Int32 {
    let draw = problem.source.draw(decision)
    var running = 0.0
    for candidate in 0..<last {
      let chance = chances[candidate * count + place]
      guard chance > 0 else { continue }
      running += chance
      if running > draw { return Int32(candidate) }
    }
    return Int32(last)
  }

  private func unit(
    _ decision: Int, _ place: Int, _ count: Int, _ block: AllocationBlock,
    _ chances: UnsafeMutablePointer<Double>, positive: Int
  ) -> Int32 {
    let slot = units.take(candidates: positive)
    let unit = units.units + Int(slot)
    unit.pointee.decision = Int32(decision)
    unit.pointee.first = 0
    unit.pointee.count = Int32(positive)
    unit.pointee.left = 0
    unit.pointee.flips = 0
    unit.pointee.seed = mixed64(problem.source.draw(decision).bitPattern)
    let stride = Int(unit.pointee.stride)
    let names = units.candidates(slot)
    var written = 0
    for candidate in 0..<problem.candidateCount {
      let chance = chances[candidate * count + place]
      guard chance > 0 else { continue }
      names[written] = Double(candidate)
      names[stride + written] = chance
      written += 1
    }
    for (meter, original) in cells.meters.enumerated() {
      let quantities = names + stride * (2 + meter)
      let isCounted = cells.cell(meter, decision) >= 0
      for entry in 0..<positive {
        let candidate = Int(names[entry])
        var quantity = 0.0
        if isCounted && candidate < problem.actionCount {
          switch problem.meters[original].quantity {
          case .perAction(let numbers): quantity = numbers[candidate]
          case .pairs(let pairs): quantity = block.quantities[pairs][candidate * count + place]
          }
        }
        quantities[entry] = quantity
      }
    }
    return slot
  }

  // MARK: Remainders

  /// Balances units within blocks of equal cells of the `kept` meters, on all cells that the units of
  /// a block are counted in; where these are more than `mostRows`, on those with most units.
  private func merge(_ slots: [Int32], within kept: [Int], mostRows: Int) -> [Int32] {
    let decisions = units
    func decision(_ slot: Int32) -> Int { Int(decisions.units[Int(slot)].decision) }
    func order(_ one: Int32, _ other: Int32) -> Bool {
      for meter in kept.reversed() {
        let (left, right) = (cells.cell(meter, decision(one)), cells.cell(meter, decision(other)))
        if left != right { return left < right }
      }
      return decision(one) < decision(other)
    }
    let sorted = slots.sorted(by: order)
    var remainder: [Int32] = []
    var start = 0
    while start < sorted.count {
      var end = start + 1
      while end < sorted.count
        && kept.allSatisfy({
          cells.cell($0, decision(sorted[start])) == cells.cell($0, decision(sorted[end]))
        })
      { end += 1 }
      let block = Array(sorted[start..<end])
      balance(block, on: rows(of: block, most: mostRows), into: &remainder)
      start = end
    }
    return remainder
  }

  /// The last units: balanced on half as many cells again and again, the fullest staying longest.
  private func land(_ slots: [Int32]) {
    var remainder = slots.sorted {
      units.units[Int($0)].decision < units.units[Int($1)].decision
    }
    var most = Self.mostRowsAtTheEnd
    while !remainder.isEmpty {
      var left: [Int32] = []
      let chosen = rows(of: remainder, most: min(most, remainder.count - 1))
      balance(remainder, on: chosen, into: &left)
      remainder = left
      most = chosen.count / 2
    }
  }

  /// Cells of these units, numbered by how many units they count, at most `most`.
  private func rows(of slots: [Int32], most: Int) -> [CellName: Int32] {
    guard most > 0 else { return [:] }
    var counts: [CellName: Int] = [:]
    for slot in slots {
      for meter in 0..<units.meters {
        let cell = cells.cell(meter, Int(units.units[Int(slot)].decision))
        if cell >= 0 { counts[CellName(meter: Int32(meter), cell: cell), default: 0] += 1 }
      }
    }
    let fullest = counts.sorted {
      ($1.value, $0.key.meter, $0.key.cell) < ($0.value, $1.key.meter, $1.key.cell)
    }
    var rows: [CellName: Int32] = [:]
    for (row, entry) in fullest.prefix(most).enumerated() { rows[entry.key] = Int32(row) }
    return rows
  }

  private func balance(_ slots: [Int32], on rows: [CellName: Int32], into remainder: inout [Int32])
  {
    let basis = BalancingBasis(rows: rows.count)
    for slot in slots {
      walk.enter(slot, basis) { decision, places in
        for meter in 0..<units.meters {
          let cell = cells.cell(meter, Int(decision))
          places[meter] = cell < 0 ? -1 : rows[CellName(meter: Int32(meter), cell: cell)] ?? -1
        }
      }
    }
    walk.leave(basis, into: &remainder)
  }

  private struct CellName: Hashable {
    let meter: Int32
    let cell: Int32
  }
}
