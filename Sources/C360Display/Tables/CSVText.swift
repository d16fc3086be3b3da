import C360Columns

/// Rows as `output` writes them to a `.csv` file: all of them, a null as nothing, an empty text as `""`.
struct CSVText {
  let batch: Batch
  let texts: TextPool

  init(_ batch: Batch, _ texts: TextPool) {
    self.batch = batch
    self.texts = texts
  }

  /// Rows a piece.
  static let pieceRows = 1024

  func render(into write: (String) throws -> Void) rethrows {
    try write(batch.columns.map { Self.field($0.name) }.joined(separator: ",") + "\n")
    for start in stride(from: 0, to: batch.rowCount, by: Self.pieceRows) {
      var text = ""
      for row in start..<min(start + Self.pieceRows, batch.rowCount) {
        for (index, column) in batch.columns.enumerated() {
          if index > 0 { text += "," }
          let value = column.vector.scalar(row, texts: texts)
          if value == .null { continue }
          let plain = FileText.plain(value, column.type)
          text += column.type.isText ? Self.field(plain) : plain
        }
        text += "\n"
      }
      try write(text)
    }
  }

  /// Quoted where a reader could take it for something else.
  private static func field(_ text: String) -> String {
    let needsQuotes =
      text.isEmpty
      || text.utf8.contains { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
    return needsQuotes
      ? "\"\(text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
      : text
  }
}

extension LogicalType {
  /// Whether its values are written as texts, with quotes where they need them.
  fileprivate var isText: Bool {
    switch self {
    case .text, .vector, .list: true
    default: false
    }
  }
}
