/// A single value: a literal, a parameter, a default, a cell in the reference interpreter.
public enum Value: Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case float(Double)
  case text(String)
  /// Microseconds UTC since 1970.
  case time(Int64)
  /// Days since 1970.
  case date(Int64)
  /// Microseconds.
  case duration(Int64)
  case calendarSpan(CalendarSpan)
  case vector([Double])
  /// Without nulls.
  case list([Value])
}

extension Value: Hashable {
  /// Texts are equal when their bytes are (Swift's `String` equality is canonical equivalence);
  /// floats when their bit patterns are, so that `Value` can be a key.
  public static func == (left: Value, right: Value) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.float(let a), .float(let b)): a.bitPattern == b.bitPattern
    case (.text(let a), .text(let b)): a.utf8.elementsEqual(b.utf8)
    case (.time(let a), .time(let b)): a == b
    case (.date(let a), .date(let b)): a == b
    case (.duration(let a), .duration(let b)): a == b
    case (.calendarSpan(let a), .calendarSpan(let b)): a == b
    case (.vector(let a), .vector(let b)): a.map(\.bitPattern) == b.map(\.bitPattern)
    case (.list(let a), .list(let b)): a == b
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let value): hasher.combine(value)
    case .int(let value), .time(let value), .date(let value), .duration(let value):
      hasher.combine(value)
    case .float(let value): hasher.combine(value.bitPattern)
    case .text(let value): for byte in value.utf8 { hasher.combine(byte) }
    case .calendarSpan(let value): hasher.combine(value)
    case .vector(let elements): for element in elements { hasher.combine(element.bitPattern) }
    case .list(let elements): hasher.combine(elements)
    }
  }
}

/// A number of calendar months, or of local days or weeks (`calendar 1d`, `calendar 1w`).
public struct CalendarSpan: Hashable, Sendable {
  public enum Unit: UInt8, Hashable, Sendable { case day, week, month, quarter, year }
  public let count: Int
  public let unit: Unit
  public init(_ count: Int, _ unit: Unit) {
    self.count = count
    self.unit = unit
  }
}
