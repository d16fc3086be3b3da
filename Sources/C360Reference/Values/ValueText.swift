import C360Semantics

/// `text(value)` of the language, without quotes; null is empty.
public func text(of value: Value) -> String {
  switch value {
  case .vector, .list:
    return "[" + (value.elements ?? []).map { text(of: $0) }.joined(separator: ", ") + "]"
  case .null: return ""
  case .bool(let value): return value ? "true" : "false"
  case .int(let value): return String(value)
  case .float(let value): return value.description
  case .text(let value): return value
  case .date(let days): return CivilDay(days).text
  case .time(let instant):
    let local = LocalTime(instant)
    let (hours, minutes) = (local.microseconds / hour, local.microseconds % hour / minute)
    let seconds = secondsText(local.microseconds % minute, digits: 2)
    return "\(local.day.text)T\(padded(hours, 2)):\(padded(minutes, 2)):\(seconds)Z"
  case .duration(let value):
    let size = value.magnitude
    let (d, h, m) = (
      size / UInt64(day), size % UInt64(day) / UInt64(hour), size % UInt64(hour) / UInt64(minute)
    )
    let s = Int64(size % UInt64(minute))
    let parts =
      (d > 0 ? "\(d)d" : "") + (h > 0 ? "\(h)h" : "") + (m > 0 ? "\(m)m" : "")
      + (s > 0 ? secondsText(s, digits: 1) + "s" : "")
    return parts.isEmpty ? "0s" : (value < 0 ? "-" : "") + parts
  case .calendarSpan(let span):
    switch span.unit {
    case .day: return "calendar \(span.count)d"
    case .week: return "calendar \(span.count)w"
    case .month: return "\(span.count)mo"
    case .quarter: return "\(span.count)q"
    case .year: return "\(span.count)y"
    }
  }
}

func padded(_ number: Int64, _ digits: Int) -> String {
  let text = String(number.magnitude)
  return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, digits - text.count)) + text
}

/// Seconds with the shortest fraction.
private func secondsText(_ microseconds: Int64, digits: Int) -> String {
  var fraction = padded(microseconds % 1_000_000, 6)
  while fraction.hasSuffix("0") { fraction.removeLast() }
  return padded(microseconds / 1_000_000, digits) + (fraction.isEmpty ? "" : "." + fraction)
}
