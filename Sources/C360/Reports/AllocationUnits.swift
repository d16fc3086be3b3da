import C360Semantics

/// What the figures of an allocation are counted in.
public struct AllocationUnits: Sendable {
  /// Of the objective: a currency, or empty for a plain number.
  public let value: String
  /// By constraint: of its bound.
  public let bounds: [String: String]

  init(of policy: Policy) { self.init([policy], policy.constraints) }

  init(of composition: Composition, in program: Program) {
    self.init(composition.policies.map { program[$0] }, composition.constraints)
  }

  private init(_ policies: [Policy], _ constraints: [Constraint]) {
    let units = Set(policies.flatMap(\.terms).map { Self.unit(of: $0.value.type) })
    value = units.count == 1 ? units.first.map(Self.words) ?? "" : ""
    bounds = Dictionary(
      constraints.map { ($0.name, Self.words($0.measure)) },
      uniquingKeysWith: { first, _ in first })
  }

  private static func unit(of type: Type) -> Unit {
    if case .float(let unit) = type.base { return unit }
    return Unit.none
  }

  private static func words(_ unit: Unit) -> String { unit == Unit.none ? "" : "\(unit)" }

  private static func words(_ measure: Constraint.Measure) -> String {
    switch measure {
    case .total(let quantity), .proportion(let quantity, _):
      words(unit(of: quantity.type))
    case .rate, .parity: ""
    case .entropy, .divergence: "nat"
    }
  }
}
