import C360Columns

/// A table in words, in any of the modes. The same rows and options give the same text.
public struct TableText: Sendable {
  let batch: Batch
  let texts: TextPool

  /// - Parameter texts: where the codes of text and list columns have their values.
  public init(_ batch: Batch, texts: TextPool) {
    self.batch = batch
    self.texts = texts
  }

  /// The whole text, its lines ended.
  public func rendered(_ options: TableOptions = TableOptions()) -> String {
    var text = ""
    render(options) { text += $0 }
    return text
  }

  /// The text piece by piece, so that tables of any length can be written; whole lines a piece.
  public func render(
    _ options: TableOptions, into write: (String) throws -> Void
  ) rethrows {
    switch options.mode {
    case .csv: try CSVText(batch, texts).render(into: write)
    case .json: try JSONText(batch, texts).render(into: write)
    case .line: try LineText(batch, texts, options).render(into: write)
    case .box, .plain, .markdown:
      let grid = Grid(batch, texts, options)
      switch options.mode {
      case _ where grid.columns.isEmpty: try write("\(grid.countText), no columns\n")
      case .box: try BoxText(grid, options).render(into: write)
      case .markdown: try MarkdownText(grid).render(into: write)
      default: try PlainText(grid, options).render(into: write)
      }
    }
  }
}
