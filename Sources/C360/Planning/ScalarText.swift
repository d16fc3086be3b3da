import C360Plan

/// Scalars as people read them; what is deep is cut short.
struct ScalarText {
  let plan: Plan

  func text(_ id: ScalarID, depth: Int = 6) -> String {
    let node = plan.scalars[id]
    if node.inputs.isEmpty { return leaf(node.operation) }
    if depth == 0 { return "…" }
    let inputs = node.inputs.map { text($0, depth: depth - 1) }
    if let symbol = Self.symbol(of: node.operation), inputs.count == 2 {
      return "(\(inputs[0]) \(symbol) \(inputs[1]))"
    }
    if case .select = node.operation {
      return "(if \(inputs[0]) then \(inputs[1]) else \(inputs[2]))"
    }
    return "\(Self.name(of: node.operation))(\(inputs.joined(separator: ", ")))"
  }

  private func leaf(_ operation: ScalarOperation) -> String {
    switch operation {
    case .column(let column): plan[column].name
    case .constant(let value): Self.text(of: value)
    default: Self.name(of: operation)
    }
  }

  private static func text(of constant: Constant) -> String {
    switch constant {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .float(let bits): "\(Double(bitPattern: bits))"
    case .text(let value): "\"\(value)\""
    case .vector(let elements): text(of: elements.map { .float(bits: $0) })
    case .list(let elements): text(of: elements)
    }
  }

  /// The first elements of many.
  private static func text(of elements: [Constant]) -> String {
    let shown = elements.prefix(4).map { text(of: $0) }
    return
      "[\((shown + (elements.count > 4 ? ["… \(elements.count)"] : [])).joined(separator: ", "))]"
  }

  private static func symbol(of operation: ScalarOperation) -> String? {
    switch operation {
    case .addInt, .addFloat, .addToTime, .addVectors, .concatenate: "+"
    case .subtractInt, .subtractFloat, .subtractFromTime, .subtractVectors: "-"
    case .multiplyInt, .multiplyFloat, .scaleInt, .scaleVector: "*"
    case .divideInts, .divideFloat, .unscaleInt: "/"
    case .powerFloat: "^"
    case .equal: "=="
    case .notEqual: "!="
    case .less: "<"
    case .lessEqual: "<="
    case .and: "and"
    case .or: "or"
    case .coalesce: "??"
    default: nil
    }
  }

  /// The case's name, without what it carries but a list of constants.
  private static func name(of operation: ScalarOperation) -> String {
    if case .isIn(let constants) = operation {
      return "in[\(constants.map { text(of: $0) }.joined(separator: ", "))]"
    }
    if case .model(let sum) = operation { return "\(sum.model.format)[\(sum.index)]" }
    let name = "\(operation)"
    return String(name.prefix { $0 != "(" })
  }
}
