/// Some of the rows, in their order, chosen by a hash of values (docs/randomness.md).
public struct SampleStep: Sendable {
  public enum Amount: Sendable {
    /// Each row with this probability.
    case share(Double)
    case rows(Int)
  }
  public let input: RelationID
  public let output: RelationID
  public let amount: Amount
  public let seed: UInt64
  /// What is hashed, in this order. Of rows that are equal in all of these one after the other has
  /// the numbers 0, 1, … in its hash.
  public let by: [ColumnID]
  public let columns: [(from: ColumnID, to: ColumnID)]
  public init(
    input: RelationID, output: RelationID, amount: Amount, seed: UInt64, by: [ColumnID],
    columns: [(from: ColumnID, to: ColumnID)]
  ) {
    self.input = input
    self.output = output
    self.amount = amount
    self.seed = seed
    self.by = by
    self.columns = columns
  }
}

/// The rows as they come, with more columns: functions of the rows of the same partition, which are
/// in an order of their own. Rows that the order leaves equal stay as they come.
public struct WindowStep: Sendable {
  public enum Function: Sendable {
    case rowNumber
    case rank
    case denseRank
    /// The value so many rows before (negative) or behind.
    case shifted(ColumnID, by: Int)
    case aggregate(GroupStep.Aggregate)
  }
  public enum Frame: Sendable, Hashable {
    case all
    /// From the first row of the partition to this one.
    case running
    /// This row and those before it, so many at most.
    case last(Int)
    /// Rows whose first key of the order, an ascending integer t, lies in (t − length, t]; of a null
    /// the rows where it is null.
    case range(Int64)
  }
  public struct Output: Sendable {
    public let function: Function
    public let frame: Frame
    public let column: ColumnID
    public init(function: Function, frame: Frame, column: ColumnID) {
      self.function = function
      self.frame = frame
      self.column = column
    }

    public var reads: [ColumnID] {
      switch function {
      case .rowNumber, .rank, .denseRank: []
      case .shifted(let column, _): [column]
      case .aggregate(let aggregate):
        [aggregate.argument, aggregate.second, aggregate.filter].compactMap { $0 }
      }
    }
  }
  public let input: RelationID
  public let output: RelationID
  public let partition: [ColumnID]
  public let order: [(column: ColumnID, isDescending: Bool)]
  public let outputs: [Output]
  public let columns: [(from: ColumnID, to: ColumnID)]
  public init(
    input: RelationID, output: RelationID, partition: [ColumnID],
    order: [(column: ColumnID, isDescending: Bool)], outputs: [Output],
    columns: [(from: ColumnID, to: ColumnID)]
  ) {
    self.input = input
    self.output = output
    self.partition = partition
    self.order = order
    self.outputs = outputs
    self.columns = columns
  }
}

/// Rows of the left with columns of the rows of the right that have equal keys. Null and NaN equal
/// nothing; −0 equals 0. In the order of the left.
public struct JoinStep: Sendable {
  public let left: RelationID
  public let right: RelationID
  public let keys: [(left: ColumnID, right: ColumnID)]
  /// Rows of the left without a partner are left out; else their columns of the right are null.
  public let isInner: Bool
  /// A row comes once for every partner, in the order of the right. Otherwise two rows of the right
  /// with equal keys are an error.
  public let expands: Bool
  public let output: RelationID
  public let leftColumns: [(from: ColumnID, to: ColumnID)]
  public let rightColumns: [(from: ColumnID, to: ColumnID)]
  public init(
    left: RelationID, right: RelationID, keys: [(left: ColumnID, right: ColumnID)], isInner: Bool,
    expands: Bool, output: RelationID, leftColumns: [(from: ColumnID, to: ColumnID)],
    rightColumns: [(from: ColumnID, to: ColumnID)]
  ) {
    self.left = left
    self.right = right
    self.keys = keys
    self.isInner = isInner
    self.expands = expands
    self.output = output
    self.leftColumns = leftColumns
    self.rightColumns = rightColumns
  }
}

/// Of each row `height` rows, one after the other: the nth has the values of the nth of each column's
/// sources.
public struct StackStep: Sendable {
  public let input: RelationID
  public let output: RelationID
  public let height: Int
  public let columns: [(from: [ColumnID], to: ColumnID)]
  public init(
    input: RelationID, output: RelationID, height: Int, columns: [(from: [ColumnID], to: ColumnID)]
  ) {
    self.input = input
    self.output = output
    self.height = height
    self.columns = columns
  }
}

/// Columns of a frame at the rows of slates that were decided there.
public struct UnfoldStep: Sendable {
  public let frame: RelationID
  /// int64, in `output`: the row of the frame.
  public let origin: ColumnID
  public let output: RelationID
  public let columns: [(from: ColumnID, to: ColumnID)]
  public init(
    frame: RelationID, origin: ColumnID, output: RelationID,
    columns: [(from: ColumnID, to: ColumnID)]
  ) {
    self.frame = frame
    self.origin = origin
    self.output = output
    self.columns = columns
  }
}
