import C360Diagnostics
import Foundation
import Testing

@testable import C360Syntax

/// Every code of the syntax has a page whose bad script earns it and whose good script does not.
@Suite struct DiagnosticPagesTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The codes in the list of errors, in order.
  static let codes: [String] = {
    let list = root.appendingPathComponent("Sources/C360Syntax/SyntaxErrors.swift")
    let text = (try? String(contentsOf: list, encoding: .utf8)) ?? ""
    return Set(text.matches(of: /E01[0-9][0-9]/).map { String($0.output) })
      .subtracting(["E0149"]).sorted()
  }()

  static func page(_ code: String) throws -> String {
    try String(
      contentsOf: root.appendingPathComponent("docs/diagnostics/\(code).md"), encoding: .utf8)
  }

  static func script(_ kind: String, in page: String) throws -> SyntaxTree {
    let start = try #require(page.range(of: "```c360 \(kind)\n")?.upperBound)
    let end = try #require(page.range(of: "\n```", range: start..<page.endIndex)?.lowerBound)
    return parse(SourceFile(name: "\(kind).c360", text: String(page[start..<end]) + "\n"))
  }

  @Test func theListIsRead() { #expect(Self.codes.count > 25) }

  @Test(arguments: codes) func thePageSaysWhatTheParserSays(code: String) throws {
    let page = try Self.page(code)
    #expect(page.hasPrefix("# \(code): "))
    #expect(page.contains("\n## How to mend it\n"))
    let bad = try Self.script("bad", in: page).diagnostics.map(\.code.name)
    #expect(!bad.isEmpty && Set(bad) == [code])
    let good = try Self.script("good", in: page)
    #expect(good.diagnostics.map(\.message) == [])
    #expect(try !format(good).isEmpty)
  }

  /// Fixes are edits that leave one complaint less.
  @Test(arguments: codes) func fixesMend(code: String) throws {
    let tree = try Self.script("bad", in: Self.page(code))
    guard let fix = tree.diagnostics.first?.fixes.first else { return }
    var bytes = tree.source.bytes
    for edit in fix.edits.reversed() {
      bytes.replaceSubrange(edit.span.range, with: edit.replacement.utf8)
    }
    let mended = parse(SourceFile(name: "mended.c360", bytes: bytes))
    #expect(mended.diagnostics.count < tree.diagnostics.count)
  }
}
