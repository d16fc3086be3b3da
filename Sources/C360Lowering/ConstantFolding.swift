import C360Plan

/// Values of operations on constants, where they are certain to be those of the kernels.
enum ConstantFolding {
  static func value(of operation: ScalarOperation, _ inputs: [Constant]) -> Constant? {
    if case .leastInt = operation { return nil }
    if case .greatestInt = operation { return nil }
    if case .leastFloat = operation { return nil }
    if case .greatestFloat = operation { return nil }
    // A missing input of a model is a value to it.
    if case .model = operation { return nil }
    if inputs.contains(.null) { return .null }
    switch (operation, inputs.first, inputs.count > 1 ? inputs[1] : nil) {
    case (.not, .bool(let value), _): return .bool(!value)
    case (.boolToInt, .bool(let value), _): return .int(value ? 1 : 0)
    case (.boolToFloat, .bool(let value), _): return float(value ? 1 : 0)
    case (.intToFloat, .int(let value), _): return float(Double(value))
    case (.negateInt, .int(let value), _):
      return checked(Int64(0).subtractingReportingOverflow(value))
    case (.negateFloat, .float(let bits), _): return float(-Double(bitPattern: bits))
    case (_, .int(let left), .int(let right)): return integer(operation, left, right)
    case (_, .float(let left), .float(let right)):
      return float(operation, Double(bitPattern: left), Double(bitPattern: right))
    default: return nil
    }
  }

  private static func integer(
    _ operation: ScalarOperation, _ left: Int64, _ right: Int64
  ) -> Constant? {
    switch operation {
    case .addInt: checked(left.addingReportingOverflow(right))
    case .subtractInt: checked(left.subtractingReportingOverflow(right))
    case .multiplyInt: checked(left.multipliedReportingOverflow(by: right))
    case .divideInts: float(Double(left) / Double(right))
    case .equal: .bool(left == right)
    case .notEqual: .bool(left != right)
    case .less: .bool(left < right)
    case .lessEqual: .bool(left <= right)
    default: nil
    }
  }

  private static func float(
    _ operation: ScalarOperation, _ left: Double, _ right: Double
  ) -> Constant? {
    switch operation {
    case .addFloat: float(left + right)
    case .subtractFloat: float(left - right)
    case .multiplyFloat: float(left * right)
    case .divideFloat: float(left / right)
    case .equal: .bool(left == right)
    case .notEqual: .bool(left != right)
    case .less: .bool(left < right)
    case .lessEqual: .bool(left <= right)
    default: nil
    }
  }

  private static func float(_ value: Double) -> Constant { .float(bits: value.bitPattern) }

  private static func checked(_ result: (partialValue: Int64, overflow: Bool)) -> Constant? {
    result.overflow ? nil : .int(result.partialValue)
  }
}
