import CKernels

/// Random numbers of one thing in the population, such as the orders of one customer: number k is a
/// hash of (seed, purpose, key, k), so that nothing else in the population changes them (SplitMix64:
/// Steele, Lea and Flood 2014). Logarithms and exponentials are the project's own, the same on every
/// host.
struct DrawStream {
  /// What is drawn; each has numbers of its own.
  enum Purpose: UInt64 {
    case household = 1
    case customer, accounts, consents, devices, sends, orders, clicks, items, contacts
  }

  private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15
  private var state: UInt64

  init(seed: UInt64, _ purpose: Purpose, key: Int64 = 0) {
    let named = Self.mixed(seed &+ Self.step &* purpose.rawValue)
    state = Self.mixed(named ^ UInt64(bitPattern: key))
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var hash = value
    hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
    return hash ^ (hash >> 31)
  }

  mutating func bits() -> UInt64 {
    state &+= Self.step
    return Self.mixed(state)
  }

  /// In [0, 1), a multiple of 2^−53.
  mutating func uniform() -> Double { Double(bits() >> 11) * 0x1p-53 }

  mutating func uniform(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * uniform()
  }

  mutating func happens(_ probability: Double) -> Bool { uniform() < probability }

  /// 0..<count, for a count that is at least 1.
  mutating func below(_ count: Int) -> Int { Int(uniform() * Double(count)) }

  /// A position, with probability proportional to its weight; the last one where rounding leaves
  /// none.
  mutating func position(_ weights: [Double]) -> Int {
    var rest = uniform() * weights.reduce(0, +)
    for (index, weight) in weights.enumerated() {
      rest -= weight
      if rest < 0 { return index }
    }
    return max(0, weights.count - 1)
  }

  /// The same by the running sums of the weights.
  mutating func position(cumulative sums: [Double]) -> Int {
    let mark = uniform() * (sums.last ?? 0)
    var low = 0
    var high = sums.count - 1
    while low < high {
      let middle = (low + high) / 2
      if mark < sums[middle] { high = middle } else { low = middle + 1 }
    }
    return max(0, low)
  }

  mutating func exponential(mean: Double) -> Double { -mean * c360_ln(1 - uniform()) }

  /// Mean 0, variance 1: the polar method (Marsaglia and Bray 1964).
  mutating func normal() -> Double {
    while true {
      let x = uniform(-1, 1)
      let y = uniform(-1, 1)
      let square = x * x + y * y
      if square > 0, square < 1 { return x * (-2 * c360_ln(square) / square).squareRoot() }
    }
  }

  /// Gamma with mean `shape` (Marsaglia and Tsang 2000).
  mutating func gamma(shape: Double) -> Double {
    guard shape >= 1 else {
      let boosted = gamma(shape: shape + 1)
      return boosted * c360_pow(1 - uniform(), 1 / shape)
    }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let root = 1 + c * x
      guard root > 0 else { continue }
      let cube = root * root * root
      if c360_ln(1 - uniform()) < 0.5 * x * x + d - d * cube + d * c360_ln(cube) {
        return d * cube
      }
    }
  }

  /// Counts the arrivals of a unit process; takes time proportional to the mean.
  mutating func poisson(mean: Double) -> Int {
    var rest = mean
    var count = 0
    while true {
      rest -= exponential(mean: 1)
      if rest < 0 { return count }
      count += 1
    }
  }

  /// 1, 2, … with the given mean, which is at least 1.
  mutating func geometric(mean: Double) -> Int {
    guard mean > 1 else { return 1 }
    return 1 + Int(c360_ln(1 - uniform()) / c360_ln(1 - 1 / mean))
  }
}
