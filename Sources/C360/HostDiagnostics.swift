import C360Diagnostics

/// The codes of complaints about a run as a whole: E0701–E0749 and W0701–W0749, each explained in
/// `docs/diagnostics`.
public enum HostDiagnostics: String, CaseIterable, Sendable {
  // While rows are computed
  case failedRow = "E0701"
  case failedExpectation = "E0702"
  case memoryExceeded = "E0703"
  case unusableRelation = "E0704"
  // Before a run
  case approvalRanOut = "E0705"
  case unknownBinding = "E0706"
  case unfitBatch = "E0707"
  case sameOutput = "E0708"
  case unreadableScript = "E0709"
  case unreadableModule = "E0710"
  case unreadableModel = "E0711"
  case cacheFolder = "E0712"
  case runtimeFailure = "E0713"
  case unknownPolicy = "E0714"
  case unfitKey = "E0715"
  case noSuchDecision = "E0716"
  case unreadableWarmStart = "E0717"
  case occupiedFolder = "E0718"
  case unfitInstant = "E0719"
  case spillFailed = "E0720"
  case leak = "E0731"
  case badLink = "E0741"
  case unsatisfiableBounds = "E0730"
  case boundsNotMet = "E0732"
  case unstableChoices = "E0733"
  // What a reader of the results should know
  case overlappingOutcomes = "W0701"
  case observedByDefault = "W0702"
  case neverKnown = "W0703"
  case unresolvedTies = "W0704"
  case unmentionedPurpose = "W0708"
  case unknownGroups = "W0709"
  case manyRepaired = "W0710"
  case uselessWarmStart = "W0711"

  public var code: DiagnosticCode { DiagnosticCode(rawValue) }

  func diagnostic(
    _ message: String, at span: Span? = nil, label: String = "", secondary: [LabeledSpan] = [],
    data: DataPlace? = nil, notes: [String] = [], help: [String] = []
  ) -> Diagnostic {
    Diagnostic(
      code, rawValue.hasPrefix("W") ? .warning : .error, message, at: span, label: label,
      secondary: secondary, data: data, notes: notes, help: help)
  }
}
