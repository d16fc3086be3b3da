import Foundation
import Testing

@testable import C360IO

@Test(arguments: IODiagnostics.allCases)
func everyCodeHasItsPage(code: IODiagnostics) throws {
  let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  let page = root.appendingPathComponent("docs/diagnostics/\(code.rawValue).md")
  let text = try String(contentsOf: page, encoding: .utf8)
  #expect(text.hasPrefix("# \(code.rawValue): "))
  #expect(text.contains("## How to mend it"))
}
