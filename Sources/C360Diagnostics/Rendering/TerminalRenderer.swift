/// Turns diagnostics into text: for people on a terminal, and for machines as JSON or SARIF.
public enum DiagnosticRenderer {
  /// For people: the message, the lines it is about with marks below, notes and help. One blank
  /// line between diagnostics; ends with a line end unless there are none.
  public static func terminal(_ diagnostics: [Diagnostic], colours: Bool = false) -> String {
    diagnostics.map { diagnostic in
      var page = TerminalPage(diagnostic, Palette(isOn: colours))
      return page.render()
    }.joined(separator: "\n")
  }

  /// How many there are of each severity: `2 errors, 1 warning`; empty for none.
  public static func summary(_ diagnostics: [Diagnostic]) -> String {
    let names: [(Severity, one: String, many: String)] = [
      (.error, "error", "errors"), (.future, "future error", "future errors"),
      (.warning, "warning", "warnings"), (.lint, "remark", "remarks"),
    ]
    return names.compactMap { severity, one, many in
      let count = diagnostics.count { $0.severity == severity }
      return count == 0 ? nil : "\(count) \(count == 1 ? one : many)"
    }.joined(separator: ", ")
  }
}

/// One diagnostic on its way to a terminal.
private struct TerminalPage {
  let diagnostic: Diagnostic
  let paint: Palette
  /// Digits of the largest line number.
  let gutter: Int
  var lines: [String] = []

  init(_ diagnostic: Diagnostic, _ paint: Palette) {
    self.diagnostic = diagnostic
    self.paint = paint
    let spans = (diagnostic.primary.map { [$0] } ?? []) + diagnostic.secondary
    let last = spans.map { $0.span.file.position(of: $0.span.range.upperBound).line }.max() ?? 1
    gutter = String(last).count
  }

  mutating func render() -> String {
    let head = "\(diagnostic.severity.rawValue)[\(diagnostic.code)]"
    let message = DisplayText.harmless(diagnostic.message)
    lines.append(
      paint(Palette.role(of: diagnostic.severity), head) + paint(.strong, ": \(message)"))
    if let data = diagnostic.data { addPlace(data.description) }
    addSnippets()
    for note in diagnostic.notes { addRemark("note", note) }
    for help in diagnostic.help { addRemark("help", help) }
    if diagnostic.help.isEmpty {
      for fix in diagnostic.fixes { addRemark("help", fix.title) }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private mutating func addPlace(_ place: String) {
    let corner = String(repeating: " ", count: gutter) + "┌─"
    lines.append(paint(.gutter, corner) + " " + DisplayText.harmless(place))
  }

  private mutating func addRemark(_ kind: String, _ text: String) {
    let indent = String(repeating: " ", count: gutter + 1)
    let parts = DisplayText.harmless(text).split(separator: "\n", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if index == 0 {
        lines.append(indent + paint(.gutter, "=") + " " + paint(.help, kind) + ": " + part)
      } else {
        lines.append(indent + String(repeating: " ", count: kind.count + 4) + part)
      }
    }
  }

  // MARK: Snippets

  /// A line of a file with the spans that start on it, the primary one first.
  private struct Group {
    let file: SourceFile
    let line: Int
    var spans: [(span: LabeledSpan, isPrimary: Bool)]
  }

  private var groups: [Group] {
    var groups: [Group] = []
    func add(_ span: LabeledSpan, isPrimary: Bool) {
      let file = span.span.file
      let line = file.position(of: span.span.range.lowerBound).line
      if let index = groups.firstIndex(where: { $0.file === file && $0.line == line }) {
        groups[index].spans.append((span, isPrimary))
      } else {
        groups.append(Group(file: file, line: line, spans: [(span, isPrimary)]))
      }
    }
    if let primary = diagnostic.primary { add(primary, isPrimary: true) }
    for span in diagnostic.secondary { add(span, isPrimary: false) }
    return groups
  }

  private mutating func addSnippets() {
    var file: SourceFile?
    for group in groups {
      if file != nil { addBar() }
      if file !== group.file {
        let start = group.spans[0].span.span.range.lowerBound
        let (line, column) = group.file.position(of: start)
        addPlace("\(group.file.name):\(line):\(column)")
        file = group.file
      }
      add(group)
    }
  }

  private mutating func addBar() {
    lines.append(String(repeating: " ", count: gutter + 1) + paint(.gutter, "│"))
  }

  private mutating func add(_ group: Group) {
    let ranges = group.spans.map(\.span.span.range)
    var snippet = SourceLine(group.file, group.line)
    snippet.crop(around: ranges)
    addSource(group.line, snippet.shown)
    for (labeled, isPrimary) in group.spans {
      let range = labeled.span.range
      let lastLine = group.file.position(of: max(range.lowerBound, range.upperBound - 1)).line
      if lastLine > group.line {
        addMark(snippet.columns(range), isPrimary, "")
        addEnd(of: labeled, group.line, lastLine, isPrimary)
      } else {
        addMark(snippet.columns(range), isPrimary, labeled.label)
      }
    }
  }

  /// The last line of a span of several lines.
  private mutating func addEnd(
    of labeled: LabeledSpan, _ first: Int, _ last: Int, _ isPrimary: Bool
  ) {
    let file = labeled.span.file
    if last > first + 1 {
      lines.append(String(repeating: " ", count: gutter + 1) + paint(.gutter, "┆"))
    }
    var snippet = SourceLine(file, last)
    let range = snippet.firstOfText..<labeled.span.range.upperBound
    snippet.crop(around: [range])
    addSource(last, snippet.shown)
    addMark(snippet.columns(range), isPrimary, labeled.label)
  }

  private mutating func addSource(_ line: Int, _ text: String) {
    let number = String(line)
    let padding = String(repeating: " ", count: gutter - number.count)
    let bar = paint(.gutter, padding + number + " │")
    lines.append(text.isEmpty ? bar : bar + " " + text)
  }

  private mutating func addMark(_ columns: Range<Int>, _ isPrimary: Bool, _ label: String) {
    let signs = String(repeating: isPrimary ? "^" : "-", count: max(1, columns.count))
    let text = label.isEmpty ? signs : signs + " " + DisplayText.harmless(label)
    let role = isPrimary ? Palette.role(of: diagnostic.severity) : .secondary
    lines.append(
      String(repeating: " ", count: gutter + 1) + paint(.gutter, "│") + " "
        + String(repeating: " ", count: columns.lowerBound) + paint(role, text))
  }
}

extension DataPlace: CustomStringConvertible {
  /// `data/orders.csv row 50000 column amount`
  public var description: String {
    path + (row.map { " row \($0)" } ?? "") + (column.map { " column \($0)" } ?? "")
  }
}
