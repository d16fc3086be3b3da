import C360Diagnostics

/// The values of number, duration and time literals. `nil` means: does not fit, or is malformed,
/// which the lexer has already reported.
public enum LiteralValue {
  static let microsecondsPerUnit: [String: Int64] = [
    "ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000,
    "w": 604_800_000_000,
  ]
  static let monthsPerUnit: [String: Int64] = ["mo": 1, "q": 3, "y": 12]

  /// Units as people write them elsewhere.
  static let foreignUnits: [String: String] = [
    "sec": "s", "secs": "s", "second": "s", "seconds": "s", "min": "m", "mins": "m",
    "minute": "m", "minutes": "m", "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
    "day": "d", "days": "d", "wk": "w", "week": "w", "weeks": "w", "mon": "mo", "month": "mo",
    "months": "mo", "qtr": "q", "quarter": "q", "quarters": "q", "yr": "y", "year": "y",
    "years": "y",
  ]

  /// `1_000`
  public static func integer(_ text: String) -> Int64? {
    Int64(text.filter { $0 != "_" })
  }

  /// Whether the digits are those of a number or, behind a minus sign, of the least one.
  static func isWithinMagnitude(_ text: String) -> Bool {
    integer(text) != nil || integer("-" + text) != nil
  }

  static let largest = "9_223_372_036_854_775_807"

  /// E0110 for digits that only a minus sign makes fit, where there is none.
  public static func withoutItsSign(_ at: Span) -> Diagnostic {
    SyntaxError.numberTooLarge(at, limit: largest)
  }

  /// `0.5`, `1e-3`, and `1_000` too.
  public static func decimal(_ text: String) -> Double? {
    finite(text.filter { $0 != "_" })
  }

  private static func finite(_ digits: String) -> Double? {
    Double(digits).flatMap { $0.isFinite ? $0 : nil }
  }

  /// `5%` is 0.05, correctly rounded.
  public static func percent(_ text: String) -> Double? {
    let number = text.dropLast().filter { $0 != "_" }
    guard let mark = number.firstIndex(where: { $0 == "e" || $0 == "E" }) else {
      return finite(number + "e-2")
    }
    let digits = number[number.index(after: mark)...]
    // An exponent of more than 64 bits is beyond all numbers, or makes 0 of them.
    guard let exponent = Int(digits), exponent > Int.min + 2 else {
      return digits.hasPrefix("-") ? 0 : nil
    }
    return finite("\(number[..<mark])e\(exponent - 2)")
  }

  /// `7d` in microseconds.
  public static func microseconds(_ text: String) -> Int64? { scaled(text, microsecondsPerUnit) }

  /// `1q` in months.
  public static func months(_ text: String) -> Int64? { scaled(text, monthsPerUnit) }

  private static func scaled(_ text: String, _ units: [String: Int64]) -> Int64? {
    let digits = text.prefix { $0.isNumber || $0 == "_" }
    guard let count = integer(String(digits)),
      let unit = units[String(text.dropFirst(digits.count))]
    else { return nil }
    let (value, overflow) = count.multipliedReportingOverflow(by: unit)
    return overflow ? nil : value
  }

  /// The parts of a time literal: local unless `offsetMinutes` is given.
  public struct Time: Sendable, Hashable {
    public var year: Int
    public var month: Int
    public var day: Int
    /// `nil` for a bare date.
    public var microsecondOfDay: Int64?
    /// `0` for `Z`; `nil` when the text has no offset.
    public var offsetMinutes: Int?
  }

  /// `@2026-03-01`, `@2026-03-01T12:00[:00[.000000]][Z|+01:00]`
  public static func time(_ text: String) -> Time? {
    guard timeProblem(text) == nil else { return nil }
    return parts(text)
  }

  /// What is wrong with a time literal, in words.
  static func timeProblem(_ text: String) -> String? {
    guard let time = parts(text) else { return "`\(text)` is not a time" }
    guard (1...12).contains(time.month) else { return "there is no month \(time.month)" }
    guard (1...daysInMonth(time.year, time.month)).contains(time.day) else {
      return "there is no day `\(text.prefix(11).dropFirst())`"
    }
    if let offset = time.offsetMinutes, abs(offset) > 18 * 60 {
      return "the offset of `\(text)` is larger than 18 hours"
    }
    return nil
  }

  package static func daysInMonth(_ year: Int, _ month: Int) -> Int {
    if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
    return [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  private static func parts(_ text: String) -> Time? {
    var rest = Substring(text).utf8.dropFirst()
    guard let year = number(&rest, 4), take(&rest, "-"), let month = number(&rest, 2),
      take(&rest, "-"), let day = number(&rest, 2)
    else { return nil }
    var time = Time(
      year: year, month: month, day: day, microsecondOfDay: nil, offsetMinutes: nil)
    if rest.isEmpty { return time }
    guard take(&rest, "T"), let hour = number(&rest, 2), take(&rest, ":"),
      let minute = number(&rest, 2), hour < 24, minute < 60
    else { return nil }
    var micros = Int64(hour * 3600 + minute * 60) * 1_000_000
    if take(&rest, ":") {
      guard let second = number(&rest, 2), second < 60 else { return nil }
      micros += Int64(second) * 1_000_000
      if take(&rest, ".") {
        guard let fraction = fraction(&rest) else { return nil }
        micros += fraction
      }
    }
    time.microsecondOfDay = micros
    if take(&rest, "Z") {
      time.offsetMinutes = 0
    } else if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
      rest = rest.dropFirst()
      guard let hours = number(&rest, 2), take(&rest, ":"), let minutes = number(&rest, 2),
        minutes < 60
      else { return nil }
      time.offsetMinutes = (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -1 : 1)
    }
    return rest.isEmpty ? time : nil
  }

  private static func take(_ rest: inout Substring.UTF8View, _ sign: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: sign) else { return false }
    rest = rest.dropFirst()
    return true
  }

  private static func number(_ rest: inout Substring.UTF8View, _ digits: Int) -> Int? {
    var value = 0
    for _ in 0..<digits {
      guard let byte = rest.first, byte >= 0x30, byte <= 0x39 else { return nil }
      value = value * 10 + Int(byte - 0x30)
      rest = rest.dropFirst()
    }
    return value
  }

  /// One to six digits behind the point, in microseconds.
  private static func fraction(_ rest: inout Substring.UTF8View) -> Int64? {
    var value: Int64 = 0
    var digits = 0
    while let byte = rest.first, byte >= 0x30, byte <= 0x39 {
      guard digits < 6 else { return nil }
      value = value * 10 + Int64(byte - 0x30)
      digits += 1
      rest = rest.dropFirst()
    }
    guard digits > 0 else { return nil }
    for _ in digits..<6 { value *= 10 }
    return value
  }
}
