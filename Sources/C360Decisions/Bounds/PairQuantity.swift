import C360Allocation
import C360Columns
import C360Engine
import C360Plan

/// A quantity that has one value a pair of decision and action, for the actions of one group.
struct PairQuantity: Sendable, Hashable {
  /// Output of the tile program.
  let output: Int
  /// By action; nil: all of them.
  let actions: [Bool]?
}

/// What the quantities of bounds are at the pairs of a run.
struct Quantities {
  private(set) var pairs: [PairQuantity] = []
  /// Scalar → output of the tile program.
  let outputs: [ScalarID: Int]
  let actionCount: Int
  let actionColumn: (ColumnID) -> Vector

  init(
    outputs: [ScalarID: Int], actionCount: Int, actionColumn: @escaping (ColumnID) -> Vector
  ) {
    self.outputs = outputs
    self.actionCount = actionCount
    self.actionColumn = actionColumn
  }

  /// - Parameter actions: where the quantity counts, by action; nil: everywhere.
  mutating func quantity(
    _ quantity: DecideConstraint.Quantity, among actions: [Bool]?
  ) -> AllocationMeter.Quantity {
    func among(_ values: [Double]) -> AllocationMeter.Quantity {
      guard let actions else { return .perAction(values) }
      return .perAction(zip(values, actions).map { $1 ? $0 : 0 })
    }
    switch quantity {
    case .constant(let value): return among([Double](repeating: value, count: actionCount))
    case .perAction(let column):
      let vector = actionColumn(column)
      return among((0..<actionCount).map { vector.isNull($0) ? 0 : vector.float64s[$0] })
    case .pairs(let scalar):
      let pair = PairQuantity(output: outputs[scalar] ?? 0, actions: actions)
      if let place = pairs.firstIndex(of: pair) { return .pairs(place) }
      pairs.append(pair)
      return .pairs(pairs.count - 1)
    }
  }
}
