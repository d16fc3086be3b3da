import C360
import C360Columns
import C360Display
import Testing

/// Blocks marked `text shown` of docs/plots.md: lines after `> ` are asked, the rest is what is seen. Asked
/// are queries over the tables of examples/winback, `:mode` for how tables stand, and `:plot` of the last
/// result, on a screen of 72 columns and 16 lines.
@Suite("docs/plots.md")
struct ShownPageTests {
  static let width = 72
  static let height = 16

  @Test("what the page shows is what is seen")
  func shown() throws {
    let blocks = CodeBlock.all(in: try Checkout.text("docs/plots.md"))
      .filter { $0.words == ["text", "shown"] }
    #expect(blocks.count > 5)
    let asked = blocks.map { block in
      block.text.split(separator: "\n").filter { $0.hasPrefix("> ") }.map {
        String($0.dropFirst(2))
      }
    }
    var tables = try Self.tables(asked.flatMap { $0 }.filter { !$0.hasPrefix(":") })[...]
    for (block, lines) in zip(blocks, asked) {
      var seen = lines.map { "> \($0)\n" }.joined()
      var mode = TableMode.box
      var last: ResultTable?
      for line in lines {
        let words = line.split(separator: " ", maxSplits: 1).map(String.init)
        switch words[0] {
        case ":mode": mode = try #require(TableMode(rawValue: words[1]))
        case ":plot":
          let table = try #require(last)
          last = nil
          let chart = try PlotRequest(words.count > 1 ? words[1] : "").chart(
            of: table.batch, texts: table.texts, zone: try #require(Zone.named("America/New_York")))
          seen += chart.text(width: Self.width, height: Self.height)
        default: last = tables.removeFirst()
        }
      }
      if let last {
        seen += last.rendered(TableOptions(mode: mode, width: Self.width, maximumRows: 10))
      }
      #expect(block.text == seen, "docs/plots.md:\(block.line)\n\(seen)")
    }
  }

  /// All queries run as one script.
  static func tables(_ queries: [String]) throws -> [ResultTable] {
    let script = try Checkout.text("examples/winback/winback.c360")
    let start = try #require(script.range(of: "events orders"))
    let end = try #require(script.range(of: "actions offers"))
    let text =
      "edition 2026\ntimezone \"America/New_York\"\nentity customer\n"
      + script[start.lowerBound..<end.lowerBound]
      + queries.map { "show \($0)\n" }.joined()
    let folder = Checkout.root.appending(path: "examples/winback").path
    return try Session(text: text, directory: folder).run().shows
  }
}
