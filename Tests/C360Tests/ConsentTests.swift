import C360
import Foundation
import Testing

/// One customer's orders on the 1st, 2nd, 3rd and 4th, asked on the 5th unless a test says otherwise.
private func shop(
  _ ledger: String, _ text: String, at time: String = "2026-01-05", columns: String = "",
  header: String = "id,purpose,granted,revoked"
) -> Script {
  Script(
    text: """
      entity person
      events orders of person from "orders.csv" {
        id:     int   @key
        bought: time  @time
        amount: float
        kind:   text
        observed through @2026-01-31
      }
      consents ledger of person from "ledger.csv" {
        id:      int   @key
        purpose: text  @purpose
        granted: time  @from
        revoked: time? @until
        \(columns)
      }
      exposure now of person in orders at @\(time)
      feature n = count(orders)
      feature part = share(orders where kind == "tea")
      feature tail = sum(orders.amount) over last 2
      feature spend = sum(orders.amount)

      """ + text,
    files: [
      "orders.csv": """
      id,bought,amount,kind
      1,2026-01-01T12:00:00Z,1,tea
      1,2026-01-02T12:00:00Z,2,tea
      1,2026-01-03T12:00:00Z,4,cake
      1,2026-01-04T12:00:00Z,8,cake

      """,
      "ledger.csv": header + "\n" + ledger + "\n",
    ])
}

/// The shown cells of the first row, set apart by blanks.
private func cells(_ script: Script) throws -> String {
  let table = try #require(try script.run().shows.first)
  return table.columnNames.indices.map { column in
    switch table.value(0, column) {
    case .null: "·"
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .float(let value): "\(value)"
    case .text(let value): value
    case .vector, .list: table.text(0, column)
    }
  }.joined(separator: " ")
}

@Suite("consents: C1, state at an instant")
struct ConsentStateTests {
  private func held(_ ledger: String) throws -> String {
    try cells(shop(ledger, "show now | select c = consent(\"p\")"))
  }

  @Test(
    "As of a time a withdrawal after it is not known, one by then is; nor is what arrives later")
  func asOf() throws {
    var script = shop(
      """
      1,marketing,2026-01-01T00:00:00Z,2026-01-06T00:00:00Z
      """,
      """
      mask marketing { hide orders unless consent("marketing") }
      show now under marketing | select n
      """, at: "2026-01-10")
    #expect(try cells(script) == "·")
    script.adjust = { $0.asOf = SessionOptions.instant("2026-01-05T23:59:59Z") }
    #expect(try cells(script) == "4")
    script.adjust = { $0.asOf = SessionOptions.instant("2026-01-06") }
    #expect(try cells(script) == "·")
    script.text = script.text.replacingOccurrences(
      of: "  kind:   text", with: "  kind:   text\n  arrives within 1d")
    script.adjust = { $0.asOf = SessionOptions.instant("2026-01-05T11:00:00Z") }
    #expect(try cells(script) == "3")
  }

  @Test("C1: the last entry at or before the instant; no entry means not granted")
  func lastEntry() throws {
    #expect(try held("1,p,2026-01-05T00:00:00Z,") == "true")
    #expect(try held("1,p,2026-01-05T00:00:01Z,") == "false")
    #expect(try held("1,p,2026-01-01T00:00:00Z,2026-01-05T00:00:00Z") == "false")
    #expect(try held("2,p,2026-01-01T00:00:00Z,") == "false")
    #expect(try held("1,q,2026-01-01T00:00:00Z,") == "false")
  }

