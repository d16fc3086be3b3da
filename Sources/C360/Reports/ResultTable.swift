import C360Columns

/// Rows in memory, as `show` prints them and hosts read them.
public struct ResultTable: Sendable {
  /// The query in words of the source, on one line.
  public let title: String
  public let batch: Batch
  /// Where the codes of text columns have their texts.
  public let texts: TextPool

  /// A query as written, its lines joined: items of a block with `;`, the rest with a space.
  static func title(of query: String) -> String {
    var title = ""
    var depth = 0
    for line in query.split(separator: "\n") {
      let words = line.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      if words.isEmpty { continue }
      if let last = title.last, let first = words.first {
        let isItem = depth > 0 && !"{;,|=(".contains(last) && !"}|)".contains(first)
        title += isItem ? "; " : " "
      }
      title += words
      depth += words.count { $0 == "{" } - words.count { $0 == "}" }
    }
    return title
  }

  public init(title: String, batch: Batch, texts: TextPool) {
    self.title = title
    self.batch = batch
    self.texts = texts
  }

  public var rowCount: Int { batch.rowCount }
  public var columnNames: [String] { batch.columns.map(\.name) }

  /// A cell; times and durations in microseconds, dates in days since 1970.
  public func value(_ row: Int, _ column: Int) -> Scalar {
    batch.columns[column].vector.scalar(row, texts: texts)
  }

  /// Elements of a vector or list that a cell shows.
  private static let shownElements = 4

  /// A cell for people: money with two decimals, other floats with up to six.
  /// Of vectors and lists the first elements, and how many there are: `[0.12, -0.5, 1, 0, … 16]`.
  public func text(_ row: Int, _ column: Int) -> String {
    Self.text(value(row, column), batch.columns[column].type)
  }

  static func text(_ value: Scalar, _ type: LogicalType) -> String {
    switch (value, type) {
    case (.null, _): "null"
    case (.bool(let value), _): value ? "true" : "false"
    case (.int(let value), .time): ValueText.time(value)
    case (.int(let value), .date): ValueText.date(value)
    case (.int(let value), .duration): ValueText.duration(value)
    case (.int(let value), _): String(value)
    case (.float(let value), .money): ValueText.fixed(value, 2)
    case (.float(let value), _): short(value)
    case (.text(let value), _): printable(value)
    case (.vector(let elements), _): text(of: elements.map { .float($0) }, .float)
    case (.list(let elements), .list(let element)): text(of: elements, element)
    case (.list(let elements), _): text(of: elements, type)
    }
  }

  private static func text(of elements: [Scalar], _ type: LogicalType) -> String {
    var shown = elements.prefix(shownElements).map { text($0, type) }
    if elements.count > shown.count { shown.append("… \(elements.count)") }
    return "[\(shown.joined(separator: ", "))]"
  }

  /// Columns under their names, numbers to the right; at most `limit` rows and a line that says so.
  public func rendered(limit: Int = 50) -> String {
    let shown = min(rowCount, limit)
    let names = batch.columns.map { column in
      if case .money(let currency) = column.type { return "\(column.name) \(currency)" }
      return column.name
    }
    let cells = (0..<shown).map { row in names.indices.map { text(row, $0) } }
    let widths = names.indices.map { column in
      cells.reduce(names[column].count) { max($0, $1[column].count) }
    }
    var lines = [
      line(names, widths), line(widths.map { String(repeating: "-", count: $0) }, widths),
    ]
    lines += cells.map { line($0, widths) }
    if shown < rowCount { lines.append("… \(rowCount - shown) more of \(rowCount) rows") }
    return lines.joined(separator: "\n") + "\n"
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var text = ""
    for (index, cell) in cells.enumerated() {
      let space = String(repeating: " ", count: widths[index] - cell.count)
      let isLast = index == cells.count - 1
      let isNumber =
        switch batch.columns[index].type {
        case .int, .float, .money, .duration: true
        default: false
        }
      text += isNumber ? space + cell : cell + (isLast ? "" : space)
      if !isLast { text += "  " }
    }
    while text.hasSuffix(" ") { text.removeLast() }
    return text
  }

  /// Up to six decimals, or six digits where that would show nothing.
  private static func short(_ value: Double) -> String {
    let exact = "\(value)"
    guard value.isFinite, abs(value) < 1e15 else { return exact }
    if value != 0, abs(value) < 1e-4 {
      guard let exponent = exact.firstIndex(of: "e") else { return exact }
      let mantissa = Double(exact[..<exponent]) ?? value
      return trimmed(ValueText.fixed(mantissa, 5)) + exact[exponent...]
    }
    return trimmed(ValueText.fixed(value, 6))
  }

  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var text = text
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  /// On one line, without what a terminal would obey.
  private static func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
      return text
    }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
