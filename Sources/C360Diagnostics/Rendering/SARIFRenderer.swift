extension DiagnosticRenderer {
  /// A SARIF 2.1.0 log with one run of the tool `c360`, for code scanning services. Severities:
  /// error → `error`, future and warning → `warning`, lint → `note`.
  public static func sarif(_ diagnostics: [Diagnostic], toolVersion: String) -> String {
    var codes: [String] = []
    for diagnostic in diagnostics where !codes.contains(diagnostic.code.name) {
      codes.append(diagnostic.code.name)
    }
    let rules = codes.map { JSONValue.object([("id", .text($0))]) }
    let driver = JSONValue.object([
      ("name", .text("c360")), ("version", .text(toolVersion)), ("rules", .array(rules)),
    ])
    let results = diagnostics.map { diagnostic in
      result(diagnostic, rule: codes.firstIndex(of: diagnostic.code.name) ?? 0)
    }
    let run = JSONValue.object([
      ("tool", .object([("driver", driver)])), ("columnKind", .text("unicodeCodePoints")),
      ("results", .array(results)),
    ])
    return JSONValue.object([
      ("$schema", .text("https://json.schemastore.org/sarif-2.1.0.json")),
      ("version", .text("2.1.0")), ("runs", .array([run])),
    ]).rendered
  }

  private static func result(_ diagnostic: Diagnostic, rule: Int) -> JSONValue {
    let remarks = diagnostic.notes.map { "note: \($0)" } + diagnostic.help.map { "help: \($0)" }
    let message = ([diagnostic.message] + remarks).joined(separator: "\n")
    var members: [(key: String, value: JSONValue)] = [
      ("ruleId", .text(diagnostic.code.name)), ("ruleIndex", .integer(rule)),
      ("level", .text(level(diagnostic.severity))), ("message", text(message)),
    ]
    let locations = [diagnostic.primary.map(location), diagnostic.data.map(location)]
      .compactMap { $0 }
    if !locations.isEmpty { members.append(("locations", .array([locations[0]]))) }
    let related = locations.dropFirst() + diagnostic.secondary.map(location)
    if !related.isEmpty { members.append(("relatedLocations", .array(Array(related)))) }
    if !diagnostic.fixes.isEmpty { members.append(("fixes", .array(diagnostic.fixes.map(fix)))) }
    return .object(members)
  }

  private static func level(_ severity: Severity) -> String {
    switch severity {
    case .error: "error"
    case .future, .warning: "warning"
    case .lint: "note"
    }
  }

  private static func text(_ text: String) -> JSONValue { .object([("text", .text(text))]) }

  private static func location(_ labeled: LabeledSpan) -> JSONValue {
    let place = JSONValue.object([
      ("artifactLocation", artifact(labeled.span.file.name)), ("region", region(labeled.span)),
    ])
    var members: [(key: String, value: JSONValue)] = [("physicalLocation", place)]
    if !labeled.label.isEmpty { members.append(("message", text(labeled.label))) }
    return .object(members)
  }

  private static func location(_ data: DataPlace) -> JSONValue {
    let place = JSONValue.object([("artifactLocation", artifact(data.path))])
    return .object([("physicalLocation", place), ("message", text(data.description))])
  }

  private static func artifact(_ name: String) -> JSONValue { .object([("uri", .text(uri(name)))]) }

  private static func region(_ span: Span) -> JSONValue {
    let (startLine, startColumn) = codePoints(span.file, span.range.lowerBound)
    let (endLine, endColumn) = codePoints(span.file, span.range.upperBound)
    return .object([
      ("startLine", .integer(startLine)), ("startColumn", .integer(startColumn)),
      ("endLine", .integer(endLine)), ("endColumn", .integer(endColumn)),
      ("byteOffset", .integer(span.range.lowerBound)),
      ("byteLength", .integer(span.range.count)),
    ])
  }

  /// One-based line and column, the column in Unicode code points.
  private static func codePoints(_ file: SourceFile, _ offset: Int) -> (Int, Int) {
    let line = file.position(of: offset).line
    let start = file.lineStarts[line - 1]
    return (line, file.text(start..<max(start, offset)).unicodeScalars.count + 1)
  }

  private static func fix(_ fix: Fix) -> JSONValue {
    var files: [SourceFile] = []
    for edit in fix.edits where !files.contains(where: { $0 === edit.span.file }) {
      files.append(edit.span.file)
    }
    let changes = files.map { file in
      let edits = fix.edits.filter { $0.span.file === file }.map { edit in
        JSONValue.object([
          ("deletedRegion", region(edit.span)), ("insertedContent", text(edit.replacement)),
        ])
      }
      return JSONValue.object([
        ("artifactLocation", artifact(file.name)), ("replacements", .array(edits)),
      ])
    }
    return .object([("description", text(fix.title)), ("artifactChanges", .array(changes))])
  }

  /// A path as a relative or absolute URI reference.
  private static func uri(_ path: String) -> String {
    var result = ""
    for byte in path.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "/"), UInt8(ascii: "."),
        UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        result += "%" + (digits.count == 1 ? "0" : "") + digits
      }
    }
    return result
  }
}
