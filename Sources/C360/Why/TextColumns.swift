import C360Diagnostics

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
    let numbers = shown.indices.filter { columns[shown[$0]].isNumber }
    return AlignedText.table(
      shown.map { columns[$0].name }, rows.map { row in shown.map { row[$0] } },
      numbers: Set(numbers), indent: "  ")
  }
}
