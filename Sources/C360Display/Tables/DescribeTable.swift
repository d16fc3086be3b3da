import C360Columns

/// What `describe` gives: a row a column of the table described, in columns `column`, `type`, counts,
/// and a `histogram` of counts. Its least value, quantiles and greatest are texts, because the columns
/// described differ in type; they are shown as the columns themselves would show them.
struct DescribeTable {
  private let batch: Batch
  private let typeColumn: Int
  private let histogramColumn: Int

  /// nil unless the table is one.
  init?(_ batch: Batch) {
    guard batch.columns.count > 2, batch.columns[0].name == "column",
      batch.columns[0].type == .text, batch.columns[1].name == "type",
      batch.columns[1].type == .text,
      let histogram = batch.columns.firstIndex(where: {
        $0.name == "histogram" && $0.type == .list(.int)
      })
    else { return nil }
    self.batch = batch
    typeColumn = 1
    histogramColumn = histogram
  }

  /// Whether a column holds values of the columns described, or figures about them.
  func isFigure(_ column: Int) -> Bool {
    column > typeColumn && batch.columns[column].type == .text
  }

  /// What says most about a column first.
  var pageOrder: [Int] {
    let first = ["column", "type", "null_share", "distinct", "histogram"].compactMap { name in
      batch.columns.firstIndex { $0.name == name }
    }
    return first + batch.columns.indices.filter { !first.contains($0) }
  }

  /// A cell that is shown otherwise than its type says; nil for all others.
  func text(_ value: Scalar, _ row: Int, _ column: Int, _ texts: TextPool) -> String? {
    switch value {
    case .list(let counts) where column == histogramColumn:
      return Blocks.histogram(
        counts.map { if case .int(let count) = $0 { count } else { 0 } })
    case .float(let share) where batch.columns[column].name == "null_share":
      return "\(CellText.trimmed(ValueText.fixed(100 * share, 2))) %"
    case .text(let figure) where isFigure(column):
      guard case .text(let type) = batch.columns[typeColumn].vector.scalar(row, texts: texts)
      else { return nil }
      return shortened(figure, type)
    default: return nil
    }
  }

  /// A float as tables show it, a time to the second: `text(x)` has all digits.
  private func shortened(_ figure: String, _ type: String) -> String? {
    if type.hasPrefix("time"), let point = figure.lastIndex(of: ".") {
      return figure[..<point] + "Z"
    }
    if type.hasPrefix("money"), let value = Double(figure) { return ValueText.fixed(value, 2) }
    if type.hasPrefix("float"), let value = Double(figure) { return CellText.float(value) }
    return nil
  }
}