  @Test("C1: at equal times withdrawal wins")
  func equalTimes() throws {
    #expect(
      try held(
        """
        1,p,2026-01-01T00:00:00Z,2026-01-03T00:00:00Z
        1,p,2026-01-03T00:00:00Z,
        """) == "false")
  }

  @Test("C1: a withdrawal ends every grant before it, overlapping ones too; the report counts them")
  func overlapping() throws {
    let ledger = """
      1,p,2026-01-01T00:00:00Z,2026-01-03T00:00:00Z
      1,p,2026-01-02T00:00:00Z,2026-01-09T00:00:00Z
      """
    #expect(try held(ledger) == "false")
    let report = try shop(ledger, "show now | select c = consent(\"p\")").run()
    #expect(report.counts.overlappingGrants == ["ledger": ["p": 1]])
  }

  @Test("C2: a withdrawal counts before the grant of its row does, as of a time too")
  func reversedAsOf() throws {
    var script = shop(
      """
      1,p,2026-01-01T00:00:00Z,
      1,p,2026-02-10T00:00:00Z,2026-01-04T00:00:00Z
      """, "show now | select c = consent(\"p\")")
    #expect(try cells(script) == "false")
    script.adjust = { $0.asOf = SessionOptions.instant("2026-01-25") }
    #expect(try cells(script) == "false")
    #expect(try script.inFolder { try $0.canary().report }.values > 0)
  }

  @Test("C2: as of a time the grant of a row that is there for its withdrawal is not known yet")
  func grantAsOf() throws {
    // Withdrawn on the 4th, granted again at the very instant of the run and once more after it.
    var script = shop(
      """
      1,p,2026-01-01T00:00:00Z,
      1,p,2026-01-10T00:00:00Z,2026-01-04T00:00:00Z
      """,
      """
      exposure later of person in orders at @2026-01-12
      show now | select c = consent("p"), r = consent("p", at: run)
      show later | select c = consent("p")
      show ledger | select granted, revoked
      """, at: "2026-01-03")
    script.adjust = {
      $0.asOf = SessionOptions.instant("2026-01-10")
      $0.runTime = SessionOptions.instant("2026-01-10")
    }
    let report = try script.run()
    let shows = report.shows
    #expect(shows[0].value(0, 0) == .bool(true))
    #expect(shows[0].value(0, 1) == .bool(false))
    #expect(shows[1].value(0, 0) == .bool(false))
    #expect(shows[2].value(1, 0) == .null)
    #expect(report.counts.reversedConsents.isEmpty)
    // Of a run that is a moment later both are known.
    script.adjust = {
      $0.asOf = SessionOptions.instant("2026-01-10T00:00:01Z")
      $0.runTime = SessionOptions.instant("2026-01-10T00:00:01Z")
    }
    let after = try script.run().shows
    #expect(after[0].value(0, 1) == .bool(true))
    #expect(after[1].value(0, 0) == .bool(true))
  }

  @Test("C2: a row is a grant and a withdrawal, in whatever order they stand")
  func untilBeforeFrom() throws {
    let ledger = "1,p,2026-01-03T00:00:00Z,2026-01-01T00:00:00Z"
    #expect(try held(ledger) == "true")
    let report = try shop(ledger, "show now | select c = consent(\"p\")").run()
    #expect(report.counts.reversedConsents == ["ledger": ["p": 1]])
    #expect(report.summary.contains("1 row read, 1 withdrawn before granted\n"))
  }

  @Test("a ledger without purposes in some rows is refused")
  func nullPurpose() throws {
    #expect(
      try shop("1,,2026-01-01T00:00:00Z,", "show now | select c = consent(\"p\")").codes()
        == ["E0608"])
  }

  @Test("a purpose that no row has is a warning with the nearest one that is there")
  func unmentioned() throws {
    let report = try shop(
      "1,purchases,2026-01-01T00:00:00Z,", "show now | select c = consent(\"purchase\")"
    ).run()
    let warning = try #require(report.warnings.first { $0.code == "W0708" })
    #expect(
      warning.message == "no row of `ledger` has the purpose \"purchase\", so nobody has granted it"
    )
    #expect(warning.help == ["did you mean \"purchases\"?"])
  }
}

