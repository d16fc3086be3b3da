import C360Columns
import C360Display
import Testing

@Suite("what `:plot` is asked for")
struct PlotRequestTests {
  static func problem(_ text: String, of sample: Sample? = nil) -> PlotProblem? {
    do throws(PlotProblem) {
      let request = try PlotRequest(text)
      if let sample { _ = try request.chart(of: sample.batch, texts: sample.texts) }
      return nil
    } catch {
      return error
    }
  }

  static func place(_ text: String, of sample: Sample? = nil) -> String? {
    problem(text, of: sample)?.place.map { String(decoding: Array(text.utf8)[$0], as: UTF8.self) }
  }

  @Test("kind, columns, by, title and file")
  func parts() throws {
    let request = try PlotRequest(
      "line day, \"total EUR\" by region --title \"Sales \\\"26\\\"\" --svg out/sales.svg")
    #expect(request.kind == .line)
    #expect(request.columns.map(\.text) == ["day", "total EUR"])
    #expect(request.group?.text == "region")
    #expect(request.title == "Sales \"26\"")
    #expect(request.svgPath == "out/sales.svg")
    #expect(try PlotRequest("") == PlotRequest("  "))
    #expect(try PlotRequest("histogram x").kind == .hist)
    // Options may stand before the kind.
    let first = try PlotRequest("--svg a.svg --title hist bars kind n")
    #expect(first.kind == .bars && first.columns.map(\.text) == ["kind", "n"])
  }

  @Test("words in quotes are columns, and so are kinds that do not come first")
  func quotes() throws {
    let request = try PlotRequest("\"line\" \"by\" hist")
    #expect(request.kind == nil)
    #expect(request.columns.map(\.text) == ["line", "by", "hist"])
  }

  @Test(
    "a request that cannot be read says where and what",
    arguments: [
      ("x by", "by", "`by` wants a column behind it"),
      ("x by --svg a", "by", "`by` wants a column behind it"),
      ("x by g by h", "by", "`by` stands twice"),
      ("x by g h", "h", "`by` takes one column, and `h` stands behind `g`"),
      ("x --svg", "--svg", "`--svg` wants a file behind it"),
      ("x --svg a.svg --svg b.svg", "--svg", "`--svg` stands twice"),
      ("--svg a.png x", "a.png", "`a.png` would be no SVG file by its name"),
      ("--title --svg a", "--title", "`--title` wants a text behind it"),
      ("x --png a", "--png", "`--png` is no option of a plot"),
      ("x \"y", "\"y", "the quote is not closed"),
    ])
  func unreadable(text: String, place: String, message: String) {
    #expect(Self.problem(text)?.message == message)
    #expect(Self.place(text) == place)
  }

  static let table = Sample(
    ("kind", .text, .texts("tea", "tea")), ("at", .time, .ints(0, 1)),
    ("amount", .float, .floats(1, 2)), ("n", .int, .ints(1, 2)),
    ("tags", .list(.text), [.list([]), .null]))

  @Test(
    "a request that the table has no answer to says where and what",
    arguments: [
      ("lin at amount", "lin", "there is no column `lin`"),
      ("line at amuont", "amuont", "there is no column `amuont`"),
      ("line at amount by knd", "knd", "there is no column `knd`"),
      ("tags", "tags", "`tags` holds list(text)s, which are not drawn"),
      ("hist kind", "kind", "a histogram wants a number or a time, and `kind` is text"),
      ("hist n amount", "amount", "a histogram is of one column"),
      ("line kind amount", "kind", "a line wants a number or a time, and `kind` is text"),
      ("line at kind", "kind", "a line wants a number, and `kind` is text"),
      ("line at", "at", "a line wants a number, and `at` is time"),
      ("scatter n", "n", "a scatter plot wants two numbers"),
      ("bars kind at", "at", "the length of a bar wants a number, and `at` is time"),
      ("line at n amount by kind", "amount", "`by` divides one column, and there are 2"),
      ("bars kind n", nil, "`kind` is tea in several rows, and a bar shows one"),
      (
        "n by tags", "tags",
        "`by` wants values that can be told apart, and `tags` holds list(text)s"
      ),
    ])
  func unanswerable(text: String, place: String?, message: String) {
    #expect(Self.problem(text, of: Self.table)?.message == message)
    #expect(Self.place(text, of: Self.table) == place)
  }

  @Test("help names what is near, else what there is")
  func help() {
    #expect(Self.problem("lin at amount", of: Self.table)?.help == "`line` is near")
    #expect(
      Self.problem("line xyzzy", of: Self.table)?.help == "there are kind, at, amount, n, tags")
    #expect(
      Self.problem("bars kind n", of: Self.table)?.help
        == "group first, as in `| group kind { total = sum(n) }`, or say `by` what they differ in")
  }

  @Test(
    "the kind follows from the columns, named or not",
    arguments: [
      ("", "t x", ChartKind.line, "x over t"),
      ("", "d x k", .line, "x over d by k"),
      ("", "x t y", .line, "x over t"),
      ("", "k x", .bars, "x by k"),
      ("", "k", .bars, "rows by k"),
      ("", "x y", .scatter, "y against x"),
      ("", "x", .hist, "x: how often"),
      ("", "t", .hist, "t: how often"),
      ("t x", "k t x y", .line, "x over t"),
      ("k", "k x", .bars, "rows by k"),
      ("x y", "k t x y", .scatter, "y against x"),
      ("x", "k t x y", .hist, "x: how often"),
      ("line x", "k t x y", .line, "x over row"),
      ("line", "x y", .line, "y over x"),
      ("line", "x", .line, "x over row"),
      ("hist", "k x y", .hist, "x: how often"),
      ("scatter", "k t x y", .scatter, "y against x"),
      ("bars", "t x", .bars, "x by t"),
      ("x by k", "k t x y", .hist, "x by k: how often"),
    ])
  func choice(text: String, columns: String, kind: ChartKind, title: String) throws {
    let sample = Sample(
      columns.split(separator: " ").map { name in
        switch name {
        case "t": (String(name), .time, .ints(1))
        case "d": (String(name), .date, .ints(1))
        case "k": (String(name), .text, .texts("a"))
        default: (String(name), .float, .floats(1))
        }
      })
    let chart = try PlotRequest(text).chart(of: sample.batch, texts: sample.texts)
    #expect(chart.kind == kind)
    #expect(chart.title == title)
  }

  @Test("a table of which nothing can be drawn")
  func nothing() {
    #expect(
      Self.problem("", of: Sample(("tags", .list(.int), [.null])))?.message
        == "the table has no column that can be drawn")
    #expect(
      Self.problem("scatter", of: Sample(("x", .int, .ints(1))))?.message
        == "a scatter plot wants two numbers, and the table has 1")
  }

  @Test("no text is read with a crash, and places lie within it")
  func anyText() {
    var random = SmallRandom(seed: 3)
    let words = [
      "hist", "line", "bars", "scatter", "by", "--svg", "--title", "\"", "\\", ",", "x", "kind",
      " ",
      "at", "n", "é", "--", "\n",
    ]
    for _ in 0..<3000 {
      let text = (0..<random.int(in: 0...7)).map { _ in words[random.int(in: 0...words.count - 1)] }
        .joined(separator: random.bool() ? " " : "")
      if let place = Self.problem(text, of: Self.table)?.place {
        #expect(place.lowerBound >= 0 && place.upperBound <= text.utf8.count && !place.isEmpty)
      }
    }
  }
}
