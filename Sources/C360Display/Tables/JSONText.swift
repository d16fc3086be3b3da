import C360Columns

/// An array of one object a row, each on a line of its own.
struct JSONText {
  let batch: Batch
  let texts: TextPool

  init(_ batch: Batch, _ texts: TextPool) {
    self.batch = batch
    self.texts = texts
  }

  func render(into write: (String) throws -> Void) rethrows {
    if batch.rowCount == 0 { return try write("[]\n") }
    let names = batch.columns.map { FileText.quoted($0.name) }
    for start in stride(from: 0, to: batch.rowCount, by: CSVText.pieceRows) {
      var text = ""
      for row in start..<min(start + CSVText.pieceRows, batch.rowCount) {
        text += row == 0 ? "[{" : " {"
        for (index, column) in batch.columns.enumerated() {
          if index > 0 { text += "," }
          text += names[index] + ":"
          text += FileText.json(column.vector.scalar(row, texts: texts), column.type)
        }
        text += row == batch.rowCount - 1 ? "}]\n" : "},\n"
      }
      try write(text)
    }
  }
}
