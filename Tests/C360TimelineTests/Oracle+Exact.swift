@testable import C360Reference

/// What is exact but for one rounding: of small eighths in doubles, which hold all sums of them, else by
/// the arithmetic of the reference interpreter.
enum Exact {
  /// Whether n²·(8x)² fits 53 bits.
  private static func areSmall(_ values: [Double]) -> Bool {
    values.count < 1 << 16
      && values.allSatisfy { abs($0) <= 128 && ($0 * 8).rounded() == $0 * 8 }
  }

  /// Of at least one value.
  static func mean(_ values: [Double]) -> Double {
    areSmall(values) ? values.reduce(0, +) / Double(values.count) : exactMean(values)
  }

  /// nil where the divisors sum to 0.
  static func ratio(_ values: [Double], _ divisors: [Double]) -> Double? {
    guard areSmall(values), areSmall(divisors) else { return exactRatio(values, divisors) }
    let (sum, divisor) = (values.reduce(0, +), divisors.reduce(0, +))
    return divisor == 0 ? nil : sum == 0 ? 0 : sum / divisor
  }

  static func variance(_ values: [Double], over freedom: Int) -> Double {
    guard areSmall(values) else { return exactVariance(values, over: freedom) }
    let sum = values.reduce(0, +)
    let squares = values.reduce(0) { $0 + $1 * $1 }
    let count = Double(values.count)
    return (count * squares - sum * sum) / (count * Double(freedom))
  }

  /// Per day; nil at one time.
  static func slope(_ times: [Int64], _ values: [Double]) -> Double? {
    let items = zip(times, values).map { AggregateItem(time: $0, argument: .float($1)) }
    guard case .float(let slope) = C360Reference.slope(items) else { return nil }
    return slope
  }
}
