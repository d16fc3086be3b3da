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

extension DecisionProblem {
  /// Refuses what no bound can count: a quantity of an action, or the bound of an entity, that is NaN or
  /// infinite would make the bound hold whatever is chosen. Quantities of pairs are checked as they are
  /// computed.
  /// - Throws: `.row` for the first of them.
  func checkNumbers(rowCount: Int) throws(EngineError) {
    guard rowCount > 0 else { return }
    for asked in step.askedQuantities {
      switch asked.quantity {
      case .constant(let value):
        if value.isFinite { continue }
        throw .row(
          origin: asked.origin, relation: step.frame, row: 0,
          detail: Self.notFinite(asked.name, value))
      case .perAction(let column):
        let vector = actionColumn(column)
        for action in 0..<rule.actionCount
        where !vector.isNull(action) && !vector.float64s[action].isFinite {
          throw .row(
            origin: asked.origin, relation: step.actions, row: action,
            detail: Self.notFinite(asked.name, vector.float64s[action]))
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

  /// Of an output of the tile program.
  func notFinite(output: Int, _ value: Double, row: Int) -> EngineError {
    let asked = step.askedQuantities.first {
      if case .pairs(let scalar) = $0.quantity { quantityOutputs[scalar] == output } else { false }
    }
    return .row(
      origin: asked?.origin ?? -1, relation: step.frame, row: row,
      detail: Self.notFinite(asked?.name ?? "", value))
  }

  private static func notFinite(_ name: String, _ value: Double) -> String {
    "`\(name)` counts \(value.isNaN ? "NaN" : value > 0 ? "+inf" : "-inf"), which no bound can hold"
  }
}
