import Foundation

/// A fenced code block of a Markdown page.
struct CodeBlock: Sendable {
  /// The words after the opening fence: `c360`, `c360 bad E0312`, `sh`, …
  let words: [String]
  let text: String
  /// One-based line of the first line of the text.
  let line: Int

  static func all(in page: String) -> [CodeBlock] {
    var blocks: [CodeBlock] = []
    var open: (words: [String], line: Int)?
    var lines: [Substring] = []
    for (index, line) in page.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      guard line.hasPrefix("```") else {
        if open != nil { lines.append(line) }
        continue
      }
      if let (words, first) = open {
        blocks.append(
          CodeBlock(words: words, text: lines.joined(separator: "\n") + "\n", line: first))
        open = nil
      } else {
        open = (line.dropFirst(3).split(separator: " ").map(String.init), index + 2)
        lines = []
      }
    }
    return blocks
  }
}

/// Folders of the checkout.
enum Checkout {
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  static func files(_ folder: String, suffix: String) throws -> [String] {
    let url = root.appending(path: folder)
    return try FileManager.default.subpathsOfDirectory(atPath: url.path)
      .filter { $0.hasSuffix(suffix) && !$0.contains(".build") }.sorted().map { "\(folder)/\($0)" }
  }
}
