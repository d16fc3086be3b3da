import C360Columns

/// Keys cut into ranges that follow each other in canonical order, so that what is computed range by
/// range stands in the order in which it would be computed at once. Null keys are in the last range.
struct KeyRanges: Sendable {
  /// The least key of every range but the first, ascending: integers, or codes of texts.
  private let bounds: [Int64]
  private let isText: Bool
  private let pool: TextPool

  var count: Int { bounds.count + 1 }

  /// Keys of a source, each standing for `weight` bytes.
  struct Sample {
    let keys: Vector
    let weight: Double
  }

  /// About `wanted` ranges of equal weight. A key that outweighs a range has one of its own.
  init(_ samples: [Sample], wanted: Int, pool: TextPool) {
    self.pool = pool
    isText = samples.first?.keys.type == .text
    var weights: [Int64: Double] = [:]
    for sample in samples {
      for row in 0..<sample.keys.count where !sample.keys.isNull(row) {
        weights[sample.keys.key(row), default: 0] += sample.weight
      }
    }
    let total = weights.values.reduce(0, +)
    let target = total / Double(max(1, wanted))
    let isText = isText
    let ordered = weights.keys.sorted {
      isText
        ? pool.precedes(Int32(truncatingIfNeeded: $0), Int32(truncatingIfNeeded: $1)) : $0 < $1
    }
    var bounds: [Int64] = []
    var held = 0.0
    for key in ordered {
      let weight = weights[key] ?? 0
      if held > 0, held + weight / 2 > target {
        bounds.append(key)
        held = 0
      }
      held += weight
    }
    self.bounds = bounds
  }

  /// The range of every key.
  func numbers(of keys: Vector, threads: Int) throws(EngineError) -> Buffer {
    let result = Buffer(byteCount: keys.count * 2)
    let pieces = Parallel.pieces(keys.count, threads: threads)
    try Parallel.forEach(pieces.count, threads: threads) { (piece: Int) throws(EngineError) in
      fill(result.elements(UInt16.self), keys, pieces[piece])
    }
    return result
  }

  private func fill(
    _ target: UnsafeMutablePointer<UInt16>, _ keys: Vector, _ rows: Range<Int>
  ) {
    let last = UInt16(truncatingIfNeeded: bounds.count)
    let valid = keys.valid
    bounds.withUnsafeBufferPointer { bounds in
      if isText {
        // Logs repeat the same text: what was found for a code holds for all its rows.
        var known: [Int32: UInt16] = [:]
        let codes = keys.codes
        for row in rows {
          if let valid, valid[row] == 0 {
            target[row] = last
          } else if let number = known[codes[row]] {
            target[row] = number
          } else {
            let number = Self.upperBound(bounds) { bound in
              pool.precedes(codes[row], Int32(truncatingIfNeeded: bound))
            }
            known[codes[row]] = number
            target[row] = number
          }
        }
      } else {
        let values = keys.int64s
        for row in rows {
          if let valid, valid[row] == 0 {
            target[row] = last
          } else {
            let value = values[row]
            target[row] = Self.upperBound(bounds) { value < $0 }
          }
        }
      }
    }
  }

  /// The number of bounds that are not above the key.
  @inline(__always)
  private static func upperBound(
    _ bounds: UnsafeBufferPointer<Int64>, _ isBelow: (Int64) -> Bool
  ) -> UInt16 {
    var low = 0
    var high = bounds.count
    while low < high {
      let middle = (low &+ high) &>> 1
      if isBelow(bounds[middle]) { high = middle } else { low = middle &+ 1 }
    }
    return UInt16(truncatingIfNeeded: low)
  }
}

/// The rows of a batch put partition by partition, the order within kept.
struct PartitionOrder {
  /// `Int32` row numbers.
  let rows: Buffer
  /// First place of each partition, and one past the last.
  let starts: [Int32]

  /// - Parameter numbers: `UInt16`, the partition of each row.
  init(_ numbers: Buffer, rowCount: Int, partitions: Int) {
    let number = numbers.elements(UInt16.self)
    var next = [Int32](repeating: 0, count: partitions + 1)
    for row in 0..<rowCount { next[Int(number[row]) + 1] &+= 1 }
    for partition in 0..<partitions { next[partition + 1] += next[partition] }
    starts = next
    rows = Buffer(byteCount: rowCount * 4)
    let target = rows.elements(Int32.self)
    next.withUnsafeMutableBufferPointer { next in
      for row in 0..<rowCount {
        let partition = Int(number[row])
        target[Int(next[partition])] = Int32(truncatingIfNeeded: row)
        next[partition] &+= 1
      }
    }
  }
}