@Suite("consents: C2, at the event and at the run")
struct ConsentClockTests {
  @Test("C2, C3: at the event: windows hold the permitted events, shares and last n too")
  func atEvent() throws {
    let mask = "mask m { hide orders unless consent(\"p\", at: event) }\n"
    let show = mask + "show now under m | select n, part, tail, spend"
    // Granted on the 2nd and 3rd, and again from the 5th on.
    let twice = """
      1,p,2026-01-02T00:00:00Z,2026-01-04T00:00:00Z
      1,p,2026-01-05T00:00:00Z,
      """
    #expect(try cells(shop(twice, show)) == "2 0.5 6.0 6.0")
    // Not held at the decision: unknown, not zero.
    let before = "1,p,2026-01-02T00:00:00Z,2026-01-04T00:00:00Z"
    #expect(try cells(shop(before, show)) == "· · · ·")
    // Held since the decision only: known, and empty.
    #expect(try cells(shop("1,p,2026-01-05T00:00:00Z,", show)) == "0 · 0.0 0.0")
  }

  @Test("N2: time without the consent that a mask asks of events is not covered")
  func coverage() throws {
    let text = """
      feature recent = count(orders) over 4d
      mask each { hide orders unless consent("p", at: event) }
      mask whole { hide orders unless consent("p") }

      """
    func covered(_ ledger: String, _ mask: String) throws -> String {
      try cells(shop(ledger, text + "show now under \(mask) | select c = coverage(recent), recent"))
    }
    // Of the four days from the 1st, granted on the 2nd and, again, from noon of the 4th on.
    let parts = """
      1,p,2026-01-02T00:00:00Z,2026-01-03T00:00:00Z
      1,p,2026-01-04T12:00:00Z,
      """
    #expect(try covered(parts, "each") == "0.375 2")
    #expect(try covered(parts, "whole") == "1.0 4")
    #expect(try covered("1,p,2025-01-02T00:00:00Z,", "each") == "1.0 4")
    #expect(try covered("1,p,2026-01-02T00:00:00Z,2026-01-03T00:00:00Z", "each") == "0.0 ·")
    #expect(try covered("1,q,2026-01-02T00:00:00Z,", "whole") == "0.0 ·")
  }

  @Test("N2: covered is what several consents permit together")
  func coverageOfSeveral() throws {
    let text = """
      feature recent = count(orders) over 4d
      mask both { hide orders unless consent("p", at: event) and consent("q", at: event) }
      show now under both | select c = coverage(recent), recent
      """
    // 18 hours of the 3rd and 12 of the 4th, of four days.
    let ledger = """
      1,p,2026-01-02T00:00:00Z,2026-01-04T00:00:00Z
      1,p,2026-01-04T12:00:00Z,
      1,q,2026-01-03T06:00:00Z,
      """
    #expect(try cells(shop(ledger, text)) == "0.3125 2")
  }

  @Test("N2: a long ledger costs a decision little", .timeLimit(.minutes(1)))
  func coverageByLongLedger() throws {
    // Every other hour is permitted.
    let start = try Date("2024-12-01T00:00:00Z", strategy: .iso8601)
    let rows = (0..<11_000).map { row in
      let granted = start.addingTimeInterval(7200 * Double(row))
      return "1,p,\(granted.formatted(.iso8601)),"
        + "\(granted.addingTimeInterval(3600).formatted(.iso8601))"
    }
    let script = shop(
      rows.joined(separator: "\n"),
      """
      exposure nights of person in orders every 2h from @2025-01-01 through @2027-01-01
      mask each { hide orders unless consent("p", at: event) }
      feature recent = count(orders) over 30d
      feature covered = coverage(recent)
      show nights under each | group { n = count(); least = min(covered); most = max(covered) }
      """)
    let table = try #require(try script.run().shows.first)
    #expect(table.value(0, 1) == .float(0.5))
    #expect(table.value(0, 2) == .float(0.5))
  }

  @Test("C2: at the run: who has withdrawn since leaves")
  func atRun() throws {
    let mask = "mask m { hide orders unless consent(\"p\", at: run) }\n"
    let show = mask + "show now under m | select n"
    #expect(try cells(shop("1,p,2026-01-01T00:00:00Z,", show)) == "4")
    #expect(try cells(shop("1,p,2026-01-01T00:00:00Z,2026-03-01T00:00:00Z", show)) == "·")
    #expect(try cells(shop("1,p,2026-03-01T00:00:00Z,", show)) == "·")
  }

