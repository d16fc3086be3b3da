/// Some decisions of a problem.
final class ChosenDecisions: AllocationSource {
  private let base: AllocationProblem
  /// Ascending.
  private let members: [Int32]

  private init(_ base: AllocationProblem, _ members: [Int32]) {
    self.base = base
    self.members = members
  }

  /// The problem of the decisions that some rows count; the problem itself where these are most of them.
  /// - Parameter rows: in place of its own; those that do not matter have no terms.
  static func problem(_ base: AllocationProblem, rows: [AllocationRow]) -> AllocationProblem {
    var counts = base.meters.map { [Bool](repeating: false, count: $0.cellCount) }
    for row in rows {
      for term in row.terms { for cell in term.cells { counts[term.meter][cell] = true } }
    }
    let relevant = base.meters.indices.filter { counts[$0].contains(true) }
    func isCounted(_ decision: Int) -> Bool {
      relevant.contains { meter in
        let cell = base.meters[meter].cells.map { Int($0[decision]) } ?? 0
        return cell >= 0 && counts[meter][cell]
      }
    }
    let members = (0..<base.decisionCount).filter(isCounted).map { Int32($0) }
    let isMost = members.count > base.decisionCount / 2
    return AllocationProblem(
      decisionCount: isMost ? base.decisionCount : members.count, actionCount: base.actionCount,
      hasNoOp: base.hasNoOp, source: isMost ? base.source : ChosenDecisions(base, members),
      meters: isMost
        ? base.meters
        : base.meters.map { meter in
          AllocationMeter(
            quantity: meter.quantity,
            cells: meter.cells.map { cells in members.map { cells[Int($0)] } },
            cellCount: meter.cellCount)
        }, rows: rows,
      rule: AllocationRule(base: .greedy, divergenceCeiling: base.rule.divergenceCeiling))
  }

  func read(_ places: Range<Int>, into block: AllocationBlock) {
    let single = base.emptyBlock(capacity: 1)
    let count = places.count
    for (place, index) in places.enumerated() {
      let decision = Int(members[index])
      single.forced[0] = -1
      base.source.read(decision..<decision + 1, into: single)
      block.forced[place] = single.forced[0]
      for action in 0..<base.actionCount {
        block.values[action * count + place] = single.values[action]
        for (from, to) in zip(single.quantities, block.quantities) {
          to[action * count + place] = from[action]
        }
      }
      guard let from = single.prior, let to = block.prior else { continue }
      for candidate in 0..<base.candidateCount { to[candidate * count + place] = from[candidate] }
    }
  }

  func draw(_ place: Int) -> Double { base.source.draw(Int(members[place])) }
}
