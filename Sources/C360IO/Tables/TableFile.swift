import C360Columns
import C360Diagnostics

/// An opened file of a table: segments of rows that can be read independently.
protocol TableFile: Sendable {
  var path: String { get }
  /// Rows of each segment, at most.
  var segmentCapacities: [Int] { get }
  /// Whether a segment's columns are read one by one; then its capacity is its number of rows.
  var readsColumnsApart: Bool { get }
  /// Why a segment need not be read, of those with `readsColumnsApart`; nil: it must be.
  func reasonToSkip(segment: Int) -> RowRequirement.Reason?
  /// Whether all values of a column of the contract keep it in a segment, as is known without reading
  /// them.
  func keepsContract(segment: Int, column: Int) -> Bool
  /// Positions in the contract of columns that no row had, known after reading: files without a
  /// schema only.
  var columnsNeverSeen: [Int] { get }

  /// Reads one segment into `columns` (in contract order) from `row` on.
  ///
  /// - Parameter column: the only column to read, where `readsColumnsApart`.
  /// - Returns: the number of rows read.
  /// - Throws: `ReadFailure`, `CancellationError`.
  func read(
    segment: Int, column: Int?, into columns: [ColumnBuilder], at row: Int, pool: TextPool
  ) throws -> Int
}

extension TableFile {
  var readsColumnsApart: Bool { false }
  var columnsNeverSeen: [Int] { [] }
  func reasonToSkip(segment: Int) -> RowRequirement.Reason? { nil }
  func keepsContract(segment: Int, column: Int) -> Bool { false }
}

/// Why a segment could not be read; rows are counted within the segment.
struct ReadFailure: Error {
  enum Kind {
    case value(ColumnProblem)
    /// A record with another number of fields than the header.
    case fieldCount(found: Int, expected: Int)
    case unterminatedQuote
    case textAfterQuote(String)
    case badJSON(String)
    /// Bytes of the file contradict each other.
    case damaged(String)
    case unsupported(String)
    case system(String)
  }
  var kind: Kind
  /// From 0, within the segment.
  var row: Int?
  /// Position in the contract.
  var column: Int?

  init(_ kind: Kind, row: Int? = nil, column: Int? = nil) {
    self.kind = kind
    self.row = row
    self.column = column
  }
}
