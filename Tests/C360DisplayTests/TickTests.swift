import C360Columns
import Testing

@testable import C360Display

@Suite("ticks of axes")
struct TickTests {
  static func labels(_ quantity: Axis.Quantity, _ low: Double, _ high: Double, _ most: Int)
    -> [String]
  {
    Axis("x", quantity, low: low, high: high).ticks(most: most).map(\.label)
  }

  @Test("numbers: 1, 2 or 5 times a power of ten, digits as many as the step has")
  func numbers() {
    #expect(Self.labels(.number, 0, 1, 6) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(Self.labels(.number, -3, 17, 5) == ["0", "5", "10", "15"])
    #expect(Self.labels(.number, 0.11, 0.13, 5) == ["0.110", "0.115", "0.120", "0.125", "0.130"])
    #expect(Self.labels(.number, 0, 2_500_000, 4) == ["0", "1,000,000", "2,000,000"])
    #expect(Self.labels(.count, 0, 3, 10) == ["0", "1", "2", "3"])
    #expect(Self.labels(.number, 0, 3e-9, 4) == ["0", "1e-9", "2e-9", "3e-9"])
    #expect(Self.labels(.number, -1.5e13, 1.5e13, 5) == ["-1e13", "0", "1e13"])
  }

  @Test("numbers at the edge of floats")
  func extremes() {
    let huge = Double.greatestFiniteMagnitude
    let least = Double.leastNonzeroMagnitude
    #expect(Self.labels(.number, -huge, huge, 5) == ["-1e308", "0", "1e308"])
    #expect(Self.labels(.number, huge, huge, 5).count >= 2)
    #expect(Self.labels(.number, least, least, 5).count >= 2)
    #expect(Self.labels(.number, 1, 1.0000000000000002, 5) == ["1.0", "1.0000000000000002"])
    #expect(Self.labels(.number, 0, least, 5) == ["0.0", "5e-324"])
  }

  @Test("durations as clocks divide them")
  func durations() {
    let second = 1e6
    #expect(
      Self.labels(.duration, 0, 3600 * second, 5) == ["0s", "15m", "30m", "45m", "1h"])
    #expect(Self.labels(.duration, -86_400 * second, 86_400 * second, 5).contains("-12h"))
    #expect(Self.labels(.duration, 0, 0.004 * second, 5).last == "0.004s")
  }

  static let london = Zone.named("Europe/London") ?? .utc
  static func instant(_ date: CivilDate, _ hours: Double = 0) -> Double {
    (Double(date.daysSince1970) * 24 + hours) * 3.6e9
  }

  static func words(_ zone: Zone, _ low: Double, _ high: Double, _ most: Int) -> [String] {
    Axis("x", .time(zone), low: low, high: high).ticks(most: most).map { tick in
      tick.label + (tick.context.map { " (\($0))" } ?? "")
    }
  }

  @Test("times: years, months, days, hours, each with what only changes sometimes")
  func times() {
    let start = CivilDate(year: 2025, month: 11, day: 20)
    #expect(
      Self.words(.utc, Self.instant(start), Self.instant(start, 24 * 100), 6) == [
        "Dec (2025)", "Jan (2026)", "Feb",
      ])
    #expect(
      Self.words(.utc, Self.instant(start), Self.instant(start, 24 * 3000), 6) == [
        "2026", "2028", "2030", "2032", "2034",
      ])
    #expect(
      Self.words(.utc, Self.instant(start), Self.instant(start, 24 * 20), 5) == [
        "24 (Nov 2025)", "1 (Dec 2025)", "8",
      ])
    #expect(
      Self.words(.utc, Self.instant(start, 20), Self.instant(start, 30), 6) == [
        "20:00 (2025-11-20)", "22:00", "00:00 (2025-11-21)", "02:00", "04:00", "06:00",
      ])
    #expect(
      Self.words(.utc, 0, 2.5e6, 4) == [
        "00:00:00 (1970-01-01)", "00:00:01", "00:00:02",
      ])
  }

  @Test("days begin when the clock of the zone says so, hours that it skips have no tick")
  func zones() {
    let before = CivilDate(year: 2026, month: 3, day: 28)
    let days = Axis(
      "x", .time(Self.london), low: Self.instant(before), high: Self.instant(before, 72)
    ).ticks(most: 5)
    #expect(days.map(\.label) == ["28", "29", "30", "31"].prefix(days.count).map { $0 })
    #expect(
      days.map(\.value) == [0, 24, 47, 71].prefix(days.count).map { Self.instant(before, $0) })
    let night = CivilDate(year: 2026, month: 3, day: 29)
    #expect(
      Axis("x", .time(Self.london), low: Self.instant(night), high: Self.instant(night, 4))
        .ticks(most: 8).map(\.label) == ["00:00", "02:00", "03:00", "04:00", "05:00"])
  }

  @Test("ticks are few, ascending and within the axis, of whatever range")
  func anyRange() {
    var random = SmallRandom(seed: 11)
    for round in 0..<3000 {
      let quantity: Axis.Quantity =
        [.number, .count, .duration, .time(Self.london), .date][round % 5]
      let whole = random.int(in: -300...300)
      var ends = [0, 1].map { _ in
        (random.fraction() - 0.5) * NumberSteps.power(random.bool() ? whole : whole % 12)
      }
      if round % 5 > 1 { ends = ends.map { ($0.truncatingRemainder(dividingBy: 9e18)).rounded() } }
      let axis = Axis("x", quantity, low: ends.min() ?? 0, high: ends.max() ?? 0)
      let most = random.int(in: 2...20)
      let ticks = axis.ticks(most: most)
      #expect(ticks.count <= most + 2)
      #expect(ticks.allSatisfy { $0.value >= axis.low && $0.value <= axis.high })
      #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0.value < $1.value })
      if case .number = quantity {
        #expect(ticks.count >= 1)
        #expect(Set(ticks.map(\.label)).count == ticks.count)
        let outer = axis.rounded(most: most)
        #expect(outer.axis.low <= axis.low && outer.axis.high >= axis.high)
        #expect(
          outer.ticks.allSatisfy { $0.value >= outer.axis.low && $0.value <= outer.axis.high })
      }
    }
  }
}
