import C360
import C360Diagnostics
import Testing

/// In a page all blocks marked plain `c360` are, read from top to bottom, one script that checks without
/// errors. Blocks marked `c360 bad CODE` are whole scripts that are refused with that code, blocks
/// marked `c360 alone` whole scripts that check.
@Suite("code blocks of the documentation")
struct PageTests {
  static let pages = ["README.md", "docs/language.md", "docs/tutorial.md", "docs/robust.md"]

  static func errors(_ text: String) -> [Diagnostic] {
    Session(text: text, directory: Checkout.root.path).check().filter { $0.severity == .error }
  }

  static func describe(_ diagnostics: [Diagnostic]) -> String {
    DiagnosticRenderer.terminal(diagnostics, colours: false)
  }

  @Test("a page's blocks together are one script", arguments: pages)
  func together(page: String) throws {
    let blocks = CodeBlock.all(in: try Checkout.text(page)).filter { $0.words == ["c360"] }
    #expect(!blocks.isEmpty)
    let errors = Self.errors(blocks.map(\.text).joined(separator: "\n"))
    #expect(errors.isEmpty, "\(page):\n\(Self.describe(errors))")
  }

  @Test("blocks on their own check, bad ones are refused with their code", arguments: pages)
  func alone(page: String) throws {
    for block in CodeBlock.all(in: try Checkout.text(page)) where block.words.first == "c360" {
      switch block.words.dropFirst().first {
      case "alone":
        let errors = Self.errors(block.text)
        #expect(errors.isEmpty, "\(page):\(block.line)\n\(Self.describe(errors))")
      case "bad":
        let codes = Self.errors(block.text).map(\.code.name)
        #expect(codes == [block.words.last ?? ""], "\(page):\(block.line)")
      default: continue
      }
    }
  }
}
