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
      var accumulator = HistogramAccumulator(
        values: doubles(column, stream), bounds: bounds, ranges, scratch)
      ranges.slide(&accumulator, scratch)
      write(ranges, into: output) { query, words in
        let counts = accumulator.result + query * (bounds.count + 1)
        guard (0...bounds.count).contains(where: { counts[$0] > 0 }) else { return }
        for bin in 0...bounds.count { words.append(UInt64(counts[bin])) }
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

/// How many values lie below the first bound, from each bound to below the next, and from the last on;
/// NaN lies nowhere.
private struct HistogramAccumulator: SlidingAccumulator {
  /// By position; the number of bins for none.
  private let bins: UnsafePointer<Int32>
  private let counts: UnsafeMutablePointer<Int64>
  private let binCount: Int
  /// By query, bin by bin.
  let result: UnsafeMutablePointer<Int64>

  init(
    values: UnsafePointer<Double>, bounds: [Double], _ ranges: Ranges, _ scratch: Scratch
  ) {
    let bins = scratch.take(ranges.streamCount, of: Int32.self)
    for position in 0..<ranges.streamCount {
      bins[position] = Int32(truncatingIfNeeded: Histogram.bin(of: values[position], bounds))
    }
    self.bins = UnsafePointer(bins)
    binCount = bounds.count + 1
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
  /// The bin of a value, from 0; of NaN the one behind the last.
  static func bin(of value: Double, _ bounds: [Double]) -> Int {
    if value.isNaN { return bounds.count + 1 }
    var low = 0
    var high = bounds.count
    while low < high {
      let middle = (low + high) / 2
      if bounds[middle] <= value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
