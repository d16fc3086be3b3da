/// The rule at the end of a zone file, such as `GMT0BST,M3.5.0/1,M10.5.0`: what holds after the
/// last transition that the file lists. Offsets are seconds east of UTC (POSIX writes them west).
struct PosixZoneRule {
  struct Daylight {
    var offset: Int64
    var start: Change
    var end: Change
  }

  /// The local second at which the clock changes in a year.
  struct Change {
    enum Day {
      /// Month 1…12, week 1…5 (5: the last), weekday 0…6 from Sunday.
      case weekday(month: Int, week: Int, weekday: Int)
      /// 1…365, 29 February never counted.
      case julian(Int)
      /// 0…365.
      case ordinal(Int)
    }
    var day: Day
    var second: Int64

    func second(in year: Int) -> Int64 {
      let newYear = CivilDate(year: year, month: 1, day: 1).daysSince1970
      let days: Int
      switch day {
      case .ordinal(let ordinal): days = newYear + ordinal
      case .julian(let julian):
        days = newYear + julian - (CivilDate.isLeap(year) && julian >= 60 ? 0 : 1)
      case .weekday(let month, let week, let weekday):
        let first = CivilDate(year: year, month: month, day: 1).daysSince1970
        // 1970-01-01 was a Thursday.
        let firstWeekday = ((first + 4) % 7 + 7) % 7
        var offset = (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
        while offset >= CivilDate.daysIn(month: month, of: year) { offset -= 7 }
        days = first + offset
      }
      return Int64(days) * 86_400 + second
    }
  }

  var standardOffset: Int64
  var daylight: Daylight?

  init?(_ bytes: [UInt8]) {
    var rest = bytes[...]
    guard Self.skipName(&rest), let standard = Self.clock(&rest) else { return nil }
    standardOffset = -standard
    if rest.isEmpty { return }
    guard Self.skipName(&rest) else { return nil }
    var offset = standardOffset + 3600
    if let next = rest.first, next != 0x2C {
      guard let written = Self.clock(&rest) else { return nil }
      offset = -written
    }
    guard let start = Self.change(&rest), let end = Self.change(&rest), rest.isEmpty else {
      return nil
    }
    daylight = Daylight(offset: offset, start: start, end: end)
  }

  private static func skipName(_ rest: inout ArraySlice<UInt8>) -> Bool {
    if rest.first == 0x3C {
      guard let end = rest.firstIndex(of: 0x3E) else { return false }
      rest = rest[(end + 1)...]
      return true
    }
    let letters = rest.prefix { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A }
    rest = rest.dropFirst(letters.count)
    return letters.count >= 3
  }

  private static func integer(_ rest: inout ArraySlice<UInt8>) -> Int? {
    let digits = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
    guard !digits.isEmpty, digits.count <= 4 else { return nil }
    rest = rest.dropFirst(digits.count)
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  private static func take(_ byte: UInt8, _ rest: inout ArraySlice<UInt8>) -> Bool {
    guard rest.first == byte else { return false }
    rest = rest.dropFirst()
    return true
  }

  /// `[+-]h[:m[:s]]` in seconds.
  private static func clock(_ rest: inout ArraySlice<UInt8>) -> Int64? {
    var sign: Int64 = 1
    if take(0x2D, &rest) { sign = -1 } else { _ = take(0x2B, &rest) }
    guard let hours = integer(&rest) else { return nil }
    var seconds = hours * 3600
    for unit in [60, 1] where take(0x3A, &rest) {
      guard let value = integer(&rest) else { return nil }
      seconds += value * unit
    }
    return sign * Int64(seconds)
  }

  private static func change(_ rest: inout ArraySlice<UInt8>) -> Change? {
    guard take(0x2C, &rest) else { return nil }
    let day: Change.Day
    if take(0x4D, &rest) {
      guard
        let month = integer(&rest), take(0x2E, &rest), let week = integer(&rest),
        take(0x2E, &rest), let weekday = integer(&rest),
        (1...12).contains(month), (1...5).contains(week), weekday <= 6
      else { return nil }
      day = .weekday(month: month, week: week, weekday: weekday)
    } else if take(0x4A, &rest) {
      guard let julian = integer(&rest) else { return nil }
      day = .julian(julian)
    } else {
      guard let ordinal = integer(&rest) else { return nil }
      day = .ordinal(ordinal)
    }
    var second: Int64 = 2 * 3600
    if take(0x2F, &rest) {
      guard let written = clock(&rest) else { return nil }
      second = written
    }
    return Change(day: day, second: second)
  }
}
