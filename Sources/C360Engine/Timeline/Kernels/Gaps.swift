import C360Columns

/// Lengths of time from each event of a window to the next one in it.
enum GapKernel {
  static func gaps(
    _ statistic: TimelineProgram.GapStatistic, times: UnsafePointer<Int64>, _ ranges: Ranges,
    _ scratch: Scratch, into output: KernelOutput
  ) {
    if ranges.tails != nil {
      lateGaps(statistic, times, ranges, scratch, output)
      return
    }
    if statistic == .mean {
      for query in 0..<ranges.count {
        let first = Int(ranges.from[query])
        let end = Int(ranges.to[query])
        writeMean(end - first, times, first, end - 1, query, output)
      }
      return
    }
    // The gaps of a window are those that end at all its events but the first.
    let gaps = scratch.take(ranges.streamCount + 1, of: Int64.self)
    gaps[0] = 0
    for position in 1..<max(1, ranges.streamCount) {
      gaps[position] = gap(times, position - 1, position)
    }
    let inner = ranges.withoutFirst(scratch)
    switch statistic {
    case .mean: break
    case .least, .greatest:
      let positions = ExtremeKernel.positions(
        gaps, isGreatest: statistic == .greatest, inner, scratch)
      write(gaps, at: positions, inner.count, output)
    case .median:
      let positions = QuantileKernel.positions(
        gaps, billionths: medianBillionths, inner, scratch)
      write(gaps, at: positions, inner.count, output)
    case .standardDeviation:
      let deviations = scratch.take(ranges.count, of: Double.self)
      let valid = scratch.take(ranges.count, of: UInt8.self)
      VarianceKernel.variances(
        gaps, isPopulation: false, isRoot: true, inner, scratch,
        into: KernelOutput(values: UnsafeMutableRawPointer(deviations), valid: valid))
      for query in 0..<ranges.count {
        if valid[query] == 0 {
          output.setNull(query, Int64.self)
        } else {
          output.set(query, microseconds(deviations[query]))
        }
      }
    }
  }

  private static func write(
    _ gaps: UnsafePointer<Int64>, at positions: UnsafePointer<Int32>, _ count: Int,
    _ output: KernelOutput
  ) {
    for query in 0..<count {
      if positions[query] < 0 {
        output.setNull(query, Int64.self)
      } else {
        output.set(query, gaps[Int(positions[query])])
      }
    }
  }

  /// From the first to the last event, by the number of gaps between them.
  @inline(__always)
  fileprivate static func writeMean(
    _ count: Int, _ times: UnsafePointer<Int64>, _ first: Int, _ last: Int, _ query: Int,
    _ output: KernelOutput
  ) {
    if count < 2 {
      output.setNull(query, Int64.self)
    } else {
      output.set(
        query, roundedQuotient(Int128(times[last]) - Int128(times[first]), Int64(count - 1)))
    }
  }

  // MARK: Late events

  /// With late events neighbours change: an event that arrives between two others splits their gap.
  private static func lateGaps(
    _ statistic: TimelineProgram.GapStatistic, _ times: UnsafePointer<Int64>, _ ranges: Ranges,
    _ scratch: Scratch, _ output: KernelOutput
  ) {
    let neighbours = Neighbours(times, ranges.streamCount, scratch)
    switch statistic {
    case .mean:
      var accumulator = MeanAccumulator(neighbours: neighbours, output: output)
      ranges.slide(&accumulator, scratch)
    case .standardDeviation:
      var accumulator = DeviationAccumulator(neighbours: neighbours, output: output)
      ranges.slide(&accumulator, scratch)
    case .least, .greatest, .median:
      // The gaps that will ever be, in the order in which they appear, tell where each stands in
      // the order of their lengths.
      var recorder = GapRecorder(neighbours: neighbours)
      ranges.slide(&recorder, scratch)
      let order = recorder.lengths.indices.sorted {
        (recorder.lengths[$0], $0) < (recorder.lengths[$1], $1)
      }
      var ranks = [Int32](repeating: 0, count: order.count)
      for (rank, gap) in order.enumerated() { ranks[gap] = Int32(truncatingIfNeeded: rank) }
      var accumulator = OrderAccumulator(
        neighbours: neighbours, ranks: ranks, lengths: order.map { recorder.lengths[$0] },
        ending: scratch.take(ranges.streamCount + 1, filledWith: Int32(0)),
        members: PositionSet(order.count, scratch), statistic: statistic, output: output)
      ranges.slide(&accumulator, scratch)
    }
  }
}

private let medianBillionths: Int64 = 500_000_000

/// Saturates where two times lie too far apart for a duration.
@inline(__always)
private func gap(_ times: UnsafePointer<Int64>, _ earlier: Int, _ later: Int) -> Int64 {
  let (length, overflow) = times[later].subtractingReportingOverflow(times[earlier])
  return overflow ? .max : length
}

private func microseconds(_ value: Double) -> Int64 {
  value >= 0x1p63 ? .max : Int64(value.rounded(.toNearestOrEven))
}

/// The positions in a window, and which of them stand side by side.
private struct Neighbours {
  let times: UnsafePointer<Int64>
  let members: PositionSet
  var span = 0..<0
  var count = 0

