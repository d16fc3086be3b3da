/// A version of what the platform has on file.
struct AccountRow: Sendable {
  let customer: Int64
  let since: Int64
  let birthYear: Int?
  let gender: Int?
  let region: Int
}

struct ConsentRow: Sendable {
  let customer: Int64
  let purpose: Int
  let grantedAt: Int64
  let revokedAt: Int64?
}

enum Accounts {
  /// What is on file from the day the customer joined: people move, and say later when they were
  /// born.
  static func versions(
    of customer: Customer, _ options: SynthOptions, _ seasons: Seasons
  ) -> [AccountRow] {
    var draws = DrawStream(seed: options.seed, .accounts, key: customer.id)
    let gender = draws.happens(0.1) ? nil : customer.gender
    var birthYear = draws.happens(0.15) ? nil : customer.birthYear
    var region = customer.region
    let saysAge = customer.joined + Customer.days(draws.exponential(mean: 300))
    var moves = customer.joined + Customer.days(30 + draws.exponential(mean: 900))
    func row(_ since: Int64) -> AccountRow {
      AccountRow(
        customer: customer.id, since: since, birthYear: birthYear, gender: gender, region: region)
    }
    var rows = [row(customer.joined)]
    var isAgeToCome = birthYear == nil
    while true {
      let next = isAgeToCome ? min(saysAge, moves) : moves
      guard next < seasons.through else { return rows }
      if isAgeToCome, next == saysAge {
        birthYear = customer.birthYear
        isAgeToCome = false
      } else {
        region = draws.position(Catalogue.regionShares)
      }
      if next == moves { moves += Customer.days(30 + draws.exponential(mean: 900)) }
      rows.append(row(next))
    }
  }

  /// Granted with the account or never, then withdrawn and granted again.
  static func consents(
    of customer: Customer, _ options: SynthOptions, _ seasons: Seasons
  ) -> [ConsentRow] {
    var draws = DrawStream(seed: options.seed, .consents, key: customer.id)
    var rows: [ConsentRow] = []
    for (purpose, share) in [0.8, 0.7, 0.9, 0.55].enumerated() {
      guard draws.happens(share) else { continue }
      var granted = customer.joined
      while granted < seasons.through {
        let revoked = granted + Seasons.hour + Customer.days(draws.exponential(mean: 800))
        rows.append(
          ConsentRow(
            customer: customer.id, purpose: purpose, grantedAt: granted,
            revokedAt: revoked < seasons.through ? revoked : nil))
        guard draws.happens(0.5) else { break }
        granted = revoked + Seasons.hour + Customer.days(draws.exponential(mean: 150))
      }
    }
    return rows
  }
}
