import C360Columns
import C360Plan

/// An aggregate over a frame that moves with the row, or by the order of the whole partition, by the kernels of timelines: positions of rows
/// that count are a stream, and frames are ranges of it.
struct WindowAggregation {
  private let aggregate: GroupStep.Aggregate
  private let frame: WindowStep.Frame
  private let rows: WindowRows
  private let output: RelationID
  private let type: PhysicalType
  private let argument: Vector?
  private let filter: Vector?
  private let context: ExecutionContext
  private let scratch = Scratch()

  init(
    _ aggregate: GroupStep.Aggregate, _ frame: WindowStep.Frame, _ rows: WindowRows,
    _ output: RelationID, _ state: ExecutionState, _ context: ExecutionContext
  ) {
    self.aggregate = aggregate
    self.frame = frame
    self.rows = rows
    self.output = output
    self.context = context
    type = state.plan[aggregate.column].type.physical
    argument = aggregate.argument.map { state.vector($0) }
    filter = aggregate.filter.map { state.vector($0) }
  }

  func result() throws(EngineError) -> Vector {
    let stream = stream()
    let ranges = ranges(stream)
    switch aggregate.function {
    case .count:
      let counts = Buffer(byteCount: rows.count * 8)
      CountKernel.counts(ranges, scratch, into: counts.elements())
      return inRows(Vector(type: .int64, count: rows.count, values: counts))
    case .sum, .mean: return try sumOrMean(stream, ranges)
    case .min, .max:
      let positions = ExtremeKernel.positions(
        try keys(stream), isGreatest: aggregate.function == .max, ranges, scratch)
      return try values(at: positions, stream)
    case .first: return try values(at: PlaceKernel.positions(1, ranges, scratch), stream)
    case .last: return try values(at: PlaceKernel.positions(-1, ranges, scratch), stream)
    default: preconditionFailure("the checker lets no \(aggregate.function.rawValue) have a frame")
    }
  }

  // MARK: Frames

  /// Rows that count, in the order of positions.
  private struct Stream {
    let count: Int
    /// Row of each.
    let rows: UnsafePointer<Int32>
    /// By position, and one more: how many of them stand before.
    let ranks: UnsafePointer<Int32>
  }

  private func stream() -> Stream {
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

  private func ranges(_ stream: Stream) -> Ranges {
    let from = scratch.take(rows.count, of: Int32.self)
    let to = scratch.take(rows.count, of: Int32.self)
    for index in 0..<rows.partitionCount {
      let partition = rows.partition(index)
      switch frame {
      case .all:
        for position in partition {
          from[position] = stream.ranks[partition.lowerBound]
          to[position] = stream.ranks[partition.upperBound]
        }
      case .running:
        for position in partition {
          from[position] = stream.ranks[partition.lowerBound]
          to[position] = stream.ranks[position + 1]
        }
      case .last(let length):
        for position in partition {
          from[position] = stream.ranks[max(partition.lowerBound, position + 1 - length)]
          to[position] = stream.ranks[position + 1]
        }
      case .range(let length): fill(partition, length, stream, from, to)
      }
    }
    return Ranges(
      count: rows.count, groupCount: rows.partitionCount, groups: rows.starts, from: from, to: to,
      tails: nil, decisions: scratch.take(rows.count, filledWith: Int64(0)),
      streamCount: stream.count, rows: nil)
  }

  /// Frames along an ascending key whose nulls stand last.
  private func fill(
    _ partition: Range<Int>, _ length: Int64, _ stream: Stream,
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
      from[position] = stream.ranks[low]
      to[position] = stream.ranks[high]
    }
    for position in firstNull..<partition.upperBound {
      from[position] = stream.ranks[firstNull]
      to[position] = stream.ranks[partition.upperBound]
    }
  }

  // MARK: Values

  private func inStream<T: BitwiseCopyable>(
    _ values: UnsafePointer<T>, _ stream: Stream
  ) -> UnsafePointer<T> {
    let result = scratch.take(stream.count, of: T.self)
    for place in 0..<stream.count { result[place] = values[Int(stream.rows[place])] }
    return UnsafePointer(result)
  }

