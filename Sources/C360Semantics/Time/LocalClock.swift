import Foundation

/// The local calendar of one time zone: what checking needs to turn written times into instants.
struct LocalClock: Sendable {
  static let microsecondsPerDay: Int64 = 86_400_000_000

  let identifier: String
  /// `nil` is UTC, which needs no tables.
  private let zone: TimeZone?

  static let utc = LocalClock(identifier: "UTC", zone: nil)

  private init(identifier: String, zone: TimeZone?) {
    self.identifier = identifier
    self.zone = zone
  }

  /// `nil` when there is no zone of that name in the IANA tables.
  init?(identifier: String) {
    if identifier == "UTC" || identifier == "Etc/UTC" {
      self.init(identifier: identifier, zone: nil)
      return
    }
    // Abbreviations such as `CEST`, which Foundation takes too, are no names of zones.
    guard identifier.contains("/") || TimeZone.knownTimeZoneIdentifiers.contains(identifier),
      let zone = TimeZone(identifier: identifier)
    else { return nil }
    self.init(identifier: identifier, zone: zone)
  }

  static var knownIdentifiers: [String] { TimeZone.knownTimeZoneIdentifiers }

  /// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
  static func days(year: Int, month: Int, day: Int) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return Int64(era * 146_097 + dayOfEra - 719_468)
  }

  /// The instant of a local time given as microseconds since 1970 on the local clock. A time that a
  /// change of clocks skips moves forward by the gap; one that occurs twice is the earlier.
  func instant(local: Int64) -> Int64 {
    guard zone != nil else { return local }
    let before = offset(at: local - Self.microsecondsPerDay)
    let after = offset(at: local + Self.microsecondsPerDay)
    let candidates = [local - before, local - after].filter { local - offset(at: $0) == $0 }
    return candidates.min() ?? local - before
  }

  /// Days since 1970 on the local calendar.
  func date(of instant: Int64) -> Int64 {
    let local = instant + offset(at: instant)
    let remainder = local % Self.microsecondsPerDay
    return (local - (remainder < 0 ? remainder + Self.microsecondsPerDay : remainder))
      / Self.microsecondsPerDay
  }

  /// Microseconds that local clocks are ahead of UTC.
  private func offset(at instant: Int64) -> Int64 {
    guard let zone else { return 0 }
    let date = Date(timeIntervalSince1970: Double(instant) / 1_000_000)
    return Int64(zone.secondsFromGMT(for: date)) * 1_000_000
  }
}
