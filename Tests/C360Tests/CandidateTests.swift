import C360
import Testing

@Suite("candidates of a policy as rows")
struct CandidateTests {
  private static func script(_ choice: String, _ text: String) -> Script {
    var script = Shop.script(
      """
      actions offers from "offers.csv" {
        offer:  text  @key
        margin: float
        kind:   text
        none "nothing"
      }
      exposure now of person in orders at @2026-02-01
      exposure later of person in orders at @2026-02-02
      feature n = count(orders)
      objective value for offers { maximize margin = offers.margin weight 2 }
      mask contact for offers {
        forbid newcomer when n < 2 and offers.kind == "cake" because "cake is for regulars"
      }
      policy first for offers at now {
        mask contact
        objective value
        \(choice)
        fallback "nothing"
      }

      """ + text)
    script.files["offers.csv"] = """
      offer,margin,kind
      tea_time,1,tea
      cake_day,3,cake

      """
    return script
  }

  @Test("a row a decision and candidate, the no-op last; what is forbidden says by what")
  func rows() throws {
    let script = Self.script(
      "choose greedy",
      "show candidates(first) | select person, action, eligible, reasons, value, rank, propensity, chosen"
    )
    #expect(
      try script.shown() == """
        person  action    eligible  reasons   value  rank  propensity  chosen
        ------  --------  --------  --------  -----  ----  ----------  ------
             1  tea_time  true                    2     2           0  false
             1  cake_day  true                    6     1           1  true
             1  nothing   true                    0     3           0  false
             2  tea_time  true                    2     1           1  true
             2  cake_day  false     newcomer   null  null           0  false
             2  nothing   true                    0     2           0  false

        """)
  }

  @Test("propensities are those of the log, and there is one choice")
  func propensities() throws {
    let script = Self.script(
      "choose softmax(temperature: 2.0)\n  explore 10%",
      """
      view listed = candidates(first) | where chosen | select person, action, propensity, value, rank, term_margin
      show listed
      show candidates(first) | group person { n = count(); total = sum(propensity); taken = count(where chosen) }
      """)
    let logged = Script(
      text: script.text.replacing(
        "candidates(first) | where chosen | select", with: "first | select"), files: script.files)
    #expect(try script.shown() == logged.shown())
    #expect(
      try script.shown().hasSuffix(
        """
        person  n  total  taken
        ------  -  -----  -----
             1  3      1      1
             2  3      1      1

        """))
  }

  @Test("features of the exposure are there on demand; another exposure has its own candidates")
  func onDemand() throws {
    let script = Self.script(
      "choose greedy\n  candidates top(1) by offers.margin",
      """
      show candidates(first) at later | where not eligible | select person, at, n, action, reasons
      show candidates(first) | group reasons { n = count() }
      show orders | join candidates(first) on customer == person expand { action } | group { n = count() }
      """)
    #expect(
      try script.shown() == """
        person  at                    n  action    reasons
        ------  --------------------  -  --------  ----------
             1  2026-02-02T00:00:00Z  3  tea_time  candidates
             2  2026-02-02T00:00:00Z  1  cake_day  newcomer
             3  2026-02-02T00:00:00Z  1  cake_day  newcomer

        reasons     n
        ----------  -
                    4
        candidates  1
        newcomer    1

         n
        --
        13

        """)
  }

  @Test("what has a value an action is there on demand, each candidate's own, null at the no-op")
  func ofActions() throws {
    let script = Self.script(
      "choose greedy",
      """
      feature bought for offers = sum(orders.amount where kind == offers.kind) over 60d
      feature newest for offers = last(orders.bought where kind == offers.kind)
      score pull for offers = sqrt(bought + 4) * offers.margin
      show candidates(first) | select person, action, n, bought, newest, pull, margin = offers.margin, kind = offers.kind
      show candidates(first) | where bought > 10 | group action { people = count(); most = max(pull) }
      show candidates(first) at later | derive part = bought / (n * 10) | where not chosen | sort -part | take 2
        | select person, action, part, recent = count(orders where kind == offers.kind) over 60d
      """)
    #expect(
      try script.shown() == """
        person  action    n  bought  newest                     pull  margin  kind
        ------  --------  -  ------  --------------------  ---------  ------  ----
             1  tea_time  3      50  2026-01-31T00:00:00Z   7.348469       1  tea
             1  cake_day  3      20  2026-01-20T10:00:00Z  14.696938       3  cake
             1  nothing   3    null  null                       null    null  null
             2  tea_time  1       0  null                          2       1  tea
             2  cake_day  1       5  2026-01-05T09:00:00Z          9       3  cake
             2  nothing   1    null  null                       null    null  null

        action    people       most
        --------  ------  ---------
        cake_day       1  14.696938
        tea_time       1   7.348469

        person  action        part  recent
        ------  --------  --------  ------
             1  tea_time  1.666667       2
             2  cake_day       0.5       1

        """)
  }

  @Test("a value that fails at one candidate ends the run, and none where it is decided away")
  func failure() throws {
    let feature = "feature far for offers = int(offers.margin) + 9_223_372_036_854_775_805\n"
    #expect(
      try Self.script("choose greedy", feature + "show candidates(first) | select action, far")
        .codes() == ["E0701"])
    let guarded = """
      feature near for offers = if offers.kind == "cake" then 0 else far
      show candidates(first) | where person == 2 | select action, near
      """
    #expect(
      try Self.script("choose greedy", feature + guarded).shown() == """
        action                   near
        --------  -------------------
        tea_time  9223372036854775806
        cake_day                    0
        nothing                  null

        """)
  }

  @Test("E0322 points from decisions to candidates")
  func help() throws {
    let text = "feature bought for offers = sum(orders.amount where kind == offers.kind)\n"
    let found = try Self.script("choose greedy", text + "show first | select bought").diagnostics()
    #expect(found.map(\.code.name) == ["E0322"])
    #expect(
      found.first?.help == ["`candidates(…)` of a policy for `offers` has a row an action"])
  }

  @Test("only policies have candidates")
  func others() throws {
    let text = "show candidates(orders)\nview listed = first\nshow candidates(listed)\n"
    #expect(try Self.script("choose greedy", text).codes() == ["E0204", "E0204"])
  }
}
