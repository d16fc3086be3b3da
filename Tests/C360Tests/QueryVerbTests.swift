import C360
import Testing

@Suite("queries: distinct, sample, pivot, window")
struct QueryVerbTests {
  @Test("distinct rows come in the order of their values, null as one of them")
  func distinct() throws {
    let script = Shop.script(
      """
      show orders | distinct kind, customer
      show orders | derive size = if amount > 15 then "big" else null | select size | distinct
      """)
    #expect(
      try script.shown() == """
        kind  customer
        ----  --------
        cake         1
        cake         2
        tea          1
        tea          3

        size
        ----
        big
        null

        """)
  }

  @Test("a sample takes the same rows whatever the order of the file")
  func sampleByValues() throws {
    func customers(_ lines: [Int], _ verb: String) throws -> String {
      var script = Shop.script("show orders | \(verb) | select customer")
      script.files["orders.csv"] =
        "customer,bought,amount,kind\n"
        + lines.map { "\($0),2026-01-01T00:00:00Z,1,x\n" }.joined()
      return try script.shown()
    }
    for verb in ["sample 30%", "sample 12"] {
      let ascending = try customers(Array(1...40), verb)
      #expect(try customers((1...40).reversed(), verb) == ascending)
      #expect(ascending.split(separator: "\n").count > 3)
    }
    #expect(try customers(Array(1...40), "sample 12").split(separator: "\n").count == 14)
    #expect(try customers(Array(1...3), "sample 12").split(separator: "\n").count == 5)
    #expect(try customers(Array(1...40), "sample 0%").split(separator: "\n").count == 2)
    #expect(try customers(Array(1...40), "sample 100%").split(separator: "\n").count == 42)
  }

  @Test("another seed, another sample; equal rows draw for themselves")
  func sampleSeed() throws {
    func kept(_ seed: UInt64, _ rows: [String]) throws -> Int {
      var script = Shop.script("show orders | sample 50% | group { n = count() }")
      script.files["orders.csv"] = "customer,bought,amount,kind\n" + rows.joined()
      script.adjust = { $0.seed = seed }
      let shown = try script.shown()
      return Int(shown.split(separator: "\n")[2].trimmingPrefix(" ")) ?? -1
    }
    let equal = Array(repeating: "1,2026-01-01T00:00:00Z,1,x\n", count: 400)
    let counts = try (0..<4).map { try kept($0, equal) }
    #expect(Set(counts).count > 1)
    #expect(counts.allSatisfy { (150...250).contains($0) })
  }

  @Test("a pivot has a column a value and aggregate; groups without the value are there")
  func pivot() throws {
    let script = Shop.script(
      """
      show orders | pivot kind in ["tea", "cake", "pie"] per customer { n = count(); best = max(amount) }
      show orders | pivot customer in [1, 9] { part = share(where amount > 15) }
      """)
    #expect(
      try script.shown() == """
        customer  n_tea  best_tea  n_cake  best_cake  n_pie  best_pie
        --------  -----  --------  ------  ---------  -----  --------
               1      2        40       1         20      0      null
               2      0      null       1          5      0      null
               3      1       100       0       null      0      null

          part_1  part_9
        --------  ------
        0.666667    null

        """)
  }

  @Test("windows: numbers, running sums, frames, neighbours; rows stay where they were")
  func window() throws {
    let script = Shop.script(
      """
      show orders | window per customer sort -bought {
          n = row_number(); total = sum(amount); two = sum(amount) over last 2
          part = amount / (sum(amount) over all); older = next(amount); newest = first(kind)
        } | select customer, amount, n, total, two, part, older, newest
      show orders | window sort bought { lately = count() over 15d } | select bought, lately
      show orders | window sort kind { r = rank(); d = dense_rank(); n = row_number() } | select kind, r, d, n
      """)
    #expect(
      try script.shown() == """
        customer  amount  n  total  two      part  older  newest
        --------  ------  -  -----  ---  --------  -----  ------
               1      10  3     70   30  0.142857   null  tea
               1      20  2     60   60  0.285714     10  tea
               1      40  1     40   40  0.571429     20  tea
               2       5  1      5    5         1   null  cake
               3     100  1    100  100         1   null  tea

        bought                lately
        --------------------  ------
        2026-01-02T10:00:00Z       1
        2026-01-20T10:00:00Z       1
        2026-01-31T00:00:00Z       2
        2026-01-05T09:00:00Z       2
        2026-02-01T00:00:00Z       3

        kind  r  d  n
        ----  -  -  -
        tea   3  2  3
        cake  1  1  1
        tea   3  2  4
        cake  1  1  2
        tea   3  2  5

        """)
  }

  @Test("a join keeps the rows and their order; what has no partner is null or left out")
  func join() throws {
    let script = Shop.script(
      """
      view spent = orders | where amount > 15 | group customer { n = count(); total = sum(amount) }
      show orders | select customer, amount | join spent on customer
      show orders | select customer, amount | join only spent on customer { part = total * 2 } | take 2
      show spent | join orders on customer expand { kind } | sort kind | select customer, kind
      """)
    #expect(
      try script.shown() == """
        customer  amount     n  total
        --------  ------  ----  -----
               1      10     2     60
               1      20     2     60
               1      40     2     60
               2       5  null   null
               3     100     1    100

        customer  amount  part
        --------  ------  ----
               1      10   120
               1      20   120

        customer  kind
        --------  ----
               1  cake
               1  tea
               1  tea
               3  tea

        """)
  }

  @Test("a description has a row a column, and says so of no rows too")
  func describe() throws {
    let script = Shop.script(
      """
      show orders | select customer, amount, kind, big = (amount > 15) | describe
      show orders | where amount > 1000 | select amount | describe
      """)
    #expect(
      try script.shown() == """
        column    type   rows  nulls  null_share  distinct   min   q25  median   q75   max  mean     stddev  histogram
        --------  -----  ----  -----  ----------  --------  ----  ----  ------  ----  ----  ----  ---------  ----------------
        customer  int       5      0         0 %         3     1     1       1     2     3   1.6   0.894427  █▃▃
        amount    float     5      0         0 %         5     5    10      20    40   100    35  38.729833  █_▄__▄_________▄
        kind      text      5      0         0 %         2  cake  cake     tea   tea   tea  null       null  █▅
        big       bool      5      0         0 %         2  null  null    null  null  null  null       null  ▅█

        column  type   rows  nulls  null_share  distinct   min   q25  median   q75   max  mean  stddev  histogram
        ------  -----  ----  -----  ----------  --------  ----  ----  ------  ----  ----  ----  ------  ---------
        amount  float     0      0        null         0  null  null    null  null  null  null    null  null

        """)
  }

  @Test("bins lie between the least and the greatest finite value; few integers have a bin each")
  func describedBins() throws {
    func histogram(_ type: String, _ values: [String]) throws -> String {
      var script = Script(
        text: """
          entity person
          events rows of person from "rows.csv" {
            customer: int @key
            seen: time @time
            x: \(type)
            observed through @2026-02-28
          }
          show rows | select x | describe | select histogram, distinct, nulls
          """)
      script.files["rows.csv"] =
        "customer,seen,x\n" + values.map { "1,2026-01-01T00:00:00Z,\($0)\n" }.joined()
      return try script.shown().split(separator: "\n")[2].trimmingPrefix(" ").description
    }
    #expect(try histogram("int?", ["3", "", "5", "3", ""]) == "[2, 0, 1]         2      2")
    #expect(try histogram("int", ["1", "17", "2"]) == "[1, 1, 0, 0, … 16]         3      0")
    #expect(try histogram("int", ["1", "16"]) == "[1, 0, 0, 0, … 16]         2      0")
    #expect(
      try histogram("int", ["\(Int64.min)", "\(Int64.max)", "0"])
        == "[1, 0, 0, 0, … 16]         3      0")
    #expect(
      try histogram("float @nan(keep)", ["nan", "-1e308", "1e308", "inf"])
        == "[1, 0, 0, 0, … 16]         4      0")
    #expect(try histogram("float @nan(keep)", ["nan", "nan"]) == "null              1      0")
    #expect(try histogram("float", ["2.5", "2.5"]) == "[2]               1      0")
    #expect(try histogram("float?", ["", ""]) == "null              0      2")
    #expect(try histogram("date", ["2026-01-01", "2026-01-03"]) == "[1, 0, 1]         2      0")
    #expect(try histogram("text", ["a", "b", "b"]) == "[2, 1]            2      0")
    #expect(
      try histogram("list(int)", ["[1, 2]", "[]"].map { "\"\($0)\"" })
        == "null           null      0")
  }

  @Test("one entity as of an instant: what an exposure of that row says, known or not")
  func entityAtInstant() throws {
    let script = Shop.script(
      """
      param who: int = 1
      feature n = count(orders) over all
      feature spent = sum(orders.amount) over 20d
      feature last = max(orders.amount) over all
      show for person 1 at @2026-01-31 | select *, n, spent, last
      show for person who at @2026-01-31T00:00:00.000001Z | select n, spent, last
      show for person 7 at @2026-01-31 | select person, n, spent, last
      view earlier = for person 3 at @2026-02-28
      show earlier | where n > 0 | derive n, twice = spent * 2
      """)
    #expect(
      try script.shown() == """
        person  at                    n  spent  last
        ------  --------------------  -  -----  ----
             1  2026-01-31T00:00:00Z  2     20    20

        n  spent  last
        -  -----  ----
        3     60    40

        person  n  spent  last
        ------  -  -----  ----
             7  0      0  null

        person  at                    n  twice
        ------  --------------------  -  -----
             3  2026-02-28T00:00:00Z  1      0

        """)
  }

  @Test("an actions table with a key twice cannot be joined as if it had it once")
  func joinOfRepeatedKeys() throws {
    var script = Shop.script(
      """
      actions offers from "offers.csv" { name: text @key; price: float; none "no" }
      show orders | join offers on kind == name { price }
      """)
    script.files["offers.csv"] = "name,price\ntea,1\ntea,2\n"
    #expect(try script.codes().count == 1)
    script.files["offers.csv"] = "name,price\ntea,1\n"
    #expect(try script.codes() == [])
  }

  @Test("a sum of a window that does not fit says where")
  func windowOverflow() throws {
    let script = Shop.script(
      "show orders | window sort bought { s = sum(0 * customer + 4_000_000_000_000_000_000) }")
    #expect(try script.codes() == ["E0701"])
  }

  @Test("the first rows by a key are those of the whole order")
  func first() throws {
    var script = Shop.script(
      """
      show orders | sort -amount, customer | take 3 | select customer, amount
      show orders | sort -amount, customer | select customer, amount
      """)
    script.files["orders.csv"] =
      "customer,bought,amount,kind\n"
      + (0..<5000).map { "\($0),2026-01-01T00:00:00Z,\(($0 * 7919) % 1000),x\n" }.joined()
    let report = try script.run()
    let few = report.shows[0].rendered().split(separator: "\n")
    let all = report.shows[1].rendered().split(separator: "\n")
    #expect(few.count == 5)
    #expect(Array(few[2...]) == Array(all[2..<5]))
  }
}
