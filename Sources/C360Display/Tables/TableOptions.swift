/// How a table is written.
public enum TableMode: String, CaseIterable, Sendable {
  /// Within lines, the types under the names: for a terminal.
  case box
  /// Columns under their names: for text files and pipes.
  case plain
  /// All rows, values in full, as an output to a `.csv` file has them.
  case csv
  /// An array of one object a row: all rows, values in full, as in outputs to `.jsonl` files.
  case json
  /// A table of GitHub's Markdown.
  case markdown
  /// A line a value, whole values, a blank line between rows.
  case line

  /// Whether the text is for programs: then width and number of rows have no bound.
  public var isForPrograms: Bool { self == .csv || self == .json }
}

/// How much of a table is shown, and in what form.
public struct TableOptions: Sendable {
  public var mode: TableMode
  /// Columns of the screen that no line of `box`, `plain` and `line` exceeds; nil: no bound. What is
  /// below `TableOptions.leastWidth` counts as that.
  public var width: Int?
  /// Rows shown at most, from the head and the tail of the table; nil: all. Not for `csv`, `json`.
  public var maximumRows: Int?
  /// Whether escape sequences may set off headers and nulls. Never in `csv`, `json` and `markdown`.
  public var isStyled: Bool

  public static let leastWidth = 20
  public static let usualRows = 50

  public init(
    mode: TableMode = .plain, width: Int? = nil, maximumRows: Int? = usualRows,
    isStyled: Bool = false
  ) {
    self.mode = mode
    self.width = width
    self.maximumRows = maximumRows
    self.isStyled = isStyled
  }

  var columns: Int? { width.map { max($0, Self.leastWidth) } }
}