  init(_ times: UnsafePointer<Int64>, _ size: Int, _ scratch: Scratch) {
    self.times = times
    members = PositionSet(size, scratch)
  }

  func before(_ position: Int) -> Int? { members.last(below: position, from: span.lowerBound) }
  func after(_ position: Int) -> Int? {
    members.first(from: position + 1, below: span.upperBound)
  }

  mutating func insert(_ position: Int) {
    members.insert(position)
    count += 1
  }
  mutating func remove(_ position: Int) {
    members.remove(position)
    count -= 1
  }
}

private struct MeanAccumulator: SlidingAccumulator {
  var neighbours: Neighbours
  let output: KernelOutput

  mutating func begin(_ span: Range<Int>) { neighbours.span = span }
  mutating func add(_ position: Int) { neighbours.insert(position) }
  mutating func remove(_ position: Int) { neighbours.remove(position) }
  mutating func answer(_ query: Int) {
    let span = neighbours.span
    let first = neighbours.members.first(from: span.lowerBound, below: span.upperBound) ?? 0
    let last = neighbours.members.last(below: span.upperBound, from: span.lowerBound) ?? 0
    GapKernel.writeMean(neighbours.count, neighbours.times, first, last, query, output)
  }
}

/// An accumulator that is told of gaps as events come and go.
private protocol GapAccumulator: SlidingAccumulator {
  var neighbours: Neighbours { get set }
  /// A gap that ends at `later`.
  mutating func addGap(_ earlier: Int, _ later: Int)
  mutating func removeGap(_ earlier: Int, _ later: Int)
}

extension GapAccumulator {
  mutating func begin(_ span: Range<Int>) { neighbours.span = span }
  mutating func add(_ position: Int) {
    let before = neighbours.before(position)
    let after = neighbours.after(position)
    if let before, let after { removeGap(before, after) }
    if let before { addGap(before, position) }
    if let after { addGap(position, after) }
    neighbours.insert(position)
  }
  mutating func remove(_ position: Int) {
    neighbours.remove(position)
    let before = neighbours.before(position)
    let after = neighbours.after(position)
    if let before { removeGap(before, position) }
    if let after { removeGap(position, after) }
    if let before, let after { addGap(before, after) }
  }
}

private struct DeviationAccumulator: GapAccumulator {
  var neighbours: Neighbours
  let output: KernelOutput
  var sum: Int128 = 0
  var squares = WideSquares()

  init(neighbours: Neighbours, output: KernelOutput) {
    self.neighbours = neighbours
    self.output = output
  }

  private func units(_ earlier: Int, _ later: Int) -> Int128 {
    Int128(gap(neighbours.times, earlier, later))
  }
  mutating func addGap(_ earlier: Int, _ later: Int) {
    let units = units(earlier, later)
    sum &+= units
    squares += WideSquares(squareOf: units)
  }
  mutating func removeGap(_ earlier: Int, _ later: Int) {
    let units = units(earlier, later)
    sum &-= units
    squares = squares - WideSquares(squareOf: units)
  }
  mutating func answer(_ query: Int) {
    let variance = ExactScale.ofIntegers.variance(
      ofCount: neighbours.count - 1, sum: sum, squares: squares, isPopulation: false)
    guard let variance else {
      output.setNull(query, Int64.self)
      return
    }
    output.set(query, microseconds(variance.squareRoot()))
  }
}

private struct GapRecorder: GapAccumulator {
  var neighbours: Neighbours
  var lengths: [Int64] = []

  init(neighbours: Neighbours) { self.neighbours = neighbours }

  mutating func addGap(_ earlier: Int, _ later: Int) {
    lengths.append(gap(neighbours.times, earlier, later))
  }
  mutating func removeGap(_ earlier: Int, _ later: Int) {}
  mutating func answer(_ query: Int) {}
}

private struct OrderAccumulator: GapAccumulator {
  var neighbours: Neighbours
  /// Place of each gap by length, in the order of appearance.
  let ranks: [Int32]
  /// By rank.
  let lengths: [Int64]
  /// By position the rank of the gap that ends there.
  let ending: UnsafeMutablePointer<Int32>
  let members: PositionSet
  let statistic: TimelineProgram.GapStatistic
  let output: KernelOutput
  var next = 0

  init(
    neighbours: Neighbours, ranks: [Int32], lengths: [Int64],
    ending: UnsafeMutablePointer<Int32>, members: PositionSet,
    statistic: TimelineProgram.GapStatistic, output: KernelOutput
  ) {
    self.neighbours = neighbours
    self.ranks = ranks
    self.lengths = lengths
    self.ending = ending
    self.members = members
    self.statistic = statistic
    self.output = output
  }

  mutating func addGap(_ earlier: Int, _ later: Int) {
    ending[later] = ranks[next]
    members.insert(Int(ranks[next]))
    next += 1
  }
  mutating func removeGap(_ earlier: Int, _ later: Int) { members.remove(Int(ending[later])) }
  mutating func answer(_ query: Int) {
    let count = neighbours.count - 1
    guard count > 0 else {
      output.setNull(query, Int64.self)
      return
    }
    let place =
      switch statistic {
      case .least: 1
      case .greatest: count
      default: nearestRank(medianBillionths, of: count)
      }
    output.set(query, lengths[members.member(place - 1, from: 0)])
  }
}
