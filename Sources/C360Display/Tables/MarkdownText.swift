import C360Diagnostics

/// A table of GitHub's Markdown, its columns aligned in the source too. A document has no width, so
/// nothing is cut.
struct MarkdownText {
  private let headings: [Grid.Cell]
  private let columns: [[Grid.Cell]]
  private let isNumber: [Bool]
  private let widths: [Int]
  private let shown: ShownRows

  init(_ grid: Grid) {
    shown = grid.shown
    headings = grid.columns.map { Grid.Cell(Self.escaped($0.heading.text)) }
    columns = grid.columns.map { column in
      var cells = column.cells.map {
        Grid.Cell($0.isNull ? $0.text : Self.escaped($0.text))
      }
      if grid.shown.leftOut > 0 { cells.insert(Grid.Cell("…"), at: grid.shown.head.count) }
      return cells
    }
    isNumber = grid.columns.map(\.isNumber)
    widths = zip(headings, columns).map { heading, cells in
      cells.reduce(max(3, heading.width)) { max($0, $1.width) }
    }
  }

  func render(into write: (String) throws -> Void) rethrows {
    try write(line(headings))
    let rules = zip(widths, isNumber).map { width, isNumber in
      String(repeating: "-", count: isNumber ? width - 1 : width) + (isNumber ? ":" : "")
    }
    try write("| " + rules.joined(separator: " | ") + " |\n")
    for row in 0..<(columns.first?.count ?? 0) { try write(line(columns.map { $0[row] })) }
    if let gap = shown.gapText { try write("\n\(gap)\n") }
  }

  private func line(_ cells: [Grid.Cell]) -> String {
    let layout = CellLayout(isStyled: false)
    let parts = cells.indices.map {
      layout.placed(cells[$0], widths[$0], toRight: isNumber[$0])
    }
    return "| " + parts.joined(separator: " | ") + " |\n"
  }

  /// Without anything that Markdown would read as its own; `_` within a word is none of it.
  static func escaped(_ text: String) -> String {
    var result = ""
    let characters = Array(text)
    for (place, character) in characters.enumerated() {
      switch character {
      case "\\", "|", "`", "*", "~", "<", "[", "]", "&": result.append("\\")
      case "_":
        let before = place > 0 ? characters[place - 1] : " "
        let after = place + 1 < characters.count ? characters[place + 1] : " "
        if !(before.isLetter || before.isNumber) || !(after.isLetter || after.isNumber) {
          result.append("\\")
        }
      default: break
      }
      result.append(character)
    }
    return result
  }
}
