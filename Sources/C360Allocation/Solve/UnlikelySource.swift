/// A source in which actions that the prior rules out are not eligible. The no-op always is.
struct UnlikelySource: AllocationSource {
  let base: any AllocationSource

  func read(_ decisions: Range<Int>, into block: AllocationBlock) {
    base.read(decisions, into: block)
    guard let prior = block.prior else { return }
    for pair in 0..<block.actionCount * decisions.count where !(prior[pair] > 0) {
      block.values[pair] = .nan
    }
  }

  func draw(_ decision: Int) -> Double { base.draw(decision) }
}

extension AllocationProblem {
  /// The problem as those see it who know nothing of a prior.
  func withoutUnlikely() -> AllocationProblem {
    guard rule.divergenceCeiling != nil else { return self }
    return AllocationProblem(
      decisionCount: decisionCount, actionCount: actionCount, hasNoOp: hasNoOp,
      source: UnlikelySource(base: source), meters: meters, rows: rows, rule: rule)
  }
}