  /// A column by position as one by row.
  private func inRows(_ vector: Vector) -> Vector {
    let values = Buffer(byteCount: rows.count * 8)
    let validity = vector.validity.map { _ in Buffer(byteCount: rows.count) }
    let (source, target) = (vector.int64s, values.elements(Int64.self))
    for position in 0..<rows.count {
      let row = Int(rows.places[position])
      target[row] = source[position]
      if let valid = vector.valid, let held = validity {
        held.elements(UInt8.self)[row] = valid[position]
      }
    }
    return Vector(type: vector.type, count: rows.count, values: values, validity: validity)
  }

  /// The argument at rows of the stream, by position; −1 for null.
  private func values(
    at positions: UnsafePointer<Int32>, _ stream: Stream
  ) throws(EngineError) -> Vector {
    guard let argument else { preconditionFailure("the aggregate has an argument") }
    let found = scratch.take(rows.count, of: Int32.self)
    for position in 0..<rows.count {
      found[Int(rows.places[position])] =
        positions[position] < 0 ? -1 : stream.rows[Int(positions[position])]
    }
    return try argument.gathered(
      found, count: rows.count, hasMissing: true, threads: context.threads)
  }

  private func keys(_ stream: Stream) throws(EngineError) -> UnsafePointer<Int64> {
    guard let argument else { preconditionFailure("extremes have an argument") }
    guard argument.type == .text else {
      let keys = ExtremeKeys(argument)
      return withExtendedLifetime(keys) { inStream(keys.values, stream) }
    }
    let ranks = context.pool.ranks()
    let result = scratch.take(stream.count, of: Int64.self)
    for place in 0..<stream.count {
      result[place] = Int64(ranks[Int(argument.codes[Int(stream.rows[place])])])
    }
    return UnsafePointer(result)
  }

  // MARK: Sums

  private func sumOrMean(_ stream: Stream, _ ranges: Ranges) throws(EngineError) -> Vector {
    guard let argument else { preconditionFailure("sum and mean have an argument") }
    let isMean = aggregate.function == .mean
    let values = Buffer(byteCount: rows.count * 8)
    let validity = Buffer(byteCount: isMean ? rows.count : 0)
    let result = Vector(
      type: type, count: rows.count, values: values, validity: isMean ? validity : nil)
    if isMean { validity.elements(UInt8.self).update(repeating: 1, count: rows.count) }
    let output = KernelOutput(values: values.pointer, valid: isMean ? validity.elements() : nil)
    let counts = scratch.take(rows.count, of: Int64.self)
    CountKernel.counts(ranges, scratch, into: counts)
    if argument.type == .float64 {
      let stream = inStream(argument.float64s, stream)
      if isMean {
        FloatSumKernel.means(stream, of: counts, ranges, scratch, into: output)
      } else {
        FloatSumKernel.sums(stream, ranges, scratch, into: values.elements())
      }
      return inRows(result)
    }
    let sums = IntegerSumKernel.sums(inStream(argument.int64s, stream), ranges, scratch)
    if !isMean { try hold(sums) }
    for position in 0..<rows.count {
      if !isMean {
        output.set(position, Int64(truncatingIfNeeded: sums[position]))
      } else if counts[position] == 0 {
        output.setNull(position, Int64.self)
      } else if type == .int64 {
        output.set(position, roundedQuotient(sums[position], counts[position]))
      } else {
        output.set(
          position, ExactTotal.units(sums[position], exponent: 0).mean(of: counts[position]))
      }
    }
    return inRows(result)
  }

  /// - Throws: for the first row whose sum does not fit.
  private func hold(_ sums: UnsafePointer<Int128>) throws(EngineError) {
    var failed: (row: Int, sum: Int128)?
    for position in 0..<rows.count where Int64(exactly: sums[position]) == nil {
      let row = Int(rows.places[position])
      if row < failed?.row ?? .max { failed = (row, sums[position]) }
    }
    guard let failed else { return }
    throw .row(
      origin: aggregate.origin, relation: output, row: failed.row,
      detail: "the sum \(failed.sum) does not fit 64 bits")
  }
}
