/// A device, who really uses it, and what the platform believes.
struct Device: Sendable {
  enum Kind: String, CaseIterable {
    /// One user, who signs in: one link of confidence 1.
    case login
    /// Linked by likeness: of the devices linked with confidence p, a share p is the customer's.
    case matched
    /// A household's: everybody's confidence is their share of the use.
    case shared
  }

  /// Who clicks on it: a place in the block, nil for somebody who is no customer.
  struct User: Sendable {
    let place: Int?
    /// Sessions here, as a share of all the user's sessions.
    let activity: Double
  }

  struct Link: Sendable {
    let customer: Int64
    let confidence: Double
    let linkedAt: Int64
  }

  let id: Int64
  let kind: Kind
  /// First use.
  let from: Int64
  let users: [User]
  let links: [Link]
  /// The user who uses it most; nil for somebody who is no customer.
  let owner: Int64?
}

/// Gives the customers of a block their devices.
struct DeviceMaker {
  let block: Int
  let customers: [Customer]
  let households: [Range<Int>]
  let seasons: Seasons
  private var draws: DrawStream

  init(
    block: Int, customers: [Customer], households: [Range<Int>], options: SynthOptions,
    seasons: Seasons
  ) {
    self.block = block
    self.customers = customers
    self.households = households
    self.seasons = seasons
    draws = DrawStream(seed: options.seed, .devices, key: Int64(block))
  }

  /// Room for the devices of a block in the numbers of devices.
  private static let stride = 64

  consuming func devices() -> [Device] {
    var maker = self
    return maker.made()
  }

  private mutating func made() -> [Device] {
    var result: [Device] = []
    for place in customers.indices {
      let count = min(4, 1 + draws.poisson(mean: 0.6))
      for number in 0..<count {
        let activity = count == 1 ? 1 : number == 0 ? 0.7 : 0.3 / Double(count - 1)
        let from = firstUse(by: customers[place], isFirst: number == 0)
        let id = Int64(block * Self.stride + result.count + 1)
        result.append(
          draws.happens(0.6)
            ? login(id, place, from, activity) : matched(id, place, from, activity))
      }
    }
    for household in households where household.count > 1 {
      guard draws.happens(0.5) else { continue }
      result.append(shared(Int64(block * Self.stride + result.count + 1), household))
    }
    return result
  }

  private mutating func firstUse(by customer: Customer, isFirst: Bool) -> Int64 {
    let start = max(customer.joined, seasons.from)
    guard !isFirst else { return start }
    let seconds = Double((seasons.through - start) / Seasons.second)
    return start + Int64(draws.uniform() * seconds) * Seasons.second
  }

  private mutating func login(
    _ id: Int64, _ place: Int, _ from: Int64, _ activity: Double
  ) -> Device {
    let linkedAt = from + Customer.days(draws.exponential(mean: 3)) + Seasons.hour
    let customer = customers[place].id
    return Device(
      id: id, kind: .login, from: from, users: [Device.User(place: place, activity: activity)],
      links: [Device.Link(customer: customer, confidence: 1, linkedAt: linkedAt)], owner: customer)
  }

  /// The beliefs are drawn first and the truth by them, so that they are right as often as they say.
  private mutating func matched(
    _ id: Int64, _ place: Int, _ from: Int64, _ activity: Double
  ) -> Device {
    let first = 50 + draws.below(46)
    var links = [(place: place, percent: first)]
    if customers.count > 1, draws.happens(0.5) {
      let other = (place + 1 + draws.below(customers.count - 1)) % customers.count
      links.append((other, 5 + draws.below(100 - first - 4)))
    }
    let truth = draws.below(100)
    var user: Int?
    var below = 0
    for link in links {
      if user == nil, truth >= below, truth < below + link.percent { user = link.place }
      below += link.percent
    }
    let linkedAt = links.map { _ in
      from + Customer.days(draws.exponential(mean: 20)) + Seasons.hour
    }
    return Device(
      id: id, kind: .matched, from: from, users: [Device.User(place: user, activity: activity)],
      links: links.indices.map { index in
        Device.Link(
          customer: customers[links[index].place].id,
          confidence: Double(links[index].percent) / 100, linkedAt: linkedAt[index])
      }, owner: user.map { customers[$0].id })
  }

  private mutating func shared(_ id: Int64, _ household: Range<Int>) -> Device {
    let main = household.lowerBound + draws.below(household.count)
    let mainPercent = 50 + draws.below(21)
    // One in a hundred is left over, so that no rounding takes the sum above 1.
    let percent = (99 - mainPercent) / (household.count - 1)
    let from = household.map { max(customers[$0].joined, seasons.from) }.min() ?? seasons.from
    let linkedAt = household.map { _ in
      from + Customer.days(draws.exponential(mean: 10)) + Seasons.hour
    }
    let percents = household.map { $0 == main ? mainPercent : percent }
    return Device(
      id: id, kind: .shared, from: from,
      users: zip(household, percents).map {
        Device.User(place: $0, activity: 0.5 * Double($1) / 100)
      },
      links: zip(household, zip(percents, linkedAt)).map {
        Device.Link(
          customer: customers[$0].id, confidence: Double($1.0) / 100, linkedAt: $1.1)
      }, owner: customers[main].id)
  }
}
