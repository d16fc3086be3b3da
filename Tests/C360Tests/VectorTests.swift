import C360
import Testing

@Suite("vectors and lists: columns, functions, aggregates")
struct VectorTests {
  /// Clicks with an embedding of three elements.
  private static let tables = """
    entity person
    events clicks of person from "clicks.jsonl" {
      customer: int         @key
      clicked:  time        @time
      taste:    vector(3)?
      tags:     list(text)
    }
    exposure now of person at @2026-02-01

    """
  private static let clicks = """
    {"customer": 1, "clicked": "2026-01-02T00:00:00Z", "taste": [1, 0, 0.5], "tags": ["tea", "a, b"]}
    {"customer": 1, "clicked": "2026-01-12T00:00:00Z", "taste": [3, -1, 0.5], "tags": []}
    {"customer": 1, "clicked": "2026-01-22T00:00:00Z", "taste": null, "tags": ["tea"]}
    {"customer": 1, "clicked": "2026-02-02T00:00:00Z", "taste": [9, 9, 9], "tags": ["late"]}
    {"customer": 2, "clicked": "2026-01-20T00:00:00Z", "taste": [1e16, 1, -1e16], "tags": ["ä"]}
    {"customer": 2, "clicked": "2026-01-21T00:00:00Z", "taste": [1, 1, 1], "tags": ["b", "c"]}
    {"customer": 2, "clicked": "2026-01-22T00:00:00Z", "taste": [-1e16, 1, 1e16], "tags": ["c"]}

    """

  private static func script(_ text: String) -> Script {
    Script(text: tables + text, files: ["clicks.jsonl": clicks])
  }

  private static func shown(_ text: String) throws -> String { try script(text).shown() }

