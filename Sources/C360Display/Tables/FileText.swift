import C360Columns

/// Values for programs, in full: the same text as in files that `output` writes.
enum FileText {
  static func plain(_ value: Scalar, _ type: LogicalType) -> String {
    switch (value, type) {
    case (.null, _): ""
    case (.bool(let value), _): value ? "true" : "false"
    case (.int(let value), .time): time(value)
    case (.int(let value), .date): ValueText.date(value)
    case (.int(let value), .duration): duration(value)
    case (.int(let value), _): String(value)
    case (.float(let value), _): value.description
    case (.text(let value), _): value
    case (.vector, _), (.list, _): json(value, type)
    }
  }

  /// Numbers that JSON has no words for are null.
  static func json(_ value: Scalar, _ type: LogicalType) -> String {
    switch (value, type) {
    case (.null, _): return "null"
    case (.float(let value), _): return value.isFinite ? value.description : "null"
    case (.int, .time), (.int, .date), (.int, .duration): return "\"\(plain(value, type))\""
    case (.text(let value), _): return quoted(value)
    case (.vector(let elements), _):
      return array(elements.map { json(.float($0), .float) })
    case (.list(let elements), .list(let element)):
      return array(elements.map { json($0, element) })
    default: return plain(value, type)
    }
  }

  private static func array(_ elements: [String]) -> String {
    "[\(elements.joined(separator: ","))]"
  }

  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u00" + (digits.utf8.count < 2 ? "0" : "") + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// As many digits behind the second as it takes: none, 3 or 6.
  private static func time(_ instant: Int64) -> String {
    let perDay: Int64 = 86_400_000_000
    var day = instant / perDay
    var rest = instant % perDay
    if rest < 0 { (day, rest) = (day - 1, rest + perDay) }
    let clock = [3_600_000_000, 60_000_000, 1_000_000].enumerated().map { place, unit in
      padded(place == 0 ? rest / unit : rest / unit % 60, 2)
    }
    let fraction = rest % 1_000_000
    let digits =
      fraction == 0
      ? "" : fraction % 1000 == 0 ? "." + padded(fraction / 1000, 3) : "." + padded(fraction, 6)
    return "\(ValueText.date(day))T\(clock.joined(separator: ":"))\(digits)Z"
  }

  private static let units: [(name: String, size: Int64)] = [
    ("w", 604_800_000_000), ("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000),
    ("s", 1_000_000), ("ms", 1000), ("us", 1),
  ]

  /// A whole number of the longest unit that fits, such as `90m`.
  private static func duration(_ microseconds: Int64) -> String {
    if microseconds == 0 { return "0s" }
    let unit = units.first { microseconds % $0.size == 0 } ?? ("us", 1)
    return "\(microseconds / unit.size)\(unit.name)"
  }

  private static func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
