/// How bad a diagnostic is. Only `error` stops a run.
public enum Severity: String, Sendable, CaseIterable {
  case error
  /// An error from the next language edition on.
  case future
  case warning
  case lint
}

/// A stable code such as `E0312`; `docs/diagnostics/E0312.md` explains it.
public struct DiagnosticCode: Hashable, Sendable, CustomStringConvertible,
  ExpressibleByStringLiteral
{
  public let name: String
  public init(_ name: String) { self.name = name }
  public init(stringLiteral value: String) { self.name = value }
  public var description: String { name }
}

/// A span with a few words that say what stands there.
public struct LabeledSpan: Sendable {
  public let span: Span
  public let label: String

  public init(_ span: Span, _ label: String = "") {
    self.span = span
    self.label = label
  }
}

/// Where in a data file a complaint arose. Rows count from 1 and leave a header line out.
public struct DataPlace: Sendable, Hashable {
  public let path: String
  public let row: Int?
  public let column: String?

  public init(path: String, row: Int? = nil, column: String? = nil) {
    self.path = path
    self.row = row
    self.column = column
  }
}

/// An edit that mends what the diagnostic complains of.
public struct Fix: Sendable {
  public struct Edit: Sendable {
    public let span: Span
    public let replacement: String
    public init(span: Span, replacement: String) {
      self.span = span
      self.replacement = replacement
    }
  }
  public let title: String
  public let edits: [Edit]

  public init(_ title: String, edits: [Edit]) {
    self.title = title
    self.edits = edits
  }
}

/// One complaint, as data; renderers turn it into words on a terminal, JSON or SARIF.
public struct Diagnostic: Error, Sendable {
  public var code: DiagnosticCode
  public var severity: Severity
  /// One plain sentence without a full stop; names in back-ticks.
  public var message: String
  public var primary: LabeledSpan?
  /// Other places that explain it, in the order in which a reader should look at them.
  public var secondary: [LabeledSpan]
  /// The place in a data file, when the complaint is about data rather than text.
  public var data: DataPlace?
  public var notes: [String]
  public var help: [String]
  public var fixes: [Fix]

  /// An error.
  public init(
    _ code: DiagnosticCode, _ message: String,
    at primary: Span? = nil, label: String = "", secondary: [LabeledSpan] = [],
    data: DataPlace? = nil, notes: [String] = [], help: [String] = [], fixes: [Fix] = []
  ) {
    self.init(
      code, .error, message, at: primary, label: label, secondary: secondary, data: data,
      notes: notes, help: help, fixes: fixes)
  }

  public init(
    _ code: DiagnosticCode, _ severity: Severity, _ message: String,
    at primary: Span? = nil, label: String = "", secondary: [LabeledSpan] = [],
    data: DataPlace? = nil, notes: [String] = [], help: [String] = [], fixes: [Fix] = []
  ) {
    self.code = code
    self.severity = severity
    self.message = message
    self.primary = primary.map { LabeledSpan($0, label) }
    self.secondary = secondary
    self.data = data
    self.notes = notes
    self.help = help
    self.fixes = fixes
  }
}

/// Several complaints that together ended a phase.
public struct DiagnosticError: Error, Sendable {
  public let diagnostics: [Diagnostic]
  public init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }
}
