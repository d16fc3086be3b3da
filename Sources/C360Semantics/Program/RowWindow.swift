import C360Diagnostics

/// How many rows a `sample` takes.
public enum SampleAmount: Sendable, Hashable {
  /// Each row with this probability, in 0...1.
  case share(Double)
  /// So many, or all when there are fewer.
  case rows(Int)
}

/// Functions over rows beside a row: those of its partition, in an order.
public struct RowWindows: Sendable {
  /// Rows of equal values are one partition, as groups are; none: all rows are.
  public let partition: [Expression]
  /// The order of a partition's rows; rows that it leaves equal stay in the order in which they come.
  public let order: [Query.SortKey]
  public let functions: [RowWindow]
  /// Where the column of the first function stands: behind all that there are.
  public let firstColumn: Int
  public init(
    partition: [Expression], order: [Query.SortKey], functions: [RowWindow], firstColumn: Int
  ) {
    self.partition = partition
    self.order = order
    self.functions = functions
    self.firstColumn = firstColumn
  }

  /// Places of the functions' columns.
  public var columns: Range<Int> { firstColumn..<firstColumn + functions.count }

  /// Whether the order of the rows that come can be seen.
  public var showsOrder: Bool { functions.contains(where: \.showsOrder) }
}

/// One function of a row's partition.
public struct RowWindow: Sendable {
  public enum Function: Sendable {
    /// The number of the row, from 1.
    case rowNumber
    /// One more than the rows before the first that is equal by the order.
    case rank
    /// The number of different places in the order up to the row.
    case denseRank
    /// The value so many rows before (negative) or behind the row; null beyond the ends.
    case shifted(Expression, by: Int)
    /// Over the rows of the frame.
    case aggregate(RowAggregate)
  }
  /// Which rows of the partition an aggregate ranges over.
  public enum Frame: Sendable, Hashable {
    case all
    /// From the first row up to this one.
    case running
    /// This row and those before it, so many at most.
    case last(Int)
    /// Rows whose first key of the order lies in (t − W, t], t being this row's, in microseconds or
    /// days as the key has them; where it is null, the rows where it is null.
    case range(Int64)
  }
  public let function: Function
  public let frame: Frame
  /// Of the column; with the place of the call.
  public let type: Type
  public let span: Span
  public init(function: Function, frame: Frame, type: Type, span: Span) {
    self.function = function
    self.frame = frame
    self.type = type
    self.span = span
  }

  /// Whether the order of a partition's rows tells in its values.
  var showsOrder: Bool {
    guard frame == .all, case .aggregate(let aggregate) = function else { return true }
    return aggregate.function.isByOrder
  }

  /// What it reads of rows.
  public var expressions: [Expression] {
    switch function {
    case .rowNumber, .rank, .denseRank: []
    case .shifted(let value, _): [value]
    case .aggregate(let aggregate):
      [aggregate.argument, aggregate.second, aggregate.filter].compactMap { $0 }
    }
  }
}
