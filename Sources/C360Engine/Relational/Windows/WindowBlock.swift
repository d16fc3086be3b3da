import C360Columns
import C360Plan

/// Some partitions of a window, with the rows that count and the frame of each row. Lives as long as
/// the memory it is in; belongs to one thread.
struct WindowBlock {
  /// Rows that count, in the order of positions.
  struct Stream {
    let count: Int
    /// Row of each.
    let rows: UnsafePointer<Int32>
    /// By position, and one more: how many of them stand before; nil: all count.
    let ranks: UnsafePointer<Int32>?

    @inline(__always)
    func rank(_ position: Int) -> Int32 {
      ranks.map { $0[position] } ?? Int32(truncatingIfNeeded: position)
    }
  }
  let rows: WindowRows
  let scratch: Scratch
  let stream: Stream
  let ranges: Ranges

  init(
    _ rows: WindowRows, _ frame: WindowStep.Frame, argument: Vector?, filter: Vector?,
    _ scratch: Scratch
  ) {
    self.rows = rows
    self.scratch = scratch
    stream = Self.stream(rows, argument, filter, scratch)
    ranges = Self.ranges(rows, frame, stream, scratch)
  }

  private static func stream(
    _ rows: WindowRows, _ argument: Vector?, _ filter: Vector?, _ scratch: Scratch
  ) -> Stream {
    if argument?.validity == nil, filter == nil {
      return Stream(count: rows.count, rows: UnsafePointer(rows.places), ranks: nil)
    }
    let counted = scratch.take(rows.count + 1, of: Int32.self)
    let ranks = scratch.take(rows.count + 1, of: Int32.self)
    var count = 0
    for position in 0..<rows.count {
      let row = Int(rows.places[position])
      ranks[position] = Int32(truncatingIfNeeded: count)
      counted[count] = rows.places[position]
      let isIn =
        !(argument?.isNull(row) ?? false)
        && (filter.map { !$0.isNull(row) && $0.bools[row] != 0 } ?? true)
      count += isIn ? 1 : 0
    }
    ranks[rows.count] = Int32(truncatingIfNeeded: count)
    return Stream(count: count, rows: counted, ranks: ranks)
  }

  private static func ranges(
    _ rows: WindowRows, _ frame: WindowStep.Frame, _ stream: Stream, _ scratch: Scratch
  ) -> Ranges {
    let from = scratch.take(rows.count, of: Int32.self)
    let to = scratch.take(rows.count, of: Int32.self)
    for index in 0..<rows.partitionCount {
      let partition = rows.partition(index)
      switch frame {
      case .all:
        for position in partition {
          from[position] = stream.rank(partition.lowerBound)
          to[position] = stream.rank(partition.upperBound)
        }
      case .running:
        let start = stream.rank(partition.lowerBound)
        for position in partition {
          from[position] = start
          to[position] = stream.rank(position + 1)
        }
      case .last(let length):
        for position in partition {
          from[position] = stream.rank(max(partition.lowerBound, position + 1 - length))
          to[position] = stream.rank(position + 1)
        }
      case .range(let length): fill(rows, partition, length, stream, from, to)
      }
    }
    return Ranges(
      count: rows.count, groupCount: rows.partitionCount, groups: rows.starts, from: from, to: to,
      tails: nil, decisions: scratch.take(rows.count, filledWith: Int64(0)),
      streamCount: stream.count, rows: nil)
  }

  /// Frames along an ascending key whose nulls stand last.
  private static func fill(
    _ rows: WindowRows, _ partition: Range<Int>, _ length: Int64, _ stream: Stream,
    _ from: UnsafeMutablePointer<Int32>, _ to: UnsafeMutablePointer<Int32>
  ) {
    let key = rows.keys[0].vector
    var firstNull = partition.upperBound
    while firstNull > partition.lowerBound, key.isNull(Int(rows.places[firstNull - 1])) {
      firstNull -= 1
    }
    func value(_ position: Int) -> Int64 { key.int64s[Int(rows.places[position])] }
    var low = partition.lowerBound
    var high = partition.lowerBound
    for position in partition.lowerBound..<firstNull {
      let end = value(position)
      let (start, isBeyond) = end.subtractingReportingOverflow(length)
      if !isBeyond { while value(low) <= start { low += 1 } }
      while high < firstNull, value(high) <= end { high += 1 }
      from[position] = stream.rank(low)
      to[position] = stream.rank(high)
    }
    for position in firstNull..<partition.upperBound {
      from[position] = stream.rank(firstNull)
      to[position] = stream.rank(partition.upperBound)
    }
  }

  /// By position in the stream.
  @inline(__always)
  func inStream<Value: BitwiseCopyable>(_ value: (Int) -> Value) -> UnsafePointer<Value> {
    let result = scratch.take(stream.count, of: Value.self)
    for place in 0..<stream.count { result[place] = value(Int(stream.rows[place])) }
    return UnsafePointer(result)
  }

  /// By position: rows that count in its frame.
  var counts: UnsafePointer<Int64> {
    let counts = scratch.take(rows.count, of: Int64.self)
    CountKernel.counts(ranges, scratch, into: counts)
    return UnsafePointer(counts)
  }

  /// The first row whose sum does not fit 64 bits.
  func firstTooLarge(_ sums: UnsafePointer<Int128>) -> (row: Int, sum: Int128)? {
    var failed: (row: Int, sum: Int128)?
    for position in 0..<rows.count where Int64(exactly: sums[position]) == nil {
      let row = Int(rows.places[position])
      if row < failed?.row ?? .max { failed = (row, sums[position]) }
    }
    return failed
  }
}
