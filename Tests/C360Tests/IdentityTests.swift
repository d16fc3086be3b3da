import C360
import Foundation
import Testing

/// Devices and their owners, as clicks see them.
private enum Devices {
  static let clicks = """
    device,clicked,dwell
    a,2026-01-01T10:00:00Z,1
    a,2026-01-02T10:00:00Z,3
    b,2026-01-01T11:00:00Z,4
    c,2026-01-01T11:00:00Z,8

    """

  static func script(
    _ resolve: String, _ text: String, links: String, clicks: String = clicks, known: Bool = true
  ) -> Script {
    Script(
      text: """
        entity person
        identity devices to person from "links.csv" {
          device: text  @key
          person: int   @entity
          p:      float @weight
        \(known ? "  since:  time  @known" : "")
          resolve \(resolve)
        }
        events clicks of person via devices from "clicks.csv" {
          device: text @key
          clicked: time @time
          dwell:  float
          observed through @2026-03-01
        }

        """ + text, files: ["links.csv": links, "clicks.csv": clicks])
  }
}

@Suite("identity: to whom events of identifiers belong")
struct IdentityTests {
  private let moving = """
    device,person,p,since
    a,1,0.9,2026-01-01T00:00:00Z
    a,2,0.95,2026-01-04T00:00:00Z
    b,2,0.4,2026-01-01T00:00:00Z

    """

