/// A click, known by its device alone.
struct ClickRow: Sendable {
  let device: Int64
  let at: Int64
  /// 0..<`Catalogue.itemCount`
  let item: Int
}

struct ContactRow: Sendable {
  let customer: Int64
  let at: Int64
  let channel: String
}

enum Clicks {
  /// Anonymous people come as rarely as this, in sessions an average day.
  private static let anonymousRate = 0.03
  private static let uniformTastes = [Double](
    repeating: 1, count: Catalogue.categories.count)

  /// Sessions of a few clicks, most of them within one category.
  static func clicks(
    on device: Device, _ customers: [Customer], _ options: SynthOptions, _ seasons: Seasons
  ) -> [ClickRow] {
    var draws = DrawStream(seed: options.seed, .clicks, key: device.id)
    var rows: [ClickRow] = []
    for user in device.users {
      let customer = user.place.map { customers[$0] }
      let start = max(device.from, customer?.joined ?? device.from)
      let end = min(seasons.through, customer?.left ?? seasons.through)
      guard start < end else { continue }
      let rate =
        user.activity * (customer?.sessionRate ?? anonymousRate * options.scale)
      for session in seasons.times(rate: rate, start, end, &draws) where session >= start {
        addSession(
          session, before: end, tastes: customer?.preferences ?? uniformTastes, device.id, &draws,
          &rows)
      }
    }
    return rows
  }

  private static func addSession(
    _ start: Int64, before end: Int64, tastes: [Double], _ device: Int64, _ draws: inout DrawStream,
    _ rows: inout [ClickRow]
  ) {
    var at = start
    var category = draws.position(tastes)
    for _ in 0..<draws.geometric(mean: 4) {
      guard at < end else { return }
      let place = draws.position(cumulative: Catalogue.popularity)
      rows.append(
        ClickRow(device: device, at: at, item: category * Catalogue.itemsPerCategory + place))
      at += Int64(1 + draws.exponential(mean: 40)) * Seasons.second
      if draws.happens(0.3) { category = draws.position(tastes) }
    }
  }

  /// What was sent, and newsletters about once a month to whoever consents.
  static func contacts(
    of customer: Customer, sends: [SendRow], consents: [ConsentRow], _ options: SynthOptions,
    _ seasons: Seasons
  ) -> [ContactRow] {
    var rows: [ContactRow] = []
    for send in sends where send.action < Catalogue.offers.count {
      rows.append(
        ContactRow(
          customer: customer.id, at: send.at, channel: Catalogue.offers[send.action].channel))
    }
    var draws = DrawStream(seed: options.seed, .contacts, key: customer.id)
    for consent in consents where consent.purpose == 0 {
      let start = max(consent.grantedAt, seasons.from)
      let end = consent.revokedAt ?? seasons.through
      for at in seasons.times(rate: 1.0 / 30, start, end, &draws) where at >= start {
        rows.append(ContactRow(customer: customer.id, at: at, channel: "email"))
      }
    }
    return rows
  }
}