  @Test("C3: an outcome needs the consent from the decision to the end of its window")
  func outcome() throws {
    let text = """
      exposure weeks of person in orders every 7d from @2026-01-02 through @2026-01-03 {
        keep all
        outcome after = count(orders) within 3d
      }
      mask plain { hide orders unless consent("p") }
      mask each { hide orders unless consent("p", at: event) }

      """
    for mask in ["plain", "each"] {
      let show = text + "show weeks under \(mask) | select after"
      #expect(try cells(shop("1,p,2026-01-02T00:00:00Z,", show)) == "3")
      #expect(try cells(shop("1,p,2026-01-02T00:00:00Z,2026-01-05T00:00:00Z", show)) == "·")
      #expect(try cells(shop("1,p,2026-01-02T00:00:00Z,2026-01-06T00:00:00Z", show)) == "3")
      #expect(try cells(shop("1,p,2026-01-02T00:00:01Z,", show)) == "·")
    }
  }

  /// The outcome of [2nd, 5th] under a condition, by a ledger of days: `p 1 3` is granted on the 1st and
  /// withdrawn on the 3rd.
  private func outcome(
    _ condition: String, _ ledger: String, homes: String = ""
  ) throws -> String {
    let rows = ledger.split(separator: ",").map { row in
      let parts = row.split(separator: " ").map(String.init)
      let times = parts.dropFirst().map {
        $0.contains("T") ? "2026-01-\($0)Z" : "2026-01-0\($0)T00:00:00Z"
      }
      return "1,\(parts[0]),\(times[0]),\(times.count > 1 ? times[1] : "")"
    }
    var script = shop(
      rows.joined(separator: "\n"),
      """
      profile homes of person from "homes.csv" {
        id: int @key
        moved: time @from
        place: text = "nowhere"
      }
      exposure weeks of person in orders every 7d from @2026-01-02 through @2026-01-03 {
        keep all
        outcome after = count(orders) within 3d
      }
      mask m { hide orders unless \(condition) }
      show weeks under m | select after
      """)
    script.files["homes.csv"] = "id,moved,place\n" + homes
    return try cells(script)
  }

  @Test("C3: in an outcome's window one consent may take over from another, without a gap")
  func oneAfterAnother() throws {
    let either = "consent(\"p\") or consent(\"q\")"
    #expect(try outcome(either, "p 1 4,q 3") == "3")
    #expect(try outcome(either, "p 1 3,q 3") == "3")
    #expect(try outcome(either, "p 1 3,q 03T00:00:00.000001") == "·")
    #expect(try outcome(either, "p 1 5,q 05T00:00:00.000001") == "·")
    #expect(try outcome(either, "p 1 05T00:00:00.000001") == "3")
    #expect(try outcome(either, "p 02T00:00:00.000001,q 3") == "·")
    #expect(try outcome(either, "q 1 3,p 3 4,q 4") == "3")
    #expect(try outcome(either, "p 3,q 1 3") == "3")
  }

  @Test(
    "C1, C3: a withdrawal at the instant of a grant of the same purpose ends it, of another does not"
  )
  func takenOverAtOnce() throws {
    let either = "consent(\"p\") or consent(\"q\")"
    #expect(try outcome(either, "p 1 3,p 3") == "·")
    #expect(try outcome(either, "p 1 3,p 3,q 3 4,p 4") == "3")
    #expect(try outcome(either, "p 1 3,q 3 4,q 4") == "·")
  }

