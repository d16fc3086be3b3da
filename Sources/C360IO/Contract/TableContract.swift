import C360Columns
import C360Diagnostics

/// What a table of a script asks of the files it is read from.
public struct TableContract: Sendable {
  /// Name of the table, for messages.
  public var table: String
  /// Absolute paths, globs or folders.
  public var sources: [String]
  /// `nil`: by each file's extension.
  public var format: FileFormat?
  /// Columns to read.
  public var columns: [ColumnContract]
  /// Columns that a file with a schema must have, with their type, and whose values nobody asks for.
  public var unread: [ColumnContract]
  /// Nobody looks at rows that fail one of these. Row groups of Parquet whose statistics show that
  /// all their rows do are not read; otherwise such rows are among those read.
  public var requirements: [RowRequirement] = []
  /// So many of the first columns are asked for; nil: all. The others are read only where no statistics
  /// tell that their values keep the contract, and are not in the result.
  public var asked: Int?
  /// Where the script declares the source.
  public var declaration: Span?

  public init(
    table: String, sources: [String], format: FileFormat? = nil, columns: [ColumnContract],
    unread: [ColumnContract] = [], declaration: Span? = nil
  ) {
    self.table = table
    self.sources = sources
    self.format = format
    self.columns = columns
    self.unread = unread
    self.declaration = declaration
  }

  /// Whether any of these files is text, so that only reading a column tells whether it fits.
  public func isText(_ paths: [String]) -> Bool {
    paths.contains { (format ?? FileFormat(path: $0))?.isText ?? true }
  }

  /// The contract with all columns among those to read.
  var complete: TableContract {
    TableContract(
      table: table, sources: sources, format: format, columns: columns + unread,
      declaration: declaration)
  }
}

/// One column of a contract: only columns of the contract are read.
public struct ColumnContract: Sendable {
  public var name: String
  public var type: LogicalType
  public var isNullable: Bool
  /// What stands in place of a null; has the physical type of `type`.
  public var defaultValue: Scalar?
  public var nan: NaNPolicy
  /// What a bare date means where `type` is `time`.
  public var bareDate: BareDatePolicy
  /// Identifier of the zone of times without an offset and of bare dates.
  public var timeZone: String
  /// Where the script declares the column.
  public var span: Span?
  /// Whether rows have no place without it: keys and times can neither be null nor have a default.
  public var isIndispensable = false

  public init(
    name: String, type: LogicalType, isNullable: Bool = false, defaultValue: Scalar? = nil,
    nan: NaNPolicy = .reject, bareDate: BareDatePolicy = .endOfDay, timeZone: String = "UTC",
    span: Span? = nil
  ) {
    self.name = name
    self.type = type
    self.isNullable = isNullable
    self.defaultValue = defaultValue
    self.nan = nan
    self.bareDate = bareDate
    self.timeZone = timeZone
    self.span = span
  }
}
