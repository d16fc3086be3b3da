import C360Columns

/// Compares rows by the values of some columns: numbers ascending with −0 before 0 and NaN after
/// all numbers, texts by bytes, `false` before `true`, nulls last. Rows that compare equal are
/// exact copies as far as these columns go.
struct RowOrder: @unchecked Sendable {
  private let columns: [Vector]
  /// Texts are compared by their bytes: ties are too rare to rank all texts of a run for them.
  private let pool: TextPool

  init(_ columns: [Vector], pool: TextPool) {
    self.columns = columns
    self.pool = pool
  }

  /// < 0, 0 or > 0
  func compare(_ left: Int, _ right: Int) -> Int {
    for column in columns {
      let order = compare(column, left, right)
      if order != 0 { return order }
    }
    return 0
  }

  private func compare(_ column: Vector, _ left: Int, _ right: Int) -> Int {
    if let valid = column.valid {
      if valid[left] == 0 || valid[right] == 0 { return Int(valid[right]) - Int(valid[left]) }
    }
    switch column.type {
    case .int64: return sign(column.int64s[left], column.int64s[right])
    case .bool: return sign(column.bools[left], column.bools[right])
    case .float64:
      return sign(orderedKey(column.float64s[left]), orderedKey(column.float64s[right]))
    case .text:
      let first = column.codes[left]
      let second = column.codes[right]
      return first == second ? 0 : pool.precedes(first, second) ? -1 : 1
    }
  }

  private func sign<T: Comparable>(_ left: T, _ right: T) -> Int {
    left < right ? -1 : left > right ? 1 : 0
  }
}

/// An integer that orders as the number does: −0 before 0, all NaN equal and after all numbers.
@inline(__always)
func orderedKey(_ value: Double) -> Int64 {
  if value.isNaN { return .max }
  let bits = Int64(bitPattern: value.bitPattern)
  return bits >= 0 ? bits : bits ^ .max
}

/// The number that `orderedKey` was made from; NaN is the canonical one.
@inline(__always)
func orderedDouble(_ key: Int64) -> Double {
  if key == .max { return .nan }
  return Double(bitPattern: UInt64(bitPattern: key >= 0 ? key : key ^ .max))
}
