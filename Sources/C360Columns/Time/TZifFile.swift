/// A zone file as RFC 8536 lays it out.
struct TZifFile {
  private var transitions: [Int64] = []
  private var types: [Int] = []
  private var typeOffsets: [Int64] = []
  private var typeIsDaylight: [Bool] = []
  private var footer: [UInt8] = []

  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 44, bytes[0...3].elementsEqual("TZif".utf8) else { return nil }
    if bytes[4] == 0 {
      guard read(bytes, headerAt: 0, timeSize: 4) != nil else { return nil }
      return
    }
    guard
      let second = Self.end(bytes, headerAt: 0, timeSize: 4),
      let end = read(bytes, headerAt: second, timeSize: 8)
    else { return nil }
    footer = Array(bytes[min(end + 1, bytes.count)...].prefix { $0 != 0x0A })
  }

  private static func number(_ bytes: [UInt8], _ offset: Int, _ size: Int) -> Int64? {
    guard offset >= 0, offset + size <= bytes.count else { return nil }
    var value: Int64 = bytes[offset] >= 0x80 ? -1 : 0
    for byte in bytes[offset..<(offset + size)] { value = value << 8 | Int64(byte) }
    return value
  }

  private static func counts(_ bytes: [UInt8], headerAt header: Int) -> [Int]? {
    var counts: [Int] = []
    for field in 0..<6 {
      guard let count = number(bytes, header + 20 + field * 4, 4), count >= 0 else { return nil }
      counts.append(Int(count))
    }
    return counts
  }

  /// Counts in file order: UT indicators, standard indicators, leap seconds, times, types, letters.
  private static func end(_ bytes: [UInt8], headerAt header: Int, timeSize: Int) -> Int? {
    guard let counts = counts(bytes, headerAt: header) else { return nil }
    let size =
      counts[3] * (timeSize + 1) + counts[4] * 6 + counts[5] + counts[2] * (timeSize + 4)
      + counts[1] + counts[0]
    let end = header + 44 + size
    return end <= bytes.count ? end : nil
  }

  private mutating func read(_ bytes: [UInt8], headerAt header: Int, timeSize: Int) -> Int? {
    guard
      let counts = Self.counts(bytes, headerAt: header),
      let end = Self.end(bytes, headerAt: header, timeSize: timeSize), counts[4] > 0
    else { return nil }
    let times = header + 44
    let indices = times + counts[3] * timeSize
    let records = indices + counts[3]
    for index in 0..<counts[4] {
      guard let offset = Self.number(bytes, records + index * 6, 4) else { return nil }
      typeOffsets.append(offset)
      typeIsDaylight.append(bytes[records + index * 6 + 4] != 0)
    }
    for index in 0..<counts[3] {
      guard let time = Self.number(bytes, times + index * timeSize, timeSize) else { return nil }
      let type = Int(bytes[indices + index])
      guard type < counts[4], transitions.last.map({ $0 < time }) ?? true else { return nil }
      transitions.append(time)
      types.append(type)
    }
    return end
  }

  func zone(named name: String) -> Zone {
    var times = transitions
    var offsets = [typeOffsets[0]] + types.map { typeOffsets[$0] }
    guard let rule = PosixZoneRule(footer) else {
      return Zone(name: name, transitions: times, offsets: offsets, isPeriodic: false)
    }
    guard let daylight = rule.daylight else {
      if offsets[offsets.count - 1] != rule.standardOffset, let last = times.last {
        times.append(last + 1)
        offsets.append(rule.standardOffset)
      } else if times.isEmpty {
        offsets = [rule.standardOffset]
      }
      return Zone(name: name, transitions: times, offsets: offsets, isPeriodic: false)
    }
    let firstYear =
      times.last.map { CivilDate(daysSince1970: Int($0) / 86_400 - 1).year } ?? 1900
    for year in firstYear...Zone.lastRuleYear {
      let toDaylight = daylight.start.second(in: year) - rule.standardOffset
      let toStandard = daylight.end.second(in: year) - daylight.offset
      let changes = [(toDaylight, daylight.offset), (toStandard, rule.standardOffset)]
      for (time, offset) in changes.sorted(by: { $0.0 < $1.0 })
      where time > (times.last ?? .min) && offset != offsets[offsets.count - 1] {
        times.append(time)
        offsets.append(offset)
      }
    }
    return Zone(name: name, transitions: times, offsets: offsets, isPeriodic: true)
  }
}
