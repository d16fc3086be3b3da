import C360Columns

/// Round times: seconds to years as the calendar and the clock of a zone have them.
struct CalendarSteps {
  private enum Step {
    /// µs of the local clock, dividing a day.
    case clock(Int64)
    case days(Int)
    /// Weeks from a Monday.
    case weeks
    case months(Int)
    case years(Int)
  }

  private static let steps: [(step: Step, microseconds: Double)] = {
    let second: Int64 = 1_000_000
    let fractions: [Int64] = [1, 10, 100, 1000, 10_000, 100_000].flatMap { unit in
      [1, 2, 5].map { unit * $0 }
    }
    let clocks: [Int64] = [
      1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200,
    ].map { $0 * second }
    let day = 86_400.0 * Double(second)
    var all: [(Step, Double)] = (fractions + clocks).map { (.clock($0), Double($0)) }
    all += [(.days(1), day), (.days(2), 2 * day), (.weeks, 7 * day)]
    all += [1, 2, 3, 6].map { (.months($0), Double($0) * 30.44 * day) }
    for unit in [1, 10, 100, 1000, 10_000, 100_000] {
      all += [1, 2, 5].map { (.years($0 * unit), Double($0 * unit) * 365.2425 * day) }
    }
    return all
  }()

  private let low: Double
  private let high: Double
  /// nil of dates, whose values are days.
  private let zone: Zone?
  private let step: Step
  private let unit: Double

  init(_ low: Double, _ high: Double, most: Int, zone: Zone) {
    self.init(low, high, most: most, zone: zone, unit: 1)
  }

  init(days low: Double, _ high: Double, most: Int) {
    self.init(low, high, most: most, zone: nil, unit: 86_400_000_000)
  }

  private init(_ low: Double, _ high: Double, most: Int, zone: Zone?, unit: Double) {
    self.low = low
    self.high = high
    self.zone = zone
    self.unit = unit
    let span = (high - low) * unit
    let shortest = zone == nil ? 86_400_000_000.0 : 1
    // As many intervals as there may be ticks could bring one tick more, so one less is asked for.
    let intervals = Double(max(most - 1, 1))
    step =
      Self.steps.first { $0.microseconds >= shortest && $0.microseconds * intervals >= span }?.step
      ?? .years(500_000)
  }

  // MARK: Round values

  /// Local microseconds of the last round value at or before a local time, and those after it.
  private func start(_ local: Int64) -> Int64 {
    let perDay: Int64 = 86_400_000_000
    let day = floored(local, perDay)
    switch step {
    case .clock(let size): return local - (local - day * perDay) % size
    case .days(let size):
      // Every second day begins anew with each month, so that labels are the same in all of them.
      let date = CivilDate(daysSince1970: Int(day))
      return (day - Int64((date.day - 1) % size)) * perDay
    case .weeks: return (day - (day + 3 - 7 * floored(day + 3, 7))) * perDay
    case .months(let size):
      let date = CivilDate(daysSince1970: Int(day))
      return first(of: date.year, (date.month - 1) / size * size + 1)
    case .years(let size):
      let year = Int64(CivilDate(daysSince1970: Int(day)).year)
      return first(of: Int(floored(year, Int64(size))) * size, 1)
    }
  }

  private func next(_ local: Int64) -> Int64 {
    let perDay: Int64 = 86_400_000_000
    switch step {
    case .clock(let size): return local &+ size
    case .days(let size):
      let date = CivilDate(daysSince1970: Int(floored(local, perDay)))
      let isLast = date.day + size > CivilDate.daysIn(month: date.month, of: date.year)
      return isLast ? following(date, months: 1) : local + Int64(size) * perDay
    case .weeks: return local &+ 7 * perDay
    case .months(let size):
      return following(CivilDate(daysSince1970: Int(floored(local, perDay))), months: size)
    case .years(let size):
      let year = Int64(CivilDate(daysSince1970: Int(floored(local, perDay))).year)
      return first(of: Int(floored(year, Int64(size)) + 1) * size, 1)
    }
  }

  private func following(_ date: CivilDate, months: Int) -> Int64 {
    let month = date.month - 1 + months
    return first(of: date.year + month / 12, month % 12 + 1)
  }

  private func first(of year: Int, _ month: Int) -> Int64 {
    let days = CivilDate(year: year, month: month, day: 1).daysSince1970
    let (local, overflow) = Int64(days).multipliedReportingOverflow(by: 86_400_000_000)
    return overflow ? (days < 0 ? .min : .max) : local
  }

  private func floored(_ value: Int64, _ size: Int64) -> Int64 {
    value / size - (value % size < 0 ? 1 : 0)
  }

  /// Local round times from the last at or before `low` on, until one is past `high`.
  private var locals: [Int64] {
    let limit = 9e18
    func local(_ value: Double) -> Int64 {
      let instant = Int64(max(-limit, min(limit, value * unit)))
      return zone?.local(at: instant) ?? instant
    }
    let last = local(high)
    var found = [start(local(low))]
    while let latest = found.last, latest < last, found.count < 2000 {
      let next = next(latest)
      guard next > latest else { break }
      found.append(next)
    }
    return found
  }

  private func value(_ local: Int64) -> Double {
    Double(zone?.instant(ofLocal: local) ?? local) / unit
  }

  /// Whether the clock does not skip a time.
  private func isShown(_ local: Int64) -> Bool {
    guard let zone else { return true }
    return zone.local(at: zone.instant(ofLocal: local)) == local
  }

  /// Round values, the first at or before `low`, the last at or after `high` where there is one.
  var edges: [Double] {
    locals.reduce(into: []) { edges, local in
      let value = value(local)
      if value > edges.last ?? -.infinity { edges.append(value) }
    }
  }

  var ticks: [Axis.Tick] {
    var before: String?
    return locals.compactMap { local in
      let value = value(local)
      guard value >= low, value <= high, isShown(local) else { return nil }
      let (label, context) = words(local)
      defer { before = context }
      return Axis.Tick(value: value, label: label, context: context == before ? nil : context)
    }
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// What the tick shows, and what is only shown where it changes.
  private func words(_ local: Int64) -> (label: String, context: String?) {
    let perDay: Int64 = 86_400_000_000
    let day = floored(local, perDay)
    let date = CivilDate(daysSince1970: Int(day))
    switch step {
    case .years: return ("\(date.year)", nil)
    case .months: return (Self.months[date.month - 1], "\(date.year)")
    case .days, .weeks:
      return ("\(date.day)", "\(Self.months[date.month - 1]) \(date.year)")
    case .clock(let size):
      let rest = local - day * perDay
      // The clock of `2026-03-14T09:30:00.25Z`.
      let text = ValueText.time(rest).dropFirst(11).dropLast()
      let isMinutes = size >= 60_000_000
      return (String(isMinutes ? text.prefix(5) : text), ValueText.date(day))
    }
  }
}
