import C360Columns
import Testing

/// µs of a date and time written out.
private func clock(_ year: Int, _ month: Int, _ day: Int, _ hour: Int = 0, _ minute: Int = 0)
  -> Int64
{
  let days = CivilDate(year: year, month: month, day: day).daysSince1970
  return (Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60)) * 1_000_000
}

@Suite struct ZoneTests {
  @Test func datesRoundTrip() {
    for days in stride(from: -800_000, through: 800_000, by: 37) {
      let date = CivilDate(daysSince1970: days)
      #expect(date.isValid)
      #expect(date.daysSince1970 == days)
    }
    #expect(CivilDate(daysSince1970: 0) == CivilDate(year: 1970, month: 1, day: 1))
    #expect(CivilDate(daysSince1970: 11_016) == CivilDate(year: 2000, month: 2, day: 29))
    #expect(!CivilDate(year: 1900, month: 2, day: 29).isValid)
  }

  @Test func utcNeedsNoDatabase() {
    #expect(Zone.named("UTC")?.instant(ofLocal: 5) == 5)
    #expect(Zone.named("No/Where") == nil)
    #expect(Zone.named("../../etc/passwd") == nil)
    #expect(Zone.named("") == nil)
  }

  @Test(arguments: [
    ("Europe/London", (2026, 1, 15), (2026, 1, 15, 0)),
    ("Europe/London", (2026, 7, 15), (2026, 7, 14, 23)),
    ("Europe/London", (2470, 7, 15), (2470, 7, 14, 23)),
    ("Europe/London", (4026, 7, 15), (4026, 7, 14, 23)),
    ("America/New_York", (2026, 7, 15), (2026, 7, 15, 4)),
    ("America/New_York", (1974, 1, 20), (1974, 1, 20, 4)),
    ("Asia/Kolkata", (2026, 7, 15), (2026, 7, 14, 18)),
    ("Australia/Sydney", (2026, 1, 15), (2026, 1, 14, 13)),
  ])
  func localMidnight(
    name: String, local: (Int, Int, Int), utc: (Int, Int, Int, Int)
  ) throws {
    let zone = try #require(Zone.named(name))
    let instant = zone.instant(ofLocal: clock(local.0, local.1, local.2))
    let half = name == "Asia/Kolkata" ? 30 : 0
    #expect(instant == clock(utc.0, utc.1, utc.2, utc.3, half))
    #expect(zone.local(at: instant) == clock(local.0, local.1, local.2))
  }

  @Test func aSkippedTimeMovesForwardByTheGap() throws {
    let zone = try #require(Zone.named("Europe/London"))
    // 2026-03-29: 01:00 becomes 02:00.
    let instant = zone.instant(ofLocal: clock(2026, 3, 29, 1, 30))
    #expect(instant == clock(2026, 3, 29, 1, 30))
    #expect(zone.local(at: instant) == clock(2026, 3, 29, 2, 30))
  }

  @Test func ofTwoInstantsTheEarlierOne() throws {
    let zone = try #require(Zone.named("Europe/London"))
    // 2026-10-25: 02:00 becomes 01:00, so 01:30 is shown twice.
    #expect(zone.instant(ofLocal: clock(2026, 10, 25, 1, 30)) == clock(2026, 10, 25, 0, 30))
    #expect(zone.instant(ofLocal: clock(2026, 10, 25, 2, 0)) == clock(2026, 10, 25, 2, 0))
  }

  @Test func everyInstantIsFoundAgainOrAnEarlierTwin() throws {
    for name in ["Europe/Dublin", "Africa/Casablanca", "America/Sao_Paulo", "Pacific/Apia"] {
      let zone = try #require(Zone.named(name))
      var instant = clock(1950, 1, 1)
      while instant < clock(2060, 1, 1) {
        let again = zone.instant(ofLocal: zone.local(at: instant))
        #expect(again <= instant && again >= instant - 7_200_000_000 * 13)
        #expect(zone.local(at: again) == zone.local(at: instant))
        instant += 86_400_000_000 * 3 + 3_600_000_000 * 5
      }
    }
  }
}
