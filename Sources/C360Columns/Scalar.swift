/// One value outside of a vector: a constant, a default, a parameter.
///
/// Times and durations are `int` in microseconds, dates `int` in days since 1970, money `float`.
public enum Scalar: Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case float(Double)
  case text(String)
  case vector([Double])
  case list([Scalar])
}

extension Scalar: Hashable {
  /// Texts are equal when their bytes are, floats when their bits are.
  public static func == (left: Scalar, right: Scalar) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.int(let left), .int(let right)): left == right
    case (.float(let left), .float(let right)): left.bitPattern == right.bitPattern
    case (.text(let left), .text(let right)): left.utf8.elementsEqual(right.utf8)
    case (.vector(let left), .vector(let right)):
      left.map(\.bitPattern) == right.map(\.bitPattern)
    case (.list(let left), .list(let right)): left == right
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let value): hasher.combine(value)
    case .int(let value): hasher.combine(value)
    case .float(let value): hasher.combine(value.bitPattern)
    case .text(let value): for byte in value.utf8 { hasher.combine(byte) }
    case .vector(let elements): for element in elements { hasher.combine(element.bitPattern) }
    case .list(let elements): hasher.combine(elements)
    }
  }
}
