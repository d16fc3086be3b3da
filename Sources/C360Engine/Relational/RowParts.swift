import C360Columns

/// Rows put side by side by a hash of their keys, ascending within each part. The parts hang on the
/// keys alone, never on the number of threads.
struct RowParts: @unchecked Sendable {
  private static let bits = 6

  let count = 1 << Self.bits
  private let order: Buffer
  private let starts: [Int]
  /// The groups of each part are numbered one after the other: where they begin, and the end of the last.
  var groupStarts: [Int] = []

  func rows(_ part: Int) -> UnsafeBufferPointer<Int32> {
    UnsafeBufferPointer(
      start: order.elements(Int32.self) + starts[part], count: starts[part + 1] - starts[part])
  }

  /// By the hashes of keys and numbers so far.
  init(
    _ key: Vector, _ before: UnsafeMutablePointer<UInt32>?, _ context: ExecutionContext
  ) throws(EngineError) {
    try self.init(key.count, context) { row in
      let isNull = key.isNull(row)
      let tag = UInt64(before.map { $0[row] } ?? 0) &* 2 &+ (isNull ? 1 : 0)
      let hash = UInt64(
        bitPattern: Int64(GroupTable.hash(isNull ? 0 : GroupTable.word(key, row), tag)))
      return UInt8(truncatingIfNeeded: hash >> (64 - UInt64(Self.bits)))
    }
  }

  /// By ranges of the groups' numbers.
  init(
    numbers: UnsafeMutablePointer<UInt32>, groupCount: Int, rowCount: Int,
    _ context: ExecutionContext
  ) throws(EngineError) {
    let width = UInt32(truncatingIfNeeded: groupCount >> Self.bits + 1)
    try self.init(rowCount, context) { UInt8(truncatingIfNeeded: numbers[$0] / width) }
    groupStarts = (0...count).map { min(groupCount, $0 * Int(width)) }
  }

  private init(
    _ rowCount: Int, _ context: ExecutionContext, _ digitOf: (Int) -> UInt8
  ) throws(EngineError) {
    let pieces = Parallel.pieces(rowCount, threads: context.threads)
    let digits = Buffer(byteCount: max(1, rowCount))
    let digit = digits.elements(UInt8.self)
    let count = self.count
    let counted = Buffer(byteCount: pieces.count * count * 8)
    let counts = counted.elements(Int.self)
    counts.update(repeating: 0, count: pieces.count * count)
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      try context.checkCancelled()
      let own = counts + piece * count
      for row in pieces[piece] {
        digit[row] = digitOf(row)
        own[Int(digit[row])] += 1
      }
    }
    var starts = [0]
    var next = 0
    for part in 0..<count {
      for piece in pieces.indices {
        let rows = counts[piece * count + part]
        counts[piece * count + part] = next
        next += rows
      }
      starts.append(next)
    }
    self.starts = starts
    let placed = Buffer(byteCount: max(1, rowCount) * 4)
    order = placed
    let target = placed.elements(Int32.self)
    try Parallel.forEach(pieces.count, threads: context.threads) { piece throws(EngineError) in
      let own = counts + piece * count
      for row in pieces[piece] {
        let part = Int(digit[row])
        target[own[part]] = Int32(truncatingIfNeeded: row)
        own[part] += 1
      }
    }
  }
}

/// Keys that are few enough, by their range, to be told apart by place.
struct DenseKeys: @unchecked Sendable {
  private let vector: Vector
  private let base: Int64
  /// Number of places, one of them for null.
  let count: Int

  /// nil: too far apart.
  init?(_ vector: Vector) {
    guard vector.type == .int64, let bounds = vector.integerBounds else { return nil }
    let (span, overflow) = bounds.upperBound.subtractingReportingOverflow(bounds.lowerBound)
    guard !overflow, span < Int64(2 * vector.count + 1024) else { return nil }
    self.vector = vector
    base = bounds.lowerBound
    count = Int(span) + 2
  }

  /// Null stands last.
  @inline(__always)
  func place(_ row: Int) -> Int {
    vector.isNull(row) ? count - 1 : Int(vector.int64s[row] &- base)
  }

  /// Of a value of another column; nil: no such place.
  @inline(__always)
  func place(of value: Int64) -> Int? {
    let (distance, overflow) = value.subtractingReportingOverflow(base)
    return overflow || distance < 0 || distance >= Int64(count - 1) ? nil : Int(distance)
  }
}
