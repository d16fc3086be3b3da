import C360Columns
import C360Diagnostics

/// A line a value, under a blank line for each row; values are whole, and broken where the screen ends.
struct LineText {
  let batch: Batch
  let texts: TextPool
  let shown: ShownRows
  let layout: CellLayout
  private let names: [Grid.Cell]
  private let nameWidth: Int
  private let valueWidth: Int?

  init(_ batch: Batch, _ texts: TextPool, _ options: TableOptions) {
    self.batch = batch
    self.texts = texts
    shown = ShownRows(batch.rowCount, limit: options.maximumRows)
    layout = CellLayout(isStyled: options.isStyled, width: options.columns)
    names = batch.columns.map { Grid.Cell(CellText.heading($0.name, $0.type)) }
    let widest = names.reduce(0) { max($0, $1.width) }
    nameWidth = options.columns.map { min(widest, $0 / 2) } ?? widest
    valueWidth = options.columns.map { [nameWidth] in $0 - nameWidth - 3 }
  }

  func render(into write: (String) throws -> Void) rethrows {
    if names.isEmpty || shown.count == 0 {
      return try write(shown.countText + (names.isEmpty ? ", no columns" : "") + "\n")
    }
    for row in shown.head { try write((row > 0 ? "\n" : "") + record(row)) }
    if let gap = shown.gapText { try write("\n" + layout.note(gap)) }
    for row in shown.tail { try write("\n" + record(row)) }
  }

  private func record(_ row: Int) -> String {
    var text = ""
    for (index, column) in batch.columns.enumerated() {
      let value = column.vector.scalar(row, texts: texts)
      let name = layout.placed(names[index], nameWidth, toRight: true, .strong)
      let pieces = pieces(CellText.text(value, column.type, elements: .max))
      for (place, piece) in pieces.enumerated() {
        let start = place == 0 ? name + " = " : String(repeating: " ", count: nameWidth + 3)
        let shown = layout.styled(String(piece), value == .null ? .faint : nil)
        text += (start + shown).withoutTrailingBlanks + "\n"
      }
    }
    return text
  }

  private func pieces(_ text: String) -> [Substring] {
    guard let valueWidth else { return [text[...]] }
    var pieces: [Substring] = []
    var rest = text[...]
    repeat {
      let end = ScreenText.prefix(of: rest, columns: valueWidth).end
      pieces.append(rest[..<end])
      rest = rest[end...]
    } while !rest.isEmpty
    return pieces
  }
}
