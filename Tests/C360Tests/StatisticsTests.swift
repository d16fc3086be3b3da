import Testing

/// Order statistics, distributions, trends and patterns in time, as a script shows them.
@Suite("Statistics of events")
struct StatisticsTests {
  /// At the times 1, 2, 4 and 8 days, and one of another customer.
  private static let orders = """
    customer,bought,amount,kind
    1,2026-01-02T00:00:00Z,10,a
    1,2026-01-03T00:00:00Z,30,b
    1,2026-01-05T00:00:00Z,20,a
    1,2026-01-09T00:00:00Z,60,a
    2,2026-01-05T00:00:00Z,5,b

    """

  private func shown(_ text: String, _ orders: String = orders) throws -> String {
    var script = Shop.script("exposure now of person in orders at @2026-02-01\n" + text)
    script.files["orders.csv"] = orders
    return try script.shown()
  }

  @Test("G1: a quantile is the value of nearest rank, the ceil(p * n)th; p = 0 the smallest")
  func quantiles() throws {
    #expect(
      try shown(
        """
        feature q0 = quantile(orders.amount, 0)
        feature q25 = quantile(orders.amount, 0.25)
        feature q26 = quantile(orders.amount, 26%)
        feature q90 = quantile(orders.amount, 0.9)
        feature mid = median(orders.amount)
        feature day = median(orders.bought)
        feature word = quantile(orders.kind where amount > 15, 0.5)
        show now | select person, q0, q25, q26, q90, mid, day, word
        """) == """
          person  q0  q25  q26  q90  mid  day                   word
          ------  --  ---  ---  ---  ---  --------------------  ----
               1  10   10   20   60   20  2026-01-03T00:00:00Z  a
               2   5    5    5    5    5  2026-01-05T00:00:00Z  null

          """)
  }

  @Test(
    "the mean of durations is one, to the nearest microsecond, halves to even, wherever means are taken"
  )
  func meanDurations() throws {
    // 1 and 2 µs: 1.5 goes to 2; 1, 2 and 2: 1.67; −1 and −2 after 2: −1/3; 1 and 4: 2.5 goes to 2.
    let script = Script(
      text: """
        entity person
        events calls of person from "calls.csv" {
          customer: int  @key
          began:    time @time
          ended:    time?
          observed through @2026-02-28
        }
        exposure now of person at @2026-02-01
        feature average = mean(calls.ended - calls.began)
        feature none    = mean(calls.ended - calls.began) over 1h
        feature twice   = mean(calls.ended - calls.began) * 2
        show now | select customer = person, average, none, twice
        show calls | group customer { average = mean(ended - began) }
        show calls | where customer == 2
          | window per customer sort began { two = mean(ended - began) over last 2 } | select two
        """,
      files: [
        "calls.csv": """
        customer,began,ended
        1,2026-01-01T00:00:00Z,2026-01-01T00:00:00.000001Z
        1,2026-01-01T00:00:01Z,2026-01-01T00:00:01.000002Z
        1,2026-01-01T00:00:02Z,
        2,2026-01-01T00:00:00Z,2026-01-01T00:00:00.000002Z
        2,2026-01-01T00:00:01Z,2026-01-01T00:00:00.999999Z
        2,2026-01-01T00:00:02Z,2026-01-01T00:00:01.999998Z
        3,2026-01-01T00:00:01Z,2026-01-01T00:00:01.000001Z
        3,2026-01-01T00:00:02Z,2026-01-01T00:00:02.000004Z

        """
      ])
    let shows = try script.run().shows
    let average = (0..<3).map { shows[0].value($0, 1) }
    #expect(average == [.int(2), .int(0), .int(2)])
    #expect(shows[0].value(0, 2) == .null)
    #expect(shows[0].value(0, 3) == .int(4))
    #expect((0..<3).map { shows[1].value($0, 1) } == average)
    // Of 2; 2 and −1; −1 and −2.
    #expect((0..<3).map { shows[2].value($0, 0) } == [.int(2), .int(0), .int(-2)])
  }

  @Test("Seven hundredths of a hundred are seven: p is the decimal that was written")
  func decimals() throws {
    let rows = (1...100).map { "1,2026-01-02T00:00:00Z,\($0),a\n" }.joined()
    #expect(
      try shown(
        "feature q = quantile(orders.amount, 0.07)\nshow now | select q",
        "customer,bought,amount,kind\n" + rows) == "q\n-\n7\n")
  }

  @Test(
    "G1: entropy in nats, of counts 3 and 1: ln 4 - 3 ln 3 / 4; approx_distinct of few is exact")
  func distributions() throws {
    #expect(
      try shown(
        """
        feature mixed = entropy(orders.kind)
        feature one = entropy(orders.kind where kind == "a")
        feature even = entropy(orders.amount) over last 2
        feature kinds = approx_distinct(orders.kind)
        feature none = approx_distinct(orders.kind where amount > 100)
        show now | select person, mixed, one, even, kinds, none
        """) == """
          person     mixed   one      even  kinds  none
          ------  --------  ----  --------  -----  ----
               1  0.562335     0  0.693147      2     0
               2         0  null         0      1     0

          """)
  }

  @Test("E3: a mean and a variance are rounded once, not after the sum and again")
  func rounding() throws {
    let orders = [
      ("1", "02", "94.16", "1"), ("1", "03", "41.93", "1"), ("1", "04", "81.52", "1"),
      ("1", "05", "42.03", "1"), ("1", "06", "1.16", "1"),
      ("3", "02", "54.93", "1"), ("3", "03", "22.84", "1"), ("3", "04", "97.58", "1"),
      ("3", "05", "79.98", "1"), ("3", "06", "52.14", "1"),
      ("5", "02", "1.7e308", "1"), ("5", "03", "1.7e308", "1"),
    ]
    let rows = orders.map { "\($0),2026-01-\($1)T00:00:00Z,\($2),\($3)\n" }.joined()
    let tables = try shown(
      """
      feature average = mean(orders.amount)
      feature spread = var(orders.amount)
      show now | where person == 1 | select x = average == 52.16
      show now | where person == 3 | select x = spread == 817.16168
      show now | where person == 5 | select x = average == 1.7e308
      show orders | where customer == 1 | group { x = mean(amount) } | select y = x == 52.16
      show orders | where customer == 5 | group { x = mean(amount) } | select y = x == 1.7e308
      """, "customer,bought,amount,kind\n" + rows)
    let answers = tables.split(separator: "\n").filter { $0.contains("true") }
    #expect(answers.count == 5, "\(tables)")
  }

  @Test("G1: slope per day, by least squares: 720 / 115; null at one time")
  func slopes() throws {
    #expect(
      try shown(
        """
        feature growth = slope(orders.amount)
        feature two = slope(orders.amount) over last 2
        feature one = slope(orders.amount) over last 1
        show now | select person, growth, two, one
        """) == """
          person   growth   two   one
          ------  -------  ----  ----
               1  6.26087    10  null
               2     null  null  null

          """)
  }

  @Test("G1: gaps of 1, 2 and 4 days; their deviation is the sample form (N3)")
  func gaps() throws {
    #expect(
      try shown(
        """
        feature mean = mean_gap(orders)
        feature mid = median_gap(orders)
        feature least = min_gap(orders)
        feature most = max_gap(orders)
        feature spread = days(stddev_gap(orders))
        feature a = max_gap(orders where kind == "a")
        feature recent = max_gap(orders) over last 3
        feature single = stddev_gap(orders) over last 2
        show now | select person, mean, mid, least, most, spread, a, recent, single
        """) == """
          person  mean   mid  least  most    spread     a  recent  single
          ------  ----  ----  -----  ----  --------  ----  ------  ------
               1  2d8h    2d     1d    4d  1.527525    4d      4d    null
               2  null  null   null  null      null  null    null    null

          """)
  }

  @Test("G1: a streak asks all events and ends at the newest that fails")
  func streaks() throws {
    #expect(
      try shown(
        """
        feature big = streak(orders where amount > 15)
        feature a = streak(orders where kind == "a")
        feature b = streak(orders where kind == "b")
        feature last = streak(orders where amount > 15) over last 2
        show now | select person, big, a, b, last
        """) == """
          person  big  a  b  last
          ------  ---  -  -  ----
               1    3  2  0     2
               2    0  0  1     0

          """)
  }

  @Test("G2: a decayed sum is Σ v · 2^(−(x.t − e.t) / half-life), its mean over the decayed weight")
  func halfLife() throws {
    let script = Script(
      text: """
        entity person
        events orders of person from "orders.csv" {
          person: int   @key
          bought: time  @time
          amount: float
        }
        exposure now of person at @2026-01-10
        feature total = decayed_sum(orders.amount, half_life: 1d)
        feature often = decayed_count(orders, half_life: 1d)
        feature level = decayed_mean(orders.amount, half_life: 1d)
        feature root  = decayed_sum(orders.amount, half_life: 2d) over 36h
        show now | select total, often, level, root
        """,
      files: [
        "orders.csv": """
        person,bought,amount
        1,2026-01-07T00:00:00Z,16
        1,2026-01-08T00:00:00Z,4
        1,2026-01-09T00:00:00Z,8
        1,2026-01-10T00:00:00Z,1000

        """
      ])
    // 8/2 + 4/4 + 16/8; 1/2 + 1/4 + 1/8; 7 / 0.875; 8 · 2^(−1/2).
    let table = try #require(try script.run().shows.first)
    #expect((0..<3).map { table.value(0, $0) } == [.float(7), .float(0.875), .float(8)])
    // Decay is no sum of values as they are: it may miss the last bit.
    let root = 8 * 0.5.squareRoot()
    #expect([root.nextDown, root, root.nextUp].map { .float($0) }.contains(table.value(0, 3)))
  }

  @Test("G2: smoothing goes on from the first value: 10, 20, 20, 40")
  func smoothing() throws {
    #expect(
      try shown(
        """
        feature half = ewma(orders.amount, alpha: 0.5)
        feature newest = ewma(orders.amount, alpha: 1)
        feature none = ewma(orders.amount, alpha: 0.5) over 1d
        show now | select person, half, newest, none
        """) == """
          person  half  newest  none
          ------  ----  ------  ----
               1    40      60  null
               2     5       5  null

          """)
  }

  @Test("A fold turns its value into the step, event by event in order; a null step leaves it")
  func folds() throws {
    #expect(
      try shown(
        """
        feature level = fold(orders, from: 0.0, step: 0.5 * acc + amount)
        feature last2 = fold(orders, from: 100.0, step: 0.5 * acc + amount) over last 2
        feature digits = fold(orders, from: 0, step: 10 * acc + (if kind == "a" then 1 else 2))
        feature steps = fold(orders where amount < 50, from: 7, step: if kind == "b" then acc + 1 else null)
        feature none = fold(orders, from: -1, step: acc + 1) over 1d
        show now | select person, level, last2, digits, steps, none
        """) == """
          person  level  last2  digits  steps  none
          ------  -----  -----  ------  -----  ----
               1  78.75     95    1211      8    -1
               2      5     55       2      8    -1

          """)
  }

  @Test("A step that does not fit 64 bits is an error of its row, over any window")
  func overflow() throws {
    let step = "fold(orders, from: 1, step: acc * 4000000000000)"
    for window in ["over all", "over 30d", "over last 3"] {
      let script = Shop.script(
        "exposure now of person in orders at @2026-02-01\n"
          + "feature f = \(step) \(window)\nshow now | select f")
      #expect(try script.codes() == ["E0701"])
    }
    let calm = Shop.script(
      "exposure now of person in orders at @2026-02-01\n"
        + "feature f = \(step) over last 1\nshow now | select f")
    #expect(try calm.codes() == [])
  }

  @Test("Over the rows of a group")
  func groups() throws {
    #expect(
      try shown(
        """
        show orders | group kind {
          mid = median(amount); low = quantile(amount, 0); days = approx_distinct(bought)
          mixed = entropy(customer)
        }
        """) == """
          kind  mid  low  days     mixed
          ----  ---  ---  ----  --------
          a      20   10     3         0
          b       5    5     2  0.693147

          """)
  }

  private static let stays = """
    entity person
    events stays of person from "stays.csv" {
      person: int @key
      at_:    time @time
      fee:    money(GBP)
      length: duration
      dear:   bool
      observed through @2026-02-01
    }
    events dear of person from "dear.csv" {
      person: int @key
      on:     time @time
      observed through @2026-02-01
    }
    exposure now of person in stays at @2026-02-01

    """

  private static func stays(_ text: String) -> Script {
    Script(
      text: stays + text,
      files: [
        "stays.csv": """
        person,at_,fee,length,dear
        1,2026-01-02T00:00:00Z,10,30m,false
        1,2026-01-03T00:00:00Z,2.5,1h,true
        1,2026-01-04T00:00:00Z,10,3d,true

        """, "dear.csv": "person,on\n",
      ])
  }

  @Test("Lists of money keep their unit; bounds of a histogram are money or durations too")
  func money() throws {
    #expect(
      try Self.stays(
        """
        feature newest = list(stays.fee, 2)
        feature often = top(stays.fee, 1)
        feature fees = histogram(stays.fee, bounds: [5 GBP, 10 GBP])
        feature spans = histogram(stays.length, bounds: [1h, 2d])
        show now | select newest, often, last = element(newest, -1) + 1 GBP, fees, spans,
          ten = 10 GBP in newest
        show stays | group { f = histogram(fee, bounds: [5 GBP]); l = histogram(length, bounds: [2d]) }
        """
      ).shown() == """
        newest GBP     often GBP  last GBP  fees       spans      ten
        -------------  ---------  --------  ---------  ---------  ----
        [2.50, 10.00]  [10.00]       11.00  [1, 0, 2]  [1, 1, 1]  true

        f       l
        ------  ------
        [1, 2]  [2, 1]

        """)
  }

  @Test("In the events of a table its columns come before tables of the same name")
  func columnsFirst() throws {
    #expect(
      try Self.stays(
        """
        feature n = count(stays where dear)
        feature s = sum(if dear then stays.fee else 0 GBP)
        feature d = count(dear)
        show now | select n, s, d
        """
      ).shown() == """
        n  s GBP  d
        -  -----  -
        2  12.50  0

        """)
  }

  @Test(
    "A value that an aggregate does not take is told what does",
    arguments: [
      ("mean(stays.dear)", "share(events where x)"), ("max(stays.dear)", "any(x)"),
      ("var(stays.length)", "days(x)"), ("mean(stays.at_)", "`median`"),
    ])
  func instead(_ call: String, _ help: String) throws {
    let found = try Self.stays("feature f = \(call)").diagnostics()
    #expect(found.map(\.code.name) == ["E0416"])
    #expect(found.first?.help.first?.contains(help) == true)
  }

  @Test(
    "What settings may be",
    arguments: [
      "quantile(orders.amount, 1.5)", "quantile(orders.amount, -0.1)", "ewma(orders.amount)",
      "ewma(orders.amount, alpha: 0)", "ewma(orders.amount, alpha: 1.5)", "streak(orders)",
      "median(orders)", "slope(orders.kind)", "median(orders.amount, half_life: 1d)",
      "fold(orders, from: 0)", "fold(orders, step: acc)", "fold(orders, from: true, step: acc)",
    ])
  func refused(_ call: String) throws {
    #expect(try Shop.script("feature x = \(call)").codes() == ["E0416"])
  }
}
