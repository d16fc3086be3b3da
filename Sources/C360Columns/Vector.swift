/// How the values of a column lie in memory. Language types map onto these: `int time date duration`
/// → `int64` (µs for times and durations, days since 1970 for dates); `float` and `money` →
/// `float64`; `text`, `bool`, `vector(N)` and `list(T)` → their namesakes.
public enum PhysicalType: Sendable, Hashable {
  /// One byte a value, 0 or 1.
  case bool
  case int64
  case float64
  /// Int32 codes into the `TextPool` of the run.
  case text
  /// So many doubles a row, one after the other.
  case vector(Int)
  /// Int32 codes into the `lists` of the run's `TextPool`: the elements as 64-bit words. Code 0 is
  /// the empty list.
  case list(ListElement)

  @inlinable public var stride: Int {
    switch self {
    case .bool: 1
    case .int64, .float64: 8
    case .text, .list: 4
    case .vector(let width): 8 * width
    }
  }

  /// Whether a value is several.
  @inlinable public var isCollection: Bool {
    switch self {
    case .vector, .list: true
    default: false
    }
  }

  /// The number of doubles of a `vector`; nil for all other types.
  @inlinable public var width: Int? {
    if case .vector(let width) = self { width } else { nil }
  }
}

/// What the 64-bit words of a list are: 0 or 1, an integer, the bits of a double, a text's code.
public enum ListElement: UInt8, Sendable, Hashable { case bool, int64, float64, text }

/// A column of values of one type, or a slice of one; immutable once shared.
///
/// `validity` has one byte a row, 1 where there is a value; `nil` means that there are no nulls.
/// Bytes rather than bits: slices may start at any row and kernels need no shifts (docs/decisions.md).
/// The value under a null is unspecified but initialised: 0 for numbers, `bool` and the elements of a
/// vector, code 0 for texts and lists.
public struct Vector: @unchecked Sendable {
  public let type: PhysicalType
  public let count: Int
  public let offset: Int
  public let values: Buffer
  public let validity: Buffer?

  /// - Parameter offset: first row of `values` and `validity` that belongs to this vector.
  @inlinable public init(
    type: PhysicalType, count: Int, values: Buffer, validity: Buffer? = nil, offset: Int = 0
  ) {
    self.type = type
    self.count = count
    self.offset = offset
    self.values = values
    self.validity = validity
  }

  @inlinable public var int64s: UnsafeMutablePointer<Int64> { values.elements() + offset }
  @inlinable public var float64s: UnsafeMutablePointer<Double> { values.elements() + offset }
  @inlinable public var bools: UnsafeMutablePointer<UInt8> { values.elements() + offset }
  @inlinable public var codes: UnsafeMutablePointer<Int32> { values.elements() + offset }
  @inlinable public var valid: UnsafeMutablePointer<UInt8>? {
    validity.map { $0.elements() + offset }
  }

  @inlinable public func isNull(_ row: Int) -> Bool {
    guard let valid else { return false }
    return valid[row] == 0
  }

  /// The rows of a range, sharing memory; of a `vector` a copy, since offsets count values.
  @inlinable public func slice(_ range: Range<Int>) -> Vector {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    if let width = type.width, range.lowerBound > 0 { return copy(range, width: width) }
    return Vector(
      type: type, count: range.count, values: values, validity: validity,
      offset: offset + range.lowerBound)
  }

  @usableFromInline func copy(_ range: Range<Int>, width: Int) -> Vector {
    let copied = Buffer(byteCount: range.count * width * 8)
    copied.elements(Double.self).update(
      from: float64s + range.lowerBound * width, count: range.count * width)
    let held = valid.map { valid in
      let held = Buffer(byteCount: range.count)
      held.elements(UInt8.self).update(from: valid + range.lowerBound, count: range.count)
      return held
    }
    return Vector(type: type, count: range.count, values: copied, validity: held)
  }

  public var nullCount: Int {
    guard let valid else { return 0 }
    var nulls = 0
    for row in 0..<count where valid[row] == 0 { nulls += 1 }
    return nulls
  }
}
