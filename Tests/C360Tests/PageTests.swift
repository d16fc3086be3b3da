import C360
import C360Diagnostics
import Testing

@Suite("pages on diagnostics of runs")
struct PageTests {
  @Test("every code has a page whose scripts check", arguments: HostDiagnostics.allCases)
  func pages(code: HostDiagnostics) throws {
    let page = try #require(Installation.page(of: code.rawValue))
    #expect(page.hasPrefix("# \(code.rawValue): "))
    for script in Self.scripts(in: page) {
      let complaints = Session(text: script).check()
      #expect(complaints.isEmpty, "\(DiagnosticRenderer.terminal(complaints))")
    }
  }

  private static func scripts(in page: String) -> [String] {
    page.split(separator: "```c360 alone\n").dropFirst().compactMap {
      $0.split(separator: "```").first.map(String.init)
    }
  }
}
