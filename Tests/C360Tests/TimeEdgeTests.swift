import C360
import C360Columns
import C360Diagnostics
import Testing

/// An end of time, and the same day of the calendar's cycle in years that everybody knows.
struct TimeEdge: Sendable, CustomTestStringConvertible {
  let newYear: Int
  /// A multiple of 400 years away, with the same clock changes in the zones of the tests.
  let usual: Int
  /// Behind the edge (from the new year on) or before it.
  let sign: Int64
  let zones: [String]
  var testDescription: String { "\(newYear)" }

  static let all = [
    TimeEdge(
      newYear: -99_999, usual: 2001, sign: 1, zones: ["UTC", "Etc/GMT-14", "Etc/GMT+12"]),
    TimeEdge(
      newYear: 100_000, usual: 2400, sign: -1,
      zones: ["UTC", "Etc/GMT-14", "Etc/GMT+12", "Europe/London"]),
  ]

  /// The text of an instant so many µs from the edge, at it or at its usual twin.
  func time(_ distance: Int64, isUsual: Bool) -> String {
    let newYear = CivilDate(year: isUsual ? usual : newYear, month: 1, day: 1).daysSince1970
    let instant = Int64(newYear) * Self.day + sign * distance
    let rest = (instant % Self.day + Self.day) % Self.day
    func padded(_ number: Int64, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: width - digits.count) + digits
    }
    return CivilDate(daysSince1970: Int((instant - rest) / Self.day)).text + "T"
      + padded(rest / 3_600_000_000, 2) + ":" + padded(rest / 60_000_000 % 60, 2) + ":"
      + padded(rest / 1_000_000 % 60, 2) + "." + padded(rest % 1_000_000, 6) + "Z"
  }

  static let day: Int64 = 86_400_000_000
}

/// There is no time, of all that there are, at which anything wraps (semantics.md T1).
@Suite("T1: the ends of time")
struct TimeEdgeTests {
  private static let day = TimeEdge.day
  private static let hour = day / 24

  /// Visits of one person and moments to ask at, from 1 µs to 20 years from the edge.
  private func script(
    _ edge: TimeEdge, isUsual: Bool, zone: String, keep: String = "all", _ text: String
  ) -> Script {
    func lines(_ distances: [Int64]) -> String {
      distances.enumerated().map {
        "1,\(edge.time($1, isUsual: isUsual)),\($0)\n"
      }.joined()
    }
    let (day, hour) = (Self.day, Self.hour)
    // The range begins with an instant, and ends before one.
    let first: Int64 = edge.sign > 0 ? 0 : 1
    let visits = [
      first, first + 1, hour, 5 * hour, day, day + hour, 3 * day, 10 * day, 31 * day, 40 * day,
      366 * day, 7305 * day,
    ]
    let asks = [first, first + 1, first + 2, 2 * hour, day, day + 1, 5 * day, 40 * day, 400 * day]
    return Script(
      text: """
        timezone "\(zone)"
        entity person
        events visits of person from "visits.csv" {
          person: int  @key
          moment: time @time
          number: int
        }
        profile plans of person from "plans.csv" {
          person: int   @key
          since:  time  @from
          plan:   int?
          expires after 1mo
        }
        exposure asks of person from "asks.csv" {
          person: int  @key
          moment: time @time
          ask:    int
          keep \(keep)
          outcome month  = count(visits) within 1mo
          outcome days   = count(visits) after 1d within 10d
          outcome ages   = count(visits) within 10_000y
        }

        """ + text,
      files: [
        "visits.csv": "person,moment,number\n" + lines(visits),
        "plans.csv": "person,since,plan\n" + lines([first, 4 * day, 380 * day]),
        "asks.csv": "person,moment,ask\n" + lines(asks),
      ])
  }

  private static let windows = [
    "over 30d", "over 1mo", "over 1q", "over 1y", "over calendar 1d", "over calendar 1w",
    "over calendar 1mo", "over calendar 1q", "over calendar 1y", "over 10_000y",
    "over 120_000mo", "over 3_652_425d", "over 7d lag 1d", "over 1mo lag 7d",
    "over calendar 1mo lag 3d", "over 3_652_425d lag 3_652_425d", "over 10_000y lag 3_652_425d",
    "over last 3", "over session(2d)", "over session(3_652_425d)",
    "over since last(visits where number == 6) else all", "over all", "over all every 1d",
    "over all every calendar 1d", "over 30d every 7d", "over 1mo every calendar 1mo",
    "over calendar 1w every calendar 1w lag 1d",
  ]
  private static let aggregates = [
    "count(visits)", "sum(visits.number)", "last(visits.number)", "distinct(hour(visits.moment))",
    "mean_gap(visits)", "median_gap(visits)", "max_gap(visits)", "stddev_gap(visits)",
    "decayed_sum(visits.number, half_life: 7d)", "decayed_count(visits, half_life: 3_652_425d)",
    "slope(visits.number)",
  ]

