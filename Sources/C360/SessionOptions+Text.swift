import C360Columns
import C360Syntax

extension SessionOptions {
  /// The instant (µs UTC) that `2026-03-01` or `2026-03-01T12:00:00Z` names; UTC where no offset is
  /// given, the start of a bare day. nil when it is no time.
  public static func instant(_ text: String) -> Int64? {
    guard let parts = LiteralValue.time(text.hasPrefix("@") ? text : "@" + text) else { return nil }
    let date = CivilDate(year: parts.year, month: parts.month, day: parts.day)
    guard date.isValid else { return nil }
    let midnight = Int64(date.daysSince1970) * 86_400_000_000
    let offset = Int64(parts.offsetMinutes ?? 0) * 60_000_000
    return midnight + (parts.microsecondOfDay ?? 0) - offset
  }

  /// The bytes that `4GB`, `512MB`, `1GiB` or `1000000` name; nil when it is no size or 0.
  public static func bytes(_ text: String) -> Int? {
    let units: [(String, Int)] = [
      ("kib", 1 << 10), ("mib", 1 << 20), ("gib", 1 << 30), ("tib", 1 << 40), ("kb", 1_000),
      ("mb", 1_000_000), ("gb", 1_000_000_000), ("tb", 1_000_000_000_000), ("b", 1),
    ]
    let text = text.lowercased()
    let unit = units.first { text.hasSuffix($0.0) }
    let number = text.dropLast(unit?.0.count ?? 0)
    guard let value = Double(number), value.isFinite, value > 0 else { return nil }
    let bytes = value * Double(unit?.1 ?? 1)
    return bytes >= 1 && bytes < 9e18 ? Int(bytes) : nil
  }
}

extension Session {
  /// At least 1.
  var threadCount: Int { max(1, options.threads ?? Machine.processorCount) }
}
