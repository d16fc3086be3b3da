/// Columns of another query's rows beside each row, by equal keys. Null and NaN equal nothing.
public struct RowJoin: Sendable {
  /// Ends with a `project`: the keys, in the order of `keys`, then the columns that are taken.
  public let right: Query
  /// Of the rows; of the same types as the keys of `right`.
  public let keys: [Expression]
  /// Rows without a partner are left out; else their columns of `right` are null.
  public let isInner: Bool
  /// A row comes once for every partner, in the order of `right`. Otherwise no two rows of `right`
  /// have equal keys.
  public let expands: Bool
  /// Where the first column of `right` stands: behind all that there are.
  public let firstColumn: Int
  public init(
    right: Query, keys: [Expression], isInner: Bool, expands: Bool, firstColumn: Int
  ) {
    self.right = right
    self.keys = keys
    self.isInner = isInner
    self.expands = expands
    self.firstColumn = firstColumn
  }

  /// Places of the columns that are taken, and in `right`.
  public var columns: Range<Int> { firstColumn..<firstColumn + right.columns.count - keys.count }
  public var taken: Range<Int> { keys.count..<right.columns.count }
}

extension Query {
  /// The same with one more stage.
  func adding(_ stage: Stage, columns: [(name: String, type: Type)]) -> Query {
    Query(
      source: source, mask: mask, unmaskedBecause: unmaskedBecause, initial: initial,
      stages: stages + [stage], columns: columns, span: span)
  }
}
