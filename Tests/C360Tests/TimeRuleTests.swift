import C360
import C360Engine
import Testing

/// Rules of time: one test a rule, from rows to result.
@Suite("T and S: time, order, strictly before")
struct TimeRuleTests {
  /// The column after `at` of the first show, by row.
  private func column(_ script: Script, _ index: Int = 1) throws -> [String] {
    try script.run().shows[0].rendered().split(separator: "\n").dropFirst(2).map {
      $0.split(separator: " ").map(String.init)[index]
    }
  }

  @Test("T1: a bare date of an event is the end of its local day, of an exposure its start")
  func bareDates() throws {
    func counts(_ role: String, zone: String = "UTC") throws -> [String] {
      try column(
        Script(
          text: """
            timezone "\(zone)"
            entity person
            events visits of person from "visits.csv" {
              person: int  @key
              day:    time \(role)
              observed through @2026-12-31
            }
            exposure days of person from "days.csv" {
              person: int  @key
              day:    time @time
              keep all
              outcome ahead = count(visits) within 1d
            }
            feature n = count(visits) over all
            show days | select day, n, ahead
            """,
          files: [
            "visits.csv": "person,day\n1,2026-03-29\n",
            "days.csv": "person,day\n1,2026-03-29\n1,2026-03-29T12:00:00Z\n1,2026-03-30\n",
          ]))
    }
    #expect(try counts("@time") == ["0", "0", "1"])
    #expect(try counts("@time(end_of_day)", zone: "Europe/London") == ["0", "0", "1"])
    #expect(try counts("@time(start_of_day)") == ["0", "1", "1"])
  }

  @Test("T1: a bare date on the day that clocks go forward ends with its local day")
  func shortDay() throws {
    let script = Script(
      text: """
        timezone "Europe/London"
        entity person
        events visits of person from "visits.csv" { person: int @key; day: time @time }
        show visits | select day
        """, files: ["visits.csv": "person,day\n1,2026-03-28\n1,2026-03-29\n"])
    let shown = try script.shown()
    #expect(shown.contains("2026-03-28T23:59:59.999999Z"))
    #expect(shown.contains("2026-03-29T22:59:59.999999Z"))
  }

  @Test("T1: JSON dates count as CSV dates do")
  func jsonDates() throws {
    let script = Script(
      text: """
        timezone "Asia/Kolkata"
        entity person
        events visits of person from "visits.jsonl" { person: int @key; day: time @time }
        show visits | select day
        """, files: ["visits.jsonl": "{\"person\": 1, \"day\": \"2026-03-28\"}\n"])
    #expect(try script.shown().contains("2026-03-28T18:29:59.999999Z"))
  }

