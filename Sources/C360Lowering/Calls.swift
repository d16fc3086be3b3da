import C360Columns
import C360Diagnostics
import C360Plan
import C360Semantics

extension Lowering {
  /// A call of a built-in function as operations on physical types.
  func call(
    _ function: Builtin, _ arguments: [Expression], _ expression: Expression, _ scope: Scope
  ) -> ScalarID {
    if let span = arguments.last?.type.base, span == .calendarSpan {
      let time = lower(arguments[0], scope)
      return shift(
        time, by: arguments[1], sign: function == .subtract ? -1 : 1, scope,
        origin: origin(expression.span))
    }
    let common = commonType(of: arguments)
    let inputs = arguments.map { lower($0, as: $0.type.base == .null ? common : $0.type, scope) }
    let call = Call(
      function: function, arguments: inputs, types: arguments.map(\.type), common: common,
      result: expression.type, zone: program.timezone, origin: origin(expression.span))
    return scalars.call(call)
  }

  /// time ± calendar span. A span is known at compile time, or chosen by a condition among spans
  /// that are; then the whole sum is chosen.
  private func shift(
    _ time: ScalarID, by span: Expression, sign: Int, _ scope: Scope, origin: Int32
  ) -> ScalarID {
    func shifted(_ value: Value) -> ScalarID {
      guard case .calendarSpan(let span) = value else { return scalars.null(.int64) }
      let step = CalendarStep(sign * span.count, span.step.unit)
      return scalars.add(
        .addCalendar(step, zone: program.timezone), [time], .int64, origin: origin)
    }
    switch span.kind {
    case .literal(let value): return shifted(value)
    case .parameter(let id): return shifted(program.parameters[id.index].value)
    case .call(.negate, let inner):
      return shift(time, by: inner[0], sign: -sign, scope, origin: origin)
    case .conditional(let test, let then, let otherwise):
      let inputs = [
        lower(test, as: .bool, scope), shift(time, by: then, sign: sign, scope, origin: origin),
        shift(time, by: otherwise, sign: sign, scope, origin: origin),
      ]
      return scalars.add(.select, inputs, .int64)
    default: return scalars.null(.int64)
    }
  }

  /// The type of the first argument that is not a bare `null`.
  private func commonType(of arguments: [Expression]) -> Type {
    arguments.first { $0.type.base != .null }?.type ?? .bool
  }
}

/// A call whose arguments are lowered.
struct Call {
  let function: Builtin
  let arguments: [ScalarID]
  let types: [Type]
  let common: Type
  let result: Type
  let zone: String
  let origin: Int32

  var isFloat: Bool { common.isFloat }
  var isText: Bool { common.base == .text }
  var isVector: Bool { if case .vector = common.base { true } else { false } }
  var isList: Bool { if case .list = common.base { true } else { false } }
}

extension ScalarBuilder {
  mutating func call(_ call: Call) -> ScalarID {
    switch call.function {
    case .add, .subtract, .multiply, .divide, .power, .negate, .modulo: arithmetic(call)
    case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual: comparison(call)
    case .abs, .sign, .least, .greatest, .clamp: ordered(call)
    case .sqrt: one(.sqrt, call)
    case .exp: one(.exp, call)
    case .ln: one(.ln, call)
    case .log2: one(.log2, call)
    case .log10: one(.log10, call)
    case .floor: rounding(.floor, call)
    case .ceil: rounding(.ceil, call)
    case .round: rounding(.round, call)
    case .sigmoid: one(.sigmoid, call)
    case .logit: one(.logit, call)
    case .tanh: one(.tanh, call)
    case .isNaN: one(.isNaN, call)
    case .toFloat, .int, .float, .text: conversion(call)
    case .seconds: inUnits(1_000_000, call)
    case .minutes: inUnits(60_000_000, call)
    case .hours: inUnits(3_600_000_000, call)
    case .days: inUnits(86_400_000_000, call)
    case .weeks: inUnits(604_800_000_000, call)
    case .date, .startOfDay, .year, .quarter, .month, .day, .weekday, .hour, .minute: calendar(call)
    case .lower: one(.lower, call)
    case .upper: one(.upper, call)
    case .length: one(call.isList ? .listLength : .length, call)
    case .trim: one(.trim, call)
    case .contains: one(call.isList ? .listContains : .contains, call)
    case .dot: one(.dot, call)
    case .norm: norm(call.arguments[0], call)
    case .cosine: cosine(call)
    case .element: one(.element, call)
    case .startsWith: one(.startsWith, call)
    case .endsWith: one(.endsWith, call)
    }
  }