  @Test("C3: consents within `and` and `or` are asked together, and the run's once")
  func nested() throws {
    let nested = "(consent(\"p\") and (consent(\"q\") or consent(\"r\"))) or consent(\"s\")"
    #expect(try outcome(nested, "p 1,q 1 3,r 3") == "3")
    #expect(try outcome(nested, "p 1 4,q 1 3,r 3,s 4") == "3")
    #expect(try outcome(nested, "p 1 4,q 1 3,r 3,s 04T00:00:00.000001") == "·")
    #expect(try outcome(nested, "q 1,r 1") == "·")
    let run = "consent(\"p\", at: run) or consent(\"q\")"
    #expect(try outcome(run, "p 1 4,q 4") == "·")
    #expect(try outcome(run, "p 1 4,p 5,q 3") == "3")
    #expect(try outcome("(\(run)) and consent(\"r\")", "p 1,r 1 4") == "·")
  }

  @Test("C3: other parts of a condition are what they are at the decision")
  func otherParts() throws {
    func seen(_ place: String, _ ledger: String) throws -> String {
      try outcome(
        "(homes.place == \"\(place)\" and consent(\"p\")) or consent(\"q\")", ledger,
        homes: "1,2026-01-01T00:00:00Z,here\n1,2026-01-03T00:00:00Z,there\n")
    }
    #expect(try seen("here", "p 1 4,q 3") == "3")
    #expect(try seen("here", "p 1") == "3")
    #expect(try seen("there", "p 1 4,q 3") == "·")
    #expect(try seen("there", "q 1") == "3")
  }

  @Test("a hidden column of events: what reads it is unknown, the rest is not")
  func column() throws {
    let show = """
      mask m { hide orders.amount unless consent("p"); hide orders.kind }
      show now under m | select n, spend, part, tail
      """
    #expect(try cells(shop("1,q,2026-01-01T00:00:00Z,", show)) == "4 · · ·")
    #expect(try cells(shop("1,p,2026-01-01T00:00:00Z,", show)) == "4 15.0 · 12.0")
  }

  @Test(
    "C3: aggregates over what is hidden from everybody are unknown, and so are rules that read them"
  )
  func hiddenAlways() throws {
    let tables = """
      profile accounts of person from "accounts.csv" { id: int @key; since: time @from; tier: int = 0 }
      events calls of person from "calls.csv" { id: int @key; called: time @time }
      feature total = sum(accounts.tier + orders.amount)
      feature some  = any(orders.amount > accounts.tier)
      feature calm  = count(calls)
      feature mixed = count(calm + orders.amount)
      feature again = sum(mixed + 1 + orders.amount)
      mask base { hide accounts.tier else 100 }

      """
    func seen(_ mask: String) throws -> String {
      var script = shop(
        "1,q,2026-01-01T00:00:00Z,",
        tables + "mask m { \(mask) }\nshow now under m | select n, total, some, mixed, again")
      script.files["accounts.csv"] = "id,since,tier\n1,2025-01-01T00:00:00Z,1\n"
      script.files["calls.csv"] = "id,called\n1,2025-01-01T00:00:00Z\n"
      return try cells(script)
    }
    #expect(try seen("hide orders.kind") == "4 19.0 true 4 25.0")
    for otherwise in ["", " else 100", " unless consent(\"p\")", " unless consent(\"p\") else 100"]
    {
      #expect(try seen("hide accounts.tier" + otherwise) == "4 · · 4 25.0")
      #expect(try seen("hide calm" + otherwise) == "4 19.0 true · ·")
    }
    #expect(try seen("hide calls; hide accounts") == "4 · · · ·")
    // Of two lines about one thing either may hide it from everybody.
    for lines in [
      "include base; hide accounts.tier unless consent(\"p\") else 100",
      "include base; hide accounts.tier else 100",
    ] {
      #expect(try seen(lines) == "4 · · 4 25.0")
    }
  }

  @Test("a hidden column at the event: what reads it sees the permitted events")
  func columnAtEvent() throws {
    let show = """
      mask m { hide orders.amount unless consent("p", at: event) else -1.0 }
      show now under m | select n, spend, part
      """
    #expect(try cells(shop("1,p,2026-01-03T00:00:00Z,", show)) == "4 12.0 0.5")
    #expect(try cells(shop("1,p,2026-01-06T00:00:00Z,", show)) == "4 -1.0 0.5")
  }

