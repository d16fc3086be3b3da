import C360Columns

/// The stable order of rows by an unsigned integer, by radix: digits of 11 bits, the lowest first.
/// Linear in the number of rows and in the digits that the largest key has.
enum RadixOrder {
  private struct Entry: BitwiseCopyable {
    var key: UInt64
    var row: UInt32
  }
  private static let digitBits = 11
  private static let digits = 1 << digitBits

  /// Row numbers (`UInt32`) in ascending order of their keys, rows of equal keys in ascending order.
  ///
  /// - Parameter keys: in the end, ascending too.
  static func rows(
    keys: UnsafeMutablePointer<UInt64>, count: Int, maximum: UInt64, threads: Int,
    smallestPiece: Int = Parallel.smallestPiece
  ) throws(EngineError) -> Buffer {
    let rows = Buffer(byteCount: count * 4)
    let result = rows.elements(UInt32.self)
    let passes = (64 - maximum.leadingZeroBitCount + digitBits - 1) / digitBits
    if passes == 0 {
      for row in 0..<count { result[row] = UInt32(truncatingIfNeeded: row) }
      return rows
    }
    let stride = MemoryLayout<Entry>.stride
    let ascending = Buffer(byteCount: count * 8)
    let sorted = ascending.elements(UInt64.self)
    let first = Buffer(byteCount: passes > 1 ? count * stride : 0)
    let second = Buffer(byteCount: passes > 2 ? count * stride : 0)
    let pieces = Parallel.pieces(count, threads: threads, smallest: smallestPiece)
    for pass in 0..<passes {
      let source = (pass & 1 == 0 ? second : first).elements(Entry.self)
      let target = (pass & 1 == 0 ? first : second).elements(Entry.self)
      let shift = UInt64(pass * digitBits)
      let starts = try starts(of: pieces, threads: threads) { row in
        let key = pass == 0 ? keys[row] : source[row].key
        return Int(truncatingIfNeeded: key &>> shift) & (digits - 1)
      }
      try Parallel.forEach(pieces.count, threads: threads) { (piece: Int) throws(EngineError) in
        let next = starts.elements(Int.self) + piece * digits
        for row in pieces[piece] {
          let entry =
            pass == 0 ? Entry(key: keys[row], row: UInt32(truncatingIfNeeded: row)) : source[row]
          let digit = Int(truncatingIfNeeded: entry.key &>> shift) & (digits - 1)
          let place = next[digit]
          next[digit] = place &+ 1
          if pass == passes - 1 {
            result[place] = entry.row
            sorted[place] = entry.key
          } else {
            target[place] = entry
          }
        }
      }
    }
    keys.update(from: sorted, count: count)
    return rows
  }

  /// For each piece and digit the place of its first row.
  private static func starts(
    of pieces: [Range<Int>], threads: Int, _ digit: (Int) -> Int
  ) throws(EngineError) -> Buffer {
    let starts = Buffer(byteCount: pieces.count * digits * MemoryLayout<Int>.stride)
    let counts = starts.elements(Int.self)
    counts.update(repeating: 0, count: pieces.count * digits)
    try Parallel.forEach(pieces.count, threads: threads) { (piece: Int) throws(EngineError) in
      let own = counts + piece * digits
      for row in pieces[piece] { own[digit(row)] &+= 1 }
    }
    var place = 0
    for digit in 0..<digits {
      for piece in pieces.indices {
        let count = counts[piece * digits + digit]
        counts[piece * digits + digit] = place
        place += count
      }
    }
    return starts
  }
}

extension Parallel {
  static let smallestPiece = 16_384

  /// `count` rows in one piece a thread, none of them small.
  static func pieces(
    _ count: Int, threads: Int, smallest: Int = smallestPiece
  ) -> [Range<Int>] {
    let wanted = max(1, min(threads, count / max(1, smallest)))
    return (0..<wanted).map { (count * $0 / wanted)..<(count * ($0 + 1) / wanted) }
  }
}

extension ExecutionContext {
  /// Rows of a piece of work on whole columns: small where a test wants edges.
  var smallestPiece: Int { 8 * batchSize }

  func pieces(_ count: Int) -> [Range<Int>] {
    Parallel.pieces(count, threads: threads, smallest: smallestPiece)
  }
}
