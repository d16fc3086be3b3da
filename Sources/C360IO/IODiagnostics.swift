import C360Diagnostics

/// The codes of complaints about files that are read and written: E0601–E0649 and W0601–W0649, each
/// explained in `docs/diagnostics`.
public enum IODiagnostics: String, CaseIterable, Sendable {
  // What is read
  case missingFile = "E0601"
  case unreadableFile = "E0602"
  case noFiles = "E0603"
  case unknownFormat = "E0604"
  case damagedFile = "E0605"
  case missingColumn = "E0606"
  case wrongType = "E0607"
  case unexpectedNull = "E0608"
  case unexpectedNaN = "E0609"
  case unreadableValue = "E0610"
  case valueOutOfRange = "E0611"
  case fieldCount = "E0612"
  case quoting = "E0613"
  case notUTF8 = "E0614"
  case duplicateColumn = "E0615"
  case noHeader = "E0616"
  case badJSON = "E0617"
  case unknownTimeZone = "E0618"
  case formatNotBuilt = "E0619"
  case badCSVOptions = "E0620"
  case database = "E0621"
  case wrongLength = "E0627"
  case changedFile = "E0628"
  // What is written
  case cannotCreateOutput = "E0630"
  case writeFailed = "E0631"
  case unknownOutputFormat = "E0632"
  // What a reader of the results should know
  case lostDigits = "W0601"

  public var code: DiagnosticCode { DiagnosticCode(rawValue) }

  func diagnostic(
    _ message: String, at span: Span? = nil, label: String = "", data: DataPlace? = nil,
    notes: [String] = [], help: [String] = []
  ) -> Diagnostic {
    Diagnostic(
      code, rawValue.hasPrefix("W") ? .warning : .error, message, at: span, label: label,
      data: data, notes: notes, help: help)
  }
}
