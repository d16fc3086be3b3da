import C360Columns
import Foundation
import Testing

@testable import C360Display

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("charts as SVG")
struct ChartSVGTests {
  /// Names of elements and all text of a document; nil unless it is well-formed.
  static func parsed(_ svg: String) -> (elements: [String], text: String)? {
    final class Reader: NSObject, XMLParserDelegate {
      var elements: [String] = []
      var text = ""
      func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String]
      ) { elements.append(name) }
      func parser(_ parser: XMLParser, foundCharacters characters: String) { text += characters }
    }
    let parser = XMLParser(data: Data(svg.utf8))
    let reader = Reader()
    parser.delegate = reader
    return parser.parse() ? (reader.elements, reader.text) : nil
  }

  @Test(
    "documents are well-formed and complete, of whatever table",
    arguments: ChartPropertyTests.requests)
  func wellFormed(request: String) throws {
    var random = SmallRandom(seed: 17)
    for _ in 0..<25 {
      let chart = try ChartPropertyTests.chart(request, ChartPropertyTests.table(&random))
      let svg = chart.svg(width: random.int(in: 1...900), height: random.int(in: 1...700))
      let document = try #require(Self.parsed(svg), "\(svg)")
      #expect(document.elements.prefix(3) == ["svg", "title", "desc"])
      #expect(document.text.contains(CellText.oneLine(chart.title)))
      for note in chart.notes { #expect(document.text.contains(note)) }
      #expect(!svg.contains("=\"inf") && !svg.contains("=\"-inf") && !svg.contains("=\"nan"))
    }
  }

  @Test("texts are escaped, and nothing is loaded from elsewhere")
  func escaped() throws {
    let name = "<script>alert('1') & \"x\"]]>"
    let sample = Sample((name, .text, [.text(name)]), ("n", .int, .ints(1)))
    let svg = try ChartPropertyTests.chart("", sample).svg()
    let document = try #require(Self.parsed(svg))
    #expect(document.text.contains("n by \(name)"))
    #expect(!document.elements.contains("script"))
    #expect(!svg.replacing("http://www.w3.org/2000/svg", with: "").contains("http"))
  }

  @Test("a line of a hundred thousand points is a document of some kilobytes")
  func thinned() throws {
    var random = SmallRandom(seed: 1)
    let sample = Sample(
      ("t", .time, (0..<100_000).map { .int($0 * 1_000_000) }),
      ("y", .float, (0..<100_000).map { _ in .float(random.fraction()) }))
    #expect(try ChartPropertyTests.chart("line", sample).svg().utf8.count < 150_000)
  }
}
