import Foundation
import Testing

/// Links of the pages to other files of the checkout; the web is not asked.
@Suite("links of the documentation")
struct LinkTests {
  static let pages: [String] = {
    let found = try? ["docs", "examples"].flatMap { try Checkout.files($0, suffix: ".md") }
    return ["README.md", "CHANGELOG.md"] + (found ?? [])
  }()

  @Test("what a page links to is there", arguments: pages)
  func targets(page: String) throws {
    let folder = URL(filePath: page, relativeTo: Checkout.root).deletingLastPathComponent()
    for link in try Checkout.text(page).matches(of: /\]\((?<target>[^)#\s]+)(#[^)]*)?\)/) {
      let target = String(link.target)
      if target.contains("://") { continue }
      let file = folder.appending(path: target).standardizedFileURL
      #expect(FileManager.default.fileExists(atPath: file.path), "\(page) links to \(target)")
    }
  }
}
