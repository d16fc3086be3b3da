import C360Syntax

/// Reads the text of `--set name=text` by the type of the param.
struct SettingParser {
  let clock: LocalClock

  /// nil when the text is no value of that type.
  func value(_ text: String, _ type: Type) -> Value? {
    if type.isOptional, text == "null" { return .null }
    switch type.base {
    case .bool: return text == "true" ? .bool(true) : text == "false" ? .bool(false) : nil
    case .int:
      // With its sign: the digits of the least one are no integer by themselves.
      return isSignedNumber(text) ? LiteralValue.integer(text).map { .int($0) } : nil
    case .float(let unit): return float(text, unit).map { .float($0) }
    case .text: return .text(text)
    case .time:
      return clock.instant(text.hasPrefix("@") ? text : "@" + text).map { .time($0) }
    case .date:
      let written = text.hasPrefix("@") ? text : "@" + text
      guard let parts = LiteralValue.time(written), parts.microsecondOfDay == nil else {
        return nil
      }
      return .date(LocalClock.days(year: parts.year, month: parts.month, day: parts.day))
    case .duration: return signed(text) { LiteralValue.microseconds($0) }.map { .duration($0) }
    case .vector(let width):
      return numbers(text).flatMap { $0.count == width ? .vector($0) : nil }
    case .calendarSpan, .list, .null: return nil
    }
  }

  /// `[0.1, 0.2]`
  private func numbers(_ text: String) -> [Double]? {
    guard text.hasPrefix("["), text.hasSuffix("]") else { return nil }
    let parts = text.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { float(String($0).trimmedSpaces, .none) }
    return numbers.count == parts.count ? numbers : nil
  }

  /// Whether a digit stands in front, or behind one minus sign.
  private func isSignedNumber(_ text: String) -> Bool {
    let first = text.drop { $0 == "-" }.first
    return text.prefix { $0 == "-" }.count <= 1 && first.map { $0.isASCII && $0.isNumber } ?? false
  }

  private func signed<T: SignedNumeric>(_ text: String, _ read: (String) -> T?) -> T? {
    guard isSignedNumber(text) else { return nil }
    return text.hasPrefix("-") ? read(String(text.dropFirst())).map { -$0 } : read(text)
  }

  /// `0.3`, `5%`, and for amounts `50_000 GBP` or the bare number.
  private func float(_ text: String, _ unit: Unit) -> Double? {
    var number = text
    if let currency = unit.currency, text.hasSuffix(currency) {
      number = String(text.dropLast(currency.count)).trimmedSpaces
    }
    let value = signed(number) { part in
      part.hasSuffix("%") ? LiteralValue.percent(part) : LiteralValue.decimal(part)
    }
    return value.flatMap { $0.isFinite ? $0 : nil }
  }
}

extension String {
  fileprivate var trimmedSpaces: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
