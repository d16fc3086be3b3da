import C360Semantics
import Foundation

/// Nearest rank: the smallest value that a share p of all values does not exceed.
func quantile(_ values: [Value], billionths: Int64) -> Value {
  if values.isEmpty { return .null }
  let ordered = values.sorted { compareTotally($0, $1) < 0 }
  let scaled = billionths * Int64(values.count)
  let rank = scaled / 1_000_000_000 + (scaled % 1_000_000_000 == 0 ? 0 : 1)
  return ordered[max(0, Int(rank) - 1)]
}

/// ln n − Σ c·ln c / n over the numbers of equal values, the sum exact and rounded once.
func entropy(_ values: [Value]) -> Value {
  if values.isEmpty { return .null }
  let counts = Dictionary(values.map { ($0.asKey, 1) }, uniquingKeysWith: +).values
  if counts.count == 1 { return .float(0) }
  let terms = counts.map { Double($0) * log(Double($0)) }
  let n = Double(values.count)
  return .float(max(0, log(n) - exactSum(terms) / n))
}

/// Least squares over event time, per day: (n·Σtx − Σt·Σx) / (n·Σt² − (Σt)²), rounded once.
func slope(_ items: [AggregateItem]) -> Value {
  let points = items.compactMap { item in item.argument?.summand.map { (item.time, $0) } }
  let zero = ExactNumber(0 as Int64)
  let n = ExactNumber(Int64(points.count))
  let times = points.map { ExactNumber($0.0) }
  let sumOfTimes = times.reduce(zero, +)
  let denominator = n * times.map { $0 * $0 }.reduce(zero, +) - sumOfTimes * sumOfTimes
  if denominator.integer.isZero { return .null }
  let values = points.compactMap { $0.1.exact }
  if values.count < points.count { return .float(.nan) }
  let products = zip(times, values).map { $0 * $1 }.reduce(zero, +)
  let perDay =
    ExactNumber(86_400_000_000 as Int64) * (n * products - sumOfTimes * values.reduce(zero, +))
  return .float(nearestQuotient(perDay, denominator))
}

/// y = x at the first value, then α·x + (1 − α)·y, over the newest values: those whose weight is
/// below 2^-64 are left out.
func smoothed(_ numbers: [Double], alpha: Double) -> Value {
  let reach = alpha >= 1 ? 1 : (-64 * log(2) / log(1 - alpha)).rounded(.up)
  var mean: Double?
  for number in numbers.suffix(Int(min(1e9, max(1, reach)))) {
    mean = mean.map { alpha * number + (1 - alpha) * $0 } ?? number
  }
  return mean.map { .float($0) } ?? .null
}

/// From each event to the next.
func gaps(_ items: [AggregateItem]) -> [Value] {
  zip(items, items.dropFirst()).map { earlier, later in
    let (length, overflow) = later.time.subtractingReportingOverflow(earlier.time)
    return .duration(overflow ? .max : length)
  }
}

/// Whether a value of a histogram lies at a bound or above it: an integer as it is, a float beside the
/// float nearest to the bound.
func isAtLeast(_ value: Value, _ bound: Value) -> Bool {
  if case .float(let number) = value { return number >= bound.summand?.nearest ?? .nan }
  guard let value = value.summand?.exact, let bound = bound.summand?.exact else { return false }
  return !(value - bound).integer.isNegative
}

/// HyperLogLog with 4096 registers and Ertl's estimator (docs/language.md).
struct DistinctEstimate {
  private var registers = [Int](repeating: 0, count: 4096)

  init(_ values: [Value]) {
    for value in values {
      let bits = (0..<64).map { Self.hash(value) >> UInt64(63 - $0) & 1 }
      let register = bits.prefix(12).reduce(0) { $0 * 2 + Int($1) }
      let rank = (bits.dropFirst(12).firstIndex(of: 1) ?? 64) - 12 + 1
      registers[register] = max(registers[register], rank)
    }
  }

  private static func bytes(_ value: Value) -> [UInt8] {
    func word(_ bits: UInt64) -> [UInt8] {
      (0..<8).map { UInt8(truncatingIfNeeded: bits >> UInt64(8 * $0)) }
    }
    switch value.asKey {
    case .text(let text): return Array(text.utf8)
    case .bool(let truth): return word(truth ? 1 : 0)
    case .float(let number): return word(number.isNaN ? Double.nan.bitPattern : number.bitPattern)
    default: return word(UInt64(bitPattern: value.integer ?? 0))
    }
  }

  private static func hash(_ value: Value) -> UInt64 {
    var h: UInt64 = 14_695_981_039_346_656_037
    for byte in bytes(value) {
      h ^= UInt64(byte)
      h = h &* 1_099_511_628_211
    }
    h ^= h >> 30
    h = h &* 0xbf58_476d_1ce4_e5b9
    h ^= h >> 27
    h = h &* 0x94d0_49bb_1331_11eb
    return h ^ (h >> 31)
  }

  var rounded: Int64 {
    let m = 4096.0
    func share(_ rank: Int) -> Double { Double(registers.filter { $0 == rank }.count) / m }
    if share(0) == 1 { return 0 }
    // σ(x) = x + Σ x^(2^k) · 2^(k−1)
    var sigma = share(0)
    var power = share(0)
    for k in 1...64 {
      power *= power
      sigma += power * scalbn(1, k - 1)
    }
    // τ(x) = (1 − x − Σ (1 − x^(2^−k))² · 2^−k) / 3
    let full = 1 - share(53)
    var tau = full == 0 ? 0 : 1 - full
    var root = full
    for k in 1...64 where full > 0 && full < 1 {
      root = root.squareRoot()
      tau -= (1 - root) * (1 - root) * scalbn(1, -k)
    }
    var sum = sigma
    for rank in 1...52 { sum += share(rank) * scalbn(1, -rank) }
    sum += tau / 3 * scalbn(1, -52)
    return Int64((m / (2 * log(2) * sum)).rounded(.toNearestOrEven))
  }
}

/// At most so many bins: of texts the most frequent values, of others equal widths from the least finite
/// value to the greatest, and a bin a value for few integers. Null without such values.
func evenHistogram(_ values: [Value], _ limit: Int) -> Value {
  let counts = Dictionary(values.map { ($0.asKey, Int64(1)) }, uniquingKeysWith: +)
  if case .text? = values.first {
    return .list(counts.values.sorted(by: >).prefix(limit).map { .int($0) })
  }
  var bins: [Int64]
  let floats = values.compactMap { value -> Double? in
    if case .float(let number) = value { number } else { nil }
  }
  let integers = values.compactMap { value -> Int128? in
    if case .bool(let flag) = value { flag ? 1 : 0 } else { value.integer.map { Int128($0) } }
  }
  if !floats.isEmpty {
    let finite = floats.filter(\.isFinite)
    guard let least = finite.min(), let greatest = finite.max() else { return .null }
    if least == greatest { return .list([.int(Int64(finite.count))]) }
    bins = Array(repeating: 0, count: limit)
    for number in finite {
      let share = (number / 2 - least / 2) / (greatest / 2 - least / 2)
      bins[share.isNaN ? 0 : min(limit - 1, Int(share * Double(limit)))] += 1
    }
  } else {
    guard let least = integers.min(), let greatest = integers.max() else { return .null }
    let span = greatest - least
    bins = Array(repeating: 0, count: Int(min(span, Int128(limit - 1))) + 1)
    for number in integers {
      let place = span < limit ? number - least : (number - least) * Int128(limit) / span
      bins[Int(min(place, Int128(limit - 1)))] += 1
    }
  }
  return .list(bins.map { .int($0) })
}
