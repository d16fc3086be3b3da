import C360Columns

/// The values of a column as numbers from 0, equal values with equal numbers (−0 is 0, all NaN are
/// one). Under a null the number is unspecified, but in range or 0.
struct DenseCodes: Sendable {
  /// `Int32` by row, or by position once clustered.
  let codes: Buffer
  /// Numbers lie below this.
  let count: Int
  /// The value of each number, in the column's type. Empty when not ordered.
  let values: Vector
  /// Smaller values have smaller numbers.
  let isOrdered: Bool

  init(codes: Buffer, count: Int, values: Vector, isOrdered: Bool) {
    self.codes = codes
    self.count = count
    self.values = values
    self.isOrdered = isOrdered
  }

  init(_ column: Vector, isOrdered: Bool, pool: TextPool) {
    let codes = Buffer(byteCount: column.count * 4)
    let numbers = codes.elements(Int32.self)
    let keys = KeyNumbering(column)
    keys.number(into: numbers)
    var values = Vector(type: column.type, count: 0, values: Buffer(byteCount: 0))
    if isOrdered {
      let order = keys.ascending(pool: pool)
      values = keys.vector(order)
      let places = Buffer(byteCount: max(1, order.count) * 4)
      for (place, number) in order.enumerated() {
        places.elements(Int32.self)[Int(number)] = Int32(place)
      }
      if !order.isEmpty {
        let place = places.elements(Int32.self)
        for row in 0..<column.count { numbers[row] = place[Int(numbers[row])] }
      }
    }
    self.init(codes: codes, count: keys.count, values: values, isOrdered: isOrdered)
  }
}

/// Numbers the distinct values of a column in the order in which they occur.
private final class KeyNumbering {
  private let column: Vector
  private let table: KeyTable
  private var keys: [Int64] = []

  init(_ column: Vector) {
    self.column = column
    var least = Int64.max
    var greatest = Int64.min
    for row in 0..<column.count where !column.isNull(row) {
      let key = Self.key(column, row)
      least = min(least, key)
      greatest = max(greatest, key)
    }
    table = KeyTable(least: least, greatest: greatest, expected: min(column.count, 1 << 17))
  }

  var count: Int { keys.count }

  @inline(__always)
  private static func key(_ column: Vector, _ row: Int) -> Int64 {
    switch column.type {
    case .bool: Int64(column.bools[row])
    case .int64: column.int64s[row]
    case .text: Int64(column.codes[row])
    case .float64: orderedKey(column.float64s[row] == 0 ? 0 : column.float64s[row])
    }
  }

  func number(into numbers: UnsafeMutablePointer<Int32>) {
    for row in 0..<column.count {
      if column.isNull(row) {
        numbers[row] = 0
        continue
      }
      let key = Self.key(column, row)
      let number = table.add(key)
      if number == keys.count { keys.append(key) }
      numbers[row] = Int32(truncatingIfNeeded: number)
    }
  }

  /// Numbers in ascending order of their values.
  func ascending(pool: TextPool) -> [Int32] {
    let ranks = column.type == .text ? pool.ranks() : []
    let sortKeys = column.type == .text ? keys.map { Int64(ranks[Int($0)]) } : keys
    return keys.indices.sorted { sortKeys[$0] < sortKeys[$1] }.map { Int32($0) }
  }

  func vector(_ order: [Int32]) -> Vector {
    let buffer = Buffer(byteCount: order.count * column.type.stride)
    for (place, number) in order.enumerated() {
      let key = keys[Int(number)]
      switch column.type {
      case .bool: buffer.elements(UInt8.self)[place] = UInt8(truncatingIfNeeded: key)
      case .int64: buffer.elements(Int64.self)[place] = key
      case .text: buffer.elements(Int32.self)[place] = Int32(truncatingIfNeeded: key)
      case .float64: buffer.elements(Double.self)[place] = orderedDouble(key)
      }
    }
    return Vector(type: column.type, count: order.count, values: buffer)
  }
}
