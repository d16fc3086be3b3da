import C360
import C360Columns

/// Rows for other programs, and for documents.
extension ResultTable {
  /// All digits, all rows; null is empty.
  func writeCSV(_ out: (String) throws -> Void) rethrows {
    try out(columnNames.map(Self.csvField).joined(separator: ",") + "\n")
    try inPieces(rowCount, out) { row in
      columnNames.indices.map { Self.csvField(exact(row, $0)) }.joined(separator: ",") + "\n"
    }
  }

  private static func csvField(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { $0 != 0x2C && $0 != 0x22 && $0 != 0x0A && $0 != 0x0D }
    return isPlain ? text : "\"" + text.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
  }

  /// A list of objects, one a line.
  func writeJSON(_ out: (String) throws -> Void) rethrows {
    try out(rowCount == 0 ? "[" : "[\n")
    let names = columnNames.map(Self.jsonText)
    try inPieces(rowCount, out) { row in
      let fields = names.indices.map {
        "\(names[$0]): \(Self.json(value(row, $0), exact(row, $0)))"
      }
      return "  {\(fields.joined(separator: ", "))}" + (row == rowCount - 1 ? "\n" : ",\n")
    }
    try out("]\n")
  }

  /// Numbers as they are; what JSON has no number for is null.
  private static func json(_ value: Scalar, _ exact: String) -> String {
    switch value {
    case .null: "null"
    case .bool(let flag): flag ? "true" : "false"
    case .int:
      exact.allSatisfy { $0.isNumber || $0 == "-" } && !exact.dropFirst().contains("-")
        ? exact : jsonText(exact)
    case .float(let number): number.isFinite ? "\(number)" : "null"
    case .text(let text): jsonText(text)
    case .vector(let elements):
      "[" + elements.map { json(.float($0), "") }.joined(separator: ", ") + "]"
    case .list(let elements):
      "["
        + elements.map { element in
          if case .int(let number) = element { return "\(number)" }
          return json(element, "")
        }.joined(separator: ", ") + "]"
    }
  }

  static func jsonText(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// A table of Markdown.
  func writeMarkdown(limit: Int, _ out: (String) throws -> Void) rethrows {
    func cell(_ text: String) -> String { text.map { $0 == "|" ? "\\|" : String($0) }.joined() }
    try out("| " + columnNames.map(cell).joined(separator: " | ") + " |\n")
    let marks = batch.columns.map { $0.type.isNumber ? "---:" : "---" }
    try out("| " + marks.joined(separator: " | ") + " |\n")
    try inPieces(min(limit, rowCount), out) { row in
      "| " + columnNames.indices.map { cell(text(row, $0)) }.joined(separator: " | ") + " |\n"
    }
    try outMore(limit, out)
  }

  /// A line a column, rows apart.
  func writeLines(limit: Int, _ out: (String) throws -> Void) rethrows {
    let width = columnNames.reduce(0) { max($0, $1.count) }
    try inPieces(min(limit, rowCount), out) { row in
      (row == 0 ? "" : "\n")
        + columnNames.indices.map { column in
          let name = columnNames[column]
          return String(repeating: " ", count: width - name.count) + name + " = "
            + text(row, column) + "\n"
        }.joined()
    }
    try outMore(limit, out)
  }

  private func outMore(_ limit: Int, _ out: (String) throws -> Void) rethrows {
    if limit < rowCount { try out("\n… \(rowCount - limit) more of \(rowCount) rows\n") }
  }

  /// A thousand rows at a time, so that what is long can be stopped.
  private func inPieces(
    _ count: Int, _ out: (String) throws -> Void, _ line: (Int) -> String
  ) rethrows {
    for start in stride(from: 0, to: count, by: 1000) {
      try out((start..<min(count, start + 1000)).map(line).joined())
    }
  }

  /// A cell with all its digits; null is empty.
  private func exact(_ row: Int, _ column: Int) -> String {
    let type = batch.columns[column].type
    switch value(row, column) {
    case .null: return ""
    case .float(let number): return "\(number)"
    case .text(let text): return text
    case .vector(let elements): return "[" + elements.map { "\($0)" }.joined(separator: ", ") + "]"
    case .list(let elements):
      return "["
        + elements.map { element in
          if case .list(let inner) = type { return ResultTable.text(element, inner) }
          return ResultTable.text(element, type)
        }.joined(separator: ", ") + "]"
    case let other: return ResultTable.text(other, type)
    }
  }
}

extension LogicalType {
  var isNumber: Bool {
    switch self {
    case .int, .float, .money, .duration: true
    default: false
    }
  }
}
