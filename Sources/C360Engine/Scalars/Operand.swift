import C360Columns

/// Values of some rows as kernels see them: where they lie, which are there, and for which of them
/// an operation failed. Neither owns nor keeps the memory alive.
///
/// A row is failed where `failed` is 1, else null where `valid` is 0, else it has a value.
public struct Operand: @unchecked Sendable {
  public var values: UnsafeMutableRawPointer
  /// nil: no nulls.
  public var valid: UnsafeMutablePointer<UInt8>?
  /// nil: no failures.
  public var failed: UnsafeMutablePointer<UInt8>?

  @inlinable public init(
    values: UnsafeMutableRawPointer, valid: UnsafeMutablePointer<UInt8>? = nil,
    failed: UnsafeMutablePointer<UInt8>? = nil
  ) {
    self.values = values
    self.valid = valid
    self.failed = failed
  }

  /// Rows of a vector from `row` on.
  @inlinable public init(_ vector: Vector, from row: Int = 0) {
    values = vector.values.pointer + (vector.offset + row) * vector.type.stride
    valid = vector.valid.map { $0 + row }
    failed = nil
  }

  @inlinable public var int64s: UnsafeMutablePointer<Int64> {
    values.assumingMemoryBound(to: Int64.self)
  }
  @inlinable public var float64s: UnsafeMutablePointer<Double> {
    values.assumingMemoryBound(to: Double.self)
  }
  @inlinable public var bools: UnsafeMutablePointer<UInt8> {
    values.assumingMemoryBound(to: UInt8.self)
  }
  @inlinable public var codes: UnsafeMutablePointer<Int32> {
    values.assumingMemoryBound(to: Int32.self)
  }

  /// The rows from `row` on.
  @inlinable func advanced(by row: Int, _ type: PhysicalType) -> Operand {
    Operand(
      values: values + row * type.stride, valid: valid.map { $0 + row },
      failed: failed.map { $0 + row })
  }
}
