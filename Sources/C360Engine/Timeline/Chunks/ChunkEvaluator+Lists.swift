import C360Columns
import C360Plan

/// Aggregates whose values are lists. Over nothing they are null, and whoever reads them knows what
/// list stands for that.
extension ChunkEvaluator {
  func collect(
    _ kernel: TimelineProgram.Kernel, _ stream: Int, _ ranges: Ranges, into output: KernelOutput
  ) {
    switch kernel {
    case .top(let column, let limit):
      guard let all = chunk.inputs.codes[column] else { return }
      let found = modes(all, limit, stream, ranges)
      write(ranges, into: output) { query, words in
        for place in query * limit..<(query + 1) * limit where found[place] >= 0 {
          words.append(all.values.word(Int(found[place])))
        }
      }
    case .listed(let column, let limit): list(column, limit, stream, ranges, into: output)
    case .histogram(let column, let bounds):
      let bins = scratch.take(ranges.streamCount, of: Int32.self)
      if type(of: column) == .int64 {
        Histogram.place(integers(column, stream), ranges.streamCount, bounds, into: bins)
      } else {
        Histogram.place(doubles(column, stream), ranges.streamCount, bounds, into: bins)
      }
      var accumulator = HistogramAccumulator(
        bins: bins, binCount: bounds.binCount, ranges, scratch)
      ranges.slide(&accumulator, scratch)
      write(ranges, into: output) { query, words in
        let counts = UnsafeBufferPointer(
          start: accumulator.result + query * bounds.binCount, count: bounds.binCount)
        guard counts.contains(where: { $0 > 0 }) else { return }
        for count in counts { words.append(UInt64(count)) }
      }
    default: return
    }
  }

  /// Codes of the most frequent values, `limit` a query, −1 where there are no more.
  func modes(
    _ all: DenseCodes, _ limit: Int, _ stream: Int, _ ranges: Ranges
  ) -> UnsafePointer<Int32> {
    all.isNarrow
      ? ModeKernel.codes(
        codes(all, UInt8.self, stream), codeCount: all.count, limit: limit, ranges, scratch)
      : ModeKernel.codes(
        codes(all, Int32.self, stream), codeCount: all.count, limit: limit, ranges, scratch)
  }

  /// The last values, oldest first.
  private func list(
    _ column: ColumnID, _ limit: Int, _ stream: Int, _ ranges: Ranges, into output: KernelOutput
  ) {
    guard let source = chunk.inputs.sources[column] else { return }
    let events = self.stream(stream)
    var places: [UnsafePointer<Int32>] = []
    let isTied = scratch.take(ranges.count, filledWith: UInt8(0))
    while places.count < limit {
      let positions = PlaceKernel.positions(-places.count - 1, ranges, scratch)
      guard (0..<ranges.count).contains(where: { positions[$0] >= 0 }) else { break }
      places.append(positions)
      forEachTie(source, at: positions, stream, ranges) { isTied[$0] = 1 }
    }
    for query in 0..<ranges.count where isTied[query] != 0 { noteTie(query, of: ranges) }
    let clusters = chunk.inputs.clusters
    write(ranges, into: output) { query, words in
      for positions in places.reversed() where positions[query] >= 0 {
        words.append(source.word(clusters.row(chunk.base + events.event(Int(positions[query])))))
      }
    }
  }

  /// - Parameter fill: adds the elements of a query's list.
  private func write(
    _ ranges: Ranges, into output: KernelOutput, _ fill: (Int, inout [UInt64]) -> Void
  ) {
    let lists = chunk.inputs.lists
    var words: [UInt64] = []
    for query in 0..<ranges.count {
      words.removeAll(keepingCapacity: true)
      fill(query, &words)
      if words.isEmpty {
        output.setNull(query, Int32.self)
      } else {
        output.set(query, lists.intern(words))
      }
    }
  }
}

/// How many values lie in each bin.
private struct HistogramAccumulator: SlidingAccumulator {
  /// By position; the number of bins for none.
  private let bins: UnsafePointer<Int32>
  private let counts: UnsafeMutablePointer<Int64>
  private let binCount: Int
  /// By query, bin by bin.
  let result: UnsafeMutablePointer<Int64>

  init(bins: UnsafePointer<Int32>, binCount: Int, _ ranges: Ranges, _ scratch: Scratch) {
    self.bins = bins
    self.binCount = binCount
    counts = scratch.take(binCount + 1, filledWith: Int64(0))
    result = scratch.take(ranges.count * binCount, filledWith: Int64(0))
  }

  mutating func add(_ position: Int) { counts[Int(bins[position])] &+= 1 }
  mutating func remove(_ position: Int) { counts[Int(bins[position])] &-= 1 }
  mutating func answer(_ query: Int) {
    (result + query * binCount).update(from: counts, count: binCount)
  }
}

enum Histogram {
  /// The bin of each value.
  static func place(
    _ values: UnsafePointer<Double>, _ count: Int, _ bounds: HistogramBounds,
    into bins: UnsafeMutablePointer<Int32>
  ) {
    for position in 0..<count {
      bins[position] = Int32(truncatingIfNeeded: bin(of: values[position], bounds))
    }
  }

  static func place(
    _ values: UnsafePointer<Int64>, _ count: Int, _ bounds: HistogramBounds,
    into bins: UnsafeMutablePointer<Int32>
  ) {
    for position in 0..<count {
      bins[position] = Int32(truncatingIfNeeded: bin(of: values[position], bounds))
    }
  }

  /// The bin of a value, from 0; of NaN the one behind the last.
  static func bin(of value: Double, _ bounds: HistogramBounds) -> Int {
    value.isNaN ? bounds.binCount : countOfBounds(bounds.floats, upTo: value)
  }

  /// No integer is rounded: bounds of floats are those integers that come next.
  static func bin(of value: Int64, _ bounds: HistogramBounds) -> Int {
    countOfBounds(bounds.integers, upTo: value)
  }

  private static func countOfBounds<T: Comparable>(_ bounds: [T], upTo value: T) -> Int {
    var low = 0
    var high = bounds.count
    while low < high {
      let middle = (low + high) / 2
      if bounds[middle] <= value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
