import C360
import C360Diagnostics
import C360Display

/// What came of one input.
public struct Response: Sendable {
  public enum Part: Sendable {
    case table(Answer)
    /// Ends with a line end.
    case text(String)
    case chart(Chart)
    case why(Why)
    /// What is to be known of an answer and is no part of it, without a line end.
    case note(String)
    case diagnostics([Diagnostic])
    case cancelled

    /// Whether it says itself where it is about.
    public var hasPlaces: Bool { if case .diagnostics = self { true } else { false } }
  }
  /// The rows of a query and what is to be known of them.
  public struct Answer: Sendable {
    public let table: ResultTable
    /// Whether it is one value and not rows.
    public var isValue = false
    /// Nanoseconds from the text to the rows.
    public let elapsed: UInt64
    /// `3 rows left out, the condition is null`
    public let remarks: [String]
  }
  /// What only the shell around can do.
  public enum Action: Sendable, Equatable {
    case quit
    /// This text, in the editor; what comes back is evaluated.
    case edit(String)
    case history
  }
  public var parts: [Part] = []
  public var action: Action?
  /// Whether nothing came of it; the session is then what it was.
  public var hasFailed = false

  public init(_ parts: [Part] = [], action: Action? = nil) {
    self.parts = parts
    self.action = action
  }

  static func text(_ text: String) -> Response {
    Response([.text(text.hasSuffix("\n") ? text : text + "\n")])
  }

  static func failure(_ parts: [Part]) -> Response {
    var response = Response(parts)
    response.hasFailed = true
    return response
  }

  /// A complaint about a command in plain words.
  static func refusal(_ words: String) -> Response { failure([.text(words + "\n")]) }
}

/// A command that cannot be obeyed, in words.
struct Refusal: Error {
  let words: String
  init(_ words: String) { self.words = words }
}
