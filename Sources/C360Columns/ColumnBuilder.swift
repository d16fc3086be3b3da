import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A column that is being filled, at known places and from several threads: each thread writes rows
/// that no other thread writes.
public final class ColumnBuilder: @unchecked Sendable {
  public let rules: ColumnRules
  public let physical: PhysicalType
  /// Rows there is room for.
  public let capacity: Int
  public let values: Buffer
  private let validityBuffer = Mutex<Buffer?>(nil)
  private let lost = Mutex<LostDigits?>(nil)
  @usableFromInline let hasDefault: Bool
  /// The default in its physical form; the member of the column's type counts.
  @usableFromInline let defaultInt: Int64
  @usableFromInline let defaultFloat: Double
  @usableFromInline let defaultByte: UInt8
  @usableFromInline let defaultCode: Int32
  @usableFromInline let defaultElements: [Double]

  public init(rules: ColumnRules, capacity: Int, pool: TextPool) {
    self.rules = rules
    physical = rules.type.physical
    self.capacity = capacity
    values = Buffer(byteCount: capacity * rules.type.physical.stride)
    var int: Int64 = 0
    var float = 0.0
    var byte: UInt8 = 0
    var code: Int32 = 0
    var elements: [Double] = []
    var present = true
    switch (rules.type.physical, rules.defaultValue) {
    case (.int64, .int(let value)): int = value
    case (.float64, .float(let value)): float = value
    case (.float64, .int(let value)): float = Double(value)
    case (.bool, .bool(let value)): byte = value ? 1 : 0
    case (.text, .text(let value)): code = pool.intern(value)
    case (.vector(let width), .vector(let value)):
      elements = value
      present = value.count == width
    case (.list, .list(let value)): code = pool.lists.intern(value, texts: pool)
    default: present = false
    }
    hasDefault = present
    defaultInt = int
    defaultFloat = float
    defaultByte = byte
    defaultCode = code
    defaultElements = elements
  }

  @inlinable public var int64s: UnsafeMutablePointer<Int64> { values.elements() }
  @inlinable public var float64s: UnsafeMutablePointer<Double> { values.elements() }
  @inlinable public var bools: UnsafeMutablePointer<UInt8> { values.elements() }
  @inlinable public var codes: UnsafeMutablePointer<Int32> { values.elements() }

  /// One byte a row; made on first use, with every row valid.
  public func validity() -> UnsafeMutablePointer<UInt8> {
    validityBuffer.withLock { buffer in
      if let buffer { return buffer.elements() }
      let fresh = Buffer(byteCount: capacity)
      memset(fresh.pointer, 1, capacity)
      buffer = fresh
      return fresh.elements()
    }
  }

  /// What rows of the column lost, by their places here.
  public var lostDigits: LostDigits? { lost.withLock { $0 } }

  public func note(_ more: LostDigits?) {
    guard let more else { return }
    lost.withLock { lost in
      if lost == nil { lost = more } else { lost?.merge(more) }
    }
  }

  /// Writes what stands for a missing value: the default, else a null where the rules allow one.
  ///
  /// - Returns: whether the rules allow the value to be missing.
  public func setAbsent(_ row: Int) -> Bool {
    guard hasDefault || rules.isNullable else { return false }
    setDefault(row)
    if !hasDefault { validity()[row] = 0 }
    return true
  }

  /// The same for many rows, where `validity()` was asked for once.
  @inline(__always)
  func setNull(_ row: Int, in validity: UnsafeMutablePointer<UInt8>) {
    setDefault(row)
    validity[row] = 0
  }

  @inline(__always)
  private func setDefault(_ row: Int) {
    switch physical {
    case .int64: int64s[row] = defaultInt
    case .float64: float64s[row] = defaultFloat
    case .bool: bools[row] = defaultByte
    case .text, .list: codes[row] = defaultCode
    case .vector(let width):
      let target = float64s + row * width
      for index in 0..<width { target[index] = hasDefault ? defaultElements[index] : 0 }
    }
  }

  /// Moves rows to an earlier place, to close a gap. Not while other threads write.
  public func move(_ rows: Range<Int>, to target: Int) {
    let stride = physical.stride
    memmove(
      values.pointer + target * stride, values.pointer + rows.lowerBound * stride,
      rows.count * stride)
    validityBuffer.withLock { buffer in
      guard let buffer else { return }
      memmove(buffer.pointer + target, buffer.pointer + rows.lowerBound, rows.count)
    }
  }

  /// The first `count` rows.
  public func vector(count: Int) -> Vector {
    Vector(
      type: physical, count: count, values: values, validity: validityBuffer.withLock { $0 })
  }
}
