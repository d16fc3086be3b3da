/// Columns under their names, two blanks apart, numbers to the right.
struct PlainText {
  let grid: Grid
  let layout: CellLayout
  let pages: ColumnPages

  init(_ grid: Grid, _ options: TableOptions) {
    self.grid = grid
    layout = CellLayout(isStyled: options.isStyled, width: options.columns)
    pages = ColumnPages(
      grid.columns.map { $0.wish(header: [$0.heading]) }, width: options.columns, between: 2,
      edge: -2, order: grid.pageOrder, heads: grid.headCount)
  }

  func render(into write: (String) throws -> Void) rethrows {
    for (number, page) in pages.pages.enumerated() {
      if number > 0 { try write("\n") }
      if let title = pages.title(number) { try write(layout.note(title)) }
      try write(line(page, .strong) { $0.heading })
      try write(
        page.widths.map { String(repeating: "-", count: $0) }
          .joined(separator: "  ") + "\n")
      let headCount = grid.shown.head.count
      for row in 0..<headCount { try write(line(page) { $0.cells[row] }) }
      if let gap = grid.shown.gapText { try write(layout.note(gap)) }
      for row in 0..<grid.shown.tail.count {
        try write(line(page) { $0.cells[headCount + row] })
      }
    }
  }

  private func line(
    _ page: ColumnPages.Page, _ emphasis: CellLayout.Emphasis? = nil,
    _ cell: (Grid.Column) -> Grid.Cell
  ) -> String {
    var parts: [String] = []
    for (place, index) in page.columns.enumerated() {
      let column = grid.columns[index]
      parts.append(
        layout.placed(
          cell(column), page.widths[place], toRight: column.isNumber,
          isTrailing: place == page.columns.count - 1, emphasis))
    }
    return parts.joined(separator: "  ").withoutTrailingBlanks + "\n"
  }
}
