/// How an item may be laid out: as cells of a table when it fits on one line, else as a document.
struct ItemLayout {
  struct Cell {
    let document: Document
    /// Whether the cell widens its column even where nothing follows it on its line.
    var isCounted = false
    /// Whether the cell never widens its column: it overflows instead.
    var overflows = false
    /// Least number of spaces before the cell.
    var gap = 1
  }

  /// Items of one family share columns; `nil` for items without cells.
  let family: SyntaxKind?
  /// By column; `nil` where the item has nothing for the column.
  let cells: [Cell?]
  let document: Document
}

/// Gives the items of a section that belong to one family common columns.
enum Alignment {
  static func align(_ lines: inout ArraySlice<BlockLine>, width: Int) {
    for family in Set(lines.compactMap(\.layout.family)) {
      let members = lines.indices.filter { lines[$0].layout.family == family }
      align(&lines, members, width)
    }
    alignComments(&lines)
  }

  private static func align(
    _ lines: inout ArraySlice<BlockLine>, _ members: [Int], _ width: Int
  ) {
    var rows: [Int: [(text: String, cell: ItemLayout.Cell)?]] = [:]
    for member in members {
      var row: [(text: String, cell: ItemLayout.Cell)?]? = []
      for cell in lines[member].layout.cells {
        guard let cell else {
          row?.append(nil)
          continue
        }
        guard let text = cell.document.flat else {
          row = nil
          break
        }
        row?.append((text, cell))
      }
      if let row { rows[member] = row }
    }
    // What gets too wide is left out of the table, which may make room for the others.
    while !rows.isEmpty {
      let widths = columnWidths(Array(rows.values))
      let texts = rows.mapValues { text(of: $0, widths) }
      let tooWide = texts.filter { $0.value.columns > width }
      guard let worst = tooWide.max(by: { ($0.value.columns, $0.key) < ($1.value.columns, $1.key) })
      else {
        for (member, text) in texts { lines[member].aligned = text }
        return
      }
      rows[worst.key] = nil
    }
  }

  private static func columnWidths(_ rows: [[(text: String, cell: ItemLayout.Cell)?]]) -> [Int] {
    var widths: [Int] = []
    for row in rows {
      let last = row.lastIndex { $0 != nil } ?? 0
      for (column, entry) in row.enumerated() {
        if widths.count <= column { widths.append(0) }
        guard let entry, column < last || entry.cell.isCounted, !entry.cell.overflows else {
          continue
        }
        widths[column] = max(widths[column], entry.text.columns)
      }
    }
    return widths
  }

  private static func text(
    of row: [(text: String, cell: ItemLayout.Cell)?], _ widths: [Int]
  ) -> String {
    var text = ""
    var target = -1
    for (column, entry) in row.enumerated() {
      if let entry {
        if !text.isEmpty {
          let gap = entry.cell.gap
          text += String(repeating: " ", count: max(gap, target + gap - text.columns))
        }
        text += entry.text
      }
      if widths[column] > 0 { target += widths[column] + 1 }
    }
    return text
  }

  /// Columns behind which a comment does not draw the others with it.
  private static let widestBeforeComment = 72

  /// Comments behind items start in one column.
  private static func alignComments(_ lines: inout ArraySlice<BlockLine>) {
    let members = lines.indices.filter { lines[$0].trailing != nil && lines[$0].text != nil }
    let widths = members.compactMap { lines[$0].text?.columns }
    let widest = widths.filter { $0 <= widestBeforeComment }.max() ?? 0
    for member in members {
      guard let text = lines[member].text else { continue }
      lines[member].gap = max(2, widest + 2 - text.columns)
    }
  }
}

extension BlockLine {
  /// The text of the item when it is on one line for certain.
  fileprivate var text: String? {
    if let aligned { return aligned }
    guard let flat = layout.document.flat, flat.columns <= Formatter.width / 2 else { return nil }
    return flat
  }
}