  @Test("every window and aggregate answers as it does in usual years", arguments: TimeEdge.all)
  func windows(edge: TimeEdge) throws {
    var text = ""
    var names: [String] = []
    for (index, window) in Self.windows.enumerated() {
      for aggregate in index < 4 ? Self.aggregates[...] : Self.aggregates.prefix(5) {
        names.append("f\(names.count)")
        text += "feature \(names[names.count - 1]) = \(aggregate) \(window)\n"
      }
    }
    let columns = ["ask", "plans.plan", "month", "days", "ages"] + names
    text += "show asks | select \(columns.joined(separator: ", "))"
    for zone in edge.zones {
      let usual = try script(edge, isUsual: true, zone: zone, text).shown()
      #expect(usual.split(separator: "\n").count > 8)
      #expect(try script(edge, isUsual: false, zone: zone, text).shown() == usual, "\(zone)")
    }
  }

  @Test("counts at the first and the last instant", arguments: TimeEdge.all)
  func counts(edge: TimeEdge) throws {
    let text = """
      feature d30   = count(visits) over 30d
      feature mo    = count(visits) over 1mo
      feature local = count(visits) over calendar 1mo
      feature whole = count(visits)
      feature daily = count(visits) every calendar 1d
      show asks | where ask == 0 | select d30, mo, local, whole, daily
      """
    let row = try script(edge, isUsual: false, zone: "UTC", text).shown().split(separator: "\n")[2]
    let shown = row.split(separator: " ").map(String.init)
    // At the last instant: back to 2 December, to 30 November, to 1 December, to the first of all; before today.
    #expect(shown == (edge.sign > 0 ? ["0", "0", "0", "0", "0"] : ["7", "8", "8", "11", "7"]))
  }

  @Test("components of times and dates, and times moved back", arguments: TimeEdge.all)
  func components(edge: TimeEdge) throws {
    let back = edge.sign > 0 ? "+" : "-"
    let moved = ["1d", "1mo", "1y", "10_000y", "3_652_425d", "70_000y"].map { "at \(back) \($0)" }
    let parts = (["at"] + moved).enumerated().flatMap { index, time in
      [
        "month", "day", "weekday", "hour", "minute", "quarter",
      ].map { "\($0)\(index) = \($0)(\(time))" }
        + ["d\(index) = days(date(\(time)) - date(at))", "m\(index) = \(time) - at"]
    }
    let text = "show asks | select ask, \(parts.joined(separator: ", "))"
    for zone in edge.zones where zone != "Europe/London" {
      let usual = try script(edge, isUsual: true, zone: zone, text).shown()
      #expect(try script(edge, isUsual: false, zone: zone, text).shown() == usual, "\(zone)")
    }
  }

  @Test(
    "which exposures are kept", arguments: TimeEdge.all,
    [
      "first per 7d", "first per calendar 1d", "non_overlapping 1mo", "washout 3d",
      "washout 10_000y",
    ])
  func kept(edge: TimeEdge, keep: String) throws {
    let text = "show asks | select ask, kept"
    func shown(isUsual: Bool) throws -> String {
      try script(edge, isUsual: isUsual, zone: "UTC", keep: keep, text).shown()
    }
    #expect(try shown(isUsual: false) == shown(isUsual: true))
  }

