@testable import C360Reference

/// What is exact but for one rounding, by the arithmetic of the reference interpreter.
enum Exact {
  /// Of at least one value.
  static func mean(_ values: [Double]) -> Double { exactMean(values) }

  /// nil where the divisors sum to 0.
  static func ratio(_ values: [Double], _ divisors: [Double]) -> Double? {
    exactRatio(values, divisors)
  }

  static func variance(_ values: [Double], over freedom: Int) -> Double {
    exactVariance(values, over: freedom)
  }

  /// Per day; nil at one time.
  static func slope(_ times: [Int64], _ values: [Double]) -> Double? {
    let items = zip(times, values).map { AggregateItem(time: $0, argument: .float($1)) }
    guard case .float(let slope) = C360Reference.slope(items) else { return nil }
    return slope
  }
}