  @Test("all consents granted: the same bytes as without a mask")
  func allGranted() throws {
    let ledger = "1,p,1970-01-01T00:00:00Z,"
    let values = "n, part, tail, spend"
    let plain = try shop(ledger, "show now | select \(values)").shown()
    for condition in ["\"p\"", "\"p\", at: event", "\"p\", at: run"] {
      let masked = """
        mask m { hide orders unless consent(\(condition)) }
        show now under m | select \(values)
        """
      #expect(try shop(ledger, masked).shown() == plain)
    }
  }
}

@Suite("consents: channels and several ledgers")
struct ConsentChannelTests {
  private static let offers = """
    actions offers from "offers.csv" {
      offer:   text @key
      channel: text?
      none "nothing"
    }
    objective value for offers { maximize one = 1 }
    mask m for offers {
      forbid opted_out when not consent("ads", channel: offers.channel)
    }
    policy p for offers at now {
      mask m
      objective value
      choose greedy
      fallback "nothing"
    }
    show p | select reasons

    """

  private func reasons(_ ledger: String) throws -> String {
    var script = shop(
      ledger, Self.offers, columns: "channel: text? @channel",
      header: "id,purpose,channel,granted,revoked")
    script.files["offers.csv"] = "offer,channel\ncall,phone\nmail,email\nletter,\nmail2,email\n"
    return try cells(script)
  }

  @Test("a rule asks the ledger by the channel of each action; an entry without one holds for all")
  func perAction() throws {
    #expect(try reasons("1,ads,email,2026-01-01T00:00:00Z,") == "opted_out: call, letter")
    #expect(try reasons("1,ads,,2026-01-01T00:00:00Z,") == "")
    #expect(
      try reasons(
        """
        1,ads,,2026-01-01T00:00:00Z,
        1,ads,phone,2025-01-01T00:00:00Z,2026-01-02T00:00:00Z
        """) == "opted_out: call")
    // A later withdrawal from everything ends what was granted for a channel.
    #expect(
      try reasons(
        """
        1,ads,,2025-01-01T00:00:00Z,2026-01-03T00:00:00Z
        1,ads,phone,2026-01-02T00:00:00Z,
        1,ads,email,2026-01-04T00:00:00Z,
        """) == "opted_out: call, letter")
    #expect(try reasons("1,other,,2026-01-01T00:00:00Z,") == "opted_out: call, mail, letter, mail2")
  }

  @Test("without a channel only entries for every channel count; a named one as for an action")
  func named() throws {
    let show = """
      show now | select a = consent("ads"), b = consent("ads", channel: "email"), \
      c = consent("ads", channel: "fax")
      """
    func asked(_ ledger: String) throws -> String {
      try cells(
        shop(
          ledger, show, columns: "channel: text? @channel",
          header: "id,purpose,channel,granted,revoked"))
    }
    #expect(try asked("1,ads,email,2026-01-01T00:00:00Z,") == "false true false")
    #expect(try asked("1,ads,,2026-01-01T00:00:00Z,") == "true true true")
  }

  @Test("two ledgers are told apart by name")
  func twoLedgers() throws {
    var script = shop(
      "1,p,2026-01-01T00:00:00Z,",
      """
      consents partners of person from "partners.csv" {
        id:      int  @key
        purpose: text @purpose
        granted: time @from
      }
      show now | select a = consent(ledger, "p"), b = consent(partners, "p")

      """)
    script.files["partners.csv"] = "id,purpose,granted\n1,q,2026-01-01T00:00:00Z\n"
    #expect(try cells(script) == "true false")
  }
}

