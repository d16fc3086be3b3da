import C360Columns

/// Aggregates over vectors: each element has what the aggregate of floats would have.
extension ChunkEvaluator {
  /// The column of vectors that a kernel goes through element by element.
  func vectors(of kernel: TimelineProgram.Kernel) -> Vector? {
    switch kernel {
    case .sum(let column), .mean(let column), .ratio(let column, _),
      .decayed(.sum, let column?, _, _), .decayed(.mean, let column?, _, _):
      guard let source = chunk.inputs.sources[column], source.type.width != nil else { return nil }
      return source
    default: return nil
    }
  }

  /// Doubles of the events that stand side by side at a time.
  private static let blockSize = 1 << 19

  func runElements(
    _ kernel: TimelineProgram.Kernel, _ source: Vector, _ width: Int, _ stream: Int,
    _ ranges: Ranges, into output: KernelOutput
  ) {
    // What is kept for others is taken before the mark.
    let events = self.stream(stream)
    let times = self.times(in: stream)
    let element = elementKernel(kernel, stream, times, ranges)
    let start = scratch.mark
    let block = max(1, min(width, Self.blockSize / max(1, events.count)))
    for first in Swift.stride(from: 0, to: width, by: block) {
      let size = min(block, width - first)
      let values = turned(source, width, first, size, events)
      let inner = scratch.mark
      for place in 0..<size {
        let answers = KernelOutput(
          values: UnsafeMutableRawPointer(scratch.take(ranges.count, of: Double.self)),
          valid: scratch.take(ranges.count, filledWith: UInt8(1)))
        run(element, UnsafePointer(values + place * events.count), ranges, into: answers)
        let target = output.values.assumingMemoryBound(to: Double.self) + first + place
        let answer = answers.values.assumingMemoryBound(to: Double.self)
        for query in 0..<ranges.count {
          target[query * width] = answer[query]
          if let valid = answers.valid { output.valid?[query] = valid[query] }
        }
        scratch.release(to: inner)
      }
      scratch.release(to: start)
    }
  }

  /// Some elements of all events of a stream, element by element.
  private func turned(
    _ source: Vector, _ width: Int, _ first: Int, _ size: Int, _ events: ChunkStream
  ) -> UnsafeMutablePointer<Double> {
    let values = scratch.take(size * events.count, of: Double.self)
    let clusters = chunk.inputs.clusters
    for position in 0..<events.count {
      let row = clusters.row(chunk.base + events.event(position))
      let vector = source.float64s + row * width + first
      for place in 0..<size { values[place * events.count + position] = vector[place] }
    }
    return values
  }

  /// What is the same for all elements.
  private enum ElementKernel {
    case sum
    case mean(counts: UnsafePointer<Int64>)
    /// Over the sums of a column of numbers.
    case ratio(divisors: [ExactTotal])
    case decayedSum(DecayKernel)
    case decayedMean(DecayKernel, weights: UnsafePointer<ScaledDouble>)
  }

  private func elementKernel(
    _ kernel: TimelineProgram.Kernel, _ stream: Int, _ times: UnsafePointer<Int64>,
    _ ranges: Ranges
  ) -> ElementKernel {
    switch kernel {
    case .decayed(let kind, _, let weight, let halfLife):
      let decay = DecayKernel(halfLife: halfLife, times: times, ranges, scratch)
      if kind == .sum { return .decayedSum(decay) }
      let weights = decay.scaledTotals(weight.map { doubles($0, stream) })
      return .decayedMean(decay, weights: weights)
    case .ratio(_, let divisor):
      return .ratio(divisors: FloatSumKernel.totals(doubles(divisor, stream), ranges, scratch))
    case .mean: return .mean(counts: counts(ranges))
    default: return .sum
    }
  }

  /// One element, as a column of floats.
  private func run(
    _ kernel: ElementKernel, _ values: UnsafePointer<Double>, _ ranges: Ranges,
    into output: KernelOutput
  ) {
    let sums = output.values.assumingMemoryBound(to: Double.self)
    switch kernel {
    case .decayedSum(let decay): decay.sums(values, into: sums)
    case .decayedMean(let decay, let weights): decay.means(values, weights: weights, into: output)
    case .ratio(let divisors):
      FloatSumKernel.ratios(values, over: divisors, ranges, scratch, into: output)
    case .sum: FloatSumKernel.sums(values, ranges, scratch, into: sums)
    case .mean(let counts):
      FloatSumKernel.means(values, of: counts, ranges, scratch, into: output)
    }
  }
}
