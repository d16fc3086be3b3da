import C360Columns

/// What a value must be for anybody to look at its row.
public struct RowRequirement: Sendable, Equatable {
  public enum Comparison: Sendable, Equatable {
    case less, lessOrEqual, equal, greaterOrEqual, greater
  }
  /// Why rows that fail it are not looked at; they are counted apart.
  public enum Reason: Sendable, Equatable {
    /// They were not known at the time that is asked for.
    case notYetKnown
    /// A condition of the script drops them.
    case condition
  }
  /// Position in the contract.
  public var column: Int
  public var comparison: Comparison
  /// `int` (also of times, dates and durations) or `text`.
  public var value: Scalar
  public var reason: Reason

  public init(column: Int, _ comparison: Comparison, _ value: Scalar, _ reason: Reason) {
    self.column = column
    self.comparison = comparison
    self.value = value
    self.reason = reason
  }

  /// Whether no value within these bounds meets it.
  func fails<Value>(
    least: Value, greatest: Value, value: Value, _ precedes: (Value, Value) -> Bool
  ) -> Bool {
    switch comparison {
    case .less: !precedes(least, value)
    case .lessOrEqual: precedes(value, least)
    case .equal: precedes(value, least) || precedes(greatest, value)
    case .greaterOrEqual: precedes(greatest, value)
    case .greater: !precedes(value, greatest)
    }
  }

  /// Whether every value within these bounds meets it.
  func holds<Value>(
    least: Value, greatest: Value, value: Value, _ precedes: (Value, Value) -> Bool
  ) -> Bool {
    switch comparison {
    case .less: precedes(greatest, value)
    case .lessOrEqual: !precedes(value, greatest)
    case .equal: !precedes(least, value) && !precedes(value, greatest)
    case .greaterOrEqual: !precedes(least, value)
    case .greater: precedes(value, least)
    }
  }
}

/// Row groups of a table's Parquet files.
public struct RowGroupCounts: Sendable, Equatable {
  public var read = 0
  /// Their statistics showed that nobody looks at their rows.
  public var skipped = 0
  public init(read: Int = 0, skipped: Int = 0) {
    self.read = read
    self.skipped = skipped
  }
}

/// Rows of a table that were not read.
public struct SkippedRows: Sendable, Equatable {
  /// Rows of the table before them, read or not.
  public let firstRow: Int
  public let count: Int
  public let reason: RowRequirement.Reason
}

extension [SkippedRows] {
  /// How many there are for one reason.
  public func rowCount(_ reason: RowRequirement.Reason) -> Int {
    reduce(0) { $0 + ($1.reason == reason ? $1.count : 0) }
  }
}
