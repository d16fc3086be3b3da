import C360Columns
import C360Diagnostics

/// The cells that a table shows, as texts.
struct Grid {
  struct Cell {
    let text: String
    let width: Int
    let isNull: Bool

    init(_ text: String, isNull: Bool = false) {
      self.text = text
      width = ScreenText.width(of: text)
      self.isNull = isNull
    }
  }

  struct Column {
    /// The name alone.
    let name: Cell
    /// The name, of money with the currency.
    let heading: Cell
    let type: Cell
    /// Numbers stand to the right, and are cut only where they alone are wider than the screen.
    let isNumber: Bool
    let cells: [Cell]
  }

  let columns: [Column]
  /// In which order they stand where there is no room for all of them side by side.
  let pageOrder: [Int]
  /// So many first columns say what a row is about, and stand on each page.
  let headCount: Int
  let shown: ShownRows

  init(_ batch: Batch, _ texts: TextPool, _ options: TableOptions) {
    let shown = ShownRows(batch.rowCount, limit: options.maximumRows)
    let rows = shown.rows
    let describe = DescribeTable(batch)
    columns = batch.columns.indices.map { index in
      let column = batch.columns[index]
      return Column(
        name: Cell(CellText.oneLine(column.name)),
        heading: Cell(CellText.heading(column.name, column.type)),
        type: Cell(CellText.typeName(column.type)),
        isNumber: CellText.isNumber(column.type) || describe?.isFigure(index) == true,
        cells: rows.map { row in
          let value = column.vector.scalar(row, texts: texts)
          if value == .null { return Cell("null", isNull: true) }
          let text =
            describe?.text(value, row, index, texts) ?? CellText.text(value, column.type)
          return Cell(text)
        })
    }
    pageOrder = describe?.pageOrder ?? Array(columns.indices)
    headCount = 1
    self.shown = shown
  }

  /// Columns that are cells already, all rows of them.
  init(columns: [Column], headCount: Int, rowCount: Int) {
    self.columns = columns
    self.headCount = headCount
    pageOrder = Array(columns.indices)
    shown = ShownRows(rowCount, limit: nil)
  }

  var countText: String { shown.countText }
}