  @Test("years and texts")
  func texts() throws {
    func shown(_ edge: TimeEdge, _ zone: String) throws -> [String] {
      let text =
        "show asks | where ask == 0 | select y = year(at), t = text(at), d = date(at), a = at"
      return try script(edge, isUsual: false, zone: zone, text).shown().split(separator: "\n")[2]
        .split(separator: " ").map(String.init)
    }
    let (first, last) = ("-99999-01-01T00:00:00Z", "+99999-12-31T23:59:59.999999Z")
    #expect(try shown(TimeEdge.all[0], "UTC") == ["-99999", first, "-99999-01-01", first])
    #expect(try shown(TimeEdge.all[1], "UTC") == ["99999", last, "+99999-12-31", last])
    // Local clocks are up to a day ahead or behind.
    #expect(
      try shown(TimeEdge.all[0], "Etc/GMT+12") == ["-100000", first, "-100000-12-31", first])
    #expect(try shown(TimeEdge.all[1], "Etc/GMT-14") == ["100000", last, "+100000-01-01", last])
  }

  @Test(
    "a sum that leaves the range is an error of its row",
    arguments: [
      (1, "at + 1d", "+99999-12-31T23:59:59.999999Z + 1d"),
      (1, "at + 9_000_000_000_000s", "+99999-12-31T23:59:59.999999Z + 104166666d16h"),
      (1, "at - -1d", "+99999-12-31T23:59:59.999999Z - -1d"),
      (1, "at + 1mo", "+99999-12-31T23:59:59.999999Z moved by a calendar span"),
      (1, "at + 700_000_000_000_000_000y", "+99999-12-31T23:59:59.999999Z moved by a calendar"),
      (0, "at - 1ms", "-99999-01-01T00:00:00Z - 0.001s"),
      (0, "at + -9_000_000_000_000s", "-99999-01-01T00:00:00Z + -104166666d16h"),
      (0, "at - 1y", "-99999-01-01T00:00:00Z moved by a calendar span"),
      (0, "start_of_day(date(at))", "the start of -100000-12-31"),
    ])
  func beyond(edge: Int, expression: String, words: String) throws {
    let edge = TimeEdge.all[edge]
    let zone = expression.hasPrefix("start") ? "Etc/GMT+12" : "UTC"
    func run(_ value: String) throws -> [Diagnostic] {
      try script(edge, isUsual: false, zone: zone, "show asks | select t = \(value)")
        .diagnostics()
    }
    #expect(try run(expression).map(\.code) == ["E0701"])
    let found = try #require(try run("if ask == 0 then \(expression) else at").first)
    #expect(found.message.hasPrefix(words), "\(found.message)")
    #expect(
      found.message.hasSuffix(
        "is out of the range of times, which reach from the year -99999 to 99999"))
    // What is not needed does not fail.
    #expect(try run("if ask == 99 then \(expression) else at").isEmpty)
  }

  @Test("an instant beyond the range is refused where it is read, bound or asked for")
  func refused() throws {
    func read(_ time: String, _ type: String = "time") throws -> [Diagnostic] {
      try Script(
        text: """
          entity person
          consents grants of person from "grants.csv" {
            person: int    @key
            what:   text   @purpose
            since:  time   @from
            end:    \(type)? @until
          }
          show grants | select person
          """,
        files: ["grants.csv": "person,what,since,end\n1,ads,2026-01-01,\(time)\n"]
      ).diagnostics()
    }
    #expect(try read("").isEmpty)
    #expect(try read("+99999-12-31T23:59:59.999999Z").isEmpty)
    #expect(try read("9999-12-31").isEmpty)
    let found = try #require(try read("+294247-01-10T04:00:54.775807Z").first)
    #expect(found.code == "E0611")
    #expect(found.data?.row == 1)
    #expect(found.data?.column == "end")
    #expect(
      found.help == [
        "times and dates reach from the year -99999 to 99999",
        "where it stands for `never` or for no end, write null in its place and declare `end: time?`",
      ])
    // Behind the last instant by its offset.
    #expect(try read("+99999-12-31T23:59:59-01:00").first?.code == "E0611")
    #expect(try read("-99999-01-01T00:00:00+00:01").first?.code == "E0611")
    // More than four digits need their sign: this is a slip of the pen.
    #expect(try read("20226-03-01").first?.code == "E0610")
  }

  @Test("rows in memory, and the time of the run")
  func hosts() throws {
    func codes(_ instant: Int64, isNull: Bool = false) throws -> [Diagnostic] {
      func column(_ name: String, _ type: LogicalType, _ value: Int64, _ isNull: Bool)
        -> Batch.Column
      {
        let (values, validity) = (Buffer(byteCount: 8), Buffer(byteCount: 1))
        values.elements(Int64.self)[0] = value
        validity.elements(UInt8.self)[0] = isNull ? 0 : 1
        return Batch.Column(
          name: name, type: type,
          vector: Vector(
            type: .int64, count: 1, values: values, validity: isNull ? validity : nil))
      }
      let batch = Batch(
        columns: [
          column("person", .int, 1, false), column("moment", .time, 0, false),
          column("due", .time, instant, isNull),
        ], rowCount: 1)
      var script = Script(
        text: """
          entity person
          events visits of person from "none.csv" { person: int @key; moment: time @time; due: time? }
          show visits | select due
          """)
      script.adjust = { $0.bindings["visits"] = .batch(batch) }
      return try script.diagnostics()
    }
    let last = TimeRange.instants.bounds.upperBound
    #expect(try codes(last).isEmpty)
    #expect(try codes(.max, isNull: true).isEmpty)
    let found = try #require(try codes(last + 1).first)
    #expect(found.code == "E0707")
    #expect(
      found.message
        == "the rows bound to `visits` do not fit: column `due` holds +100000-01-01T00:00:00Z in row 1,"
        + " out of the range of times")
    for (instant, codes) in [(last, []), (last + 1, ["E0719"]), (.min, ["E0719"])] {
      var script = Script(text: "entity person")
      script.adjust = { $0.runTime = instant }
      #expect(try script.codes() == codes)
      script.adjust = { $0.asOf = instant }
      #expect(try script.codes() == codes)
    }
  }
}
