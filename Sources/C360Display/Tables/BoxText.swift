/// A table within lines: names, types, values, and how many rows there are.
struct BoxText {
  let grid: Grid
  let layout: CellLayout
  let pages: ColumnPages

  init(_ grid: Grid, _ options: TableOptions) {
    self.grid = grid
    layout = CellLayout(isStyled: options.isStyled, width: options.columns)
    pages = ColumnPages(
      grid.columns.map { $0.wish(header: [$0.name, $0.type]) }, width: options.columns,
      between: 3, edge: 1, order: grid.pageOrder, heads: grid.headCount)
  }

  func render(into write: (String) throws -> Void) rethrows {
    for (number, page) in pages.pages.enumerated() {
      if let title = pages.title(number) { try write(layout.note(title)) }
      try write(rule(page, "┌", "┬", "┐"))
      try write(line(page, .strong) { $0.name })
      try write(line(page, .faint) { $0.type })
      try write(rule(page, "├", "┼", "┤"))
      let headCount = grid.shown.head.count
      for row in 0..<headCount { try write(line(page) { $0.cells[row] }) }
      if grid.shown.leftOut > 0 { try write(line(page, .faint) { _ in Grid.Cell("…") }) }
      for row in 0..<grid.shown.tail.count {
        try write(line(page) { $0.cells[headCount + row] })
      }
      try write(rule(page, "└", "┴", "┘"))
    }
    let leftOut =
      grid.shown.leftOut > 0 ? ", \(ValueText.grouped(grid.shown.leftOut)) left out" : ""
    try write(layout.note(grid.countText + leftOut, .faint))
  }

  private func rule(
    _ page: ColumnPages.Page, _ left: String, _ middle: String, _ right: String
  ) -> String {
    let bars = page.widths.map { String(repeating: "─", count: $0 + 2) }
    return layout.styled(left + bars.joined(separator: middle) + right, .faint) + "\n"
  }

  private func line(
    _ page: ColumnPages.Page, _ emphasis: CellLayout.Emphasis? = nil,
    _ cell: (Grid.Column) -> Grid.Cell
  ) -> String {
    let bar = layout.styled("│", .faint)
    let parts = zip(page.columns, page.widths).map { index, width in
      let column = grid.columns[index]
      return " " + layout.placed(cell(column), width, toRight: column.isNumber, emphasis) + " "
    }
    return bar + parts.joined(separator: bar) + bar + "\n"
  }
}
