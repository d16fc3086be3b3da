import C360Columns

/// The values of a column as numbers from 0, equal values with equal numbers (−0 is 0, all NaN are
/// one), in clustered order. Under a null the number is 0.
struct DenseCodes: Sendable {
  /// By position: `UInt8` when narrow, else `Int32`.
  let codes: Buffer
  let isNarrow: Bool
  /// Numbers lie below this.
  let count: Int
  /// The value of each number, in the column's type. Empty when not ordered.
  let values: Vector
  /// Smaller values have smaller numbers.
  let isOrdered: Bool
}

extension DenseCodes {
  init(
    _ column: Vector, isOrdered: Bool, _ clusters: EventClusters, _ context: ExecutionContext
  ) throws(EngineError) {
    let numbering = try ValueNumbering(column, context)
    let order = isOrdered ? numbering.sortByValue(pool: context.pool) : []
    values = numbering.vector(order)
    count = numbering.count
    isNarrow = count <= 256
    self.isOrdered = isOrdered
    codes =
      isNarrow
      ? try numbering.cluster(UInt8.self, clusters, context.threads)
      : try numbering.cluster(Int32.self, clusters, context.threads)
  }
}

/// Numbers the distinct values of a column.
private final class ValueNumbering {
  private let column: Vector
  /// Value less `base` → number, for values that lie close together.
  private var direct: Buffer?
  private var base: Int64 = 0
  private let table: KeyTable
  /// The key of each number.
  private var keys: [Int64] = []
  /// Number in `table` → number handed out, once sorted.
  private var places: [Int32] = []

  init(_ column: Vector, _ context: ExecutionContext) throws(EngineError) {
    self.column = column
    let (least, greatest) = try Self.bounds(column, context)
    let (range, overflow) = greatest.subtractingReportingOverflow(least)
    if least <= greatest, !overflow, range < 1 << 20 {
      table = KeyTable(least: 0, greatest: -1, expected: 0)
      base = least
      numberDirectly(span: Int(range) + 1)
      return
    }
    table = KeyTable(least: least, greatest: greatest, expected: min(column.count, 1 << 17))
    for row in 0..<column.count where !column.isNull(row) {
      let key = Self.key(column, row)
      if table.add(key) == keys.count { keys.append(key) }
    }
  }

  var count: Int { keys.count }

  /// The least and the greatest key; the other way round when there is none.
  private static func bounds(
    _ column: Vector, _ context: ExecutionContext
  ) throws(EngineError) -> (least: Int64, greatest: Int64) {
    let pieces = context.pieces(column.count)
    let buffer = Buffer(byteCount: pieces.count * 16)
    let found = buffer.elements(Int64.self)
    try Parallel.forEach(pieces.count, threads: context.threads) {
      (piece: Int) throws(EngineError) in
      var least = Int64.max
      var greatest = Int64.min
      for row in pieces[piece] where !column.isNull(row) {
        let key = key(column, row)
        least = min(least, key)
        greatest = max(greatest, key)
      }
      found[2 * piece] = least
      found[2 * piece + 1] = greatest
    }
    return pieces.indices.reduce((Int64.max, Int64.min)) {
      (min($0.0, found[2 * $1]), max($0.1, found[2 * $1 + 1]))
    }
  }

  /// Marks the values that occur, then numbers them in ascending order of their keys.
  private func numberDirectly(span: Int) {
    let buffer = Buffer(byteCount: span * 4)
    let numbers = buffer.elements(Int32.self)
    numbers.update(repeating: -1, count: span)
    let base = base
    if column.type == .text, column.validity == nil {
      let codes = column.codes
      for row in 0..<column.count { numbers[Int(Int64(codes[row]) &- base)] = 0 }
    } else {
      for row in 0..<column.count where !column.isNull(row) {
        numbers[Int(Self.key(column, row) &- base)] = 0
      }
    }
    for place in 0..<span where numbers[place] == 0 {
      numbers[place] = Int32(truncatingIfNeeded: keys.count)
      keys.append(base + Int64(place))
    }
    direct = buffer
  }

  @inline(__always)
  private static func key(_ column: Vector, _ row: Int) -> Int64 {
    switch column.type {
    case .bool: Int64(column.bools[row])
    case .int64: column.int64s[row]
    case .text, .list: Int64(column.codes[row])
    case .vector: preconditionFailure("the checker lets no vectors be told apart")
    case .float64: orderedKey(column.float64s[row] == 0 ? 0 : column.float64s[row])
    }
  }

  /// Gives smaller values smaller numbers; returns the old numbers in their new order.
  func sortByValue(pool: TextPool) -> [Int] {
    let isText = column.type == .text
    let order = keys.indices.sorted {
      isText ? pool.precedes(Int32(keys[$0]), Int32(keys[$1])) : keys[$0] < keys[$1]
    }
    places = [Int32](repeating: 0, count: keys.count)
    for (place, number) in order.enumerated() { places[number] = Int32(place) }
    if let direct {
      let numbers = direct.elements(Int32.self)
      for (number, key) in keys.enumerated() { numbers[Int(key - base)] = places[number] }
    }
    return order
  }

  /// The values of some numbers.
  func vector(_ order: [Int]) -> Vector {
    let buffer = Buffer(byteCount: order.count * column.type.stride)
    for (place, number) in order.enumerated() {
      let key = keys[number]
      switch column.type {
      case .bool: buffer.elements(UInt8.self)[place] = UInt8(truncatingIfNeeded: key)
      case .int64: buffer.elements(Int64.self)[place] = key
      case .text, .list: buffer.elements(Int32.self)[place] = Int32(truncatingIfNeeded: key)
      case .vector: break
      case .float64: buffer.elements(Double.self)[place] = orderedDouble(key)
      }
    }
    return Vector(type: column.type, count: order.count, values: buffer)
  }

  func cluster<Code: FixedWidthInteger & BitwiseCopyable>(
    _: Code.Type, _ clusters: EventClusters, _ threads: Int
  ) throws(EngineError) -> Buffer {
    let column = column
    let base = base
    if let numbers = direct?.elements(Int32.self) {
      if column.type == .text, column.validity == nil {
        let codes = column.codes
        return try clusters.inOrder(Code.self, rows: column.count, threads: threads) { row in
          Code(truncatingIfNeeded: numbers[Int(Int64(codes[row]) &- base)])
        }
      }
      return try clusters.inOrder(Code.self, rows: column.count, threads: threads) { row in
        column.isNull(row)
          ? 0 : Code(truncatingIfNeeded: numbers[Int(Self.key(column, row) &- base)])
      }
    }
    return try clusters.inOrder(Code.self, rows: column.count, threads: threads) {
      [table, places] row in
      if column.isNull(row) { return 0 }
      let number = table.number(of: Self.key(column, row))
      return Code(truncatingIfNeeded: places.isEmpty ? Int32(number) : places[number])
    }
  }
}
