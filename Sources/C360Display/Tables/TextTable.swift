import C360Diagnostics

/// Cells that are texts already, under their names, numbers to the right; a column without any cell is left out.
public struct TextTable: Sendable {
  public struct Column: Sendable {
    public let name: String
    public let isNumber: Bool
    public init(_ name: String, isNumber: Bool = false) {
      self.name = name
      self.isNumber = isNumber
    }
  }
  private let columns: [Column]
  private let headCount: Int
  private var rows: [[String]] = []

  /// - Parameter headCount: so many first columns say what a row is about, and stand on each page.
  public init(_ columns: [Column], headCount: Int = 1) {
    self.columns = columns
    self.headCount = headCount
  }

  /// - Parameter cells: one a column, without line ends; an empty one says nothing.
  public mutating func add(_ cells: [String]) { rows.append(cells) }

  /// The lines without their ends; none where no cell says anything.
  ///
  /// - Parameters:
  ///   - width: columns of the screen that no line exceeds, as of `TableOptions`; nil: no bound.
  ///   - indent: blanks before each line.
  public func lines(width: Int? = nil, indent: Int = 2) -> [String] {
    let shown = columns.indices.filter { column in rows.contains { !$0[column].isEmpty } }
    guard !shown.isEmpty else { return [] }
    let grid = Grid(
      columns: shown.map { index in
        let name = Grid.Cell(columns[index].name)
        return Grid.Column(
          name: name, heading: name, type: Grid.Cell(""), isNumber: columns[index].isNumber,
          cells: rows.map { Grid.Cell($0[index]) })
      }, headCount: shown.count { $0 < headCount }, rowCount: rows.count)
    var text = ""
    PlainText(grid, TableOptions(width: width.map { $0 - indent })).render { text += $0 }
    let blanks = String(repeating: " ", count: indent)
    return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      .map { $0.isEmpty ? "" : blanks + $0 }
  }
}
