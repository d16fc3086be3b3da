import C360Columns

extension ScalarMachine {
  func calendar(
    _ instruction: Instruction, _ a: Operand, _ b: Operand, _ result: Operand, _ count: Int
  ) {
    let times = a.int64s
    let out = result.int64s
    switch instruction.opcode {
    case .addCalendar(let step, let zone):
      let zone = program.zones[zone]
      orFail(instruction, out, count) {
        zone.add(step, to: times[$0]).flatMap(TimeRange.instants.held)
      }
    case .startOfDay(let zone):
      let zone = program.zones[zone]
      orFail(instruction, out, count) {
        zone.startOfDay(times[$0]).flatMap(TimeRange.instants.held)
      }
    case .dateOf(let zone):
      let zone = program.zones[zone]
      for row in 0..<count { out[row] = zone.localDay(times[row]) }
    case .hour(let zone):
      let zone = program.zones[zone]
      for row in 0..<count { out[row] = Self.clock(zone, times[row]) / 3_600_000_000 }
    case .minute(let zone):
      let zone = program.zones[zone]
      for row in 0..<count { out[row] = Self.clock(zone, times[row]) / 60_000_000 % 60 }
    case .datePart(let part):
      for row in 0..<count { out[row] = Self.part(part, of: times[row]) }
    default: preconditionFailure("no calendar operation")
    }
  }

  /// Values of an operation that has none for some rows.
  @inline(__always)
  func orFail(
    _ instruction: Instruction, _ out: UnsafeMutablePointer<Int64>, _ count: Int,
    _ value: (Int) -> Int64?
  ) {
    let mask = condition
    var any = false
    for row in 0..<count {
      let value = value(row)
      out[row] = value ?? 0
      mask[row] = value == nil ? 1 : 0
      any = any || value == nil
    }
    if any { fail(instruction, count: count) { mask[$0] != 0 } }
  }

  /// Microseconds since local midnight by the clock.
  private static func clock(_ zone: ZoneTable, _ instant: Int64) -> Int64 {
    let local = zone.localMicroseconds(instant)
    let rest = local % ZoneTable.microsecondsPerDay
    return rest < 0 ? rest + ZoneTable.microsecondsPerDay : rest
  }

  private static func part(_ part: DatePart, of day: Int64) -> Int64 {
    // Days outside of this have no date: no time in µs reaches them.
    let day = Int(max(-1 << 40, min(1 << 40, day)))
    switch part {
    case .weekday:
      // 1970-01-01 was a Thursday, the fourth day.
      let offset = (day + 3) % 7
      return Int64(offset < 0 ? offset + 8 : offset + 1)
    case .year: return Int64(CivilDate(daysSince1970: day).year)
    case .quarter: return Int64((CivilDate(daysSince1970: day).month + 2) / 3)
    case .month: return Int64(CivilDate(daysSince1970: day).month)
    case .day: return Int64(CivilDate(daysSince1970: day).day)
    }
  }
}
