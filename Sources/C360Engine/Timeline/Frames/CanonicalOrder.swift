import C360Columns

/// Rows ordered by entity key (integers by value, texts by bytes, nulls last), then time, then the
/// values of further columns.
struct CanonicalOrder {
  /// Row (`Int32`) at each place; nil: the rows lie in this order already.
  let rows: Buffer?

  init(
    key: Vector, time: Vector, tieBreak: RowOrder, context: ExecutionContext
  ) throws(EngineError) {
    let keys = SortKeys(key, pool: context.pool)
    if Self.isOrdered(keys, time, tieBreak, count: key.count) {
      rows = nil
      return
    }
    let order = try RadixOrder.rows(
      keys: keys.values, count: key.count, maximum: keys.greatest, threads: context.threads,
      smallestPiece: context.smallestPiece)
    // Row numbers are below 2³¹, so their signed form is the same bits.
    let places = order.elements(Int32.self)
    let values = keys.values
    let count = key.count
    let pieces = context.pieces(count)
    try Parallel.forEach(pieces.count, threads: context.threads) {
      (piece: Int) throws(EngineError) in
      // Entities that begin in the piece.
      var start = pieces[piece].lowerBound
      while start > 0, start < count, values[start] == values[start - 1] { start += 1 }
      while start < pieces[piece].upperBound {
        var end = start + 1
        while end < count, values[end] == values[start] { end += 1 }
        if end - start > 1 { Self.sort(places, start..<end, time, tieBreak) }
        start = end
      }
    }
    rows = order
  }

  private static func isOrdered(
    _ keys: SortKeys, _ time: Vector, _ tieBreak: RowOrder, count: Int
  ) -> Bool {
    for row in 0..<max(0, count - 1) {
      let left = keys.values[row]
      let right = keys.values[row + 1]
      if left < right { continue }
      if left > right { return false }
      let earlier = sortTime(time, row)
      let later = sortTime(time, row + 1)
      if earlier > later || (earlier == later && tieBreak.compare(row, row + 1) > 0) {
        return false
      }
    }
    return true
  }

  private static func sortTime(_ time: Vector, _ row: Int) -> Int64 {
    time.isNull(row) ? .max : time.int64s[row]
  }

  /// Rows of one entity; logs are in order of time, so often there is nothing to do.
  private static func sort(
    _ places: UnsafeMutablePointer<Int32>, _ range: Range<Int>, _ time: Vector,
    _ tieBreak: RowOrder
  ) {
    var isStrict = true
    for place in range.lowerBound + 1..<range.upperBound where isStrict {
      isStrict = sortTime(time, Int(places[place - 1])) < sortTime(time, Int(places[place]))
    }
    if isStrict { return }
    var entity = UnsafeMutableBufferPointer(
      start: places + range.lowerBound, count: range.count)
    entity.sort {
      let left = Int($0)
      let right = Int($1)
      let earlier = sortTime(time, left)
      let later = sortTime(time, right)
      return earlier != later ? earlier < later : tieBreak.compare(left, right) < 0
    }
  }
}

/// The rows of a table in the order of its entities and their time, as timelines read them.
///
/// - Parameters:
///   - time: nil: all rows stand at one time.
///   - tieBreak: orders rows of equal key and time.
/// - Returns: row (`Int32`) at each place; nil: the rows lie in this order already.
package func canonicalRows(
  key: Vector, time: Vector?, tieBreak: [Vector], context: ExecutionContext
) throws(EngineError) -> Buffer? {
  var noTime = time
  if noTime == nil {
    let zeros = Buffer(byteCount: key.count * 8)
    zeros.elements(Int64.self).update(repeating: 0, count: key.count)
    noTime = Vector(type: .int64, count: key.count, values: zeros)
  }
  guard let time = noTime else { return nil }
  return try CanonicalOrder(
    key: key, time: time, tieBreak: RowOrder(tieBreak, pool: context.pool), context: context
  ).rows
}

/// Keys of entities as unsigned integers in canonical order.
struct SortKeys {
  let values: UnsafeMutablePointer<UInt64>
  let greatest: UInt64
  private let buffer: Buffer

  init(_ key: Vector, pool: TextPool) {
    buffer = Buffer(byteCount: key.count * 8)
    let values = buffer.elements(UInt64.self)
    var greatest: UInt64 = 0
    let bounds = key.keyBounds()
    if key.type == .text {
      let ranks = pool.ranks()
      for row in 0..<key.count { values[row] = UInt64(ranks[Int(key.codes[row])]) }
      greatest = UInt64(ranks.count)
    } else if bounds.least <= bounds.greatest {
      for row in 0..<key.count { values[row] = UInt64(bitPattern: key.int64s[row] &- bounds.least) }
      greatest = UInt64(bitPattern: bounds.greatest &- bounds.least)
    }
    if let valid = key.valid {
      // The whole range of 64 bits and nulls beside it do not occur together in practice; if they
      // did, nulls would stand among the rows of the greatest key.
      if greatest < .max { greatest += 1 }
      for row in 0..<key.count where valid[row] == 0 { values[row] = greatest }
    }
    self.values = values
    self.greatest = greatest
  }
}
