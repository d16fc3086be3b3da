@testable import C360Allocation

/// A problem small enough to be written down pair by pair, and to be tried out in full.
struct SmallProblem: AllocationSource {
  struct Meter {
    /// By decision and action.
    var quantities: [[Double]]
    var cells: [Int32]?
    var cellCount: Int
  }
  /// By decision and action; nil: not eligible.
  var values: [[Double?]]
  var meters: [Meter] = []
  var rows: [AllocationRow] = []
  var hasNoOp = true
  var rule = AllocationRule(base: .greedy)
  var forced: [Int32]?
  /// By decision and candidate.
  var prior: [[Double]] = []

  var actionCount: Int { values.first?.count ?? 1 }
  var candidateCount: Int { actionCount + (hasNoOp ? 1 : 0) }

  var problem: AllocationProblem {
    AllocationProblem(
      decisionCount: values.count, actionCount: actionCount, hasNoOp: hasNoOp, source: self,
      meters: meters.enumerated().map {
        AllocationMeter(
          quantity: .pairs($0.offset), cells: $0.element.cells, cellCount: $0.element.cellCount)
      }, rows: rows, rule: rule)
  }

  func read(_ decisions: Range<Int>, into block: AllocationBlock) {
    let count = decisions.count
    for (place, decision) in decisions.enumerated() {
      for action in 0..<actionCount {
        block.values[action * count + place] = values[decision][action] ?? .nan
        for (meter, description) in meters.enumerated() {
          block.quantities[meter][action * count + place] =
            description.quantities[decision][action]
        }
      }
      block.forced[place] = forced?[decision] ?? -1
      if let memory = block.prior {
        for candidate in 0..<candidateCount {
          memory[candidate * count + place] = prior[decision][candidate]
        }
      }
    }
  }

  func draw(_ decision: Int) -> Double {
    var random = Random(seed: UInt64(decision) &+ 1_000)
    return random.next()
  }

  // MARK: By hand

  func candidates(_ decision: Int) -> [Int] {
    if let forced, forced[decision] >= 0 { return [Int(forced[decision])] }
    var eligible = (0..<actionCount).filter { values[decision][$0] != nil }
    if hasNoOp { eligible.append(actionCount) }
    return eligible
  }

  func value(_ decision: Int, _ candidate: Int) -> Double {
    candidate < actionCount ? values[decision][candidate] ?? 0 : 0
  }

  /// Usage of every row by shares of candidates.
  func usage(_ shares: (Int, Int) -> Double) -> [Double] {
    rows.map { row in
      var sum = 0.0
      for term in row.terms {
        let meter = meters[term.meter]
        for decision in values.indices {
          guard term.cells.contains(Int(meter.cells?[decision] ?? 0)) else { continue }
          for action in 0..<actionCount {
            let share = shares(decision, action)
            if share > 0 { sum += term.coefficient * share * meter.quantities[decision][action] }
          }
        }
      }
      return sum
    }
  }

  func objective(_ chosen: [Int32]) -> Double {
    var sum = 0.0
    for (decision, candidate) in chosen.enumerated() { sum += value(decision, Int(candidate)) }
    for (row, used) in zip(rows, usage { chosen[$0] == Int32($1) ? 1 : 0 }) {
      if let penalty = row.penalty { sum -= penalty * max(0, used - row.bound) }
    }
    return sum
  }

  func holds(_ chosen: [Int32], tolerance: Double = 1e-9) -> Bool {
    zip(rows, usage { chosen[$0] == Int32($1) ? 1 : 0 }).allSatisfy {
      $0.penalty != nil || $1 <= $0.bound + tolerance
    }
  }

  /// Every combination: the best whole decisions that hold; nil: none do.
  func bestByEnumeration() -> Double? {
    var best: Double?
    var chosen = [Int32](repeating: 0, count: values.count)
    func visit(_ decision: Int) {
      guard decision < values.count else {
        if holds(chosen) { best = max(best ?? -.infinity, objective(chosen)) }
        return
      }
      for candidate in candidates(decision) {
        chosen[decision] = Int32(candidate)
        visit(decision + 1)
      }
    }
    visit(0)
    return best
  }
}

/// SplitMix64.
struct Random {
  var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }
  mutating func next() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((bits ^ (bits >> 31)) >> 11) * 0x1p-53
  }
  mutating func below(_ count: Int) -> Int { Int(next() * Double(count)) }
}

extension SmallProblem {
  /// Decisions, actions, rows and numbers at random.
  static func random(seed: UInt64, decisions: Int, actions: Int, rowCount: Int) -> SmallProblem {
    var random = Random(seed: seed)
    var small = SmallProblem(values: [])
    let isWhole = random.next() < 0.5
    func number(_ span: Double, _ random: inout Random) -> Double {
      let raw = random.next() * span
      return isWhole ? raw.rounded() : raw
    }
    small.values = (0..<decisions).map { _ in
      (0..<actions).map { _ in random.next() < 0.15 ? nil : number(12, &random) - 2 }
    }
    for _ in 0..<rowCount {
      let split = random.next() < 0.4
      small.meters.append(
        Meter(
          quantities: (0..<decisions).map { _ in (0..<actions).map { _ in number(5, &random) } },
          cells: split ? (0..<decisions).map { _ in Int32(random.below(4)) - 1 } : nil,
          cellCount: split ? 3 : 1))
    }
    for meter in small.meters.indices {
      let cells = small.meters[meter].cellCount
      let from = random.below(cells)
      let range = from..<from + 1 + random.below(cells - from)
      var row = AllocationRow(
        name: "row \(meter)", terms: [.init(meter: meter, cells: range, coefficient: 1)],
        bound: number(2.2 * Double(decisions) / Double(cells), &random),
        penalty: random.next() < 0.2 ? number(3, &random) : nil)
      if random.next() < 0.3, rowCount > 1 {
        row = AllocationRow(
          name: row.name,
          terms: row.terms + [
            .init(meter: (meter + 1) % rowCount, cells: 0..<1, coefficient: -0.5)
          ], bound: row.bound, penalty: row.penalty)
      }
      small.rows.append(row)
    }
    return small
  }
}
