/// Why a value cannot stand in its column.
public enum ColumnProblem: Sendable, Hashable {
  /// Nothing where a value is needed.
  case null
  case nan
  /// Bytes that are no UTF-8.
  case notUTF8
  /// A value of the right kind beyond what the column holds; as it was found.
  case outOfRange(String)
  /// An instant, µs UTC since 1970, beyond those that there are.
  case instantOutOfRange(Int64)
  /// A day since 1970 beyond those that there are.
  case dayOutOfRange(Int64)
  /// A value that is not of the column's type; as it was found.
  case unreadable(String)
  /// A vector of so many elements, which is another number than the column's.
  case length(Int)
  /// Nothing where an element of a vector or a list is needed; its place, from 1.
  case nullElement(Int)
  /// NaN as an element; its place, from 1.
  case nanElement(Int)
  /// The source contradicts itself.
  case damaged(String)
}

/// The first bad value of a run of rows.
public struct ColumnError: Error, Sendable, Hashable {
  /// Row within the run, from 0.
  public var row: Int
  public var problem: ColumnProblem

  public init(row: Int, problem: ColumnProblem) {
    self.row = row
    self.problem = problem
  }
}
