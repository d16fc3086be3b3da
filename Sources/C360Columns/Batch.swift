/// Named columns of equal length: a table in memory, or a slice of one.
public struct Batch: Sendable {
  public struct Column: Sendable {
    public let name: String
    public let type: LogicalType
    public let vector: Vector
    /// Of floats that were read: those that are not what the source says to the last digit.
    public let lostDigits: LostDigits?
    public init(
      name: String, type: LogicalType, vector: Vector, lostDigits: LostDigits? = nil
    ) {
      self.name = name
      self.type = type
      self.vector = vector
      self.lostDigits = lostDigits
    }
  }
  public let columns: [Column]
  public let rowCount: Int

  public init(columns: [Column], rowCount: Int) {
    precondition(columns.allSatisfy { $0.vector.count == rowCount })
    self.columns = columns
    self.rowCount = rowCount
  }

  public subscript(_ name: String) -> Column? { columns.first { $0.name == name } }
}

/// What the values of a column mean, as far as files and printing need to know.
public enum LogicalType: Hashable, Sendable {
  case bool
  case int
  case float
  /// A float with a currency as its unit; files store the number, the unit is a note beside it.
  case money(String)
  case text
  /// Microseconds UTC since 1970.
  case time
  /// Days since 1970.
  case date
  /// Microseconds.
  case duration
  /// So many floats, none of them null.
  case vector(Int)
  /// Any number of values of one type, none of them null; neither vectors nor lists.
  indirect case list(LogicalType)

  @inlinable public var physical: PhysicalType {
    switch self {
    case .bool: .bool
    case .int, .time, .date, .duration: .int64
    case .float, .money: .float64
    case .text: .text
    case .vector(let width): .vector(width)
    case .list(let element): .list(element.listElement)
    }
  }

  /// The type as a script spells it.
  public var words: String {
    switch self {
    case .bool: "bool"
    case .int: "int"
    case .float: "float"
    case .money(let currency): "money(\(currency))"
    case .text: "text"
    case .time: "time"
    case .date: "date"
    case .duration: "duration"
    case .vector(let width): "vector(\(width))"
    case .list(let element): "list(\(element.words))"
    }
  }

  /// Whether lists may be made of it.
  public var canBeElement: Bool {
    switch self {
    case .vector, .list: false
    default: true
    }
  }

  /// How a list holds values of this type.
  @inlinable public var listElement: ListElement {
    switch self {
    case .bool: .bool
    case .int, .time, .date, .duration: .int64
    case .float, .money: .float64
    case .text, .vector, .list: .text
    }
  }
}
