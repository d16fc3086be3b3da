/// Cells under each other, two spaces apart, as wide as a screen shows them.
public enum AlignedText {
  /// A line for each row, without spaces at its end; rows may have fewer cells than others.
  ///
  /// - Parameter numbers: columns whose cells stand to the right.
  public static func lines(
    _ rows: [[String]], numbers: Set<Int> = [], indent: String = ""
  ) -> [String] {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
      rows.reduce(0) { max($0, column < $1.count ? ScreenText.width(of: $1[column]) : 0) }
    }
    return rows.map { cells in
      let padded = cells.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - ScreenText.width(of: cell))
        return numbers.contains(column) ? space + cell : cell + space
      }
      var line = indent + padded.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  /// Names above rows, with a rule between them.
  public static func table(
    _ names: [String], _ rows: [[String]], numbers: Set<Int> = [], indent: String = ""
  ) -> [String] {
    let rules = names.indices.map { column in
      ([names] + rows).reduce(0) { max($0, ScreenText.width(of: $1[column])) }
    }.map { String(repeating: "-", count: $0) }
    return lines([names, rules] + rows, numbers: numbers, indent: indent)
  }

  /// The lines of rows as one text, each with its end.
  public static func text(_ rows: [[String]], indent: String = "") -> String {
    lines(rows, indent: indent).map { $0 + "\n" }.joined()
  }
}
