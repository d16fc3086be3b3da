import C360Columns
import C360Display

/// Rows in memory, as `show` prints them and hosts read them.
public struct ResultTable: Sendable {
  /// The query in words of the source, on one line.
  public let title: String
  public let batch: Batch
  /// Where the codes of text columns have their texts.
  public let texts: TextPool

  /// A query as written, its lines joined: items of a block with `;`, the rest with a space.
  static func title(of query: String) -> String {
    var title = ""
    var depth = 0
    for line in query.split(separator: "\n") {
      let words = line.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      if words.isEmpty { continue }
      if let last = title.last, let first = words.first {
        let isItem = depth > 0 && !"{;,|=(".contains(last) && !"}|)".contains(first)
        title += isItem ? "; " : " "
      }
      title += words
      depth += words.count { $0 == "{" } - words.count { $0 == "}" }
    }
    return title
  }

  public init(title: String, batch: Batch, texts: TextPool) {
    self.title = title
    self.batch = batch
    self.texts = texts
  }

  public var rowCount: Int { batch.rowCount }
  public var columnNames: [String] { batch.columns.map(\.name) }

  /// A cell; times and durations in microseconds, dates in days since 1970.
  public func value(_ row: Int, _ column: Int) -> Scalar {
    batch.columns[column].vector.scalar(row, texts: texts)
  }

  /// A cell for people, as `show` has it.
  public func text(_ row: Int, _ column: Int) -> String {
    Self.text(value(row, column), batch.columns[column].type)
  }

  /// A value as a cell of a column of the type has it.
  package static func text(_ value: Scalar, _ type: LogicalType) -> String {
    CellText.text(value, type)
  }

  /// The table in words; without options as in a text file.
  public func rendered(_ options: TableOptions = TableOptions()) -> String {
    TableText(batch, texts: texts).rendered(options)
  }

  /// The table in words piece by piece, whole lines a piece.
  public func render(_ options: TableOptions, into write: (String) throws -> Void) rethrows {
    try TableText(batch, texts: texts).render(options, into: write)
  }
}
