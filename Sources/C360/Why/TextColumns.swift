/// Cells under their names, numbers to the right; a column without any cell is left out.
struct TextColumns {
  struct Column {
    let name: String
    let isNumber: Bool
    init(_ name: String, isNumber: Bool = false) {
      self.name = name
      self.isNumber = isNumber
    }
  }
  private let columns: [Column]
  private var rows: [[String]] = []

  init(_ columns: [Column]) { self.columns = columns }

  mutating func add(_ cells: [String]) { rows.append(cells) }

  /// Every line indented by two.
  var lines: [String] {
    let shown = columns.indices.filter { column in rows.contains { !$0[column].isEmpty } }
    guard !shown.isEmpty else { return [] }
    let names = columns.map(\.name)
    let widths = columns.indices.map { column in
      rows.reduce(names[column].count) { max($0, $1[column].count) }
    }
    let rule = widths.map { String(repeating: "-", count: $0) }
    return ([names, rule] + rows).map { cells in
      var line = ""
      for column in shown {
        let space = String(repeating: " ", count: widths[column] - cells[column].count)
        line += "  " + (columns[column].isNumber ? space + cells[column] : cells[column] + space)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
