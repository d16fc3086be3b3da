extension DiagnosticRenderer {
  /// One object, of a shape that only grows:
  ///
  ///     {"version": 1, "diagnostics": [{
  ///       "code": "E0312", "severity": "error", "message": "…",
  ///       "primary": SPAN or null, "secondary": [SPAN],
  ///       "data": {"path": "…", "row": 1 or null, "column": "…" or null} or null,
  ///       "notes": ["…"], "help": ["…"],
  ///       "fixes": [{"title": "…", "edits": [{"file", "start", "end", "replacement"}]}]}]}
  ///
  /// `SPAN` is `{"file", "start", "end", "label"}`, `start` and `end` are
  /// `{"offset", "line", "column"}`: the offset counts UTF-8 bytes from 0, line and column count
  /// from 1, the column in characters; `end` is behind the last character.
  public static func json(_ diagnostics: [Diagnostic]) -> String {
    JSONValue.object([
      ("version", .integer(1)), ("diagnostics", .array(diagnostics.map(object))),
    ]).rendered
  }

  private static func object(_ diagnostic: Diagnostic) -> JSONValue {
    .object([
      ("code", .text(diagnostic.code.name)),
      ("severity", .text(diagnostic.severity.rawValue)),
      ("message", .text(diagnostic.message)),
      ("primary", diagnostic.primary.map(object) ?? .null),
      ("secondary", .array(diagnostic.secondary.map(object))),
      ("data", diagnostic.data.map(object) ?? .null),
      ("notes", .array(diagnostic.notes.map(JSONValue.text))),
      ("help", .array(diagnostic.help.map(JSONValue.text))),
      ("fixes", .array(diagnostic.fixes.map(object))),
    ])
  }

  private static func object(_ labeled: LabeledSpan) -> JSONValue {
    .object(place(labeled.span) + [("label", .text(labeled.label))])
  }

  private static func place(_ span: Span) -> [(key: String, value: JSONValue)] {
    [
      ("file", .text(span.file.name)),
      ("start", position(span.file, span.range.lowerBound)),
      ("end", position(span.file, span.range.upperBound)),
    ]
  }

  private static func position(_ file: SourceFile, _ offset: Int) -> JSONValue {
    let (line, column) = file.position(of: offset)
    return .object([
      ("offset", .integer(offset)), ("line", .integer(line)), ("column", .integer(column)),
    ])
  }

  private static func object(_ data: DataPlace) -> JSONValue {
    .object([
      ("path", .text(data.path)), ("row", data.row.map(JSONValue.integer) ?? .null),
      ("column", data.column.map(JSONValue.text) ?? .null),
    ])
  }

  private static func object(_ fix: Fix) -> JSONValue {
    let edits = fix.edits.map { edit in
      JSONValue.object(place(edit.span) + [("replacement", .text(edit.replacement))])
    }
    return .object([("title", .text(fix.title)), ("edits", .array(edits))])
  }
}
