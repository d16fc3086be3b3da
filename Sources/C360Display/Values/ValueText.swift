import C360Columns

/// Values as people read them on a screen and in manifests.
public enum ValueText {
  /// `2026-03-01T12:00:00.25Z`; midnight without a fraction too.
  public static func time(_ microseconds: Int64) -> String {
    let perDay: Int64 = 86_400_000_000
    var day = microseconds / perDay
    var rest = microseconds % perDay
    if rest < 0 { (day, rest) = (day - 1, rest + perDay) }
    let seconds = rest / 1_000_000
    let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }
    var fraction = ""
    if rest % 1_000_000 != 0 {
      fraction = "." + padded(rest % 1_000_000, 6)
      while fraction.hasSuffix("0") { fraction.removeLast() }
    }
    return "\(date(day))T\(clock.joined(separator: ":"))\(fraction)Z"
  }

  /// Whether the calendar reaches as far.
  static func isCivil(_ day: Int64) -> Bool { day.magnitude < 1 << 52 }

  /// `2026-03-01`; where no calendar reaches, days from 1970.
  public static func date(_ day: Int64) -> String {
    guard isCivil(day) else { return "1970-01-01\(day < 0 ? "-" : "+")\(day.magnitude)d" }
    return CivilDate(daysSince1970: Int(day)).text
  }

  /// `-1d2h3m4.5s`, units that are 0 left out, `0s` for none.
  public static func duration(_ microseconds: Int64) -> String {
    var rest = microseconds.magnitude
    var text = microseconds < 0 ? "-" : ""
    for (length, name) in [
      (86_400_000_000 as UInt64, "d"), (3_600_000_000, "h"), (60_000_000, "m"),
    ] where rest >= length {
      text += "\(rest / length)\(name)"
      rest %= length
    }
    if rest > 0 || microseconds == 0 {
      text += String(rest / 1_000_000)
      if rest % 1_000_000 != 0 {
        var fraction = padded(Int64(rest % 1_000_000), 6)
        while fraction.hasSuffix("0") { fraction.removeLast() }
        text += "." + fraction
      }
      text += "s"
    }
    return text
  }

  /// `1.5 s`, `12 ms`
  public static func elapsed(_ nanoseconds: UInt64) -> String {
    let milliseconds = Double(nanoseconds) / 1e6
    if milliseconds < 10 { return "\(fixed(milliseconds, 1)) ms" }
    if milliseconds < 1000 { return "\(fixed(milliseconds, 0)) ms" }
    return "\(fixed(milliseconds / 1000, 2)) s"
  }

  /// `5,000,000`
  public static func grouped(_ count: Int) -> String {
    let digits = String(count.magnitude)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.utf8.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return count < 0 ? "-" + text : text
  }

  /// `1.2 MB`, powers of 1000.
  public static func bytes(_ count: Int) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var value = Double(count)
    var unit = 0
    while value >= 1000, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    return unit == 0 ? "\(count) B" : "\(fixed(value, value < 10 ? 1 : 0)) \(units[unit])"
  }

  /// A figure of a report: whole numbers with a comma between thousands, others with six digits that
  /// count.
  public static func figure(_ value: Double) -> String {
    figure(value, .toNearestOrAwayFromZero)
  }

  /// The same, rounded as a rule says; `.up` and `.down` leave a number alone that differs from such a figure
  /// by rounding only.
  public static func figure(_ value: Double, _ rule: FloatingPointRoundingRule) -> String {
    guard value.isFinite else { return value.description }
    if value == value.rounded(), abs(value) < 1e15 { return grouped(Int(value)) }
    let magnitude = abs(value)
    if magnitude >= 1e15 || magnitude < 1e-4 { return scientific(value, rule) }
    var digits = 5
    var scale = magnitude
    while scale >= 10, digits > 0 {
      scale /= 10
      digits -= 1
    }
    while scale < 1, digits < 12 {
      scale *= 10
      digits += 1
    }
    var text = fixed(value, digits, rule)
    guard text.contains(".") else { return text }
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  /// `1.2e-06`
  public static func scientific(
    _ value: Double, _ rule: FloatingPointRoundingRule = .toNearestOrAwayFromZero
  ) -> String {
    guard value != 0, value.isFinite else { return value.description }
    var exponent = 0
    var mantissa = abs(value)
    while mantissa >= 10 {
      mantissa /= 10
      exponent += 1
    }
    while mantissa < 1 {
      mantissa *= 10
      exponent -= 1
    }
    func digits() -> String { fixed(value < 0 ? -mantissa : mantissa, 1, rule) }
    if digits().hasSuffix("10.0") {
      mantissa /= 10
      exponent += 1
    }
    return "\(digits())e\(exponent)"
  }

  /// A number with so many digits behind the point, halves away from zero.
  public static func fixed(
    _ value: Double, _ digits: Int, _ rule: FloatingPointRoundingRule = .toNearestOrAwayFromZero
  ) -> String {
    // NaN has a sign that means nothing.
    if value.isNaN { return "nan" }
    if rule == .toNearestOrAwayFromZero { return nearest(value, digits) }
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    var scale: Int64 = 1
    for _ in 0..<digits { scale *= 10 }
    let exact = value * Double(scale)
    let isNear = abs(exact - exact.rounded()) < 1e-3
    let scaled = abs(exact.rounded(isNear ? .toNearestOrAwayFromZero : rule))
    guard scaled < 9e18 else { return "\(value)" }
    let whole = Int64(scaled)
    let sign = value < 0 && whole != 0 ? "-" : ""
    guard digits > 0 else { return sign + String(whole) }
    return "\(sign)\(whole / scale).\(padded(whole % scale, digits))"
  }

  /// The decimal nearest to the double itself: 2.675 lies below its halfway and is 2.67.
  private static func nearest(_ value: Double, _ digits: Int) -> String {
    let magnitude = abs(value)
    guard magnitude < 1e18 else { return "\(value)" }
    var scale: Int64 = 1
    for _ in 0..<digits { scale *= 10 }
    let fraction = magnitude - magnitude.rounded(.down)
    let product = fraction * Double(scale)
    // What the product lost when it was rounded.
    let lost = (-product).addingProduct(fraction, Double(scale))
    var whole = Int64(magnitude.rounded(.down))
    var parts = Int64(product.rounded(.down))
    if product - Double(parts) - 0.5 + lost >= 0 { parts += 1 }
    if parts == scale { (whole, parts) = (whole + 1, 0) }
    let sign = value < 0 && (whole, parts) != (0, 0) ? "-" : ""
    return "\(sign)\(whole)" + (digits > 0 ? ".\(padded(parts, digits))" : "")
  }

  private static func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
