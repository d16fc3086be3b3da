import CKernels

/// What is true of a customer, most of which no table shows.
final class Customer: Sendable {
  /// From 1.
  let id: Int64
  let segment: Int
  let birthYear: Int
  let gender: Int
  let region: Int
  /// µs UTC; may lie before the period.
  let joined: Int64
  /// From here on nothing is ordered or clicked by the customer's own will.
  let left: Int64
  /// Orders in an average day: gamma within a segment, so that counts are negative binomial while
  /// the customer stays, as in the Pareto/NBD model (Schmittlein, Morrison and Colombo 1987).
  let orderRate: Double
  /// Sessions of clicks in an average day.
  let sessionRate: Double
  /// Amounts are log-normal about this, with `sigma`.
  let meanLogAmount: Double
  /// Positive, of sum 1, one a category.
  let preferences: [Double]

  static let sigma = 0.6

  var ageBand: Int { Self.ageBand(birthYear) }
  static func ageBand(_ birthYear: Int) -> Int {
    birthYear > 1991 ? 0 : birthYear > 1971 ? 1 : 2
  }

  /// Of one order before anything is taken back.
  var meanAmount: Double { c360_exp(meanLogAmount + Self.sigma * Self.sigma / 2) }

  init(id: Int64, region: Int, options: SynthOptions, seasons: Seasons) {
    var draws = DrawStream(seed: options.seed, .customer, key: id)
    self.id = id
    self.region = region
    segment = draws.position(Catalogue.segments.map(\.share))
    let kind = Catalogue.segments[segment]
    birthYear = 1945 + draws.below(32) + draws.below(33)
    gender = draws.position([0.52, 0.46, 0.02])
    let start = seasons.from
    if draws.happens(0.55) {
      joined = start - Self.days(draws.exponential(mean: 400))
    } else {
      let days = (seasons.through - start) / Seasons.day - 1
      joined =
        start + Int64(draws.uniform() * Double(days * 86_400)) * Seasons.second
    }
    left = max(joined, start) + Self.days(draws.exponential(mean: 365 * kind.years))
    orderRate = options.scale * kind.orders / 30 * draws.gamma(shape: 1.2) / 1.2
    sessionRate = options.scale * (0.02 + 1.2 * kind.orders / 30) * draws.gamma(shape: 1.5) / 1.5
    meanLogAmount = kind.meanLogAmount + 0.35 * draws.normal()
    let tastes = Catalogue.tastes[Self.ageBand(birthYear)]
    let weights = tastes.map { c360_exp($0 + 0.9 * draws.normal()) }
    let total = weights.reduce(0, +)
    preferences = weights.map { $0 / total }
  }

  /// A span in whole seconds, in µs.
  static func days(_ days: Double) -> Int64 {
    Int64((days * 86_400).rounded(.down)) * Seasons.second
  }
}
