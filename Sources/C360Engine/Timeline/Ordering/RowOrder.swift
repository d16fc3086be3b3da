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
    case .vector(let width):
      let (first, second) = (column.float64s + left * width, column.float64s + right * width)
      for place in 0..<width {
        let order = sign(orderedKey(first[place]), orderedKey(second[place]))
        if order != 0 { return order }
      }
      return 0
    case .list(let element): return compare(element, column.codes[left], column.codes[right])
    }
  }

  /// Element by element; of two lists of which one is the other's start, the shorter one is first.
  private func compare(_ element: ListElement, _ left: Int32, _ right: Int32) -> Int {
    if left == right { return 0 }
    let lists = pool.lists
    let (count, other) = (lists.count(of: left), lists.count(of: right))
    for place in 0..<min(count, other) {
      let (first, second) = (lists.word(left, place), lists.word(right, place))
      if first == second { continue }
      let order =
        switch element {
        case .bool, .int64: sign(Int64(bitPattern: first), Int64(bitPattern: second))
        case .float64:
          sign(
            orderedKey(Double(bitPattern: first)), orderedKey(Double(bitPattern: second)))
        case .text:
          pool.precedes(Int32(truncatingIfNeeded: first), Int32(truncatingIfNeeded: second))
            ? -1 : 1
        }
      if order != 0 { return order }
    }
    return sign(count, other)
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
