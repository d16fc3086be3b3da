import C360Columns

/// Texts of values: shortest numbers that read back as the same value, ISO times in UTC, durations
/// such as `-1d2h3m4.5s`.
public enum TextFormat {
  static func text(_ form: TextForm, _ bits: UInt64) -> String {
    switch form {
    case .bool: bits == 0 ? "false" : "true"
    case .int: String(Int64(bitPattern: bits))
    case .float: float(Double(bitPattern: bits))
    case .time: time(Int64(bitPattern: bits))
    case .date: date(Int64(bitPattern: bits))
    case .duration: duration(Int64(bitPattern: bits))
    case .text: ""
    }
  }

  /// `5.0`, `1e+16`, `nan`, `inf`.
  public static func float(_ value: Double) -> String { value.isNaN ? "nan" : value.description }

  /// Of days since 1970: `2026-03-01`.
  public static func date(_ days: Int64) -> String {
    CivilDate(daysSince1970: Int(max(-1 << 40, min(1 << 40, days)))).text
  }

  /// Of microseconds since 1970: `2026-03-01T12:00:00.25Z`.
  public static func time(_ instant: Int64) -> String {
    let day = ZoneTable.floorDivide(instant, ZoneTable.microsecondsPerDay)
    let rest = UInt((instant &- day &* ZoneTable.microsecondsPerDay).magnitude)
    let seconds = rest / 1_000_000
    return date(day) + "T" + padded(seconds / 3600, 2) + ":" + padded(seconds / 60 % 60, 2) + ":"
      + padded(seconds % 60, 2) + fraction(rest % 1_000_000) + "Z"
  }

  /// Of microseconds: `-1d2h3m4.5s`, units that are 0 left out, `0s` for none.
  public static func duration(_ microseconds: Int64) -> String {
    if microseconds == 0 { return "0s" }
    var rest = UInt(microseconds.magnitude)
    var text = microseconds < 0 ? "-" : ""
    for (length, unit) in [(86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "m")] {
      let count = rest / UInt(length)
      if count > 0 { text += "\(count)\(unit)" }
      rest %= UInt(length)
    }
    if rest > 0 { text += "\(rest / 1_000_000)\(fraction(rest % 1_000_000))s" }
    return text
  }

  private static func padded(_ value: UInt, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  private static func fraction(_ microseconds: UInt) -> String {
    if microseconds == 0 { return "" }
    var digits = padded(microseconds, 6)
    while digits.hasSuffix("0") { digits.removeLast() }
    return "." + digits
  }
}
