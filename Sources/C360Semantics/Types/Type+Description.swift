extension Type: CustomStringConvertible {
  /// As written in a script: `money(GBP)?`.
  public var description: String {
    base == .null ? "null" : base.description + (isOptional ? "?" : "")
  }
}

extension Type.Base: CustomStringConvertible {
  public var description: String {
    switch self {
    case .bool: "bool"
    case .int: "int"
    case .float(let unit): unit.currency.map { "money(\($0))" } ?? floatName(unit)
    case .text: "text"
    case .time: "time"
    case .date: "date"
    case .duration: "duration"
    case .calendarSpan: "calendar span"
    case .vector(let width): "vector(\(width))"
    case .list(let element): "list(\(element))"
    case .null: "null"
    }
  }

  private func floatName(_ unit: Unit) -> String {
    unit == .none ? "float" : "float in \(unit)"
  }
}

extension Unit: CustomStringConvertible {
  /// `GBP`, `GBP^2`, `GBP/USD`; empty when dimensionless.
  public var description: String {
    func power(_ item: (key: String, value: Int), _ exponent: Int) -> String {
      exponent == 1 ? item.key : "\(item.key)^\(exponent)"
    }
    let sorted = exponents.sorted { $0.key < $1.key }
    let above = sorted.filter { $0.value > 0 }.map { power($0, $0.value) }
    let below = sorted.filter { $0.value < 0 }.map { power($0, -$0.value) }
    let numerator = above.isEmpty && !below.isEmpty ? "1" : above.joined(separator: "*")
    return ([numerator] + below).joined(separator: "/")
  }
}

extension Type.Base {
  /// `< <= > >=`, `min`, `max`, `least`, `sort`.
  var isOrdered: Bool {
    switch self {
    case .int, .float, .text, .time, .date, .duration: true
    case .bool, .calendarSpan, .vector, .list, .null: false
    }
  }

  /// Whether it is a vector or a list.
  var isCollection: Bool {
    switch self {
    case .vector, .list: true
    default: false
    }
  }

  /// `==`, `distinct`, `in`.
  var isComparable: Bool { self == .bool || isOrdered }

  var isNumber: Bool {
    switch self {
    case .int, .float: true
    default: false
    }
  }

  var unit: Unit? {
    if case .float(let unit) = self { return unit }
    return nil
  }
}
