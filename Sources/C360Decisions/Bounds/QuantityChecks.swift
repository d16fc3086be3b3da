import C360Columns
import C360Engine
import C360Plan

extension DecideStep {
  /// A quantity of one of its bounds, and who asks for it.
  struct Asked {
    let name: String
    let origin: Int32
    let quantity: DecideConstraint.Quantity
  }

  var askedQuantities: [Asked] {
    constraints.flatMap { constraint in
      constraint.quantities.map {
        Asked(name: constraint.name, origin: constraint.origin, quantity: $0)
      }
    } + entityCaps.map { Asked(name: $0.name, origin: $0.origin, quantity: $0.quantity) }
  }
}

extension DecideConstraint {
  var quantities: [Quantity] {
    switch measure {
    case .total(let quantity), .rate(let quantity), .parity(let quantity, _, _, _): [quantity]
    case .proportion(let quantity, let whole): [quantity, whole]
    case .entropy, .divergence: []
    }
  }
}

extension DecideConstraint.Period {
  var isRolling: Bool { if case .rolling = self { true } else { false } }
}

/// Numbers that bounds reckon with: sums of them over all decisions, and of their products and squares, are
/// finite.
enum BoundNumbers {
  /// In either direction.
  static let greatest = 1e150

  static func holds(_ value: Double) -> Bool { abs(value) <= greatest }

  fileprivate static func words(_ value: Double) -> String {
    value.isNaN ? "NaN" : value.isFinite ? "\(value)" : value > 0 ? "+inf" : "-inf"
  }
}

extension DecisionProblem {
  /// Refuses what no bound can count: a quantity of an action, or the bound of an entity, that is NaN or
  /// infinite would make the bound hold whatever is chosen. Quantities of pairs, and values, are checked as
  /// they are computed.
  /// - Throws: `.row` for the first of them; `.unusable` for a penalty.
  func checkNumbers(rowCount: Int) throws(EngineError) {
    guard rowCount > 0 else { return }
    for constraint in step.constraints {
      guard let penalty = constraint.penalty, !BoundNumbers.holds(penalty) else { continue }
      throw .unusable(
        relation: step.frame,
        detail:
          "the penalty of `\(constraint.name)` is \(BoundNumbers.words(penalty)), and at most "
          + "\(BoundNumbers.greatest) can be charged")
    }
    for asked in step.askedQuantities {
      switch asked.quantity {
      case .constant(let value):
        if BoundNumbers.holds(value) { continue }
        throw .row(
          origin: asked.origin, relation: step.frame, row: 0,
          detail: Self.uncounted(asked.name, value))
      case .perAction(let column):
        let vector = actionColumn(column)
        for action in 0..<rule.actionCount
        where !vector.isNull(action) && !BoundNumbers.holds(vector.float64s[action]) {
          throw .row(
            origin: asked.origin, relation: step.actions, row: action,
            detail: Self.uncounted(asked.name, vector.float64s[action]))
        }
      case .pairs: continue
      }
    }
    for cap in step.entityCaps {
      let bounds = frameColumn(cap.bound)
      for row in 0..<rowCount where bounds.float64s[row].isNaN {
        throw .row(
          origin: cap.origin, relation: step.frame, row: row,
          detail: "the bound of `\(cap.name)` is NaN, which allows nothing and forbids nothing")
      }
    }
  }

  /// Of a quantity that is an output of the tile program.
  func uncounted(output: Int, _ value: Double, row: Int) -> EngineError {
    let asked = step.askedQuantities.first {
      if case .pairs(let scalar) = $0.quantity { quantityOutputs[scalar] == output } else { false }
    }
    return .row(
      origin: asked?.origin ?? -1, relation: step.frame, row: row,
      detail: Self.uncounted(asked?.name ?? "", value))
  }

  /// Of the value of an action that may be chosen.
  func unpriced(_ value: Double, row: Int) -> EngineError {
    .row(
      origin: step.constraints.first?.origin ?? step.entityCaps.first?.origin ?? -1,
      relation: step.frame, row: row,
      detail: "the objective is \(BoundNumbers.words(value)) for an action that may be chosen, and "
        + "under bounds it is at most \(BoundNumbers.greatest) in either direction")
  }

  private static func uncounted(_ name: String, _ value: Double) -> String {
    "`\(name)` counts \(BoundNumbers.words(value)), which no bound can hold"
      + (value.isFinite ? ": at most \(BoundNumbers.greatest) in either direction" : "")
  }
}
