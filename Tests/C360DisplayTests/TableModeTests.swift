import C360Columns
import C360Display
import Testing

@Suite("tables: the text of each mode")
struct TableModeTests {
  static let orders = Sample(
    ("customer", .int, .ints(1, 22, nil)),
    ("kind", .text, .texts("tea", "null", nil)),
    ("amount", .money("EUR"), .floats(10, 2.5, nil)),
    ("share", .float, .floats(0.25, 1e-9, .nan)),
    ("at", .time, .ints(1_767_348_000_000_000, 0, nil)),
    ("tags", .list(.text), [.list([.text("a"), .text("b")]), .list([]), .null]))

  @Test("texts of a list read apart: of nothing, of commas, of quotes")
  func lists() {
    func cell(_ texts: String...) -> String {
      CellText.text(.list(texts.map { .text($0) }), .list(.text))
    }
    #expect(cell() == "[]")
    #expect(cell("") == "[\"\"]")
    #expect(cell("", "ß") == "[\"\", ß]")
    #expect(cell("a, b") == "[\"a, b\"]")
    #expect(cell("null", "\"a\"", " x") == "[\"null\", \"\"a\"\", \" x\"]")
  }

  @Test("box: names, types, values, numbers to the right, the count of rows")
  func box() {
    #expect(
      Self.orders.text(.box) == """
        ┌──────────┬────────┬────────┬───────┬──────────────────────┬────────────┐
        │ customer │ kind   │ amount │ share │ at                   │ tags       │
        │      int │ text   │    EUR │ float │ time                 │ list(text) │
        ├──────────┼────────┼────────┼───────┼──────────────────────┼────────────┤
        │        1 │ tea    │  10.00 │  0.25 │ 2026-01-02T10:00:00Z │ [a, b]     │
        │       22 │ "null" │   2.50 │ 1e-09 │ 1970-01-01T00:00:00Z │ []         │
        │     null │ null   │   null │   nan │ null                 │ null       │
        └──────────┴────────┴────────┴───────┴──────────────────────┴────────────┘
        3 rows

        """)
  }

  @Test("plain: columns under their names")
  func plain() {
    #expect(
      Self.orders.text(.plain) == """
        customer  kind    amount EUR  share  at                    tags
        --------  ------  ----------  -----  --------------------  ------
               1  tea          10.00   0.25  2026-01-02T10:00:00Z  [a, b]
              22  "null"        2.50  1e-09  1970-01-01T00:00:00Z  []
            null  null          null    nan  null                  null

        """)
  }

  @Test("csv: all rows in full, a null is nothing, the text of that name is not")
  func csv() {
    #expect(
      Self.orders.text(.csv, width: 20, rows: 1) == """
        customer,kind,amount,share,at,tags
        1,tea,10.0,0.25,2026-01-02T10:00:00Z,"[""a"",""b""]"
        22,null,2.5,1e-09,1970-01-01T00:00:00Z,[]
        ,,,nan,,

        """)
  }

  @Test("csv: of one column a null is an empty line, an empty text is not")
  func loneColumn() {
    #expect(Sample(("a", .text, .texts("x", nil, ""))).text(.csv) == "a\nx\n\n\"\"\n")
  }

  @Test("json: an array of objects, what JSON has no number for is null")
  func json() {
    #expect(
      Self.orders.text(.json, width: 20, rows: 1) == """
        [{"customer":1,"kind":"tea","amount":10.0,"share":0.25,"at":"2026-01-02T10:00:00Z","tags":["a","b"]},
         {"customer":22,"kind":"null","amount":2.5,"share":1e-09,"at":"1970-01-01T00:00:00Z","tags":[]},
         {"customer":null,"kind":null,"amount":null,"share":null,"at":null,"tags":null}]

        """)
    #expect(Sample(("a", .int, [])).text(.json) == "[]\n")
  }

  @Test("markdown: aligned in its source, nothing that Markdown reads as its own")
  func markdown() {
    let sample = Sample(
      ("offer_id", .text, .texts("a|b", "_x_", "a_b*", "<i>&")), ("n", .int, .ints(1, 20, nil, 4)))
    #expect(
      sample.text(.markdown) == """
        | offer_id |    n |
        | -------- | ---: |
        | a\\|b     |    1 |
        | \\_x\\_    |   20 |
        | a_b\\*    | null |
        | \\<i>\\&   |    4 |

        """)
  }

  @Test("line: a line a value, whole lists, values broken at the end of the screen")
  func line() {
    let sample = Sample(
      ("name", .text, .texts("tea from the hills of Darjeeling", "")),
      ("sizes", .list(.int), [.list((1...7).map { .int($0) }), .null]))
    #expect(
      sample.text(.line) == """
         name = tea from the hills of Darjeeling
        sizes = [1, 2, 3, 4, 5, 6, 7]

         name =
        sizes = null

        """)
    #expect(
      sample.text(.line, width: 24, rows: 1) == """
         name = tea from the hil
                ls of Darjeeling
        sizes = [1, 2, 3, 4, 5,
                6, 7]

        … 1 of 2 rows left out

        """)
  }

  @Test("long tables show head and tail, and how much is left out; counts have separators")
  func rows() {
    let sample = Sample(("n", .int, (1...12_345).map { .int($0) }))
    #expect(
      sample.text(.box, rows: 3) == """
        ┌───────┐
        │     n │
        │   int │
        ├───────┤
        │     1 │
        │     2 │
        │     … │
        │ 12345 │
        └───────┘
        12,345 rows, 12,342 left out

        """)
    #expect(
      sample.text(.plain, rows: 2) == """
            n
        -----
            1
        … 12,343 of 12,345 rows left out
        12345

        """)
    #expect(
      sample.text(.markdown, rows: 1) == """
        |   n |
        | --: |
        |   1 |
        |   … |

        … 12,344 of 12,345 rows left out

        """)
    #expect(sample.text(.plain, rows: 0).hasSuffix("-\n… 12,345 of 12,345 rows left out\n"))
    #expect(sample.text(.plain, rows: 12_345) == sample.text(.plain))
  }

  @Test("no rows, no columns")
  func empty() {
    let rows = Sample(("a", .int, []), ("b", .text, []))
    #expect(rows.text(.plain) == "a  b\n-  -\n")
    #expect(
      rows.text(.box) == """
        ┌─────┬──────┐
        │   a │ b    │
        │ int │ text │
        ├─────┼──────┤
        └─────┴──────┘
        0 rows

        """)
    #expect(rows.text(.line) == "0 rows\n")
    #expect(rows.text(.csv) == "a,b\n")
    let nothing = Sample()
    for mode in [TableMode.box, .plain, .markdown, .line] {
      #expect(nothing.text(mode) == "0 rows, no columns\n")
    }
  }

  @Test("escape sequences only where they are wanted, and they change no width")
  func styles() {
    let plain = Self.orders.text(.box, width: 40)
    let styled = Self.orders.text(.box, width: 40, isStyled: true)
    #expect(styled != plain)
    #expect(styled.replacing(#/\u{1B}\[\d*m/#, with: "") == plain)
    for mode in [TableMode.csv, .json, .markdown] {
      #expect(!Self.orders.text(mode, isStyled: true).contains("\u{1B}"))
    }
  }

  @Test("describe: shares, figures as their columns show them, histograms as blocks")
  func describe() {
    let sample = Sample(
      ("column", .text, .texts("amount", "kind", "when")),
      ("type", .text, .texts("money(EUR)", "text", "time?")),
      ("rows", .int, .ints(1000, 1000, 1000)),
      ("null_share", .float, .floats(0, 0.1234567, 1)),
      ("min", .text, .texts("0.1", "cake", "2026-01-02T04:59:59.999999Z")),
      ("max", .text, .texts("1234.56789", "tea", nil)),
      (
        "histogram", .list(.int),
        [.list([1, 5, 100, 1000].map { .int($0) }), .list([.int(0), .int(3)]), .null]
      ))
    #expect(
      sample.text(.plain) == """
        column  type        rows  null_share                   min      max  histogram
        ------  ----------  ----  ----------  --------------------  -------  ---------
        amount  money(EUR)  1000         0 %                  0.10  1234.57  ▁▁▁█
        kind    text        1000     12.35 %                  cake      tea  _█
        when    time?       1000       100 %  2026-01-02T04:59:59Z     null  null

        """)
    #expect(sample.text(.csv).contains("\"[1,5,100,1000]\""))
    #expect(sample.text(.csv).contains("2026-01-02T04:59:59.999999Z"))
    // What says most comes first where there is no room for all.
    #expect(
      sample.text(.plain, width: 46) == """
        columns 1–2, 4, 7 of 7
        column  type        null_share  histogram
        ------  ----------  ----------  ---------
        amount  money(EUR)         0 %  ▁▁▁█
        kind    text           12.35 %  _█
        when    time?            100 %  null

        columns 1, 3, 5–6 of 7
        column  rows                   min      max
        ------  ----  --------------------  -------
        amount  1000                  0.10  1234.57
        kind    1000                  cake      tea
        when    1000  2026-01-02T04:59:59Z     null

        """)
  }
}
