import C360
import Testing

/// Rules of absence and of exposures: one test a rule, from rows to result.
@Suite("N and O: nothing, unknown, not covered; exposures and outcomes")
struct CoverageRuleTests {
  private func rows(_ script: Script) throws -> [[String]] {
    try script.run().shows[0].rendered().split(separator: "\n").dropFirst(2).map {
      $0.split(separator: " ").map(String.init)
    }
  }

  private static let visits = """
    entity person
    events visits of person from "visits.csv" {
      person: int    @key
      moment:     time   @time
      spent:  float?
      observed from @2026-01-11
      observed through @2026-03-01
    }

    """

  private func script(_ text: String, _ visits: [String], days: [String] = []) -> Script {
    Script(
      text: Self.visits + text,
      files: [
        "visits.csv": "person,moment,spent\n" + visits.map { $0 + "\n" }.joined(),
        "days.csv": "person,moment\n" + days.map { "1,\($0)\n" }.joined(),
      ])
  }
  private static let days = """
    exposure days of person from "days.csv" { person: int @key; moment: time @time; keep all }

    """

  @Test("N1: over nothing counts and sums are 0, other aggregates null; null inputs are skipped")
  func nothing() throws {
    let result = try rows(
      script(
        Self.days + """
          feature n = count(visits) over 1d
          feature spent = sum(visits.spent) over 1d
          feature mean_spent = mean(visits.spent) over 1d
          feature most = max(visits.spent) over 1d
          feature part = share(visits where visits.spent > 1) over 1d
          show days | select moment, n, spent, mean_spent, most, part
          """, ["1,2026-01-20T00:00:00Z,", "1,2026-01-20T01:00:00Z,3"],
        days: ["2026-01-15", "2026-01-20T00:30:00Z", "2026-01-20T12:00:00Z"]))
    #expect(
      result.map { $0.dropFirst().joined(separator: " ") } == [
        "0 0 null null null", "1 0 null null 0", "2 3 3 3 0.5",
      ])
  }

  @Test("N2: the covered share of a window's time; the least of several; strictly in words")
  func coverage() throws {
    let result = try rows(
      script(
        Self.days + """
          feature week = count(visits) over 7d
          feature early = count(visits) over 7d lag 7d
          feature monthly = count(visits) over calendar 1mo
          feature growth = week - early
          feature a = coverage(week)
          feature b = coverage(growth)
          feature c = coverage(monthly)
          feature strictly = if coverage(week) == 1 then week else null
          show days | select moment, a, b, c, week, strictly
          """, ["1,2026-01-10T00:00:00Z,1", "1,2026-01-12T00:00:00Z,1"],
        days: [
          "2026-01-01", "2026-01-11", "2026-01-11T00:00:00.000001Z", "2026-01-14T12:00:00Z",
          "2026-01-18", "2026-01-25", "2026-02-01", "2026-02-11",
        ]))
    #expect(result.map { $0[1] }.prefix(2) == ["0", "0"])
    // One microsecond of seven days.
    #expect(result[2][1] == "1.65344e-12")
    #expect(result.map { $0[1] }.dropFirst(3) == ["0.5", "1", "1", "1", "1"])
    #expect(result.map { $0[2] }.prefix(5) == ["0", "0", "0", "0", "0"])
    #expect(result.map { $0[2] }.dropFirst(5) == ["1", "1", "1"])
    // A window of no time: before all that is observed, and behind it.
    #expect(result[0][3] == "0" && result[6][3] == "1" && result[7][3] == "1")
    // 3.5 days of 13.5.
    #expect(result[3][3] == "0.259259")
    #expect(result.map { $0[5] } == ["null", "null", "null", "null", "1", "0", "0", "0"])
    #expect(result.map { $0[4] } == ["0", "1", "1", "2", "1", "0", "0", "0"])
  }

  @Test("N2: what a mask hides is not covered")
  func hidden() throws {
    var hidden = script(
      """
      consents ledger of person from "ledger.csv" {
        person:  int  @key
        purpose: text @purpose
        since:   time @from
      }
      actions offers from "offers.csv" { offer: int @key; none "nothing" }
      mask m for offers { hide visits unless consent("mail") }
      exposure days of person from "days.csv" { person: int @key; moment: time @time; keep all }
      feature week = count(visits) over 7d
      feature known = coverage(week)
      show days under m | select moment, week, known
      """, ["1,2026-01-20T00:00:00Z,1"], days: ["2026-01-21", "2026-01-23"])
    hidden.files["ledger.csv"] = "person,purpose,since\n1,mail,2026-01-22T00:00:00Z\n"
    hidden.files["offers.csv"] = "offer\n1\n"
    #expect(
      try rows(hidden).map { $0.dropFirst().joined(separator: " ") } == ["null 0", "1 1"])
  }

  @Test("N3: sample forms of one value are null, population forms are 0")
  func variances() throws {
    let result = try rows(
      script(
        Self.days + """
          feature v = var(visits.spent) over all
          feature s = stddev(visits.spent) over all
          feature vp = var_pop(visits.spent) over all
          feature sp = stddev_pop(visits.spent) over all
          show days | select moment, v, s, vp, sp
          """, ["1,2026-01-20T00:00:00Z,1", "1,2026-01-21T00:00:00Z,5"],
        days: ["2026-01-20T12:00:00Z", "2026-01-22"]))
    #expect(result[0].dropFirst().joined(separator: " ") == "null null 0 0")
    #expect(result[1].dropFirst().joined(separator: " ").hasPrefix("8 2.828"))
    #expect(result[1].dropFirst(3).joined(separator: " ") == "4 2")
  }

  @Test("O1: every exposure is written, duplicates too")
  func duplicates() throws {
    let result = try rows(
      script(Self.days + "show days | select moment", [], days: ["2026-01-20", "2026-01-20"]))
    #expect(result.count == 2)
  }

  @Test("O3: an outcome is observed when its window ends by then, whether or not an event was seen")
  func censoring() throws {
    let result = try rows(
      script(
        """
        exposure days of person from "days.csv" {
          person: int @key
          moment: time @time
          keep all
          outcome came = any(visits) within 7d
        }
        show days | select moment, came
        """, ["1,2026-02-23T00:00:00Z,1"],
        days: ["2026-02-21", "2026-02-22", "2026-02-22T00:00:00.000001Z"]))
    // Observed through the last microsecond of 1 March.
    #expect(result.map { $0[1] } == ["true", "true", "true"])
    let late = try rows(
      script(
        """
        exposure days of person from "days.csv" {
          person: int @key
          moment: time @time
          keep all
          outcome came = any(visits) within 7d
        }
        show days | select moment, came
        """, ["1,2026-02-24T00:00:00Z,1"],
        days: ["2026-02-22T23:59:59.999999Z", "2026-02-23T00:00:00Z"]))
    #expect(late.map { $0[1] } == ["true", "null"])
  }

  @Test("O3: without `observed through` the newest event stands for it, with a warning")
  func observedByDefault() throws {
    let script = Shop.script(
      """
      exposure days of person in orders at @2026-01-25 { keep all; outcome n = count(orders) within 7d }
      show days | select n
      """)
    var plain = Script(
      text: script.text.replacing("observed through @2026-02-28", with: ""), files: script.files)
    plain.files["orders.csv"] = Shop.orders
    #expect(try plain.run().warnings.contains { $0.code == "W0702" })
    #expect(try !script.run().warnings.contains { $0.code == "W0702" })
  }

  /// Days of January of one person's exposures that a rule keeps.
  private func kept(_ rule: String, _ days: [String]) throws -> [String] {
    let result = try rows(
      script(
        """
        exposure days of person from "days.csv" { person: int @key; moment: time @time; keep \(rule) }
        show days | where kept | select moment
        """, [], days: days.map { "2026-01-\($0)" }))
    return result.map { String($0[0].dropFirst(8).prefix(2)) }
  }
  private static let moments = ["01", "03", "08", "09", "15", "31"]

  @Test("O5: keep all") func keepAll() throws {
    #expect(try kept("all", Self.moments) == Self.moments)
  }
  @Test("O5: keep first") func keepFirst() throws {
    #expect(try kept("first", Self.moments) == ["01"])
  }
  @Test("O5: keep first per P, counted from 1970 or on the local calendar") func keepFirstPer()
    throws
  {
    // 2026-01-01 is a Thursday, and so was 1970-01-01.
    #expect(try kept("first per 7d", Self.moments) == ["01", "08", "15", "31"])
    #expect(try kept("first per 1mo", Self.moments) == ["01"])
    // Mondays are the 5th, 12th, 19th and 26th.
    #expect(try kept("first per calendar 1w", Self.moments) == ["01", "08", "15", "31"])
    #expect(try kept("first per calendar 1w", ["04", "05", "11", "12"]) == ["04", "05", "12"])
  }
  @Test("O5: a calendar day is the local one, not 24 hours of UTC") func keepFirstPerLocalDay()
    throws
  {
    // In Paris the 31st of March 2026 starts at 22:00 UTC on the 30th.
    func kept(_ rule: String) throws -> [String] {
      let script = Script(
        text: """
          timezone "Europe/Paris"
          entity person
          exposure days of person from "days.csv" {
            person: int @key; moment: time @time; name: text; keep \(rule)
          }
          show days | where kept | select name
          """,
        files: [
          "days.csv": """
          person,moment,name
          1,2026-03-30T21:00:00Z,evening
          1,2026-03-30T22:30:00Z,midnight
          1,2026-03-31T00:30:00Z,night

          """
        ])
      return try rows(script).map { $0[0] }
    }
    #expect(try kept("first per 1d") == ["evening", "night"])
    #expect(try kept("first per calendar 1d") == ["evening", "midnight"])
  }
  @Test("O5: keep non_overlapping W, at least W after the last kept one") func keepApart() throws {
    #expect(try kept("non_overlapping 7d", Self.moments) == ["01", "08", "15", "31"])
    #expect(try kept("non_overlapping 8d", Self.moments) == ["01", "09", "31"])
  }
  @Test("O5: keep washout G, no other in the G before") func keepWashout() throws {
    #expect(try kept("washout 5d", Self.moments) == ["01", "15", "31"])
    #expect(try kept("washout 4d", Self.moments) == ["01", "08", "15", "31"])
  }
  @Test("O5: every row is written whatever the rule") func keepWrites() throws {
    let result = try rows(
      script(
        """
        exposure days of person from "days.csv" { person: int @key; moment: time @time; keep first }
        show days | select moment, kept
        """, [], days: ["2026-01-01", "2026-01-02"]))
    #expect(result.map { $0[1] } == ["true", "false"])
  }
}
