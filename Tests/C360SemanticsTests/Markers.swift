import C360Diagnostics
import Testing

@testable import C360Semantics

/// A script with the place of its one diagnostic between `‹` and `›`, the code and the words.
struct Marked: CustomTestStringConvertible, Sendable {
  let code: String
  let message: String
  let text: String

  init(_ code: String, _ message: String, _ text: String) {
    self.code = code
    self.message = message
    self.text = text
  }

  var testDescription: String { "\(code) \(message)" }

  /// Follows the prelude unless it says its own edition.
  var whole: String { text.hasPrefix("edition") ? text : script(text) }

  func expectDiagnostic(
    files: [String: String] = [:], models: [String: String] = [:],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let marked = whole
    var plain = ""
    var start = 0
    var end = 0
    for character in marked {
      if character == "‹" {
        start = plain.utf8.count
      } else if character == "›" {
        end = plain.utf8.count
      } else {
        plain.append(character)
      }
    }
    let result = checked(plain, files: files, models: models)
    #expect(
      result.diagnostics.map { "\($0.code) \($0.message)" } == ["\(code) \(message)"],
      "\(result.report)", sourceLocation: sourceLocation)
    #expect(
      result.diagnostics.first?.primary?.span.range == start..<end,
      "\(result.report)", sourceLocation: sourceLocation)
  }
}
