import C360
import C360REPL
import Foundation
import Testing

/// The blocks marked `session` of docs/repl.md are one session at the prompt, as it was. To write them anew:
/// `C360_REWRITE=1 swift test --filter SessionTests`.
@Suite("the transcript of the prompt")
struct SessionTests {
  private static let page = "docs/repl.md"

  @Test("docs/repl.md is what the prompt answers")
  func transcript() throws {
    let page = try Checkout.text(Self.page)
    let replayed = try replay(page)
    if ProcessInfo.processInfo.environment["C360_REWRITE"] != nil {
      try replayed.write(
        to: Checkout.root.appending(path: Self.page), atomically: true, encoding: .utf8)
    }
    #expect(page == replayed)
    #expect(page.contains("c360> "))
  }

  private func replay(_ page: String) throws -> String {
    var options = SessionOptions()
    options.runTime = SessionOptions.instant("2026-06-01")
    let repl = REPL(options: options)
    var result: [String] = []
    var isSession = false
    for line in page.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("```") {
        isSession = line == "```session"
        result.append(line)
        continue
      }
      if !isSession {
        result.append(line)
      } else if line.hasPrefix("c360> ") {
        result.append(line)
      } else if line.hasPrefix("   …> ") {
        // What was answered to the incomplete line is not there yet.
        result.append(line)
      }
    }
    return try answered(result, repl).joined(separator: "\n")
  }

  /// The lines with answers behind each statement.
  private func answered(_ lines: [String], _ repl: REPL) throws -> [String] {
    var result: [String] = []
    var statement = ""
    let root = Checkout.root.path + "/"
    for (index, line) in lines.enumerated() {
      result.append(line)
      guard line.hasPrefix("c360> ") || line.hasPrefix("   …> ") else { continue }
      statement += (statement.isEmpty ? "" : "\n") + line.dropFirst(6)
      if index + 1 < lines.count, lines[index + 1].hasPrefix("   …> ") {
        #expect(repl.isIncomplete(statement), "asks for no more: \(statement)")
        continue
      }
      let asked = statement.replacingOccurrences(of: ":load ", with: ":load \(root)")
      let response = repl.evaluate(asked)
      let text = Printer(settings: repl.settings).text(of: response)
      statement = ""
      guard !text.isEmpty else { continue }
      result += text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
        .map { String($0).replacingOccurrences(of: root, with: "") }
    }
    return result
  }
}
