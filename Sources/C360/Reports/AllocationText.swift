import C360Engine

/// What is proven of decisions under bounds, and the bounds themselves, for the end of a run.
struct AllocationText {
  let allocation: AllocationCounts
  private let units: AllocationUnits?

  init(_ allocation: AllocationCounts, _ units: AllocationUnits?) {
    self.allocation = allocation
    self.units = units
  }

  /// Bounds of one constraint that are shown; the manifest has them all.
  private static let shown = 6

  var lines: [String] {
    var lines = [
      (allocation.drawnValue == nil ? "" : "expected ")
        + "\(allocation.isEntropic ? "value + temperature × entropy" : "value") "
        + "\(amount(allocation.value)), "
        + (allocation.isProven
          ? "at most \(amount(allocation.upperBound)) is possible: gap \(gap), "
          : "how much is possible is not proven, ")
        + "\(allocation.passes) \(allocation.passes == 1 ? "pass" : "passes")"
    ]
    if let drawn = allocation.drawnValue {
      lines.append("what was drawn is worth \(amount(drawn))")
    }
    for constraint in allocation.constraints {
      lines += self.lines(of: constraint)
      if constraint.unknown > 0 {
        let count = ValueText.grouped(constraint.unknown)
        lines.append("\(constraint.name): the group is unknown at \(count) decisions")
      }
    }
    for cap in allocation.caps {
      lines.append(
        "\(cap.name): kept for each entity, \(ValueText.grouped(cap.blockedPairs)) pairs forbidden")
    }
    if allocation.repaired > 0 {
      let count = ValueText.grouped(allocation.repaired)
      lines.append("\(count) repaired: changed after the draw so that bounds hold")
    }
    return lines
  }

  /// What is left between value and bound, as a part of the greater: nothing is a part of 0 but what rounding
  /// leaves.
  private var gap: String {
    if allocation.gap == 0 { return "0" }
    if allocation.value == 0 { return ValueText.figure(allocation.gap) }
    let part = allocation.relativeGap
    return part < 0.01 ? ValueText.scientific(part) : "\(ValueText.fixed(100 * part, 1)) %"
  }

  /// In the unit of the objective.
  private func amount(_ value: Double) -> String {
    ValueText.figure(value) + (units.map { $0.value.isEmpty ? "" : " \($0.value)" } ?? "")
  }

  private func lines(of constraint: AllocationCounts.Constraint) -> [String] {
    guard let first = constraint.bounds.first else { return [] }
    if constraint.bounds.count == 1 {
      return ["\(constraint.name): " + words(first, constraint)]
    }
    let binding = constraint.bounds.filter { $0.multiplier > 0 }
      .sorted { ($1.multiplier, $0.label) < ($0.multiplier, $1.label) }
    let count = ValueText.grouped(constraint.bounds.count)
    var lines = [
      "\(constraint.name): \(count) bounds, \(ValueText.grouped(binding.count)) binding"
    ]
    lines += binding.prefix(Self.shown).map {
      "  \($0.label): " + words($0, constraint)
    }
    if binding.count > Self.shown {
      lines.append("  and \(ValueText.grouped(binding.count - Self.shown)) more")
    }
    return lines
  }

  private func words(
    _ bound: AllocationCounts.Bound, _ constraint: AllocationCounts.Constraint
  ) -> String {
    let sign = constraint.isAtMost ? "<=" : ">="
    let unit = units?.bounds[constraint.name].map { $0.isEmpty ? "" : " \($0)" } ?? ""
    let realized = bound.realized.map { ValueText.figure($0) } ?? "nothing"
    let price =
      bound.multiplier > 0
      ? "; one \(constraint.isAtMost ? "more" : "less")\(unit) is worth \(amount(bound.multiplier))"
      : ", not binding"
    return "\(realized) \(sign) \(ValueText.figure(bound.limit))\(unit)"
      + (constraint.isSoft ? " (soft)" : "") + price
  }
}