@Suite("consents: the record of a run")
struct ConsentRecordTests {
  @Test("the manifest says what each line of a mask asked of whom, and how many rows it hid")
  func manifest() throws {
    var script = shop(
      "1,p,2026-01-02T00:00:00Z,",
      """
      actions offers from "offers.csv" {
        offer: text @key
        none "nothing"
      }
      mask m for offers {
        hide orders      unless consent("p", at: event)               because "scope"
        hide orders.kind unless consent("p") and consent("q", at: run)
        forbid opted_out when not consent("ads")                      because "the law"
      }
      score appeal for offers = if consent("score") then 1.0 else 0.5
      objective value for offers { maximize one = appeal because "a start" }
      policy first for offers at now {
        mask m
        objective value
        choose greedy
        fallback "nothing"
      }
      output features = now under m | select n, part to "features.csv"
      output decided = first to "decided.csv"
      """)
    script.files["offers.csv"] = "offer\nmail\n"
    let (text, report) = try script.inFolder { session in
      let report = try session.run()
      let path = try #require(report.manifestPath)
      return (try String(contentsOfFile: path, encoding: .utf8), report)
    }
    for part in [
      #""hide": "orders unless consent(\"p\", at: event)""#,
      #""ledger: \"p\" at the decision""#, #""ledger: \"p\" at the event""#,
      #""ledger: \"q\" at the run""#, #""because": "scope""#, #""opted_out": ["#,
      #""ledger: \"ads\" at the decision""#, #""forbid opted_out": "the law""#,
      #""term one": ["#, #""ledger: \"score\" at the decision""#,
      #""one": "a start""#,
    ] {
      #expect(text.contains(part), "\(part) in \(text)")
    }
    #expect(report.outputs[0].hidden.map(\.rows) == [0, 1])
    #expect(report.outputs[0].hidden.map(\.events) == [1, nil])
    #expect(report.outputs[1].hidden.map(\.rows) == [0, 1])
    #expect(report.summary.contains("hidden: orders in 0 and 1 events, orders.kind in 1\n"))
  }

  @Test("the manifest lists the consents that conditions of arbitrations ask, of those within too")
  func arbitrations() throws {
    var script = shop(
      "1,p,2026-01-02T00:00:00Z,",
      """
      actions offers from "offers.csv" {
        offer: text @key
        none "nothing"
      }
      feature reachable = consent("calls")
      objective value for offers { maximize one = 1.0 }
      policy bold for offers at now { mask none; objective value; choose greedy; fallback "nothing" }
      policy calm for offers at now { mask none; objective value; choose greedy; fallback "nothing" }
      arbitrate inner of person at now {
        mask none
        first bold when consent("p", at: run)
        then calm
      }
      arbitrate outer of person at now {
        mask none
        first bold when reachable and n > 100
        then inner
      }
      output decided = outer to "decided.csv"
      """)
    script.files["offers.csv"] = "offer\nmail\n"
    let text = try script.inFolder { session in
      let path = try #require(try session.run().manifestPath)
      return try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isWhitespace)
        .joined(separator: " ")
    }
    for part in [
      #""first bold when reachable and n > 100": [ "ledger: \"calls\" at the decision" ]"#,
      #""inner: first bold when consent(\"p\", at: run)": [ "ledger: \"p\" at the decision", "ledger: \"p\" at the run" ]"#,
    ] {
      #expect(text.contains(part), "\(part) in \(text)")
    }
  }

  @Test("C3: hidden outcomes are counted apart from censored ones")
  func hiddenOutcomes() throws {
    let script = shop(
      "1,p,2026-01-02T00:00:00Z,2026-01-10T00:00:00Z",
      """
      exposure weeks of person in orders every 7d from @2026-01-02 through @2026-01-31 {
        keep all
        outcome after = count(orders) within 7d
      }
      mask m { hide orders unless consent("p") }
      output labels = weeks under m | select after to "labels.csv"
      """)
    // Of the 2nd; withdrawn within the weeks of the 9th, before that of the 16th and 23rd, and the
    // week of the 30th is not observed to its end.
    let report = try script.run()
    #expect(report.outputs[0].hiddenOutcomes.map(\.rows) == [4])
    #expect(report.outputs[0].hidden.map(\.rows) == [3])
    #expect(report.exposures.map { $0.censored.map(\.rows) } == [[1]])
  }
}
