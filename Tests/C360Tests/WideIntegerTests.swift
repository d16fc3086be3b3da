import Testing

/// Integers beyond 2^53, which doubles do not tell apart: what is made of sums of them is the double
/// nearest to the true value (semantics.md E3).
@Suite("integers beyond 2^53")
struct WideIntegerTests {
  private static let least = "-9223372036854775808"
  private static let greatest = "9223372036854775807"

  /// `n` at times a day apart, `f` beside it.
  private static func events(_ rows: [(n: String, f: String)]) -> String {
    let lines = rows.enumerated().map { day, row in
      "1,2026-01-0\(day + 1)T00:00:00Z,\(row.n),\(row.f)"
    }
    return (["person,at_time,n,f"] + lines).joined(separator: "\n") + "\n"
  }

  private static func script(_ text: String, _ rows: [(n: String, f: String)]) -> Script {
    Script(
      text: """
        entity person
        events visits of person from "visits.csv" {
          person:  int  @key
          at_time: time @time
          n: int
          f: float
          observed through @2026-02-28
        }
        exposure now of person at @2026-02-01

        """ + text, files: ["visits.csv": events(rows)])
  }

  private static let neighbours = [("9007199254740993", "1"), ("9007199254740994", "1")]
  private static let ends = [(least, "1"), (greatest, "2")]

