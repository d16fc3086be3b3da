import C360Diagnostics
import C360Engine

extension RunReport {
  /// A table for each policy under bounds of what every budget would bring; says where there is none.
  public var budgetPaths: String {
    let bound = decisions.filter { $0.counts.allocation != nil }
    if bound.isEmpty { return "\n# no policy is under a budget\n" }
    return bound.map { decided -> String in
      let caps = decided.counts.allocation?.caps ?? []
      if !caps.isEmpty {
        let names = caps.map { "`\($0.name)`" }.joined(separator: ", ")
        return
          "\n# \(decided.name): no path, since \(names) bounds each entity, which it would leave out\n"
      }
      guard let path = decided.counts.allocation?.path, !path.isEmpty else {
        return "\n# \(decided.name): no path, its bounds are not one budget of a greedy choice\n"
      }
      let names = ["budget", "value", "one more is worth", "treated"]
      let rows = path.map { point in
        [
          ValueText.figure(point.budget), ValueText.figure(point.value),
          ValueText.figure(point.multiplier), ValueText.grouped(point.treated),
        ]
      }
      let lines = AlignedText.table(names, rows, numbers: Set(names.indices))
      return "\n# \(decided.name): value against budget\n" + lines.joined(separator: "\n") + "\n"
    }.joined()
  }
}
