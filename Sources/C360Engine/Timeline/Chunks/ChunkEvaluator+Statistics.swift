import C360Columns
import C360Plan

extension ChunkEvaluator {
  /// Order statistics, distributions, trends and patterns in time.
  func describe(
    _ kernel: TimelineProgram.Kernel, _ stream: Int, _ ranges: Ranges, into output: KernelOutput
  ) {
    switch kernel {
    case .quantile(let column, let billionths):
      let positions = QuantileKernel.positions(
        orderedKeys(column, stream), billionths: billionths, ranges, scratch)
      writeClustered(column, at: positions, stream, ranges.count, into: output)
    case .entropy(let column):
      guard let all = chunk.inputs.codes[column] else { break }
      if all.isNarrow {
        EntropyKernel.entropies(
          codes(all, UInt8.self, stream), codeCount: all.count, ranges, scratch, into: output)
      } else {
        EntropyKernel.entropies(
          codes(all, Int32.self, stream), codeCount: all.count, ranges, scratch, into: output)
      }
    case .approximateDistinct(let column):
      guard let all = chunk.inputs.cells[column] else { break }
      let clustered = UnsafePointer(all.elements(Int32.self) + chunk.base)
      DistinctSketchKernel.estimates(
        chunk.inStream(clustered, self.stream(stream)), ranges, scratch,
        into: output.values.assumingMemoryBound(to: Int64.self))
    case .slope(let column):
      let times = times(in: stream)
      if type(of: column) == .int64 {
        SlopeKernel.slopes(integers(column, stream), times: times, ranges, scratch, into: output)
      } else {
        SlopeKernel.slopes(doubles(column, stream), times: times, ranges, scratch, into: output)
      }
    case .smoothed(let column, let alpha):
      SmoothingKernel(alpha: alpha, values: doubles(column, stream))
        .run(ranges, scratch, into: output)
    case .gap(let statistic):
      GapKernel.gaps(statistic, times: times(in: stream), ranges, scratch, into: output)
    case .streak(let all):
      let kernel = StreakKernel(
        all: self.ranges(all), allStream: self.stream(program.selections[all].stream),
        passing: ranges, passingStream: self.stream(stream))
      kernel.run(scratch, into: output.values.assumingMemoryBound(to: Int64.self))
    default: break
    }
  }
}
