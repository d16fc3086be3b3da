import C360Columns
import C360Models

/// A scalar expression of a plan, by its place in the plan's arena.
public struct ScalarID: Hashable, Sendable {
  public let index: Int32
  public init(_ index: Int32) { self.index = index }
}

/// Scalar expressions, each once: equal expressions have equal ids (semantics.md E6).
public struct ScalarArena: Sendable {
  public struct Node: Sendable {
    public let operation: ScalarOperation
    public let inputs: [ScalarID]
    public let type: PhysicalType
    /// Index into the host's list of places in the source; −1 for none. Not part of identity: the
    /// first place wins.
    public let origin: Int32
  }
  private struct Key: Hashable, Sendable {
    let operation: ScalarOperation
    let inputs: [ScalarID]
    let type: PhysicalType
  }
  public private(set) var nodes: [Node] = []
  private var index: [Key: ScalarID] = [:]

  public init() {}

  public mutating func add(
    _ operation: ScalarOperation, _ inputs: [ScalarID] = [], type: PhysicalType, origin: Int32 = -1
  ) -> ScalarID {
    let key = Key(operation: operation, inputs: inputs, type: type)
    if let id = index[key] { return id }
    let id = ScalarID(Int32(nodes.count))
    nodes.append(Node(operation: operation, inputs: inputs, type: type, origin: origin))
    index[key] = id
    return id
  }

  public subscript(id: ScalarID) -> Node { nodes[Int(id.index)] }
}

/// A constant of a plan; floats are kept by bit pattern so that NaN and −0 are themselves.
public enum Constant: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case float(bits: UInt64)
  case text(String)
  /// By bit pattern.
  case vector([UInt64])
  case list([Constant])
}

/// What a scalar node computes, on physical types. Any null input gives null unless said otherwise.
/// (!) marks operations that can fail for a row; a failure is a value of its own that `and`, `or`,
/// `select` and `coalesce` may decide away, in either order.
public enum ScalarOperation: Hashable, Sendable {
  case column(ColumnID)
  case constant(Constant)

  // int64, also durations, times and dates
  /// (!) overflow
  case addInt, subtractInt, multiplyInt, negateInt, absInt
  /// (!) divisor 0; sign of the divisor
  case moduloInt
  case signInt
  /// Null inputs skipped; two or more inputs.
  case leastInt, greatestInt
  case clampInt
  /// int64 / int64 → float64, both converted first
  case divideInts

  // float64, IEEE
  case addFloat, subtractFloat, multiplyFloat, divideFloat, powerFloat, negateFloat, moduloFloat
  case absFloat, signFloat, sqrt, exp, ln, log2, log10, floor, ceil, round, sigmoid, logit, tanh
  case isNaN
  case leastFloat, greatestFloat
  case clampFloat

  // conversions
  case intToFloat, boolToInt, boolToFloat
  /// (!) NaN or out of range; truncates
  case floatToInt
  /// (!) bad text
  case textToInt, textToFloat
  /// int64 · float64 → int64, half to even (!) out of range
  case scaleInt
  /// int64 / float64 → int64, half to even (!) out of range
  case unscaleInt
  /// Text of a value of this logical type.
  case format(LogicalType)

  /// (time, duration) → time (!) out of the range of times
  case addToTime, subtractFromTime
  // calendar; zone is an IANA name
  /// time + span (!) out of range
  case addCalendar(CalendarStep, zone: String)
  /// time → date
  case dateOf(zone: String)
  /// date → time (!) out of range
  case startOfDay(zone: String)
  /// Of dates
  case year, quarter, month, dayOfMonth, weekday
  /// Of times
  case hour(zone: String)
  case minute(zone: String)

  // comparison → bool; bool, int64, float64 (IEEE), text (bytes), by the type of the inputs
  case equal, notEqual, less, lessEqual
  /// Equal to one of the constants.
  case isIn([Constant])

  // logic
  /// Kleene
  case and, or
  case not
  /// (condition, then, else); null condition takes else. Lazy as to failures.
  case select
  /// (a, b): b where a is null
  case coalesce
  /// Never null
  case isNull

  // vectors of one width; lists
  /// Σ aᵢ·bᵢ in the order that docs/decisions.md states.
  case dot
  case addVectors, subtractVectors
  /// (vector, float64)
  case scaleVector
  /// (vector or list, int64): from 1, negative from the end; null where there is none.
  case element
  case listLength
  /// (list, value of its elements): equality as `equal` has it.
  case listContains

  /// A sum of an imported model of float64s, in the order of the inputs that its output uses. Null is
  /// missing; never null.
  case model(ModelSum)

  // text
  case concatenate, lower, upper, length, trim, contains, startsWith, endsWith
}
