import C360Columns
import C360Engine
import C360Plan

/// Decisions that bounds couple: those of one policy, or of all members of a composition. The
/// candidates of several parts stand one behind the other, then the no-op of all.
struct BoundProblem: Sendable {
  /// Of the policy or composition.
  let name: String
  /// Over the same frame and actions; their bounds are the same but for where quantities are computed.
  let parts: [DecisionProblem]
  /// By row: a bit for each part that may act there; nil: the one part acts everywhere.
  let active: [UInt64]?
  /// By row, whether it counts in bounds: those of a member count what it does where it acts. nil: all do.
  let counted: [Bool]?
  let rule: ChoiceRule

  static let mostParts = 64

  /// - Throws: `.unusable` for more parts than bits.
  init(
    name: String, parts: [DecisionProblem], active: [UInt64]?, countsAll: Bool
  ) throws(EngineError) {
    guard parts.count <= Self.mostParts else {
      throw .unusable(
        relation: parts[0].step.actions,
        detail: "bounds hold for at most \(Self.mostParts) policies together")
    }
    self.name = name
    self.parts = parts
    self.active = active
    counted = countsAll ? nil : active.map { $0.map { $0 != 0 } }
    let own = parts[0].rule
    let count = own.actionCount * parts.count
    rule = ChoiceRule(
      base: own.base, explore: own.explore, actionCount: count, hasNoOp: own.hasNoOp,
      fallback: own.fallback == own.actionCount ? count : own.fallback)
  }

  var step: DecideStep { parts[0].step }
  /// Actions of a part.
  var ownCount: Int { parts[0].rule.actionCount }
  /// Those of all parts.
  var actionCount: Int { rule.actionCount }

  /// The output of the tile program of a part that has a quantity, from that of the first part.
  func output(_ output: Int, of part: Int) -> Int {
    if part == 0 { return output }
    for (first, own) in zip(parts[0].step.quantityScalars, parts[part].step.quantityScalars)
    where parts[0].quantityOutputs[first] == output {
      return parts[part].quantityOutputs[own] ?? output
    }
    return output
  }
}