  /// One operation on the arguments as they are.
  private mutating func one(_ operation: ScalarOperation, _ call: Call) -> ScalarID {
    add(operation, call.arguments, call.result.physical, origin: call.origin)
  }

  private mutating func arithmetic(_ call: Call) -> ScalarID {
    let bases = call.types.map(\.base)
    switch call.function {
    case .add where call.isText: return one(.concatenate, call)
    case .add where call.isVector: return one(.addVectors, call)
    case .subtract where call.isVector: return one(.subtractVectors, call)
    case .multiply where call.isVector: return one(.scaleVector, call)
    case .add where bases[0] == .time: return one(.addToTime, call)
    case .add: return one(call.isFloat ? .addFloat : .addInt, call)
    case .subtract where bases == [.date, .date]:
      let days = add(.subtractInt, call.arguments, .int64, origin: call.origin)
      let length = constant(.int(86_400_000_000), .int64)
      return add(.multiplyInt, [days, length], .int64, origin: call.origin)
    case .subtract where bases == [.time, .duration]: return one(.subtractFromTime, call)
    case .subtract: return one(call.isFloat ? .subtractFloat : .subtractInt, call)
    case .multiply where bases[0] == .duration && call.types[1].isFloat:
      return one(.scaleInt, call)
    case .multiply where call.types[0].isFloat && bases[1] == .duration:
      return add(.scaleInt, call.arguments.reversed(), .int64, origin: call.origin)
    case .multiply: return one(call.isFloat ? .multiplyFloat : .multiplyInt, call)
    case .divide where bases[0] == .duration && call.types[1].isFloat:
      return one(.unscaleInt, call)
    case .divide: return one(call.isFloat ? .divideFloat : .divideInts, call)
    case .power: return one(.powerFloat, call)
    case .negate: return one(call.isFloat ? .negateFloat : .negateInt, call)
    default: return one(call.isFloat ? .moduloFloat : .moduloInt, call)
    }
  }

  private mutating func norm(_ vector: ScalarID, _ call: Call) -> ScalarID {
    let square = add(.dot, [vector, vector], .float64, origin: call.origin)
    return add(.sqrt, [square], .float64, origin: call.origin)
  }

  /// Null where a norm is 0.
  private mutating func cosine(_ call: Call) -> ScalarID {
    let norms = call.arguments.map { norm($0, call) }
    let product = add(.multiplyFloat, norms, .float64, origin: call.origin)
    let cosine = add(
      .divideFloat, [add(.dot, call.arguments, .float64, origin: call.origin), product], .float64,
      origin: call.origin)
    let zero = constant(.float(bits: 0), .float64)
    let isZero = norms.map { add(.equal, [$0, zero], .bool) }
    return add(.select, [add(.or, isZero, .bool), null(.float64), cosine], .float64)
  }

  private mutating func comparison(_ call: Call) -> ScalarID {
    let swapped: [ScalarID] = call.arguments.reversed()
    return switch call.function {
    case .equal: one(.equal, call)
    case .notEqual: one(.notEqual, call)
    case .less: one(.less, call)
    case .lessEqual: one(.lessEqual, call)
    case .greater: add(.less, swapped, .bool, origin: call.origin)
    default: add(.lessEqual, swapped, .bool, origin: call.origin)
    }
  }

