import C360Engine

/// What is proven of decisions under bounds, and the bounds themselves, for the end of a run.
struct AllocationText {
  let allocation: AllocationCounts

  init(_ allocation: AllocationCounts) { self.allocation = allocation }

  /// Bounds of one constraint that are shown; the manifest has them all.
  private static let shown = 6

  var lines: [String] {
    let gap = allocation.gap == 0 ? "0" : ValueText.scientific(allocation.relativeGap)
    var lines = [
      "\(allocation.isEntropic ? "value + temperature × entropy" : "value") \(ValueText.figure(allocation.value)), at most "
        + "\(ValueText.figure(allocation.upperBound)) is possible: gap \(gap), "
        + "\(allocation.passes) \(allocation.passes == 1 ? "pass" : "passes")"
    ]
    for constraint in allocation.constraints { lines += self.lines(of: constraint) }
    if allocation.repaired > 0 {
      let count = ValueText.grouped(allocation.repaired)
      lines.append("\(count) repaired: changed after the draw so that bounds hold")
    }
    return lines
  }

  private func lines(of constraint: AllocationCounts.Constraint) -> [String] {
    let sign = constraint.isAtMost ? "<=" : ">="
    guard let first = constraint.bounds.first else { return [] }
    if constraint.bounds.count == 1 {
      return ["\(constraint.name): " + words(first, sign, isSoft: constraint.isSoft)]
    }
    let binding = constraint.bounds.filter { $0.multiplier > 0 }
      .sorted { ($1.multiplier, $0.label) < ($0.multiplier, $1.label) }
    let count = ValueText.grouped(constraint.bounds.count)
    var lines = [
      "\(constraint.name): \(count) bounds, \(ValueText.grouped(binding.count)) binding"
    ]
    lines += binding.prefix(Self.shown).map {
      "  \($0.label): " + words($0, sign, isSoft: constraint.isSoft)
    }
    if binding.count > Self.shown {
      lines.append("  and \(ValueText.grouped(binding.count - Self.shown)) more")
    }
    return lines
  }

  private func words(
    _ bound: AllocationCounts.Bound, _ sign: String, isSoft: Bool
  ) -> String {
    let realized = bound.realized.map { ValueText.figure($0) } ?? "nothing"
    let price =
      bound.multiplier > 0
      ? "; one more is worth \(ValueText.figure(bound.multiplier))" : ", not binding"
    return "\(realized) \(sign) \(ValueText.figure(bound.limit))\(isSoft ? " (soft)" : "")\(price)"
  }
}
