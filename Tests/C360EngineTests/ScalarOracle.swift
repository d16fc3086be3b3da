import C360Columns
import C360Plan

@testable import C360Engine

/// What a scalar is at one row, the slow and obvious way: the doc comments of `ScalarOperation` as a
/// table of cases.
struct ScalarOracle {
  enum State: Equatable {
    case failed
    case value(Scalar)
  }

  let table: Table
  let row: Int

  func state(_ id: ScalarID) -> State {
    let node = table.plan.scalars[id]
    switch node.operation {
    case .column(let column):
      guard let vector = table.vectors[column] else { return .failed }
      return .value(table.scalars(vector.slice(row..<row + 1))[0])
    case .constant(let constant): return .value(Self.scalar(constant))
    default: break
    }
    let inputs = node.inputs.map(state)
    switch node.operation {
    case .and, .or:
      let decider = State.value(.bool(node.operation == .or))
      if inputs.contains(decider) { return decider }
      if inputs.contains(.failed) { return .failed }
      if inputs.contains(.value(.null)) { return .value(.null) }
      return .value(.bool(node.operation == .and))
    case .select:
      if inputs[0] == .failed { return .failed }
      return inputs[0] == .value(.bool(true)) ? inputs[1] : inputs[2]
    case .coalesce: return inputs[0] == .value(.null) ? inputs[1] : inputs[0]
    case .isNull:
      return inputs[0] == .failed ? .failed : .value(.bool(inputs[0] == .value(.null)))
    default: break
    }
    var values: [Scalar] = []
    for input in inputs {
      guard case .value(let value) = input else { return .failed }
      values.append(value)
    }
    if node.operation == .leastInt || node.operation == .greatestInt {
      let ints = values.compactMap(Self.int)
      let result = node.operation == .leastInt ? ints.min() : ints.max()
      return .value(result.map(Scalar.int) ?? .null)
    }
    if values.contains(.null) { return .value(.null) }
    return Self.apply(node.operation, values).map(State.value) ?? .failed
  }

  static func scalar(_ constant: Constant) -> Scalar {
    switch constant {
    case .null: .null
    case .bool(let value): .bool(value)
    case .int(let value): .int(value)
    case .float(let bits): .float(Double(bitPattern: bits))
    case .text(let value): .text(value)
    case .vector(let elements): .vector(elements.map { Double(bitPattern: $0) })
    case .list(let elements): .list(elements.map { scalar($0) })
    }
  }

  private static func int(_ value: Scalar) -> Int64? {
    if case .int(let value) = value { value } else { nil }
  }

  /// nil: the operation fails.
  private static func apply(_ operation: ScalarOperation, _ values: [Scalar]) -> Scalar? {
    switch (operation, values[0], values.count > 1 ? values[1] : .null) {
    case (.addInt, .int(let a), .int(let b)): fitting(a.addingReportingOverflow(b))
    case (.subtractInt, .int(let a), .int(let b)): fitting(a.subtractingReportingOverflow(b))
    case (.multiplyInt, .int(let a), .int(let b)): fitting(a.multipliedReportingOverflow(by: b))
    case (.moduloInt, .int(let a), .int(let b)):
      b == 0 ? nil : .int(Int64((Int128(a) % Int128(b) + Int128(b)) % Int128(b)))
    case (.negateInt, .int(let a), _): a == .min ? nil : .int(-a)
    case (.addFloat, .float(let a), .float(let b)): .float(a + b)
    case (.multiplyFloat, .float(let a), .float(let b)): .float(a * b)
    case (.floatToInt, .float(let a), _):
      Int64(exactly: a.rounded(.towardZero)).map(Scalar.int)
    case (.intToFloat, .int(let a), _): .float(Double(a))
    case (.less, .int(let a), .int(let b)): .bool(a < b)
    case (.less, .float(let a), .float(let b)): .bool(a < b)
    case (.equal, .float(let a), .float(let b)): .bool(a == b)
    case (.less, .text(let a), .text(let b)):
      .bool(a.utf8.lexicographicallyPrecedes(b.utf8))
    case (.equal, .text(let a), .text(let b)): .bool(a == b)
    case (.not, .bool(let a), _): .bool(!a)
    case (.concatenate, .text(let a), .text(let b)): .text(a + b)
    case (.length, .text(let a), _): .int(Int64(a.unicodeScalars.count))
    case (.textToInt, .text(let a), _): Int64(a).map(Scalar.int)
    case (.format, .int(let a), _): .text(String(a))
    default: nil
    }
  }

  private static func fitting(_ result: (partialValue: Int64, overflow: Bool)) -> Scalar? {
    result.overflow ? nil : .int(result.partialValue)
  }
}
