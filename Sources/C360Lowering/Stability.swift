import C360Plan
import C360Semantics

/// Something that stands elsewhere than it is, wherever the scope reads it.
struct Moved: Hashable {
  let target: Stability.Target
  /// Made of the target as it is.
  let value: Expression

  static func == (left: Moved, right: Moved) -> Bool { left.value === right.value }
  func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(value)) }
}

extension Scope {
  var unmoved: Scope {
    var scope = self
    scope.moved = nil
    return scope
  }
}

extension Lowering {
  /// The decision with something moved. What is not made of it is the very scalar of the decision.
  func variant(
    _ shift: Stability.Shift, of policy: Policy, _ scope: Scope, _ decision: Decision
  ) -> DecideStep.Variant {
    let name = "\(shift.name) \(shift.change)"
    var scope = scope
    scope.moved = Moved(target: shift.target, value: shift.value)
    func moved(_ expression: Expression, as type: Type, named part: String, _ still: ScalarID)
      -> ScalarID
    {
      guard reaches(expression, scope) else { return still }
      return candidate(expression, as: type, named: "\(part), \(name)", scope, decision)
    }
    let rules = policy.mask.map { program[$0].rules } ?? []
    var passing: ScalarID?
    if case .threshold(let condition) = policy.choice, case .threshold(let still) = decision.choice
    {
      passing = moved(condition, as: .bool, named: "threshold", still)
    }
    var score: ScalarID?
    if let stage = policy.firstStage, let still = decision.firstStage?.score {
      score = moved(stage.score, as: stage.score.type, named: "candidates", still)
    }
    return DecideStep.Variant(
      name: name,
      rules: zip(rules, decision.rules).map {
        moved($0.condition, as: .bool, named: $0.name, $1.condition)
      },
      terms: zip(policy.terms, decision.terms).map {
        moved($0.value, as: $0.value.type, named: $0.name, $1.value)
      }, passing: passing, score: score)
  }

  /// Whether an expression changes with what the scope moves.
  func reaches(_ expression: Expression, _ scope: Scope) -> Bool {
    guard let moved = scope.moved else { return false }
    return reaches[moved.target, default: Reach(of: moved.target)]
      .includes(expression, in: program)
  }
}