  @Test("E3: mean, variance and slope of a window take every integer as it is")
  func windows() throws {
    let text = """
      feature m    = mean(visits.n)
      feature v    = var(visits.n)
      feature vp   = var_pop(visits.n) over 90d
      feature sd   = stddev(visits.n) over last 2
      feature s    = slope(visits.n)
      feature part = mean(visits.n where f == 2)
      show now | select m, v, vp, sd, s, part
      """
    // The true mean is 2^53 + 1.5, between doubles that are 2 apart.
    #expect(
      try Self.script(text, Self.neighbours).shown() == """
                            m    v    vp        sd  s  part
        ---------------------  ---  ----  --------  -  ----
        9.007199254740994e+15  0.5  0.25  0.707107  1  null

        """)
    #expect(
      try Self.script(text, Self.ends).shown() == """
           m                       v                     vp                      sd                       s                   part
        ----  ----------------------  ---------------------  ----------------------  ----------------------  ---------------------
        -0.5  1.7014118346046923e+38  8.507059173023462e+37  1.3043817825332783e+19  1.8446744073709552e+19  9.223372036854776e+18

        """)
  }

  @Test("E3: a ratio of sums that doubles would round to 0")
  func ratios() throws {
    let rows = [("9007199254740993", "20"), ("-9007199254740994", "37")]
    #expect(
      try Self.script(
        """
        feature fn = ratio(visits.f, visits.n)
        feature nf = ratio(visits.n, visits.f)
        feature nn = ratio(visits.n, visits.n)
        show now | select fn, nf, nn
        show visits | group { fn = ratio(f, n); nf = ratio(n, f); nn = ratio(n, n) }
        """, rows
      ).shown() == """
         fn         nf  nn
        ---  ---------  --
        -57  -0.017544   1

         fn         nf  nn
        ---  ---------  --
        -57  -0.017544   1

        """)
  }

  @Test("E3: aggregates over rows of a query, whole or batch by batch")
  func queries() throws {
    var script = Self.script(
      """
      show visits | group { m = mean(n); v = var(n); sd = stddev_pop(n) }
      show visits | group { m = mean(n); f = mean(f) }
      show visits | window per person sort at_time { m = mean(n) over last 2 } | select m
      show visits | describe | where column == "n" | select column, mean, stddev
      """, Self.ends)
    let whole = try script.shown()
    #expect(
      whole == """
           m                       v                     sd
        ----  ----------------------  ---------------------
        -0.5  1.7014118346046923e+38  9.223372036854776e+18

           m    f
        ----  ---
        -0.5  1.5

                             m
        ----------------------
        -9.223372036854776e+18
                          -0.5

        column  mean                  stddev
        ------  ----  ----------------------
        n       -0.5  1.3043817825332783e+19

        """)
    for partitions in [1, 3] {
      script.adjust = { $0.spillPartitions = partitions }
      #expect(try script.shown() == whole)
    }
  }

  @Test("an outcome is the mean of its window, exactly")
  func outcomes() throws {
    var script = Self.script("show now | select m", [("5", "0")] + Self.ends)
    script.text = script.text.replacing(
      "exposure now of person at @2026-02-01",
      with: """
        exposure now of person at @2026-01-01T12:00:00Z {
          outcome m = mean(visits.n) within 20d
        }
        """)
    #expect(
      try script.shown() == """
           m
        ----
        -0.5

        """)
  }

  @Test("rows that are known late come and go exactly")
  func lateRows() throws {
    let script = Script(
      text: """
        entity person
        events visits of person from "visits.csv" {
          person:  int  @key
          at_time: time @time
          known:   time @known
          n: int
        }
        exposure days of person every 1d from @2026-01-03 through @2026-01-06
        feature m = mean(visits.n) over 4d
        feature v = var(visits.n) over 4d
        show days | select at, m, v

        """,
      files: [
        "visits.csv": """
        person,at_time,known,n
        1,2026-01-01T00:00:00Z,2026-01-04T12:00:00Z,\(Self.least)
        1,2026-01-02T00:00:00Z,2026-01-02T00:00:00Z,\(Self.greatest)
        1,2026-01-02T12:00:00Z,2026-01-03T12:00:00Z,9223372036854775805

        """
      ])
    #expect(
      try script.shown() == """
        at                                         m                       v
        --------------------  ----------------------  ----------------------
        2026-01-03T00:00:00Z   9.223372036854776e+18                    null
        2026-01-04T00:00:00Z   9.223372036854776e+18                       2
        2026-01-05T00:00:00Z  3.0744573456182584e+18  1.1342745564031281e+38
        2026-01-06T00:00:00Z   9.223372036854776e+18                       2

        """)
  }

  @Test("bounds of a histogram are held against integers as they are")
  func histograms() throws {
    #expect(
      try Self.script(
        """
        feature whole = histogram(visits.n, bounds: [9007199254740993, 9007199254740994])
        feature half  = histogram(visits.n, bounds: [9007199254740991.5, 9e18, 1e19])
        show now | select whole, half
        show visits | group { whole = histogram(n, bounds: [9007199254740993, 9007199254740994]) }
        """,
        [("9007199254740992", "1"), ("9007199254740993", "1"), (Self.greatest, "1")]
      ).shown() == """
        whole      half
        ---------  ------------
        [1, 1, 1]  [0, 2, 1, 0]

        whole
        ---------
        [1, 1, 1]

        """)
  }

  @Test("the spread of gaps takes every microsecond, whether rows are late or not")
  func gaps() throws {
    // Gaps of 2^53 + 1 and 2^53 + 3 µs, √2 apart from their mean together; as doubles they would be 4 apart.
    func script(known: String) -> Script {
      Script(
        text: """
          entity person
          events visits of person from "visits.csv" {
            person:  int  @key
            at_time: time @time
            \(known)
          }
          exposure now of person at @2100-01-01
          feature spread = stddev_gap(visits)
          show now | select spread

          """,
        files: [
          "visits.csv": """
          person,at_time,known
          1,1500-01-01T00:00:00.000000Z,1500-01-01T00:00:00Z
          1,1785-06-04T23:47:34.740993Z,2099-01-01T00:00:00Z
          1,2070-11-07T23:35:09.481988Z,2098-01-01T00:00:00Z

          """
        ])
    }
    let shown = """
         spread
      ---------
      0.000001s

      """
    #expect(try script(known: "").shown() == shown)
    #expect(try script(known: "known: time @known").shown() == shown)
  }

  private static func linked(_ rule: String, _ text: String) -> Script {
    Script(
      text: """
        entity person
        identity devices to person from "links.csv" {
          device: text  @key
          person: int   @entity
          p:      float @weight
          resolve \(rule)
        }
        events clicks of person via devices from "clicks.csv" {
          device:  text @key
          clicked: time @time
          n: int?
          f: float
          observed through @2026-03-01
        }
        exposure now of person at @2026-02-01

        """ + text,
      files: [
        "clicks.csv": """
        device,clicked,n,f
        a,2026-01-01T00:00:00Z,9007199254740993,20
        a,2026-01-02T00:00:00Z,-9007199254740994,37
        a,2026-01-03T00:00:00Z,,5
        b,2026-01-02T00:00:00Z,\(least),1
        b,2026-01-03T00:00:00Z,\(greatest),1
        c,2026-01-03T00:00:00Z,9007199254740993,3

        """,
        "links.csv": """
        device,person,p
        a,1,1
        b,2,1
        c,3,0.75

        """,
      ])
  }

  @Test("I3: probabilities of 1 give the values without weights")
  func certainWeights() throws {
    let text = """
      feature total = sum(clicks.n)
      feature m     = mean(clicks.n)
      feature nf    = ratio(clicks.n, clicks.f)
      feature fn    = ratio(clicks.f, clicks.n)
      show now | where person < 3 | select person, total = float(total), m, nf, fn
      """
    let plain = try Self.linked("best above 0", text).shown()
    #expect(
      plain == """
        person  total     m         nf   fn
        ------  -----  ----  ---------  ---
             1     -1  -0.5  -0.017544  -57
             2     -1  -0.5       -0.5   -2

        """)
    #expect(try Self.linked("weighted above 0", text).shown() == plain)
  }

  @Test("I2: a product of a probability and an integer is not rounded")
  func products() throws {
    // 3/4 · (2^53 + 1) = 6755399441055744.75; the mean is the integer, which lies between two doubles.
    #expect(
      try Self.linked(
        "weighted above 0",
        """
        feature total = sum(clicks.n)
        feature m     = mean(clicks.n)
        feature nf    = ratio(clicks.n, clicks.f)
        show now | where person == 3 | select total, m, nf
        """
      ).shown() == """
                     total                   m                  nf
        ------------------  ------------------  ------------------
        6755399441055745.0  9007199254740992.0  3002399751580331.0

        """)
  }
}
