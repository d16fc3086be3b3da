/// Values that are known before a run: literals, arithmetic over them and, when asked, params.
struct ConstantFolder {
  let program: Program
  /// Whether a param counts as its value of this run.
  let readsParameters: Bool

  /// nil: not constant, or its computation fails at run time.
  func value(_ expression: Expression) -> Value? {
    switch expression.kind {
    case .literal(let value): return value
    case .parameter(let id):
      guard readsParameters, program.parameters.indices.contains(id.index) else { return nil }
      return program[id].value
    case .not(let operand):
      guard let value = value(operand) else { return nil }
      if case .bool(let flag) = value { return .bool(!flag) }
      return .null
    case .and(let left, let right): return logical(left, right, deciding: false)
    case .or(let left, let right): return logical(left, right, deciding: true)
    case .conditional(let condition, let first, let second):
      guard let decided = value(condition) else { return nil }
      return value(decided == .bool(true) ? first : second)
    case .coalesce(let first, let second):
      guard let found = value(first) else { return nil }
      return found == .null ? value(second) : found
    case .isNull(let operand): return value(operand).map { .bool($0 == .null) }
    case .isIn(let operand, let values):
      guard let found = value(operand) else { return nil }
      return found == .null ? .null : .bool(values.contains { equal($0, found) })
    case .call(let builtin, let arguments):
      var values: [Value] = []
      for argument in arguments {
        guard let value = value(argument) else { return nil }
        values.append(value)
      }
      return call(builtin, values)
    default: return nil
    }
  }

  private func logical(_ left: Expression, _ right: Expression, deciding: Bool) -> Value? {
    let (a, b) = (value(left), value(right))
    if a == .bool(deciding) || b == .bool(deciding) { return .bool(deciding) }
    guard let a, let b else { return nil }
    return a == .null || b == .null ? .null : .bool(!deciding)
  }

  private func equal(_ left: Value, _ right: Value) -> Bool {
    if case .float(let a) = left, case .float(let b) = right { return a == b }
    return left == right
  }

  private func call(_ builtin: Builtin, _ values: [Value]) -> Value? {
    if values.contains(.null) { return builtin == .least || builtin == .greatest ? nil : .null }
    switch values.count {
    case 1: return unary(builtin, values[0])
    case 2: return comparison(builtin, values[0], values[1]) ?? arithmetic(builtin, values)
    default: return nil
    }
  }

  private func unary(_ builtin: Builtin, _ value: Value) -> Value? {
    switch (builtin, value) {
    case (.toFloat, .int(let a)), (.float, .int(let a)): return .float(Double(a))
    case (.float, .float): return value
    case (.negate, .int(let a)): return a == .min ? nil : .int(-a)
    case (.negate, .float(let a)): return .float(-a)
    case (.negate, .duration(let a)): return a == .min ? nil : .duration(-a)
    case (.abs, .int(let a)): return a == .min ? nil : .int(Swift.abs(a))
    case (.abs, .float(let a)): return .float(Swift.abs(a))
    case (.sqrt, .float(let a)): return .float(a.squareRoot())
    case (.days, .duration(let a)): return .float(Double(a) / 86_400_000_000)
    case (.date, .time(let instant)):
      return LocalClock(identifier: program.timezone).map { .date($0.date(of: instant)) }
    default: return nil
    }
  }

  private func comparison(_ builtin: Builtin, _ left: Value, _ right: Value) -> Value? {
    if builtin == .equal { return .bool(equal(left, right)) }
    if builtin == .notEqual { return .bool(!equal(left, right)) }
    switch (left, right) {
    case (.int(let a), .int(let b)), (.time(let a), .time(let b)), (.date(let a), .date(let b)),
      (.duration(let a), .duration(let b)):
      return ordered(builtin, a, b)
    case (.float(let a), .float(let b)): return ordered(builtin, a, b)
    default: return nil
    }
  }

  private func ordered<T: Comparable>(_ builtin: Builtin, _ a: T, _ b: T) -> Value? {
    switch builtin {
    case .less: .bool(a < b)
    case .lessEqual: .bool(a <= b)
    case .greater: .bool(a > b)
    case .greaterEqual: .bool(a >= b)
    default: nil
    }
  }

  private func arithmetic(_ builtin: Builtin, _ values: [Value]) -> Value? {
    switch (values[0], values[1]) {
    case (.int(let a), .int(let b)): return integer(builtin, a, b).map { .int($0) }
    case (.duration(let a), .duration(let b)):
      if builtin == .divide { return .float(Double(a) / Double(b)) }
      return builtin == .multiply ? nil : integer(builtin, a, b).map { .duration($0) }
    case (.duration(let a), .int(let b)) where builtin == .multiply:
      return integer(.multiply, a, b).map { .duration($0) }
    case (.float(let a), .float(let b)):
      switch builtin {
      case .add: return .float(a + b)
      case .subtract: return .float(a - b)
      case .multiply: return .float(a * b)
      case .divide: return .float(a / b)
      default: return nil
      }
    default: return nil
    }
  }

  private func integer(_ builtin: Builtin, _ a: Int64, _ b: Int64) -> Int64? {
    let result: (partialValue: Int64, overflow: Bool)
    switch builtin {
    case .add: result = a.addingReportingOverflow(b)
    case .subtract: result = a.subtractingReportingOverflow(b)
    case .multiply: result = a.multipliedReportingOverflow(by: b)
    default: return nil
    }
    return result.overflow ? nil : result.partialValue
  }
}

extension Checker {
  /// The value of a constant expression, params at their values of this run.
  func constant(_ expression: Expression) -> Value? {
    ConstantFolder(program: program, readsParameters: true).value(expression)
  }

  /// The value that literals alone decide, whatever the params.
  func literalConstant(_ expression: Expression) -> Value? {
    ConstantFolder(program: program, readsParameters: false).value(expression)
  }
}
