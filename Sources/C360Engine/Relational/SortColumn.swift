import C360Columns
import Synchronization

/// Values of a column as unsigned integers that order as the values do.
struct SortColumn: @unchecked Sendable {
  private let vector: Vector
  private let isDescending: Bool
  /// Whether −0 stands before 0 rather than equal to it.
  private let tellsZeros: Bool
  private let ranks: [Int32]
  /// Of vectors and lists, which have no keys: they break ties, element by element.
  let order: RowOrder?
  /// Integers: what is taken away, and the greatest that remains.
  private let base: Int64
  private let span: UInt64

  /// Usually one. Integers that use up all 64 bits leave no room for nulls, which then are a column
  /// of their own in front.
  static func columns(
    _ vector: Vector, _ isDescending: Bool, _ ranks: [Int32], tellsZeros: Bool, pool: TextPool
  ) -> [SortColumn] {
    let column = SortColumn(
      vector, isDescending: isDescending, ranks: ranks, tellsZeros: tellsZeros,
      order: vector.type.isCollection ? RowOrder([vector], pool: pool) : nil)
    guard column.span > .max - 3, let valid = vector.validity else { return [column] }
    let validity = Vector(
      type: .bool, count: vector.count, values: valid, offset: vector.offset)
    return [
      SortColumn(validity, isDescending: true, ranks: [], tellsZeros: tellsZeros, order: nil),
      column,
    ]
  }

  private init(
    _ vector: Vector, isDescending: Bool, ranks: [Int32], tellsZeros: Bool, order: RowOrder?
  ) {
    self.order = order
    self.vector = vector
    self.isDescending = isDescending
    self.tellsZeros = tellsZeros
    self.ranks = vector.type == .text ? ranks : []
    switch vector.type {
    case .bool: (base, span) = (0, 1)
    case .text: (base, span) = (0, UInt64(ranks.count))
    case .vector, .list: (base, span) = (0, 0)
    case .float64:
      base = Self.floatKey(-.infinity)
      span = UInt64(bitPattern: Self.floatKey(.infinity) &- base)
    case .int64:
      let bounds = vector.integerBounds
      base = bounds?.lowerBound ?? 0
      span = bounds.map { UInt64(bitPattern: $0.upperBound &- $0.lowerBound) } ?? 0
    }
  }

  private static func floatKey(_ value: Double) -> Int64 {
    let bits = Int64(bitPattern: value.bitPattern)
    return bits >= 0 ? bits : bits ^ .max
  }

  /// −0 as 0 where zeros are one; NaN is one above the greatest number, null above that.
  @inline(__always)
  func key(_ row: Int) -> UInt64 {
    if vector.isNull(row) { return span > .max - 3 ? span : span + 2 }
    let distance: UInt64
    switch vector.type {
    case .bool: distance = UInt64(vector.bools[row])
    case .text: distance = UInt64(ranks[Int(vector.codes[row])])
    case .vector, .list: distance = 0
    case .int64: distance = UInt64(bitPattern: vector.int64s[row] &- base)
    case .float64:
      let value = vector.float64s[row]
      if value.isNaN { return span + 1 }
      distance = UInt64(bitPattern: Self.floatKey(value == 0 && !tellsZeros ? 0 : value) &- base)
    }
    return isDescending ? span - distance : distance
  }

  /// Keys of neighbouring rows.
  func keys(of rows: Range<Int>, into keys: UnsafeMutablePointer<UInt64>) {
    if vector.validity == nil, vector.type == .float64 {
      let values = vector.float64s + rows.lowerBound
      for place in 0..<rows.count {
        let value = values[place]
        let distance = UInt64(
          bitPattern: Self.floatKey(value == 0 && !tellsZeros ? 0 : value) &- base)
        keys[place] = value.isNaN ? span + 1 : isDescending ? span &- distance : distance
      }
    } else if vector.validity == nil, vector.type == .int64 {
      let values = vector.int64s + rows.lowerBound
      for place in 0..<rows.count {
        let distance = UInt64(bitPattern: values[place] &- base)
        keys[place] = isDescending ? span &- distance : distance
      }
    } else {
      for row in rows { keys[row - rows.lowerBound] = key(row) }
    }
  }

  /// Keys of some rows, less the least of them; returns the greatest.
  func keys(
    of rows: UnsafePointer<Int32>, count: Int, into keys: UnsafeMutablePointer<UInt64>,
    _ context: ExecutionContext
  ) throws(EngineError) -> UInt64 {
    let pieces = Parallel.pieces(count, threads: context.threads)
    let bounds = Mutex((least: UInt64.max, greatest: UInt64(0)))
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      var greatest: UInt64 = 0
      var least = UInt64.max
      for place in pieces[piece] {
        let key = key(Int(rows[place]))
        keys[place] = key
        greatest = max(greatest, key)
        least = min(least, key)
      }
      let own = (least: least, greatest: greatest)
      bounds.withLock {
        $0 = (min($0.least, own.least), max($0.greatest, own.greatest))
      }
    }
    let (least, greatest) = bounds.withLock { $0 }
    // Fewer digits to go through.
    if least > 0 {
      try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
        for place in pieces[piece] { keys[place] -= least }
      }
    }
    return greatest - least
  }
}

extension Vector {
  /// The least and greatest of integers; nil: all are null.
  var integerBounds: ClosedRange<Int64>? {
    var (least, greatest) = (Int64.max, Int64.min)
    let values = int64s
    if let valid {
      for row in 0..<count where valid[row] != 0 {
        least = min(least, values[row])
        greatest = max(greatest, values[row])
      }
    } else {
      for row in 0..<count {
        least = min(least, values[row])
        greatest = max(greatest, values[row])
      }
    }
    return least <= greatest ? least...greatest : nil
  }
}