  private mutating func ordered(_ call: Call) -> ScalarID {
    switch call.function {
    case .abs: return one(call.isFloat ? .absFloat : .absInt, call)
    case .sign: return one(call.isFloat ? .signFloat : .signInt, call)
    case .clamp where call.isText: return clampByComparison(call)
    case .clamp: return one(call.isFloat ? .clampFloat : .clampInt, call)
    case .least where !call.isText && call.common.base != .bool:
      return one(call.isFloat ? .leastFloat : .leastInt, call)
    case .greatest where !call.isText && call.common.base != .bool:
      return one(call.isFloat ? .greatestFloat : .greatestInt, call)
    default:
      return call.arguments.dropFirst().reduce(call.arguments[0]) { best, next in
        chosen(best, next, greatest: call.function == .greatest, call.common.physical)
      }
    }
  }

  /// The smaller or greater of two, nulls skipped; the first of equals.
  private mutating func chosen(
    _ first: ScalarID, _ second: ScalarID, greatest: Bool, _ type: PhysicalType
  ) -> ScalarID {
    let isBetter = add(.less, greatest ? [first, second] : [second, first], .bool)
    return add(.coalesce, [add(.select, [isBetter, second, first], type), second], type)
  }

  /// clamp(x, low, high) of texts: null when any is null.
  private mutating func clampByComparison(_ call: Call) -> ScalarID {
    let (value, low, high) = (call.arguments[0], call.arguments[1], call.arguments[2])
    let type = call.common.physical
    let isLow = add(.less, [value, low], .bool)
    let isHigh = add(.less, [high, value], .bool)
    let inside = add(.select, [isHigh, high, add(.select, [isLow, low, value], type)], type)
    let anyNull = call.arguments.map { add(.isNull, [$0], .bool) }
    let isNull = add(.or, [add(.or, [anyNull[0], anyNull[1]], .bool), anyNull[2]], .bool)
    return add(.select, [isNull, null(type), inside], type)
  }

  /// `floor`, `ceil`, `round` of a float; of an int they change nothing.
  private mutating func rounding(_ operation: ScalarOperation, _ call: Call) -> ScalarID {
    guard call.isFloat else { return call.arguments[0] }
    let rounded = add(operation, call.arguments, .float64, origin: call.origin)
    guard call.result.physical == .int64 else { return rounded }
    return add(.floatToInt, [rounded], .int64, origin: call.origin)
  }

  private mutating func conversion(_ call: Call) -> ScalarID {
    let from = call.common.physical
    let operation: ScalarOperation? =
      switch (call.function, from) {
      case (.toFloat, .int64), (.float, .int64): .intToFloat
      case (.float, .bool): .boolToFloat
      case (.float, .text): .textToFloat
      case (.int, .float64): .floatToInt
      case (.int, .bool): .boolToInt
      case (.int, .text): .textToInt
      case (.text, .text): nil
      case (.text, _): .format(call.common.logical)
      default: nil
      }
    guard let operation else { return call.arguments[0] }
    return one(operation, call)
  }

  private mutating func inUnits(_ microseconds: Int64, _ call: Call) -> ScalarID {
    let unit = constant(.int(microseconds), .int64)
    return add(.divideInts, [call.arguments[0], unit], .float64, origin: call.origin)
  }

  private mutating func calendar(_ call: Call) -> ScalarID {
    let argument = call.arguments[0]
    let isTime = call.common.base == .time
    if call.function == .startOfDay {
      let day = isTime ? add(.dateOf(zone: call.zone), [argument], .int64) : argument
      return add(.startOfDay(zone: call.zone), [day], .int64, origin: call.origin)
    }
    if call.function == .hour { return one(.hour(zone: call.zone), call) }
    if call.function == .minute { return one(.minute(zone: call.zone), call) }
    let date = isTime ? add(.dateOf(zone: call.zone), [argument], .int64) : argument
    let operation: ScalarOperation? =
      switch call.function {
      case .year: .year
      case .quarter: .quarter
      case .month: .month
      case .day: .dayOfMonth
      case .weekday: .weekday
      default: nil
      }
    guard let operation else { return date }
    return add(operation, [date], .int64, origin: call.origin)
  }
}
