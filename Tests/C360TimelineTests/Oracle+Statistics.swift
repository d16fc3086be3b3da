import C360Columns
import C360Plan
import CKernels

@testable import C360Engine

/// Definitions of order statistics, distributions, trends and patterns in time.
extension Oracle {
  func quantile(_ values: [Scalar], _ setting: AggregateSetting) -> Scalar {
    if values.isEmpty { return .null }
    var billionths = 500_000_000
    if case .quantile(let told) = setting { billionths = Int(told) }
    let rank = (billionths * values.count + 999_999_999) / 1_000_000_000
    return values.sorted { precedes($0, $1) }[max(1, rank) - 1]
  }

  func entropy(_ values: [Scalar]) -> Scalar {
    if values.isEmpty { return .null }
    let counts = Dictionary(values.map { ($0.asKey, 1) }, uniquingKeysWith: +).values
    if counts.count == 1 { return .float(0) }
    let sum = exactSum(counts.map { Double($0) * c360_ln(Double($0)) })
    let n = Double(values.count)
    return .float(max(0, c360_ln(n) - sum / n))
  }

  /// The sketch of the set of values, register by register.
  func sketched(_ values: [Scalar]) -> Int64 {
    var registers = [Int](repeating: 0, count: DistinctSketch.registerCount)
    for value in values {
      let hash: UInt64
      switch value.asKey {
      case .text(let text):
        hash = Array(text.utf8).withUnsafeBufferPointer { DistinctSketch.hash($0) }
      case .float(let number): hash = DistinctSketch.hash(number.bitPattern)
      case .int(let number): hash = DistinctSketch.hash(UInt64(bitPattern: number))
      case .bool(let truth): hash = DistinctSketch.hash(truth ? 1 : 0)
      case .null, .vector, .list: continue
      }
      let cell = Int(DistinctSketch.cell(hash))
      registers[cell / 64] = max(registers[cell / 64], cell % 64)
    }
    var counts = [Int32](repeating: 0, count: 64)
    for rank in registers { counts[rank] += 1 }
    return DistinctSketch.estimate(counts)
  }

  /// Lists; of nothing null.
  func collected(
    _ aggregate: WindowedAggregate, _ values: [Scalar], _ numbers: [Double]
  ) -> Scalar {
    var list: [Scalar] = []
    switch aggregate.setting {
    case .limit(let limit) where aggregate.function == .list: list = Array(values.suffix(limit))
    case .limit(let limit):
      let counts = Dictionary(values.map { ($0.asKey, 1) }, uniquingKeysWith: +)
      let order = counts.sorted { left, right in
        left.value != right.value ? left.value > right.value : precedes(left.key, right.key)
      }
      list = order.prefix(limit).map(\.key)
    case .bounds(let histogram):
      let bounds = histogram.floats
      list = (0...bounds.count).map { bin in
        let inside = numbers.filter { number in
          !number.isNaN && (bin == 0 || number >= bounds[bin - 1])
            && (bin == bounds.count || number < bounds[bin])
        }
        return .int(Int64(inside.count))
      }
      if list.allSatisfy({ $0 == .int(0) }) { return .null }
    default: break
    }
    return values.isEmpty ? .null : .list(list)
  }

  func smoothed(_ numbers: [Double], _ setting: AggregateSetting) -> Scalar {
    guard case .smoothing(let alpha) = setting else { return .null }
    var mean: Double?
    for number in numbers.suffix(SmoothingKernel.reach(alpha)) {
      mean = mean.map { alpha * number + (1 - alpha) * $0 } ?? number
    }
    return mean.map { .float($0) } ?? .null
  }

  func gap(_ function: AggregateFunction, _ times: [Int64]) -> Scalar {
    let gaps = zip(times, times.dropFirst()).map { $1 - $0 }
    guard let first = times.first, let last = times.last, !gaps.isEmpty else { return .null }
    switch function {
    case .meanGap:
      // Halves to even.
      let (quotient, rest) = (last - first).quotientAndRemainder(dividingBy: Int64(gaps.count))
      let twice = 2 * rest
      let isUp = twice > gaps.count || (twice == gaps.count && quotient % 2 != 0)
      return .int(quotient + (isUp ? 1 : 0))
    case .medianGap: return .int(gaps.sorted()[(gaps.count + 1) / 2 - 1])
    case .minGap: return gaps.min().map { .int($0) } ?? .null
    case .maxGap: return gaps.max().map { .int($0) } ?? .null
    default:
      guard gaps.count > 1 else { return .null }
      let variance = Exact.variance(gaps.map { Double($0) }, over: gaps.count - 1)
      return .int(Int64(variance.squareRoot().rounded(.toNearestOrEven)))
    }
  }
}