  @Test("I1: a link counts from strictly after it was learned of, and then for the whole past")
  func knownBefore() throws {
    let script = Devices.script(
      "best above 0.5",
      """
      exposure days of person every 1d from @2026-01-03 through @2026-01-05
      feature n = count(clicks)
      show days | select person, at, n
      """, links: moving)
    #expect(
      try script.shown() == """
        person  at                    n
        ------  --------------------  -
             1  2026-01-03T00:00:00Z  2
             1  2026-01-04T00:00:00Z  2
             2  2026-01-05T00:00:00Z  2

        """)
  }

  @Test("I1: rows of one identifier and entity are versions, the latest one counts")
  func versions() throws {
    let script = Devices.script(
      "best above 0.5",
      """
      exposure days of person every 1d from @2026-01-03 through @2026-01-06
      feature n = count(clicks)
      show days | select person, at, n
      """,
      links: """
        device,person,p,since
        a,1,0.9,2026-01-01T00:00:00Z
        a,1,0.1,2026-01-04T00:00:00Z
        a,1,0.6,2026-01-05T00:00:00Z

        """)
    #expect(
      try script.shown() == """
        person  at                    n
        ------  --------------------  -
             1  2026-01-03T00:00:00Z  2
             1  2026-01-04T00:00:00Z  2
             1  2026-01-06T00:00:00Z  2

        """)
  }

  @Test("an error of an identity is the only one: what it would have said is not missed")
  func oneError() throws {
    let script = Devices.script(
      "weighted above 1.5",
      """
      exposure now of person at @2026-02-01
      feature n = count(clicks)
      feature sureness = confidence(person)
      show now | select person, n, sureness
      """, links: moving)
    #expect(try script.codes() == ["E0241"])
  }

  @Test("confidence: the greatest probability among the links known before, null without one")
  func confidence() throws {
    let text = """
      exposure days of person every 1d from @2026-01-02 through @2026-01-06
      feature sureness = confidence(person)
      feature n = count(clicks)
      show days | select person, at, sureness, n
      """
    let links = """
      device,person,p,since
      a,1,0.7,2026-01-01T00:00:00Z
      b,1,0.2,2026-01-01T00:00:00Z
      b,1,0.9,2026-01-04T00:00:00Z
      c,1,0.95,2026-01-01T00:00:00Z
      c,1,0.1,2026-01-03T00:00:00Z
      a,2,0.3,2026-01-02T00:00:00Z

      """
    #expect(
      try Devices.script("weighted above 0.2", text, links: links).shown() == """
        person  at                    sureness     n
        ------  --------------------  --------  ----
             1  2026-01-02T00:00:00Z      0.95  1.85
             1  2026-01-03T00:00:00Z      0.95  2.55
             1  2026-01-04T00:00:00Z       0.7   1.6
             1  2026-01-05T00:00:00Z       0.9   2.3
             1  2026-01-06T00:00:00Z       0.9   2.3
             2  2026-01-03T00:00:00Z       0.3   0.6
             2  2026-01-04T00:00:00Z       0.3   0.6
             2  2026-01-05T00:00:00Z       0.3   0.6
             2  2026-01-06T00:00:00Z       0.3   0.6

        """)
  }

  @Test("confidence under best: of the links that win, with their own probability")
  func confidenceOfTheBest() throws {
    let script = Devices.script(
      "best above 0.5",
      """
      exposure now of person at @2026-02-01
      profile people of person from "people.csv" { person: int @key }
      exposure all of person in people at @2026-02-01
      show all | select person, p = confidence(person)
      """,
      links: """
        device,person,p
        a,9,0.7
        a,10,0.7
        b,10,0.6
        c,11,0.4

        """, known: false)
    var files = script.files
    files["people.csv"] = "person\n9\n10\n11\n"
    #expect(
      try Script(text: script.text, files: files).shown() == """
        person     p
        ------  ----
             9   0.7
            10   0.6
            11  null

        """)
  }

  @Test("G5: in the argument of an aggregate the confidence is that at each event")
  func confidenceAsOfEvents() throws {
    let script = Devices.script(
      "best above 0.5",
      """
      events orders of person from "orders.csv" {
        person: int   @key
        bought: time  @time
        amount: float
      }
      exposure now of person in orders at @2026-02-01
      feature sureness = confidence(person)
      feature sure = sum(orders.amount * (sureness ?? 0))
      show now | select person, sure
      """,
      links: """
        device,person,p,since
        a,1,0.75,2026-01-01T00:00:00Z
        a,1,0.5,2026-01-03T00:00:00Z

        """)
    var files = script.files
    files["orders.csv"] = """
      person,bought,amount
      1,2026-01-01T00:00:00Z,1000
      1,2026-01-03T00:00:00Z,100
      1,2026-01-03T00:00:01Z,10

      """
    #expect(
      try Script(text: script.text, files: files).shown() == """
        person  sure
        ------  ----
             1    80

        """)
  }

  @Test("best: ties go to the smaller key; below the threshold to nobody, counted")
  func best() throws {
    let script = Devices.script(
      "best above 0.5",
      """
      exposure now of person at @2026-02-01
      feature total = sum(clicks.dwell)
      show now | select person, total
      """,
      links: """
        device,person,p,since
        a,9,0.7,2026-01-01T00:00:00Z
        a,10,0.7,2026-01-01T00:00:00Z
        b,2,0.49,2026-01-01T00:00:00Z

        """)
    let report = try script.run()
    #expect(
      report.shows[0].rendered() == """
        person  total
        ------  -----
             9      4

        """)
    #expect(report.summary.contains("2 of identifiers that belong to nobody"))
    #expect(report.summary.contains("1 identifiers below the threshold"))
    #expect(
      report.summary.contains(
        "1 identifier of equally probable links, 1 identifier of probabilities above 1 together"))
  }

  @Test("I2: counts, sums and means mix over probabilities, the others take the likely events")
  func weighted() throws {
    let script = Devices.script(
      "weighted above 0.1",
      """
      exposure now of person at @2026-02-01
      feature n       = count(clicks)
      feature total   = sum(clicks.dwell)
      feature average = mean(clicks.dwell)
      feature long    = share(clicks where dwell > 3)
      feature newest  = last(clicks.dwell)
      feature longest = max(clicks.dwell, weight: any)
      show now | select person, n, total, average, long, newest, longest
      """,
      links: """
        device,person,p,since
        a,1,0.5,2026-01-01T00:00:00Z
        a,2,0.25,2026-01-01T00:00:00Z
        b,2,0.75,2026-01-01T00:00:00Z
        c,2,0.05,2026-01-01T00:00:00Z

        """)
    // Person 2: two clicks of a at 1/4 and one of b at 3/4; c is below the threshold.
    #expect(
      try script.shown() == """
        person     n  total  average  long  newest  longest
        ------  ----  -----  -------  ----  ------  -------
             1     1      2        2     0       3        3
             2  1.25      4      3.2   0.6       4        4

        """)
  }

  @Test("E3: a share of weighted events is rounded once, for actions too")
  func weightedShare() throws {
    var script = Devices.script(
      "weighted above 0.1",
      """
      actions lengths from "lengths.csv" {
        name:  text @key
        dwell: float
        none "none"
      }
      exposure now of person at @2026-02-01
      feature long    = share(clicks where dwell > 3)
      feature average = mean(if clicks.dwell > 3 then 1.0 else 0.0)
      feature fit for lengths = share(clicks where dwell == lengths.dwell)
      objective best for lengths { maximize fit = fit ?? 0 }
      policy take for lengths at now {
        mask none
        objective best
        choose greedy
        fallback "none"
      }
      show now | select person, long, average
      show candidates(take) | where action == "long" | select person, value
      """,
      links: """
        device,person,p,since
        a,1,0.8,2026-01-01T00:00:00Z
        b,1,1,2026-01-01T00:00:00Z
        c,1,1,2026-01-01T00:00:00Z

        """,
      clicks: """
        device,clicked,dwell
        a,2026-01-01T10:00:00Z,4
        b,2026-01-01T11:00:00Z,1
        c,2026-01-01T11:00:00Z,2

        """)
    script.files["lengths.csv"] = "name,dwell\nlong,4\n"
    let shows = try script.run().shows
    // 0.8 / 2.8, where 2.8 is no double.
    for cell in [shows[0].value(0, 1), shows[0].value(0, 2), shows[1].value(0, 1)] {
      #expect(cell == .float(0.2857142857142857))
    }
  }

  @Test("I3: a weighted feature shows the sum of its probabilities and the effective number")
  func effective() throws {
    let script = Devices.script(
      "weighted above 0.1",
      """
      exposure days of person every 1d from @2026-01-02 through @2026-01-04
      feature n         = count(clicks)
      feature effective = effective_count(clicks)
      feature long      = effective_count(clicks where dwell > 2)
      feature known     = effective_count(if clicks.dwell == 1 then null else clicks.dwell)
      feature recent    = effective_count(clicks) over 12h
      show days | where person == 1 | select at, n, effective, long, known, recent
      """,
      links: """
        device,person,p,since
        a,1,0.5,2026-01-01T00:00:00Z
        b,1,1,2026-01-01T00:00:00Z

        """)
    // 1.5² / 1.25 = 1.8 of a and b; 2² / 1.5 of a twice and b.
    #expect(
      try script.shown() == """
        at                      n  effective  long  known  recent
        --------------------  ---  ---------  ----  -----  ------
        2026-01-02T00:00:00Z  1.5        1.8     1      1       0
        2026-01-03T00:00:00Z    2   2.666667   1.8    1.8       0
        2026-01-04T00:00:00Z    2   2.666667   1.8    1.8       0

        """)
  }

  @Test("I3: where every probability is 0 or 1 the effective number is the number, bit by bit")
  func effectiveOfCertain() throws {
    let clicks =
      "device,clicked,dwell\n"
      + (0..<49).map { "\($0 % 7 < 5 ? "a" : "b"),2026-01-01T00:00:\($0 + 10)Z,1\n" }.joined()
    let table = try Devices.script(
      "weighted above 0",
      """
      exposure seconds of person every 1s from @2026-01-01T00:00:05 through @2026-01-01T00:01:05
      feature n         = count(clicks)
      feature effective = effective_count(clicks)
      show seconds | select n, effective
      """, links: "device,person,p,since\na,1,1,2026-01-01T00:00:00Z\nb,1,0,2026-01-01T00:00:00Z\n",
      clicks: clicks
    ).run().shows[0]
    #expect(table.rowCount == 55)
    #expect((0..<table.rowCount).allSatisfy { table.value($0, 0) == table.value($0, 1) })
    #expect(table.value(54, 1) == .float(35))
  }

  @Test("I3: an explanation shows both of every window of weighted events")
  func effectiveInExplanation() throws {
    var script = Devices.script(
      "weighted above 0.1",
      """
      actions offers from "offers.csv" { offer: text @key; none "nothing" }
      exposure now of person at @2026-02-01
      feature average = mean(clicks.dwell)
      feature longest = max(clicks.dwell)
      objective best for offers { maximize fit = (average ?? 0) + (longest ?? 0) }
      policy p for offers at now { mask none; objective best; choose greedy; fallback "nothing" }
      """,
      links: """
        device,person,p,since
        a,1,0.5,2026-01-01T00:00:00Z
        b,1,1,2026-01-01T00:00:00Z

        """)
    script.files["offers.csv"] = "offer\nx\n"
    let (why, text) = try script.inFolder { session in
      let why = try session.why(policy: "p", entity: nil, key: "1", at: nil, limit: 1)
      return (why, why.text)
    }
    let choice = try #require(why.decisions.first?.choice)
    let average = try #require(choice.policy.reads.firstIndex { $0.name == "average" })
    #expect(choice.events[average].first?.count == .float(2))
    #expect(choice.events[average].first?.effective == .float(2.6666666666666665))
    // Whole events have a number, and no other.
    let longest = try #require(choice.policy.reads.firstIndex { $0.name == "longest" })
    #expect(choice.events[longest].first?.count == .float(2))
    #expect(choice.events[longest].first?.effective == nil)
    #expect(text.contains("events  effective  first"))
    #expect(why.json.contains("\"effective\": 2.6666666666666665"))
  }

  @Test("I2: vectors of weighted events are mixed element by element, exactly")
  func weightedVectors() throws {
    let script = Script(
      text: """
        entity person
        identity devices to person from "links.csv" {
          device: text @key
          person: int @entity
          p: float @weight
          resolve weighted above 0
        }
        events clicks of person via devices from "clicks.jsonl" {
          device: text @key
          clicked: time @time
          taste: vector(2)?
          observed through @2026-03-01
        }
        exposure now of person at @2026-01-04
        feature total = sum(clicks.taste)
        feature middle = mean(clicks.taste)
        feature left = decayed_sum(clicks.taste, half_life: 1d)
        feature mild = decayed_mean(clicks.taste, half_life: 1d)
        feature newest = last(clicks.taste)
        feature none = mean(clicks.taste) over 1h
        show now | select person, total, middle, left, mild, newest, none
        """,
      files: [
        "links.csv": "device,person,p\na,1,0.5\na,2,0.25\nb,1,1\nb,2,0\n",
        "clicks.jsonl": """
        {"device": "a", "clicked": "2026-01-02T00:00:00Z", "taste": [4, 1e16]}
        {"device": "b", "clicked": "2026-01-03T00:00:00Z", "taste": [1, 2]}
        {"device": "b", "clicked": "2026-01-03T00:00:00Z", "taste": null}
        {"device": "a", "clicked": "2026-01-03T00:00:00Z", "taste": [0, -1e16]}

        """,
      ])
    // Person 1: p·v is [2, 5e15], [1, 2] and [0, −5e15]; Σp of those with a value is 2. Decayed to the
    // decision: [2, 5e15] / 4 and [1, 2 − 5e15] / 2, weights 1/8, 1/2 and 1/4.
    let table = try script.run().shows[0]
    #expect(table.value(0, 1) == .vector([3, 2]))
    #expect(table.value(0, 2) == .vector([1.5, 1]))
    #expect(table.value(0, 3) == .vector([1, -1.25e15 + 1]))
    #expect(table.value(0, 4) == .vector([1 / 0.875, (-1.25e15 + 1) / 0.875]))
    #expect(table.value(1, 1) == .vector([1, 0]))
    #expect(table.value(1, 2) == .vector([2, 0]))
    // Of equal times the click of b is the last in the order of values; those of p < 0.5 are no whole events.
    #expect(table.value(0, 5) == .vector([1, 2]))
    #expect(table.value(1, 5) == .null)
    #expect(table.value(0, 6) == .null)
  }

  @Test("I3: probabilities of 0 and 1 give the values without weights, bit by bit")
  func certain() throws {
    let features = """
      exposure days of person every 1d from @2026-01-02 through @2026-01-06
      feature n       = count(clicks)
      feature total   = sum(clicks.dwell) over 36h
      feature average = mean(clicks.dwell)
      feature long    = share(clicks where dwell > 3)
      feature warm    = decayed_sum(clicks.dwell, half_life: 7h)
      feature often   = decayed_count(clicks, half_life: 7h)
      feature mild    = decayed_mean(clicks.dwell, half_life: 7h)
      feature ratios  = ratio(clicks.dwell, clicks.dwell * 3)
      feature newest  = last(clicks.dwell)
      show days | select person, at, visits = float(n), total, average, long, warm, often, mild, ratios, newest
      """
    let clicks = """
      device,clicked,dwell
      a,2026-01-01T10:00:00Z,0.1
      a,2026-01-02T10:00:00Z,0.7
      a,2026-01-02T13:00:00Z,1e16
      b,2026-01-01T11:00:00Z,0.3
      b,2026-01-03T11:00:00Z,-1e16

      """
    let links = """
      device,person,p,since
      a,1,1,2026-01-01T00:00:00Z
      a,1,0,2026-01-04T00:00:00Z
      a,2,1,2026-01-04T00:00:00Z
      b,2,1,2026-01-01T00:00:00Z
      b,3,0,2026-01-01T00:00:00Z

      """
    func values(_ rule: String) throws -> [String] {
      let table = try Devices.script(rule, features, links: links, clicks: clicks).run().shows[0]
      return (0..<table.rowCount).map { row in
        table.columnNames.indices.map { "\(table.value(row, $0))" }.joined(separator: " | ")
      }
    }
    #expect(try values("weighted above 0") == values("best above 0"))
  }

  @Test("clusters: the smallest identifier names the cluster, which grows as links become known")
  func clusters() throws {
    let script = Script(
      text: """
        entity person
        identity people to person from "pairs.csv" {
          one:   text  @left
          other: text  @right
          score: float
          since: time  @known
          link 1 - score
          resolve clusters above 0.5
        }
        events clicks of person via people from "clicks.csv" {
          id: text @key
          clicked: time @time
        }
        exposure days of person every 1d from @2026-01-02 through @2026-01-05
        feature n = count(clicks)
        show days | select person, at, n
        """,
      files: [
        "pairs.csv": """
        one,other,score,since
        c,b,0.1,2026-01-02T00:00:00Z
        a,b,0.2,2026-01-03T00:00:00Z
        c,a,0.2,2026-01-03T00:00:00Z
        b,c,0.9,2026-01-04T00:00:00Z
        d,a,0.6,2026-01-01T00:00:00Z

        """,
        "clicks.csv": """
        id,clicked
        b,2026-01-01T10:00:00Z
        c,2026-01-01T11:00:00Z
        d,2026-01-01T11:00:00Z

        """,
      ])
    #expect(
      try script.shown() == """
        person  at                    n
        ------  --------------------  -
        a       2026-01-04T00:00:00Z  2
        a       2026-01-05T00:00:00Z  2
        b       2026-01-02T00:00:00Z  1
        b       2026-01-03T00:00:00Z  2
        c       2026-01-02T00:00:00Z  1
        d       2026-01-02T00:00:00Z  1
        d       2026-01-03T00:00:00Z  1
        d       2026-01-04T00:00:00Z  1
        d       2026-01-05T00:00:00Z  1

        """)
  }

  @Test("links of one moment that disagree are counted", arguments: [true, false])
  func contradictions(isCluster: Bool) throws {
    let script = Script(
      text: """
        entity person
        identity people to person from "pairs.csv" {
          one:   text @\(isCluster ? "left" : "key")
          other: text @\(isCluster ? "right" : "entity")
          p:     float\(isCluster ? "\n  link p" : " @weight")
          resolve \(isCluster ? "clusters" : "best") above 0.5
        }
        events clicks of person via people from "clicks.csv" {
          id: text @key
          clicked: time @time
          observed through @2026-03-01
        }
        exposure now of person at @2026-01-02
        feature n = count(clicks)
        show now | select person, n
        """,
      files: [
        "pairs.csv": "one,other,p\nx,b,0.9\nx,b,0.1\nx,b,0.1\ny,b,0.9\ny,b,0.9\n",
        "clicks.csv": "id,clicked\nx,2026-01-01T00:00:00Z\n",
      ])
    #expect(try script.run().summary.contains("5 rows read, 1 contradicted at the same moment"))
  }

  @Test("clusters: a link that is taken back among many", .timeLimit(.minutes(1)))
  func clusterOfMany() throws {
    // A chain, found link by link; its middle is taken back in the end.
    let count = 6000
    let start = try Date("2026-01-01T00:00:00Z", strategy: .iso8601)
    func known(_ second: Int) -> String {
      start.addingTimeInterval(Double(second)).formatted(.iso8601)
    }
    var pairs = (0..<count - 1).map { "\(10000 + $0),\(10001 + $0),1,\(known($0))" }
    pairs.append("\(9999 + count / 2),\(10000 + count / 2),0,2026-01-03T00:00:00Z")
    let script = Script(
      text: """
        entity person
        identity people to person from "pairs.csv" {
          one:   int  @left
          other: int  @right
          p:     float
          since: time @known
          link p
          resolve clusters above 0.5
        }
        events clicks of person via people from "clicks.csv" {
          id: int @key
          clicked: time @time
        }
        exposure days of person every 1d from @2026-01-03 through @2026-01-04
        feature n = count(clicks)
        show days | where n > 0 | select person, at, n
        """,
      files: [
        "pairs.csv": "one,other,p,since\n" + pairs.joined(separator: "\n") + "\n",
        "clicks.csv": "id,clicked\n"
          + (0..<count).map { "\(10000 + $0),2025-12-01T00:00:00Z\n" }.joined(),
      ])
    #expect(
      try script.shown() == """
        person  at                       n
        ------  --------------------  ----
         10000  2026-01-03T00:00:00Z  6000
         10000  2026-01-04T00:00:00Z  3000
         13000  2026-01-04T00:00:00Z  3000

        """)
  }

  @Test("what looks forward goes by all links there are")
  func outcomes() throws {
    let script = Devices.script(
      "best above 0.5",
      """
      exposure sends of person from "sends.csv" {
        person:  int  @key
        sent_at: time @time
        keep all
        outcome clicked = any(clicks) within 2d
      }
      show sends | select person, sent_at, clicked
      """, links: moving)
    var complete = script
    complete.files["sends.csv"] = """
      person,sent_at
      1,2026-01-01T00:00:00Z
      2,2026-01-01T00:00:00Z

      """
    #expect(
      try complete.shown() == """
        person  sent_at               clicked
        ------  --------------------  -------
             1  2026-01-01T00:00:00Z  false
             2  2026-01-01T00:00:00Z  true

        """)
  }

  @Test(
    "bad links are complained of",
    arguments: [
      ("a,1,1.5,2026-01-01T00:00:00Z", "E0741"), ("a,1,-0.1,2026-01-01T00:00:00Z", "E0741"),
      ("a,1,nan,2026-01-01T00:00:00Z", "E0609"), ("a,,0.5,2026-01-01T00:00:00Z", "E0608"),
    ])
  func badLinks(row: String, code: String) throws {
    let script = Devices.script(
      "weighted above 0.1",
      "exposure now of person at @2026-02-01\nfeature n = count(clicks)\nshow now | select n",
      links: "device,person,p,since\n\(row)\n")
    #expect(try script.codes() == [code])
  }

  @Test(
    "a bad link is told with its row, its column and what to do",
    arguments: [
      ("weighted above 0.1", "a,1,1.5,2026-01-01T00:00:00Z", 1, "`resolve best`"),
      ("best above 0.1", "a,1,1.5,2026-01-01T00:00:00Z", 1, "80 percent is written 0.8"),
      // The second link is too weak to be accepted, and counts all the same.
      (
        "weighted above 0.2", "a,1,0.9,2026-01-01T00:00:00Z\na,2,0.15,2026-01-03T00:00:00Z", 2,
        "those below the threshold included"
      ),
    ])
  func badLinkPlace(rule: String, rows: String, row: Int, help: String) throws {
    let found = try Devices.script(
      rule, "exposure now of person at @2026-02-01\nfeature n = count(clicks)\nshow now | select n",
      links: "device,person,p,since\n\(rows)\n"
    ).diagnostics()
    #expect(found.map(\.code.name) == ["E0741"])
    #expect(found.first?.data?.row == row)
    #expect(found.first?.data?.column == "p")
    #expect(found.first?.help.first?.contains(help) == true)
  }

  @Test(
    "no advice is given for a link without a probability that the next message takes back",
    arguments: [("", "E0608"), ("nan", "E0609")])
  func noWeight(weight: String, code: String) throws {
    let found = try Devices.script(
      "weighted above 0.1",
      "exposure now of person at @2026-02-01\nfeature n = count(clicks)\nshow now | select n",
      links: "device,person,p,since\na,1,\(weight),2026-01-01T00:00:00Z\n"
    ).diagnostics()
    #expect(found.map(\.code.name) == [code])
    #expect(found.first?.help.first?.hasPrefix("no row is without it") == true)
  }

  @Test("NaN has no reading as the probability of a link", arguments: ["null", "keep"])
  func nanWeight(rule: String) throws {
    var script = Devices.script(
      "weighted above 0.1",
      "exposure now of person at @2026-02-01\nfeature n = count(clicks)\nshow now | select n",
      links: "device,person,p,since\n")
    script.text = script.text.replacing("@weight", with: "@weight @nan(\(rule))")
    #expect(try script.codes() == ["E0212"])
  }

  @Test("a link that is no number is told as `nan`, at the expression of `link`")
  func linkOfNothing() throws {
    let found = try Script(
      text: """
        entity person
        identity ids to person from "ids.csv" {
          l: text @left
          r: text @right
          p: float
          link p / p
          resolve clusters above 0.5
        }
        events clicks of person via ids from "clicks.csv" { c: text @key; t: time @time }
        exposure now of person at @2026-02-01
        feature n = count(clicks)
        show now | select n
        """,
      files: ["ids.csv": "l,r,p\na,b,0\n", "clicks.csv": "c,t\na,2026-01-01T00:00:00Z\n"]
    ).diagnostics()
    #expect(found.map(\.code.name) == ["E0741"])
    #expect(found.first?.message.contains("is nan,") == true)
    #expect(found.first?.primary?.span.text == "p / p")
  }

  @Test("I3: the probabilities of an identifier add up to at most 1 at every time")
  func totals() throws {
    func codes(_ links: String) throws -> [String] {
      try Devices.script(
        "weighted above 0.1",
        "exposure now of person at @2026-02-01\nfeature n = count(clicks)\nshow now | select n",
        links: "device,person,p,since\n" + links
      ).codes()
    }
    #expect(
      try codes("a,1,0.6,2026-01-01T00:00:00Z\na,2,0.6,2026-01-02T00:00:00Z\n") == ["E0741"])
    #expect(
      try codes(
        "a,1,0.6,2026-01-01T00:00:00Z\na,1,0.3,2026-01-02T00:00:00Z\na,2,0.7,2026-01-02T00:00:00Z\n"
      ) == [])
    // Normalised and rounded: a little more than 1.
    let third = "0.3333333333333334,2026-01-01T00:00:00Z\n"
    #expect(try codes("a,1,\(third)a,2,\(third)a,3,\(third)") == [])
  }
}
