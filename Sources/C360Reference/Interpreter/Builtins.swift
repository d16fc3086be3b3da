import C360Semantics
import Foundation

extension ReferenceInterpreter {
  /// The table of built-in functions; the catalogue states their rules.
  func call(
    _ function: Builtin, _ arguments: [Value], in expression: Expression
  ) throws(ReferenceError) -> Value {
    if function == .least || function == .greatest {
      let values = arguments.filter { !$0.isNull }
      return
        (function == .least
        ? values.min { compareTotally($0, $1) < 0 } : values.max { compareTotally($0, $1) < 0 })
        ?? .null
    }
    if arguments.contains(.null) { return .null }
    if let result = collectionFunction(function, arguments) { return result }
    let result: Value? =
      switch function {
      case .add, .subtract, .multiply, .divide, .power, .negate, .modulo:
        arithmetic(function, arguments)
      case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual:
        comparison(function, arguments[0], arguments[1])
      case .seconds, .minutes, .hours, .days, .weeks, .date, .startOfDay, .year, .quarter, .month,
        .day, .weekday, .hour, .minute:
        timePart(function, arguments[0])
      case .lower, .upper, .length, .trim, .contains, .startsWith, .endsWith:
        textFunction(function, arguments)
      case .toFloat, .int, .float, .text: conversion(function, arguments[0])
      default: numeric(function, arguments)
      }
    guard let result else {
      let shown = arguments.map { text(of: $0) }.joined(separator: ", ")
      throw ReferenceError("`\(function.rawValue)` has no value of \(shown)", expression.span)
    }
    return result
  }

  /// nil: overflow, remainder by zero.
  private func arithmetic(_ function: Builtin, _ arguments: [Value]) -> Value? {
    let left = arguments[0]
    let right = arguments.count > 1 ? arguments[1] : .null
    switch (function, left, right) {
    case (.add, .int(let a), .int(let b)):
      return fitting(a.addingReportingOverflow(b)).map(Value.int)
    case (.add, .float(let a), .float(let b)): return .float(a + b)
    case (.add, .text(let a), .text(let b)): return .text(a + b)
    case (.add, .time(let a), .duration(let b)), (.add, .duration(let b), .time(let a)):
      return fitting(a.addingReportingOverflow(b)).flatMap(supported).map(Value.time)
    case (.add, .duration(let a), .duration(let b)):
      return fitting(a.addingReportingOverflow(b)).map(Value.duration)
    case (.add, .time(let a), .calendarSpan(let span)),
      (.add, .calendarSpan(let span), .time(let a)):
      return supported(calendar.moved(a, by: span, times: 1)).map(Value.time)
    case (.subtract, .time(let a), .calendarSpan(let span)):
      return supported(calendar.moved(a, by: span, times: -1)).map(Value.time)
    case (.subtract, .int(let a), .int(let b)):
      return fitting(a.subtractingReportingOverflow(b)).map(Value.int)
    case (.subtract, .float(let a), .float(let b)): return .float(a - b)
    case (.subtract, .time(let a), .time(let b)):
      return fitting(a.subtractingReportingOverflow(b)).map(Value.duration)
    case (.subtract, .date(let a), .date(let b)):
      return fitting((a - b).multipliedReportingOverflow(by: day)).map(Value.duration)
    case (.subtract, .time(let a), .duration(let b)):
      return fitting(a.subtractingReportingOverflow(b)).flatMap(supported).map(Value.time)
    case (.subtract, .duration(let a), .duration(let b)):
      return fitting(a.subtractingReportingOverflow(b)).map(Value.duration)
    case (.multiply, .int(let a), .int(let b)):
      return fitting(a.multipliedReportingOverflow(by: b)).map(Value.int)
    case (.multiply, .float(let a), .float(let b)): return .float(a * b)
    case (.multiply, .duration(let a), .int(let b)), (.multiply, .int(let b), .duration(let a)):
      return fitting(a.multipliedReportingOverflow(by: b)).map(Value.duration)
    case (.multiply, .duration(let a), .float(let b)), (.multiply, .float(let b), .duration(let a)):
      return duration(Double(a) * b)
    case (.divide, .float(let a), .float(let b)): return .float(a / b)
    case (.divide, .duration(let a), .duration(let b)): return .float(Double(a) / Double(b))
    case (.divide, .duration(let a), .float(let b)): return duration(Double(a) / b)
    case (.power, .float(let a), .float(let b)): return .float(pow(a, b))
    case (.negate, .int(let a), _): return a == .min ? nil : .int(-a)
    case (.negate, .duration(let a), _): return a == .min ? nil : .duration(-a)
    case (.negate, .float(let a), _): return .float(-a)
    case (.modulo, .int(let a), .int(let b)):
      if b == 0 { return nil }
      let rest = b == -1 ? 0 : a % b
      return .int(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest)
    case (.modulo, .float(let a), .float(let b)):
      let rest = fmod(a, b)
      if rest == 0 { return .float(b < 0 ? -0.0 : 0) }
      return .float((rest < 0) != (b < 0) ? rest + b : rest)
    default: return nil
    }
  }

  private func fitting(_ result: (partialValue: Int64, overflow: Bool)) -> Int64? {
    result.overflow ? nil : result.partialValue
  }

  /// nil: no such time.
  private func supported(_ instant: Int64) -> Int64? {
    supportedInstants.contains(instant) ? instant : nil
  }

  private func duration(_ microseconds: Double) -> Value? {
    Int64(exactly: microseconds.rounded(.toNearestOrEven)).map(Value.duration)
  }