  @Test("each element of a sum, mean or decayed mean is what floats would have; nulls are skipped")
  func elements() throws {
    let shown = try Self.shown(
      """
      feature total   = sum(clicks.taste)
      feature middle  = mean(clicks.taste) over 60d
      feature recent  = decayed_mean(clicks.taste where length(tags) != 1, half_life: 10d)
      feature amount  = decayed_sum(clicks.taste where length(tags) != 1, half_life: 10d) over 20d
      feature two     = mean(clicks.taste where length(tags) != 1 or element(tags, 1) == "tea") over last 2
      show now | select person, total, middle, recent, amount, two
      """)
    #expect(
      shown == """
        person  total       middle                   recent                      amount                          two
        ------  ----------  -----------------------  --------------------------  ------------------------------  ------------
             1  [4, -1, 1]  [2, -0.5, 0.5]           [2.333333, -0.666667, 0.5]  [0.75, -0.25, 0.125]            [3, -1, 0.5]
             2  [1, 3, 1]   [0.333333, 1, 0.333333]  [1, 1, 1]                   [0.466516, 0.466516, 0.466516]  [1, 1, 1]

        """)
  }

  @Test("first, last and nth take vectors and lists as they are")
  func places() throws {
    let shown = try Self.shown(
      """
      feature newest = last(clicks.taste)
      feature oldest = first(clicks.tags)
      feature second = nth(clicks.tags, 2)
      feature none   = last(clicks.taste where length(tags) > 5)
      show now | select person, newest, oldest, second, none
      """)
    #expect(
      shown == """
        person  newest              oldest         second  none
        ------  ------------------  -------------  ------  ----
             1  [3, -1, 0.5]        [tea, "a, b"]  []      null
             2  [-1e+16, 1, 1e+16]  [ä]            [b, c]  null

        """)
  }

  @Test("dot, norm, cosine and element; a cosine with nothing is null")
  func functions() throws {
    let shown = try Self.shown(
      """
      feature newest = last(clicks.taste)
      show now | select person, d = dot(newest, [1, 1, 2]), n = norm([3, 0, 4] + zeros(3)),
        c = cosine(newest, newest), z = cosine(newest, zeros(3)), e = element(newest, -1),
        beyond = element(newest, int(person) + 2), scaled = 2 * newest - [1, 1, 1] | take 1
      """)
    #expect(
      shown == """
        person  d  n  c     z    e  beyond  scaled
        ------  -  -  -  ----  ---  ------  ----------
             1  3  5  1  null  0.5     0.5  [5, -3, 0]

        """)
  }

  @Test("`x in list` and `contains` ask for an element, `length` counts them")
  func lists() throws {
    let shown = try Self.shown(
      """
      param wanted: list(text) = ["tea", "ä"]
      show clicks | where clicked < @2026-01-22 and length(tags) > 0
        | select tags, tea = "tea" in tags, first = element(tags, 1), n = length(tags),
          known = contains(wanted, element(tags, 1) ?? "")
      """)
    #expect(
      shown == """
        tags           tea    first  n  known
        -------------  -----  -----  -  -----
        [tea, "a, b"]  true   tea    2  true
        [ä]            false  ä      1  true
        [b, c]         false  b      2  false

        """)
  }

  @Test("top k counts values, list takes the last in order, a histogram counts between bounds")
  func collecting() throws {
    let shown = try Self.shown(
      """
      feature often  = top(element(clicks.tags, 1), 2)
      feature newest = list(element(clicks.taste, 1), 2) over 60d
      feature bins   = histogram(element(clicks.taste, 1), bounds: [1, 3])
      feature never  = top(element(clicks.tags, 1) where length(tags) > 5, 3)
      feature none   = histogram(element(clicks.taste, 1) where length(tags) > 5, bounds: [1, 3])
      show now | select person, often, newest, bins, never, none
      """)
    #expect(
      shown == """
        person  often   newest       bins       never  none
        ------  ------  -----------  ---------  -----  ---------
             1  [tea]   [1, 3]       [0, 1, 1]  []     [0, 0, 0]
             2  [b, c]  [1, -1e+16]  [1, 1, 1]  []     [0, 0, 0]

        """)
  }

  @Test("in groups there are top and histogram; over nothing they are empty and zeros")
  func collectingRows() throws {
    let shown = try Self.shown(
      """
      show clicks | group customer {
        often = top(element(tags, 1), 1); bins = histogram(element(taste, 3), bounds: [0, 5])
        none = top(customer where customer > 5, 3)
      }
      show clicks | where customer > 5 | group { t = top(customer, 2); h = histogram(customer, bounds: [0]) }
      """)
    #expect(
      shown == """
        customer  often  bins       none
        --------  -----  ---------  ----
               1  [tea]  [0, 2, 1]  []
               2  [b]    [1, 1, 1]  []

        t   h
        --  ------
        []  [0, 0]

        """)
  }

  @Test("in groups, vectors add up element by element")
  func groups() throws {
    let shown = try Self.shown(
      "show clicks | group customer { total = sum(taste); middle = mean(taste); n = count(taste) }")
    #expect(
      shown == """
        customer  total        middle                          n
        --------  -----------  ------------------------------  -
               1  [13, 8, 10]  [4.333333, 2.666667, 3.333333]  3
               2  [1, 3, 1]    [0.333333, 1, 0.333333]         3

        """)
  }

  @Test("a group has no key, and a sort no order, of vectors or lists")
  func keys() throws {
    #expect(try Self.script("show clicks | group taste { n = count() }").codes() == ["E0512"])
    #expect(try Self.script("show clicks | sort tags").codes() == ["E0512"])
    #expect(try Self.script("feature a = last(clicks.taste) == zeros(3)").codes() == ["E0402"])
  }

  @Test("many elements show short")
  func short() throws {
    let shown = try Self.shown("show now | select person, z = zeros(16) | take 1")
    #expect(shown.contains("[0, 0, 0, 0, … 16]"))
  }

  @Test("actions have vectors; a policy takes dot products of both sides")
  func policy() throws {
    var script = Self.script(
      """
      actions offers from "offers.csv" {
        offer:     text  @key
        embedding: vector(3)
        none "nothing"
      }
      feature tastes = mean(clicks.taste)
      score match for offers = dot(tastes ?? zeros(3), offers.embedding)
      objective value for offers { maximize match = match weight 1 }
      policy p for offers at now { mask none; objective value; choose greedy; fallback "nothing" }
      show p | select person, action, value
      """)
    script.files["offers.csv"] = """
      offer,embedding
      left,"[1, 0, 0]"
      right,"[0, 1, 2]"

      """
    #expect(
      try script.shown() == """
        person  action     value
        ------  ------  --------
             1  left           2
             2  right   1.666667

        """)
  }

  @Test("a vector of another length, without an element, or with NaN is a diagnostic with its row")
  func badCells() throws {
    func problem(_ taste: String) throws -> String? {
      var script = Self.script("show clicks | take 1")
      script.files["clicks.jsonl"] =
        Self.clicks + #"{"customer": 9, "clicked": "2026-01-01", "taste": \#(taste), "tags": []}"#
      do {
        _ = try script.run()
        return nil
      } catch let refused as Script.Refused {
        let found = refused.diagnostics[0]
        return
          "\(found.code) row \(found.data?.row ?? 0): \(found.message.split(separator: ": ").last ?? "")"
      }
    }
    #expect(
      try problem("[1, 2]") == "E0627 row 8: 2 elements, where vector(3) is expected")
    #expect(try problem("[1, null, 2]") == "E0608 row 8: element 2 is null")
    #expect(try problem("[1, 2, NaN]") == "E0609 row 8: element 3 is NaN")
    #expect(try problem("[1, \"2\", 3]")?.hasPrefix("E0610 row 8") == true)
    #expect(try problem("[1, 2, 3") != nil)
  }

  @Test("CSV writes arrays as texts, JSON lines as arrays")
  func outputs() throws {
    try Self.script(
      """
      output a = clicks | where customer == 1 | select taste, tags to "out.csv"
      output b = clicks | where customer == 1 | select taste, tags to "out.jsonl"
      """
    ).inFolder { session in
      _ = try session.run()
      func text(_ name: String) throws -> String {
        try String(contentsOfFile: session.directory + "/" + name, encoding: .utf8)
      }
      #expect(
        try text("out.csv").hasPrefix(
          """
          taste,tags
          "[1.0,0.0,0.5]","[""tea"",""a, b""]"
          "[3.0,-1.0,0.5]",[]
          ,"[""tea""]"

          """))
      #expect(
        try text("out.jsonl").hasPrefix(
          #"{"taste":[1.0,0.0,0.5],"tags":["tea","a, b"]}"# + "\n"))
    }
  }
}
