import C360Diagnostics
import C360Engine
import C360Semantics

/// Bounds in the manifest: what is proven, what each came to and what it costs.
struct AllocationRecord {
  let counts: AllocationCounts
  let units: AllocationUnits
  let constraints: [Constraint]

  var value: JSONValue {
    .object([
      ("unit", .text(units.value)),
      ("upperBound", counts.isProven ? .float(counts.upperBound) : .null),
      ("value", .float(counts.value)),
      ("relativeGap", counts.isProven ? .float(counts.relativeGap) : .null),
      ("withEntropy", .bool(counts.isEntropic)),
      ("passes", .integer(counts.passes)), ("repaired", .integer(counts.repaired)),
      ("drawnValue", counts.drawnValue.map { .float($0) } ?? .null),
      ("perEntity", .array(counts.caps.map(cap))),
      ("constraints", .array(counts.constraints.map(constraint))),
    ])
  }

  private func constraint(_ constraint: AllocationCounts.Constraint) -> JSONValue {
    let because = constraints.first { $0.name == constraint.name }?.because
    return .object([
      ("name", .text(constraint.name)), ("sense", .text(constraint.isAtMost ? "<=" : ">=")),
      ("soft", .bool(constraint.isSoft)), ("because", because.map { .text($0) } ?? .null),
      ("unit", .text(units.bounds[constraint.name] ?? "")),
      ("unknown", .integer(constraint.unknown)), ("bounds", .array(constraint.bounds.map(bound))),
    ])
  }

  private func cap(_ cap: AllocationCounts.Cap) -> JSONValue {
    let because = constraints.first { $0.name == cap.name }?.because
    return .object([
      ("name", .text(cap.name)), ("because", because.map { .text($0) } ?? .null),
      ("forbiddenPairs", .integer(cap.blockedPairs)),
    ])
  }

  private func bound(_ bound: AllocationCounts.Bound) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("group", .text(bound.label)), ("limit", .float(bound.limit)),
      ("realized", bound.realized.map { .float($0) } ?? .null),
      ("multiplier", .float(bound.multiplier)),
    ]
    if !bound.rowMultipliers.isEmpty {
      members.append(("rowMultipliers", .array(bound.rowMultipliers.map { .float($0) })))
    }
    return .object(members)
  }
}
