import Foundation
import Testing

@testable import C360Synth

/// A population in memory.
private struct Made {
  let options: SynthOptions
  let seasons: Seasons
  var blocks: [Block] = []
  var sends: [SendRow] = []
  var orders: [OrderRow] = []
  var truths: [SendTruth] = []
  /// Whether an order that stands fell into the window of each send.
  var converted: [Bool] = []
  var revenue: [Double] = []

  init(customers: Int, seed: UInt64) {
    var options = SynthOptions()
    options.customers = customers
    options.seed = seed
    self.options = options
    seasons = Seasons(from: options.from, through: options.through)
    let maker = SendMaker(options: options, seasons: seasons)
    for number in 0..<(customers + Block.size - 1) / Block.size {
      let block = Block(number: number, options: options, seasons: seasons)
      blocks.append(block)
      for customer in block.customers {
        let accounts = Accounts.versions(of: customer, options, seasons)
        let consents = Accounts.consents(of: customer, options, seasons)
        let sent = maker.sends(to: customer, accounts: accounts, consents: consents)
        let made = OrderMaker.made(by: customer, sends: sent, options, seasons)
        sends += sent
        orders += made.rows
        truths += SendTruth.all(of: customer, sends: sent, orders: made.orders, seasons)
        for send in sent {
          let within = made.orders.filter {
            $0.at > send.at && $0.at <= send.at + OrderMaker.window
          }.compactMap(\.amount)
          converted.append(!within.isEmpty)
          revenue.append(within.reduce(0, +))
        }
      }
    }
  }
}

@Suite("the population: what is stated as true is true")
struct PopulationTests {
  private static let made = Made(customers: 4000, seed: 3)

  @Test("propensities sum to 1 and are positive for what was done")
  func propensities() {
    for send in Self.made.sends {
      #expect(abs(send.propensities.reduce(0, +) - 1) < 1e-12)
      #expect(send.propensities[send.action] > 0)
    }
  }

  @Test("actions are drawn with the propensities that are logged")
  func actions() {
    for action in Catalogue.actionNames.indices {
      let expected = Self.made.sends.reduce(0) { $0 + $1.propensities[action] }
      let found = Double(Self.made.sends.count { $0.action == action })
      #expect(
        abs(found - expected) < 5 * expected.squareRoot(),
        "\(Catalogue.actionNames[action]): \(found), not \(expected)")
    }
  }

  @Test("conversions and revenue happen as often as the truth of the action says")
  func effects() {
    for action in Catalogue.actionNames.indices {
      let rows = Self.made.truths.indices.filter {
        Self.made.truths[$0].isObserved && Self.made.truths[$0].send.action == action
      }
      let expected = rows.reduce(0) { $0 + Self.made.truths[$1].converted[action] }
      let variance = rows.reduce(0) {
        let p = Self.made.truths[$1].converted[action]
        return $0 + p * (1 - p)
      }
      let found = Double(rows.count { Self.made.converted[$0] })
      #expect(
        abs(found - expected) < 5 * variance.squareRoot(),
        "\(Catalogue.actionNames[action]): \(found), not \(expected)")
      let pounds = rows.reduce(0) { $0 + Self.made.revenue[$1] }
      let expectedPounds = rows.reduce(0) { $0 + Self.made.truths[$1].revenue[action] }
      #expect(
        abs(pounds / expectedPounds - 1) < 0.12,
        "\(Catalogue.actionNames[action]): £\(pounds), not £\(expectedPounds)")
    }
  }

  @Test("an inverse-propensity estimate of a policy meets its true value")
  func inversePropensity() {
    let made = Self.made
    let uniform = made.truths.indices.filter { made.truths[$0].isObserved }
    var estimate = 0.0
    var squares = 0.0
    var truth = 0.0
    for row in uniform {
      let send = made.truths[row].send
      let allowed = send.propensities.indices.filter { send.propensities[$0] > 0 }
      let weight = 1 / Double(allowed.count) / send.propensities[send.action]
      let value = weight * (made.converted[row] ? 1 : 0)
      estimate += value
      squares += value * value
      truth +=
        allowed.reduce(0) { $0 + made.truths[row].converted[$1] } / Double(allowed.count)
    }
    #expect(abs(estimate - truth) < 5 * squares.squareRoot())
  }

  @Test("the confidences of a device sum to at most 1, and are right as often as they say")
  func links() {
    var expected = 0.0
    var variance = 0.0
    var found = 0
    for device in Self.made.blocks.flatMap(\.devices) {
      #expect(device.links.reduce(0) { $0 + $1.confidence } <= 1)
      #expect(device.links.allSatisfy { $0.confidence > 0 })
      guard device.kind == .matched else { continue }
      for link in device.links {
        expected += link.confidence
        variance += link.confidence * (1 - link.confidence)
        if device.owner == link.customer { found += 1 }
      }
    }
    #expect(abs(Double(found) - expected) < 5 * variance.squareRoot())
    let numbers = Self.made.blocks.flatMap(\.devices).map(\.id)
    #expect(Set(numbers).count == numbers.count)
  }

  @Test("versions of an order are loaded one after the other, all after it happened")
  func versions() {
    let groups = Dictionary(grouping: Self.made.orders, by: \.order)
    for (_, rows) in groups {
      #expect(Set(rows.map(\.orderedAt)).count == 1)
      #expect(Set(rows.map(\.loadedAt)).count == rows.count)
      #expect(rows.allSatisfy { $0.loadedAt > $0.orderedAt })
      #expect(rows.count { $0.isCancelled } <= 1)
    }
    let cancelled = Double(groups.count { $0.value.contains { $0.isCancelled } })
    let share = OrderMaker.cancelledShare
    let expected = Double(groups.count) * share
    #expect(abs(cancelled - expected) < 5 * expected.squareRoot())
  }

  @Test("orders a customer are overdispersed, as those of shops are")
  func dispersion() {
    let counts = Dictionary(grouping: Self.made.orders, by: \.customer).mapValues(\.count)
    let all = (1...4000).map { Double(counts[Int64($0)] ?? 0) }
    let mean = all.reduce(0, +) / 4000
    let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4000
    #expect(mean > 5 && mean < 30)
    #expect(variance > 5 * mean)
  }

  @Test("accounts have versions in order, consents do not overlap within a purpose")
  func histories() {
    let made = Self.made
    for customer in made.blocks.flatMap(\.customers) {
      let since = Accounts.versions(of: customer, made.options, made.seasons).map(\.since)
      #expect(zip(since, since.dropFirst()).allSatisfy { $0 <= $1 })
      let consents = Accounts.consents(of: customer, made.options, made.seasons)
      for purpose in Catalogue.purposes.indices {
        let rows = consents.filter { $0.purpose == purpose }
        for (earlier, later) in zip(rows, rows.dropFirst()) {
          #expect((earlier.revokedAt ?? .max) < later.grantedAt)
        }
      }
    }
  }
}
