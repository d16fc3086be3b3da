import C360Columns
import CKernels

/// A logged decision, and what is true of it.
final class SendRow: Sendable {
  let customer: Customer
  let at: Int64
  /// A position in `Catalogue.actionNames`.
  let action: Int
  /// Of every action, in that order; 0 where one was not allowed.
  let propensities: [Double]
  /// The probability that each action brings an order of its own within the window.
  let effects: [Double]

  init(customer: Customer, at: Int64, action: Int, propensities: [Double], effects: [Double]) {
    self.customer = customer
    self.at = at
    self.action = action
    self.propensities = propensities
    self.effects = effects
  }
}

/// Who was sent what, by a policy that looks at what is on file, with 30 % of uniform exploration.
struct SendMaker {
  let options: SynthOptions
  let seasons: Seasons

  /// In order of time. Only while the customer consents to marketing.
  func sends(
    to customer: Customer, accounts: [AccountRow], consents: [ConsentRow]
  ) -> [SendRow] {
    var draws = DrawStream(seed: options.seed, .sends, key: customer.id)
    let marketing = consents.filter { $0.purpose == 0 }
    let effects = Self.effects(on: customer)
    let without = [Double](repeating: 0, count: effects.count)
    var rows: [SendRow] = []
    var time = max(customer.joined, seasons.from) + 7 * Seasons.day
    while true {
      time += Customer.days(3 + draws.exponential(mean: 22))
      let office = Int64(draws.uniform(9, 18) * 3600) * Seasons.second
      let at = time - time % Seasons.day + office
      guard at < seasons.through else { return rows }
      let granted = marketing.contains {
        $0.grantedAt < at && at < ($0.revokedAt ?? Int64.max)
      }
      guard granted else { continue }
      let known = accounts.last { $0.since < at }
      let propensities = Self.propensities(birthYear: known?.birthYear, at: at)
      rows.append(
        SendRow(
          customer: customer, at: at, action: draws.position(propensities),
          propensities: propensities, effects: at < customer.left ? effects : without))
    }
  }

  /// More for whom the category suits; nothing for doing nothing.
  static func effects(on customer: Customer) -> [Double] {
    let base = Catalogue.segments[customer.segment].effect
    return Catalogue.offers.map {
      let liking = customer.preferences[$0.category] - 1 / Double(Catalogue.categories.count)
      return c360_sigmoid(base + $0.push + 4 * liking)
    } + [0]
  }

  /// Softmax over what the age band on file likes, mixed with the uniform distribution; positive for
  /// every allowed action, of sum 1.
  static func propensities(birthYear: Int?, at: Int64) -> [Double] {
    let year = CivilDate(daysSince1970: Int(at / Seasons.day)).year
    let age = birthYear.map { year - $0 - 1 } ?? 0
    let tastes = birthYear.map { Catalogue.tastes[Customer.ageBand($0)] }
    let weights =
      Catalogue.offers.map { offer in
        age < offer.minimumAge ? 0 : c360_exp(0.9 * (tastes?[offer.category] ?? 0))
      } + [c360_exp(0.2)]
    let total = weights.reduce(0, +)
    let allowed = Double(weights.count { $0 > 0 })
    return weights.map { $0 > 0 ? 0.7 * $0 / total + 0.3 / allowed : 0 }
  }
}
