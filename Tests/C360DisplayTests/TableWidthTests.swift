import C360Columns
import C360Diagnostics
import C360Display
import Testing

@Suite("tables: on a screen of some width")
struct TableWidthTests {
  @Test("texts give way before pages begin, numbers never do")
  func cutting() {
    let sample = Sample(
      ("customer", .int, .ints(123_456_789, 2)),
      ("reasons", .text, .texts("active: discount_10, postcard, letter", "no")),
      ("value", .float, .floats(0.123456, -1)))
    #expect(
      sample.text(.box, width: 44) == """
        ┌───────────┬───────────────────┬──────────┐
        │  customer │ reasons           │    value │
        │       int │ text              │    float │
        ├───────────┼───────────────────┼──────────┤
        │ 123456789 │ active: discount… │ 0.123456 │
        │         2 │ no                │       -1 │
        └───────────┴───────────────────┴──────────┘
        2 rows

        """)
  }

  @Test("a table of texts keeps to its width, empty columns left out and head columns on each page")
  func texts() {
    var table = TextTable(
      [
        .init(""), .init("member"), .init("none"), .init("from", isNumber: true),
        .init("to", isNumber: true), .init("probability", isNumber: true),
      ], headCount: 2)
    table.add(["*", "p", "", "0", "0.25", "0.784764"])
    table.add(["", "q", "", "0.25", "1", ""])
    #expect(
      table.lines(indent: 2) == [
        "     member  from    to  probability",
        "  -  ------  ----  ----  -----------",
        "  *  p          0  0.25     0.784764",
        "     q       0.25     1",
      ])
    #expect(
      table.lines(width: 28, indent: 2) == [
        "  columns 1–4 of 5",
        "     member  from    to",
        "  -  ------  ----  ----",
        "  *  p          0  0.25",
        "     q       0.25     1",
        "",
        "  columns 1–2, 5 of 5",
        "     member  probability",
        "  -  ------  -----------",
        "  *  p          0.784764",
        "     q",
      ])
    #expect(TextTable([.init("a")]).lines() == [])
  }

  @Test("wide tables go by pages of columns, each with the first column")
  func pages() {
    let sample = Sample(
      [("id", .int, .ints(1, 22))]
        + (1...9).map { (number: Int64) in
          ("column_\(number)", .int, .ints(1_000_000, number))
        })
    #expect(
      sample.text(.plain, width: 48) == """
        columns 1–5 of 10
        id  column_1  column_2  column_3  column_4
        --  --------  --------  --------  --------
         1   1000000   1000000   1000000   1000000
        22         1         2         3         4

        columns 1, 6–9 of 10
        id  column_5  column_6  column_7  column_8
        --  --------  --------  --------  --------
         1   1000000   1000000   1000000   1000000
        22         5         6         7         8

        columns 1, 10 of 10
        id  column_9
        --  --------
         1   1000000
        22         9

        """)
  }

  @Test(
    "wide, narrow and joined characters stand in line",
    arguments: [
      ("tea", 3), ("お茶", 4), ("e\u{301}te\u{301}", 3), ("👩‍👩‍👧", 2), ("🇬🇧", 2), ("❤️", 2),
      ("ﾊﾝｶｸ", 4), ("ｆｕｌｌ", 8), ("한국어", 6), ("👍🏽", 2), ("नमस्ते", 4), ("नि", 2),
      ("1\u{FE0F}\u{20E3}", 2), ("각", 2), ("Ω…─█⣿", 5), ("", 0),
    ])
  func widths(text: String, width: Int) {
    #expect(ScreenText.width(of: text) == width)
    let sample = Sample(("t", .text, [.text(text), .text("0123456789")]), ("n", .int, .ints(1, 2)))
    let blanks = String(repeating: " ", count: 10 - width)
    #expect(sample.text(.plain).split(separator: "\n")[2] == "\(text)\(blanks)  1")
  }

  @Test("a wide character that does not fit whole is cut whole")
  func cutWide() {
    #expect(ScreenText.truncated("お茶を", columns: 6) == "お茶を")
    #expect(ScreenText.truncated("お茶を", columns: 5) == "お茶…")
    #expect(ScreenText.truncated("お茶を", columns: 4) == "お…")
    #expect(ScreenText.truncated("お茶を", columns: 1) == "…")
    #expect(ScreenText.truncated("お茶を", columns: 0) == "")
  }

  @Test("nothing that a terminal obeys comes through, in names, values, currencies")
  func controls() {
    let evil = "a\u{1B}[31m\u{202E}b\r\n\u{9B}c\u{200B}"
    let sample = Sample((evil, .money(evil), .floats(1)), ("t", .text, [.text(evil)]))
    for mode in [TableMode.box, .plain, .markdown, .line] {
      let text = sample.text(mode)
      let obeyed = text.unicodeScalars.filter { ScreenText.isObeyed($0) && $0 != "\n" }
      #expect(obeyed.isEmpty, "\(mode)")
      #expect(text.contains("u{202E}"))
    }
    #expect(sample.text(.plain).contains("a\\u{1B}[31m\\u{202E}b\\r\\n\\u{9B}c\\u{200B}"))
  }

  @Test("random tables: no line is wider than asked, none ends in a blank, whole values are there")
  func anyTable() {
    var random = SmallRandom(seed: 7)
    for _ in 0..<400 {
      let sample = random.table()
      let width = random.int(in: 1...130)
      for mode in [TableMode.box, .plain, .line] {
        let text = sample.text(mode, width: width, rows: random.bool() ? nil : 5)
        for line in text.split(separator: "\n") {
          #expect(ScreenText.width(of: line) <= max(width, TableOptions.leastWidth))
          #expect(line.last != " ")
        }
        #expect(text.hasSuffix("\n"))
      }
      for mode in TableMode.allCases {
        let text = sample.text(mode)
        for column in sample.columns where column.type == .int {
          for row in 0..<column.vector.count where !column.vector.isNull(row) {
            #expect(text.contains("\(column.vector.int64s[row])"))
          }
        }
      }
      // Numbers are whole on any screen that is not tiny.
      let text = sample.text(.box, width: 40)
      for column in sample.columns where column.type == .int {
        for row in 0..<column.vector.count where !column.vector.isNull(row) {
          #expect(text.contains(" \(column.vector.int64s[row]) "))
        }
      }
    }
  }
}

/// Tables that nobody would write down.
struct SmallRandom {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  mutating func int(in range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }
  mutating func bool() -> Bool { next() & 1 == 0 }
  mutating func fraction() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }

  private static let pieces = [
    "a", "tea ", "お", "e\u{301}", "👩‍👩‍👧", "\n", "\u{202E}", "null", "|", "_", "\"", "…", " ", "한",
  ]

  mutating func text(_ most: Int) -> String {
    (0..<int(in: 0...most)).map { _ in Self.pieces[int(in: 0...Self.pieces.count - 1)] }.joined()
  }

  mutating func table() -> Sample {
    let rows = int(in: 0...12)
    return Sample(
      (0..<int(in: 1...14)).map { index in
        let name = "c\(index)" + text(6)
        switch int(in: 0...3) {
        case 0:
          return (name, .int, (0..<rows).map { _ in .int(Int64(truncatingIfNeeded: next())) })
        case 1:
          return (name, .int, (0..<rows).map { _ in bool() ? .null : .int(Int64(int(in: -9...9))) })
        case 2: return (name, .float, (0..<rows).map { _ in .float(fraction()) })
        default: return (name, .text, (0..<rows).map { _ in .text(text(20)) })
        }
      })
  }
}
