import C360
import Testing

@Suite("windows: which part of the past counts")
struct WindowTests {
  /// Visits of one person, and contacts.
  static let tables = """
    timezone "Europe/London"
    entity person
    events visits of person from "visits.csv" {
      person: int  @key
      began:  time @time
      learnt: time @known
      page:   text
    }
    events contacts of person from "contacts.csv" {
      person: int  @key
      sent:   time @time
      channel: text
    }

    """
  static let contacts = """
    person,sent,channel
    1,2026-03-10T10:00:00Z,phone
    1,2026-03-20T10:00:00Z,mail
    2,2026-03-28T10:00:00Z,mail

    """

  static func script(_ text: String, visits: String) -> Script {
    Script(
      text: tables + text,
      files: ["visits.csv": "person,began,learnt,page\n" + visits, "contacts.csv": contacts])
  }

  @Test("T3: calendar spans move on the local calendar, durations do not")
  func calendarSpans() throws {
    // London's clocks went forward on 29 March at 01:00 UTC.
    let script = Self.script(
      """
      exposure now of person in visits at @2026-03-29T23:00:00Z
      feature day      = count(visits) over 24h
      feature local    = count(visits) over calendar 1d
      feature month    = count(visits) over 1mo
      feature calendar = count(visits) over calendar 1mo
      show now | select day, local, month, calendar
      """,
      visits: """
        1,2026-02-28T00:00:00Z,2026-02-28T00:00:00Z,before the clamped month
        1,2026-02-28T23:30:00Z,2026-02-28T23:30:00Z,within a month
        1,2026-03-01T00:00:00Z,2026-03-01T00:00:00Z,first of the month
        1,2026-03-28T23:00:00Z,2026-03-28T23:00:00Z,24 hours before
        1,2026-03-29T22:59:00Z,2026-03-29T22:59:00Z,the last minute of the local day

        """)
    // At 23:00 UTC the local day is over: it is midnight of 30 March.
    #expect(
      try script.shown() == """
        day  local  month  calendar
        ---  -----  -----  --------
          2      0      5         3

        """)
  }

  @Test("S2: a lag moves both ends, so that calendar windows keep their length")
  func laggedCalendar() throws {
    // One event at noon of each day.
    let days = (1...31).map { day in
      let instant =
        "2026-\(day < 12 ? "03" : "02")-\(day < 10 ? "0" : "")\(day < 29 ? day : 11)T12:00:00Z"
      return "1,\(instant),\(instant),\(day)"
    }
    let script = Self.script(
      """
      exposure now of person in visits at @2026-03-03T12:00:00Z
      feature month    = list(visits.page, 20) over calendar 1mo lag 5d
      feature calendar = first(visits.began) over calendar 1mo lag 5d
      feature span     = first(visits.began) over 1mo lag 5d
      feature share    = coverage(month)
      show now | select month, calendar, span, share
      """,
      visits: days.dropLast(3).joined(separator: "\n") + "\n")
    // [1 March, 3 March 12:00) and [3 February 12:00, 3 March 12:00), five days earlier; the table
    // begins on 12 February.
    #expect(
      try script.shown() == """
        month     calendar              span                  share
        --------  --------------------  --------------------  -----
        [24, 25]  2026-02-24T12:00:00Z  2026-02-12T12:00:00Z      1

        """)
  }

  @Test("S2: every P asks as of the last multiple before the decision, for both clocks")
  func every() throws {
    let script = Self.script(
      """
      exposure now of person in visits every 6h from @2026-06-02T23:00:00Z through @2026-06-03T05:00:00Z
      feature live    = count(visits)
      feature nightly = count(visits) every calendar 1d
      feature utc     = count(visits) every 1d
      feature window  = count(visits) over 1d lag 1h every calendar 1d
      feature fade    = decayed_count(visits, half_life: 1d) every calendar 1d
      show now | select at, live, nightly, utc, window, fade
      """,
      visits: """
        1,2026-05-31T23:00:00Z,2026-05-31T23:00:00Z,as local midnight
        1,2026-06-01T23:00:00Z,2026-06-01T23:00:00Z,as the next one
        1,2026-06-02T01:00:00Z,2026-06-02T23:30:00Z,learnt after midnight

        """)
    // At local midnight itself (23:00 UTC) the midnight before counts: strictly before.
    #expect(
      try script.shown() == """
        at                    live  nightly  utc  window  fade
        --------------------  ----  -------  ---  ------  ----
        2026-06-02T23:00:00Z     2        1    2       1   0.5
        2026-06-03T05:00:00Z     3        2    3       1  0.75

        """)
  }

  @Test("G3: the session still open, of visible events, whatever the filter")
  func sessions() throws {
    let script = Self.script(
      """
      exposure now of person in visits every 20m from @2026-03-01T10:40:00Z through @2026-03-01T11:20:00Z
      feature n     = count(visits) over session(30m)
      feature tea   = count(visits where page == "tea") over session(30m)
      feature began = first(visits.began) over session(30m)
      show now | select at, n, tea, began
      """,
      visits: """
        1,2026-03-01T09:00:00Z,2026-03-01T09:00:00Z,tea
        1,2026-03-01T10:00:00Z,2026-03-01T10:00:00Z,tea
        1,2026-03-01T10:25:00Z,2026-03-01T10:50:00Z,cake
        1,2026-03-01T10:50:00Z,2026-03-01T10:50:00Z,tea

        """)
    // At 10:40 the event of 10:25 is not known yet, and 10:00 is too long ago; later it joins 10:00
    // and 10:50; at 11:20 the last event is exactly the gap ago.
    #expect(
      try script.shown() == """
        at                    n  tea  began
        --------------------  -  ---  --------------------
        2026-03-01T10:40:00Z  0    0  null
        2026-03-01T11:00:00Z  3    2  2026-03-01T10:00:00Z
        2026-03-01T11:20:00Z  3    2  2026-03-01T10:00:00Z

        """)
  }

  /// A correction of the first row keeps all others from being sure, so that sessions are followed as
  /// events come and go.
  @Test("G3: of rows that arrive a fixed time later, a session holds those that have arrived")
  func sessionsOfLateRows() throws {
    let days = (1...20).map { $0 < 10 ? "2026-01-0\($0)" : "2026-01-\($0)" }
    let visits =
      ["1,2026-01-01T03:00:00Z,0,false", "1,2026-01-01T23:00:00Z,0,true"]
      + days.enumerated().flatMap { day, date in
        ["1,\(date)T11:00:00Z,\(2 * day + 1),false", "1,\(date)T17:00:00Z,\(2 * day + 2),false"]
      }
    // The visit of 17:00, not arrived yet, joins nothing to that of 11:00.
    let moments = days.flatMap { ["1,\($0)T17:30:00Z", "1,\($0)T18:30:00Z"] }
    let script = Script(
      text: """
        entity person
        events visits of person from "visits.csv" {
          person: int @key
          began:  time @time
          visit:  int @id
          gone:   bool @retracted
          arrives within 6h
        }
        exposure now of person from "now.csv" { person: int @key; moment: time @time; keep all }
        feature n = count(visits) over session(7h)
        show now | select early = (at - start_of_day(date(at))) < 18h, seen = n | group early { least = min(seen); most = max(seen) } | sort early
        """,
      files: [
        "visits.csv": (["person,began,visit,gone"] + visits).joined(separator: "\n") + "\n",
        "now.csv": (["person,moment"] + moments).joined(separator: "\n") + "\n",
      ])
    #expect(
      try script.shown() == """
        early  least  most
        -----  -----  ----
        false      0     0
        true       1     1

        """)
  }

  @Test("G4: since the last event of another kind, that one and its ties excluded")
  func sinceLast() throws {
    let script = Self.script(
      """
      exposure now of person in visits at @2026-03-25
      feature since   = count(visits) over since last(contacts)
      feature phoned  = count(visits) over since last(contacts where channel == "phone")
      feature or_all  = count(visits) over since last(contacts) else all
      feature lagged  = count(visits) over since last(contacts) lag 10d
      show now | select person, since, phoned, or_all, lagged
      """,
      visits: """
        1,2026-03-05T10:00:00Z,2026-03-05T10:00:00Z,before all
        1,2026-03-12T10:00:00Z,2026-03-12T10:00:00Z,between
        1,2026-03-20T10:00:00Z,2026-03-20T10:00:00Z,as the second contact
        1,2026-03-21T10:00:00Z,2026-03-21T10:00:00Z,after
        2,2026-03-21T10:00:00Z,2026-03-21T10:00:00Z,before its contact

        """)
    #expect(
      try script.shown() == """
        person  since  phoned  or_all  lagged
        ------  -----  ------  ------  ------
             1      1       3       1       1
             2   null    null       1    null

        """)
  }

  @Test(
    "G5: a feature or profile column in an argument is its value as of each event, strict twice")
  func chained() throws {
    var script = Self.script(
      """
      profile accounts of person from "accounts.csv" {
        person: int  @key
        since:  time @from
        tier:   int = 0
      }
      exposure now of person in visits at @2026-03-10
      feature before = count(visits)
      feature tiers  = sum(if visits.page == "tea" then accounts.tier else 0)
      feature prior  = sum(before + length(visits.page) - 3)
      feature twice  = max(prior * (if visits.page == "tea" then 1 else 1))
      feature recent = max(visits.began - last_began)
      feature last_began = last(visits.began)
      show now | select person, before, tiers, prior, twice, recent
      """,
      visits: """
        2,2026-03-09T00:00:00Z,2026-03-09T00:00:00Z,tea
        1,2026-03-03T00:00:00Z,2026-03-03T00:00:00Z,tea
        1,2026-03-01T00:00:00Z,2026-03-01T00:00:00Z,tea
        1,2026-03-02T00:00:00Z,2026-03-04T00:00:00Z,tea
        1,2026-03-03T00:00:00Z,2026-03-03T00:00:00Z,tea
        1,2026-03-04T00:00:00Z,2026-03-04T00:00:00Z,tea
        1,2026-03-05T00:00:00Z,2026-03-10T00:00:00Z,tea

        """)
    script = Script(
      text: script.text,
      files: script.files.merging(
        ["accounts.csv": "person,since,tier\n1,2026-03-01T00:00:00Z,7\n1,2026-03-03T00:00:00Z,9\n"]
      ) { $1 })
    // Person 1: 1 March sees none; 2 March one; both of 3 March one, since the event of 2 March was
    // not known then; 4 March three; the event of 5 March is not known now. A tier counts from after
    // its start.
    #expect(
      try script.shown() == """
        person  before  tiers  prior  twice  recent
        ------  ------  -----  -----  -----  ------
             1       5     30      6      2      2d
             2       1      0      0      0    null

        """)
  }

  @Test("O2: an outcome's window is open at its start and closed at its end; windows tile")
  func outcomes() throws {
    let script = Self.script(
      """
      exposure now of person in visits at @2026-03-01T10:00:00Z {
        outcome one  = count(contacts) within 10d
        outcome two  = count(contacts) after 9d within 19d
        outcome both = count(contacts) within 19d
      }
      show now | where person == 1 | select one, two, both
      """,
      visits: """
        1,2026-02-01T00:00:00Z,2026-02-01T00:00:00Z,known

        """)
    // Contacts at exactly t + 9d and t + 19d.
    #expect(
      try script.shown() == """
        one  two  both
        ---  ---  ----
          1    1     2

        """)
  }
}