  @Test("T1: a table reads its times in a zone of its own, over both changes of its clocks")
  func ownZone() throws {
    let script = Script(
      text: """
        timezone "Europe/London"
        entity person
        events calls of person from "calls.csv" {
          timezone "America/New_York"
          person: int  @key
          moment: time @time
          note:   time = @2026-07-01
          observed through @2026-10-31
        }
        events visits of person from "calls.csv" { person: int @key; moment: time @time }
        exposure days of person from "days.csv" {
          timezone "America/New_York"
          person: int  @key
          day:    time @time
          keep first per calendar 1d
          outcome called = any(calls) within 1d
        }
        show calls | select moment, note
        show visits | select moment
        show days | select day, kept, called
        """,
      files: [
        // Clocks in New York went forward at 02:00 on 8 March, and go back at 02:00 on 1 November.
        "calls.csv": """
        person,moment,note
        1,2026-03-08T01:30:00,
        1,2026-03-08T02:30:00,
        1,2026-03-08T12:00:00Z,
        1,2026-03-08,
        1,2026-11-01T01:30:00,

        """,
        "days.csv": """
        person,day
        1,2026-03-08
        1,2026-10-30T23:59:59.999999
        1,2026-10-31T03:30:00Z
        1,2026-10-31T04:30:00Z

        """,
      ])
    let shows = try script.run().shows.map { table in
      table.rendered().split(separator: "\n").dropFirst(2).map {
        $0.split(separator: " ").joined(separator: " ")
      }
    }
    // 02:30 was skipped: 03:30. 01:30 comes twice: the earlier, on summer time.
    #expect(
      shows[0] == [
        "2026-03-08T06:30:00Z 2026-07-01T04:00:00Z", "2026-03-08T07:30:00Z 2026-07-01T04:00:00Z",
        "2026-03-08T12:00:00Z 2026-07-01T04:00:00Z",
        "2026-03-09T03:59:59.999999Z 2026-07-01T04:00:00Z",
        "2026-11-01T05:30:00Z 2026-07-01T04:00:00Z",
      ])
    // The same rows in London, whose clocks change on other days.
    #expect(
      shows[1] == [
        "2026-03-08T01:30:00Z", "2026-03-08T02:30:00Z", "2026-03-08T12:00:00Z",
        "2026-03-08T23:59:59.999999Z", "2026-11-01T01:30:00Z",
      ])
    // A day begins at midnight in New York, also for `keep`; the end of 31 October there is 04:00 UTC, so
    // that a window to one microsecond before is the last that is observed.
    #expect(
      shows[2] == [
        "2026-03-08T05:00:00Z true true", "2026-10-31T03:30:00Z true false",
        "2026-10-31T03:59:59.999999Z false false", "2026-10-31T04:30:00Z true null",
      ])
  }

  @Test("T1: a time zone that does not exist is a diagnostic")
  func zones() throws {
    let script = Script(text: "timezone \"Europe/Londn\"\nentity person\n")
    #expect(try !script.codes().isEmpty)
  }

  @Test("T2: equal times are ordered by @sequence, then by values, never by the file")
  func order() throws {
    func last(_ rows: [String], sequence: Bool) throws -> (String, Int) {
      let script = Script(
        text: """
          entity person
          events visits of person from "visits.csv" {
            person: int  @key
            moment:     time @time
            line:   int \(sequence ? "@sequence" : "")
            page:   text
          }
          feature newest = last(visits.page) over all
          exposure end of person in visits at @2026-02-01
          show end | select at, newest
          """,
        files: ["visits.csv": "person,moment,line,page\n" + rows.joined(separator: "\n") + "\n"])
      let report = try script.run()
      return (try column(script).joined(), report.counts.resolvedTies["visits"] ?? 0)
    }
    let rows = ["1,2026-01-01T00:00:00Z,2,a", "1,2026-01-01T00:00:00Z,1,z"]
    for order in [rows, rows.reversed()] {
      #expect(try last(order, sequence: true) == ("a", 0))
      #expect(try last(order, sequence: false) == ("a", 1))
    }
  }

  @Test("S1: visible only when it happened and was known strictly before; never with a null known")
  func strictlyBefore() throws {
    let script = Script(
      text: """
        entity person
        events visits of person from "visits.csv" {
          person: int   @key
          moment:     time  @time
          known:  time? @known
        }
        feature n = count(visits) over all
        exposure days of person in visits every 1d from @2026-01-02 through @2026-01-05 { keep all }
        show days | select at, n
        """,
      files: [
        "visits.csv": """
        person,moment,known
        1,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z
        1,2026-01-03T00:00:00Z,2026-01-03T00:00:00Z
        1,2026-01-01T00:00:00Z,2026-01-04T00:00:00Z
        1,2026-01-01T00:00:00Z,

        """
      ])
    #expect(try column(script) == ["1", "1", "2", "3"])
    #expect(try script.run().counts.neverKnown["visits"] == 1)
  }

  @Test("S3: the latest version that began and was known before, until it ends or expires")
  func profileVersions() throws {
    func regions(_ item: String) throws -> [String] {
      try column(
        Script(
          text: """
            entity person
            profile homes of person from "homes.csv" {
              person: int   @key
              since:  time  @from
              known:  time  @known
              gone:   time? @until
              region: text?
              \(item)
            }
            exposure days of person from "days.csv" { person: int @key; moment: time @time; keep all }
            feature region = homes.region
            show days | select moment, region
            """,
          files: [
            "homes.csv": """
            person,since,known,gone,region
            1,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z,,north
            1,2026-01-03T00:00:00Z,2026-01-05T00:00:00Z,2026-01-08T00:00:00Z,south

            """,
            "days.csv": "person,moment\n"
              + [1, 2, 4, 5, 6, 7, 8].map { "1,2026-01-0\($0)T00:00:00Z\n" }.joined(),
          ]))
    }
    let all = ["null", "north", "north", "north", "south", "south", "north"]
    #expect(try regions("") == all)
    // Exactly the age is not beyond it; the newer version began on the 3rd.
    #expect(
      try regions("expires after 3d") == [
        "null", "north", "north", "null", "south", "null", "null",
      ])
    #expect(try regions("expires after 1mo") == all)
  }

  @Test("S3: two versions of one instant are decided by their values, and counted")
  func profileTie() throws {
    for rows in [["1,2026-01-01T00:00:00Z,a", "1,2026-01-01T00:00:00Z,b"]] {
      for order in [rows, rows.reversed()] {
        let script = Script(
          text: """
            entity person
            profile homes of person from "homes.csv" {
              person: int  @key
              since:  time @from
              region: text?
            }
            exposure end of person in homes at @2026-02-01
            feature region = homes.region
            show end | select at, region
            """,
          files: ["homes.csv": "person,since,region\n" + order.joined(separator: "\n") + "\n"])
        #expect(try column(script) == ["b"])
        let report = try script.run()
        #expect(report.counts.resolvedTies["homes"] == 1)
        #expect(report.warnings.map(\.code.name) == ["W0704"])
      }
    }
  }

  @Test("a profile without `@from`: of several rows of one key the last by value, counted and told")
  func severalRows() throws {
    for rows in ["1,b\n1,a\n2,c\n", "1,a\n2,c\n1,b\n"] {
      let script = Script(
        text: """
          entity person
          profile homes of person from "homes.csv" {
            person: int @key
            region: text?
          }
          exposure end of person in homes at @2026-02-01
          feature region = homes.region
          show end | select at, region
          """,
        files: ["homes.csv": "person,region\n" + rows])
      #expect(try column(script) == ["b", "c"])
      let report = try script.run()
      #expect(report.counts.resolvedTies["homes"] == 1)
      #expect(report.warnings.map(\.code.name) == ["W0704"])
      #expect(
        report.warnings[0].message == "1 answer over `homes` hangs on several rows of one key")
    }
  }

  @Test("S3: a version that ended before it began never holds, and is counted")
  func endedBeforeBegun() throws {
    let script = Script(
      text: """
        entity person
        profile homes of person from "homes.csv" {
          person: int  @key
          since:  time @from
          until:  time? @until
          region: text?
        }
        exposure end of person in homes at @2026-02-01
        feature region = homes.region
        show end | select at, region
        """,
      files: [
        "homes.csv": """
        person,since,until,region
        1,2026-01-03T00:00:00Z,2026-01-01T00:00:00Z,a
        1,2026-01-02T00:00:00Z,2026-01-02T00:00:00Z,b
        1,2026-01-01T00:00:00Z,,c

        """
      ])
    #expect(try column(script) == ["c"])
    #expect(try script.run().summary.contains("3 rows read, 1 ended before begun\n"))
  }

  @Test("the report says by table and by month what was tied, late, copied, of nobody and censored")
  func byMonth() throws {
    let script = Script(
      text: """
        entity person
        identity devices to person from "links.csv" {
          device: text @key
          person: int @entity
          p: float @weight
          resolve best above 0.5
        }
        events taps of person via devices from "taps.csv" {
          device: text @key
          moment: time @time
          known:  time? @known
          kind:   text
          observed through @2026-03-31
        }
        profile homes of person from "homes.csv" { person: int @key; since: time @from; town: text? }
        exposure days of person from "days.csv" {
          person: int @key
          day: time @time
          keep all
          outcome tapped = any(taps) within 30d
        }
        feature newest = last(taps.kind)
        feature town = homes.town
        output listing = days under none because "test" | select day, newest, town, tapped to "days.out.csv"
        """,
      files: [
        "links.csv": "device,person,p\na,1,0.9\nb,1,0.1\n",
        "taps.csv": """
        device,moment,known,kind
        a,2026-01-10T00:00:00Z,2026-01-10T00:00:00Z,x
        a,2026-01-10T00:00:00Z,2026-01-10T00:00:00Z,y
        a,2026-02-01T00:00:00Z,2026-02-03T00:00:00Z,x
        a,2026-02-02T00:00:00Z,,x
        b,2025-12-31T23:59:59Z,2026-01-01T00:00:00Z,x
        b,2026-02-05T00:00:00Z,2026-02-05T00:00:00Z,x
        c,2026-02-06T00:00:00Z,2026-02-06T00:00:00Z,x

        """,
        "homes.csv":
          "person,since,town\n1,2026-01-01T00:00:00Z,York\n1,2026-01-01T00:00:00Z,Bath\n",
        "days.csv": """
        person,day
        1,2026-01-10T00:00:00Z
        1,2026-01-20T00:00:00Z
        1,2026-01-31T00:00:00Z
        1,2026-02-02T12:00:00Z
        1,2026-03-30T00:00:00Z

        """,
      ])
    let (report, manifest) = try script.inFolder { session in
      let report = try session.run()
      let path = try #require(report.manifestPath)
      return (report, try String(contentsOfFile: path, encoding: .utf8))
    }
    func months(_ counts: MonthCounts) -> [String] {
      counts.byMonth.map { "\($0.month) \($0.rows)" }
    }
    let taps = try #require(report.counts.findings["taps"])
    // On 20 and 31 January and 2 February x and y of 10 January are the last; later the late tap is.
    #expect(months(taps.resolvedTies) == ["2026-01 2", "2026-02 1"])
    #expect(months(taps.unlinked) == ["2025-12 1", "2026-02 2"])
    #expect(months(taps.tiedExposures) == ["2026-01 1"])
    #expect(months(taps.late) == ["2025-12 1", "2026-02 1"])
    #expect(months(taps.neverKnown) == ["2026-02 1"])
    let homes = try #require(report.counts.findings["homes"])
    #expect(months(homes.resolvedTies) == ["2026-01 3", "2026-02 1", "2026-03 1"])
    // Of the table, and of the month in which there are two.
    for part in ["unresolvedTies", "unlinked"] {
      #expect(manifest.contains("\"\(part)\": 3"))
      #expect(manifest.contains("\"\(part)\": 2"))
    }
    #expect(report.counts.unlinked["taps"] == 3)
    #expect(report.counts.resolvedTies["taps"] == 3)
    let days = report.exposures.first { $0.name == "days" }
    #expect(days?.censoredMonths.map { months($0.months) } == [["2026-03 1"]])
  }

  @Test("S5: what happens or becomes known at the decision or later changes no byte of a feature")
  func canary() throws {
    func shown(_ later: String) throws -> [String] {
      try column(
        Script(
          text: """
            entity person
            events visits of person from "visits.csv" {
              person: int  @key
              moment:     time @time
              known:  time @known
              spent:  float
            }
            feature sum_all = sum(visits.spent) over all
            exposure end of person in visits at @2026-02-01
            show end | select at, sum_all
            """,
          files: [
            "visits.csv": "person,moment,known,spent\n"
              + "1,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z,0.1\n" + later
          ]))
    }
    let honest = try shown("")
    let late = "1,2026-01-02T00:00:00Z,2026-02-01T00:00:00Z,1e16\n"
    let tied = "1,2026-02-01T00:00:00Z,2026-01-05T00:00:00Z,-7\n"
    for tampered in [late, tied, late + tied, late + late] {
      #expect(try shown(tampered) == honest)
    }
  }

  @Test(
    "T3: a local day that a zone leaves out is one moment with the next, and days go on behind it")
  func skippedDay() throws {
    let script = Script(
      text: """
        timezone "Pacific/Apia"
        entity person
        profile people of person from "people.csv" { person: int @key }
        exposure days of person in people every calendar 1d from @2011-12-28 through @2012-01-02
        show days | select at
        """,
      files: ["people.csv": "person\n1\n"])
    #expect(
      try column(script, 0) == [
        "2011-12-28T10:00:00Z", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z",
        "2011-12-31T10:00:00Z", "2012-01-01T10:00:00Z",
      ])
  }
}