  private func comparison(_ function: Builtin, _ left: Value, _ right: Value) -> Value {
    let order = compare(left, right)
    let isUnordered = left.double?.isNaN ?? false || right.double?.isNaN ?? false
    switch function {
    case .equal: return .bool(!isUnordered && order == 0)
    case .notEqual: return .bool(isUnordered || order != 0)
    case .less: return .bool(!isUnordered && order < 0)
    case .lessEqual: return .bool(!isUnordered && order <= 0)
    case .greater: return .bool(!isUnordered && order > 0)
    default: return .bool(!isUnordered && order >= 0)
    }
  }

  private func numeric(_ function: Builtin, _ arguments: [Value]) -> Value? {
    switch (function, arguments[0]) {
    case (.abs, .int(let x)): return x == .min ? nil : .int(abs(x))
    case (.abs, .duration(let x)): return x == .min ? nil : .duration(abs(x))
    case (.sign, .int(let x)): return .int(x.signum())
    case (.sign, .duration(let x)): return .duration(x.signum())
    case (.clamp, let x):
      if x.double?.isNaN == true { return x }
      let raised = compare(x, arguments[1]) < 0 ? arguments[1] : x
      return compare(raised, arguments[2]) > 0 ? arguments[2] : raised
    default: break
    }
    guard let x = arguments[0].double else { return nil }
    switch function {
    case .abs: return .float(abs(x))
    case .sqrt: return .float(x.squareRoot())
    case .exp: return .float(exp(x))
    case .ln: return .float(log(x))
    case .log2: return .float(log2(x))
    case .log10: return .float(log10(x))
    case .floor: return .float(x.rounded(.down))
    case .ceil: return .float(x.rounded(.up))
    case .round: return .float(x.rounded(.toNearestOrAwayFromZero))
    case .sign: return .float(x.isNaN ? x : x > 0 ? 1 : x < 0 ? -1 : 0)
    case .sigmoid: return .float(1 / (1 + exp(-x)))
    case .logit: return .float(log(x / (1 - x)))
    case .tanh: return .float(tanh(x))
    case .isNaN: return .bool(x.isNaN)
    default: return nil
    }
  }

  /// nil: out of range, NaN, text that is no number.
  private func conversion(_ function: Builtin, _ value: Value) -> Value? {
    switch (function, value) {
    case (.text, _): return .text(text(of: value))
    case (.int, .int): return value
    case (.int, .bool(let x)): return .int(x ? 1 : 0)
    case (.int, .float(let x)): return Int64(exactly: x.rounded(.towardZero)).map(Value.int)
    case (.int, .text(let x)): return Int64(x).map(Value.int)
    case (.float, .bool(let x)): return .float(x ? 1 : 0)
    case (.float, .text(let x)):
      // Decimal notation only: no hexadecimal, no words.
      return x.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
        ? Double(x).map(Value.float) : nil
    default: return value.double.map(Value.float)
    }
  }

  private func timePart(_ function: Builtin, _ value: Value) -> Value? {
    switch (function, value) {
    case (.seconds, .duration(let x)): return .float(Double(x) / 1e6)
    case (.minutes, .duration(let x)): return .float(Double(x) / Double(minute))
    case (.hours, .duration(let x)): return .float(Double(x) / Double(hour))
    case (.days, .duration(let x)): return .float(Double(x) / Double(day))
    case (.weeks, .duration(let x)): return .float(Double(x) / Double(7 * day))
    case (.startOfDay, .date(let days)): return supported(calendar.startOfDay(days)).map(Value.time)
    case (.date, .time(let instant)): return .date(calendar.date(instant))
    case (_, .time(let instant)): return part(function, LocalTime(calendar.local(instant)))
    case (_, .date(let days)): return part(function, LocalTime(saturatingProduct(days, day)))
    default: return nil
    }
  }

  private func part(_ function: Builtin, _ local: LocalTime) -> Value? {
    switch function {
    case .year: .int(local.day.year)
    case .quarter: .int((local.day.month + 2) / 3)
    case .month: .int(local.day.month)
    case .day: .int(local.day.day)
    // 1970-01-01 was a Thursday.
    case .weekday: .int(local.day.number + 3 - floorDivide(local.day.number + 3, by: 7) * 7 + 1)
    case .hour: .int(local.microseconds / hour)
    case .minute: .int(local.microseconds % hour / minute)
    default: nil
    }
  }

  private func textFunction(_ function: Builtin, _ arguments: [Value]) -> Value? {
    guard case .text(let whole) = arguments[0] else { return nil }
    let isSpace = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
    switch function {
    case .lower: return .text(whole.lowercased())
    case .upper: return .text(whole.uppercased())
    case .length: return .int(Int64(whole.unicodeScalars.count))
    case .trim:
      var scalars = whole.unicodeScalars[...]
      while let first = scalars.first, isSpace(first) { scalars.removeFirst() }
      while let last = scalars.last, isSpace(last) { scalars.removeLast() }
      return .text(String(scalars))
    default: break
    }
    guard arguments.count > 1, case .text(let part) = arguments[1] else { return nil }
    let (bytes, wanted) = (Array(whole.utf8), Array(part.utf8))
    switch function {
    case .startsWith: return .bool(bytes.starts(with: wanted))
    case .endsWith: return .bool(bytes.reversed().starts(with: wanted.reversed()))
    default:
      return .bool(bytes.indices.contains { bytes[$0...].starts(with: wanted) } || wanted.isEmpty)
    }
  }
}
