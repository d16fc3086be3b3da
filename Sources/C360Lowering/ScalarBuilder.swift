import C360Columns
import C360Plan

/// Builds scalars in an arena, folding what is constant. Folding never changes a result: integer
/// operations that would fail are left to fail at run time, for rows that ask; float operations are
/// the IEEE ones the kernels use; `exp`, `ln` and their kin are left to the kernels.
struct ScalarBuilder {
  private(set) var arena = ScalarArena()
  /// By scalar: whether some row may have no value for it.
  private var failable: [Bool] = []

  mutating func column(_ column: ColumnID, _ type: PhysicalType) -> ScalarID {
    insert(.column(column), [], type, origin: -1)
  }

  mutating func constant(_ value: Constant, _ type: PhysicalType) -> ScalarID {
    insert(.constant(value), [], type, origin: -1)
  }

  mutating func null(_ type: PhysicalType) -> ScalarID { constant(.null, type) }

  func constant(of id: ScalarID) -> Constant? {
    if case .constant(let value) = arena[id].operation { value } else { nil }
  }

  func column(of id: ScalarID) -> ColumnID? {
    if case .column(let column) = arena[id].operation { column } else { nil }
  }

  mutating func add(
    _ operation: ScalarOperation, _ inputs: [ScalarID], _ type: PhysicalType, origin: Int32 = -1
  ) -> ScalarID {
    if let folded = fold(operation, inputs, type) { return folded }
    return insert(operation, inputs, type, origin: origin)
  }

  private mutating func insert(
    _ operation: ScalarOperation, _ inputs: [ScalarID], _ type: PhysicalType, origin: Int32
  ) -> ScalarID {
    let id = arena.add(operation, inputs, type: type, origin: origin)
    if Int(id.index) == failable.count {
      failable.append(operation.canFail || inputs.contains { canFail($0) })
    }
    return id
  }

  private mutating func fold(
    _ operation: ScalarOperation, _ inputs: [ScalarID], _ type: PhysicalType
  ) -> ScalarID? {
    switch operation {
    case .and: return foldLogic(inputs, decider: false)
    case .or: return foldLogic(inputs, decider: true)
    case .select:
      guard let condition = constant(of: inputs[0]) else {
        return inputs[1] == inputs[2] && !canFail(inputs[0]) ? inputs[1] : nil
      }
      return condition == .bool(true) ? inputs[1] : inputs[2]
    case .coalesce:
      guard let first = constant(of: inputs[0]) else { return nil }
      return first == .null ? inputs[1] : inputs[0]
    case .isNull:
      guard let value = constant(of: inputs[0]) else { return nil }
      return constant(.bool(value == .null), .bool)
    default:
      let constants = inputs.compactMap { constant(of: $0) }
      guard constants.count == inputs.count, !inputs.isEmpty,
        let value = ConstantFolding.value(of: operation, constants)
      else { return nil }
      return constant(value, type)
    }
  }

  /// Kleene `and`, `or`. A constant that decides makes the other side's failures moot, so it folds.
  private mutating func foldLogic(_ inputs: [ScalarID], decider: Bool) -> ScalarID? {
    let left = constant(of: inputs[0])
    let right = constant(of: inputs[1])
    if left == .bool(decider) || right == .bool(decider) {
      return constant(.bool(decider), .bool)
    }
    if left == .bool(!decider) { return inputs[1] }
    if right == .bool(!decider) { return inputs[0] }
    return nil
  }

  /// Whether some row may have no value for it.
  func canFail(_ id: ScalarID) -> Bool { failable[Int(id.index)] }

  /// Whether any scalar so far may fail.
  var canAnyFail: Bool { failable.contains(true) }

  /// The columns it reads.
  func columns(of id: ScalarID) -> Set<ColumnID> {
    var found: Set<ColumnID> = []
    var seen: Set<ScalarID> = [id]
    var pending = [id]
    while let next = pending.popLast() {
      let node = arena[next]
      if case .column(let column) = node.operation { found.insert(column) }
      for input in node.inputs where seen.insert(input).inserted { pending.append(input) }
    }
    return found
  }
}

extension ScalarOperation {
  /// Whether the operation itself can fail for a row.
  var canFail: Bool {
    switch self {
    case .addInt, .subtractInt, .multiplyInt, .negateInt, .absInt, .moduloInt, .floatToInt,
      .textToInt, .textToFloat, .scaleInt, .unscaleInt, .addToTime, .subtractFromTime,
      .addCalendar, .startOfDay:
      true
    default: false
    }
  }
}
