import C360Semantics

extension Value {
  var isNull: Bool { self == .null }
  var isTrue: Bool { self == .bool(true) }

  /// The integer inside an int, time, date or duration.
  var integer: Int64? {
    switch self {
    case .int(let value), .time(let value), .date(let value), .duration(let value): value
    default: nil
    }
  }

  /// The number inside an int or a float.
  var double: Double? {
    switch self {
    case .int(let value): Double(value)
    case .float(let value): value
    default: nil
    }
  }

  /// A number, or a length in microseconds, for sums.
  var summand: (any Summand)? {
    switch self {
    case .int(let value), .duration(let value): ExactNumber(value)
    case .float(let value): value
    default: nil
    }
  }

  /// The elements of a vector or a list.
  var elements: [Value]? {
    switch self {
    case .vector(let elements): elements.map { .float($0) }
    case .list(let elements): elements
    default: nil
    }
  }

  /// One representative of all values that are equal as keys: −0 is 0 and all NaN are one.
  var asKey: Value {
    guard case .float(let value) = self else { return self }
    return .float(value.isNaN ? .nan : value == 0 ? 0 : value)
  }
}

/// −1, 0 or 1: numbers, then NaN, then null; texts by bytes; −0 equals 0.
func compare(_ left: Value, _ right: Value) -> Int {
  func order<T: Comparable>(_ a: T, _ b: T) -> Int { a < b ? -1 : a > b ? 1 : 0 }
  switch (left, right) {
  case (.null, _), (_, .null): return order(left.isNull ? 1 : 0, right.isNull ? 1 : 0)
  case (.bool(let a), .bool(let b)): return order(a ? 1 : 0, b ? 1 : 0)
  case (.text(let a), .text(let b)):
    return a.utf8.lexicographicallyPrecedes(b.utf8)
      ? -1 : b.utf8.lexicographicallyPrecedes(a.utf8) ? 1 : 0
  case (.vector(let a), .vector(let b)):
    return compareElements(a.map { .float($0) }, b.map { .float($0) })
  case (.list(let a), .list(let b)): return compareElements(a, b)
  case (.float, _), (_, .float):
    let (a, b) = (left.double ?? .nan, right.double ?? .nan)
    if a.isNaN || b.isNaN { return order(a.isNaN ? 1 : 0, b.isNaN ? 1 : 0) }
    return order(a, b)
  default: return order(left.integer ?? 0, right.integer ?? 0)
  }
}

/// Collections of one type element by element, with −0 before 0; a list before those that it starts.
private func compareElements(_ left: [Value], _ right: [Value]) -> Int {
  for (a, b) in zip(left, right) {
    let order = compareTotally(a, b)
    if order != 0 { return order }
  }
  return left.count < right.count ? -1 : left.count > right.count ? 1 : 0
}

/// As `compare`, but −0 stands before 0, so that rows that differ have an order of their own (T2).
func compareTotally(_ left: Value, _ right: Value) -> Int {
  let result = compare(left, right)
  guard result == 0, case .float(let a) = left, case .float(let b) = right, a == 0 else {
    return result
  }
  return (a.sign == .minus ? 0 : 1) - (b.sign == .minus ? 0 : 1)
}

/// Rows by the given columns first, then by all columns from left to right.
func precedes(_ left: [Value], _ right: [Value], first columns: [Int]) -> Bool {
  for column in columns + Array(left.indices) {
    let order = compareTotally(left[column], right[column])
    if order != 0 { return order < 0 }
  }
  return false
}
