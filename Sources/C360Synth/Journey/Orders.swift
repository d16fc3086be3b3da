import CKernels

/// A version of an order, as it was loaded.
struct OrderRow: Sendable {
  let order: Int64
  let customer: Int64
  let orderedAt: Int64
  let loadedAt: Int64
  let isCancelled: Bool
  let amount: Double
  let category: Int
  let channel: Int
}

/// An order as it stands in the end.
struct Order: Sendable {
  let at: Int64
  /// nil when it was cancelled.
  let amount: Double?
  /// The send that brought it; nil for those that came by themselves.
  let send: Int?
}

/// What a customer ordered: by itself, and because of what was sent.
struct OrderMaker {
  /// How orders end. Cancelled ones never count, of amended ones a part.
  static let cancelledShare = 0.04
  static let amendedShare = 0.06
  /// An amended order keeps 50 % to 100 % of its amount.
  static let meanKept = 0.75
  /// The share of an order's amount that stands, on average, cancelled ones included.
  static let standingAmount = 1 - cancelledShare - amendedShare * (1 - meanKept)
  static let window = 14 * Seasons.day

  let customer: Customer
  let options: SynthOptions
  let seasons: Seasons
  private var draws: DrawStream
  private var rows: [OrderRow] = []
  private var orders: [Order] = []

  init(_ customer: Customer, _ options: SynthOptions, _ seasons: Seasons) {
    self.customer = customer
    self.options = options
    self.seasons = seasons
    draws = DrawStream(seed: options.seed, .orders, key: customer.id)
  }

  static func made(
    by customer: Customer, sends: [SendRow], _ options: SynthOptions, _ seasons: Seasons
  ) -> (rows: [OrderRow], orders: [Order]) {
    var maker = OrderMaker(customer, options, seasons)
    maker.addOwn()
    maker.addBrought(by: sends)
    return (maker.rows, maker.orders)
  }

  private mutating func addOwn() {
    let start = max(customer.joined, seasons.from)
    let end = min(customer.left, seasons.through)
    guard start < end else { return }
    for at in seasons.times(rate: customer.orderRate, start, end, &draws) where at >= start {
      add(at, category: draws.position(customer.preferences), send: nil)
    }
  }

  private mutating func addBrought(by sends: [SendRow]) {
    for (index, send) in sends.enumerated() {
      guard draws.happens(send.effects[send.action]) else { continue }
      // Exponential with a mean of 3 days, cut at the end of the window.
      let part = draws.uniform() * (1 - c360_exp(-14.0 / 3))
      let seconds = max(1, Int64(-3 * 86_400 * c360_ln(1 - part)))
      let at = send.at + min(seconds * Seasons.second, Self.window)
      guard at < seasons.through else { continue }
      add(at, category: Catalogue.offers[send.action].category, send: index)
    }
  }

  private mutating func add(_ at: Int64, category: Int, send: Int?) {
    let log = customer.meanLogAmount + Customer.sigma * draws.normal()
    let amount = Self.pence(c360_exp(log))
    let channel = draws.position([0.5, 0.3, 0.2])
    let loadedAt = at + delay(channel)
    let id = customer.id << 20 | Int64(orders.count)
    func row(_ loadedAt: Int64, _ isCancelled: Bool, _ amount: Double) -> OrderRow {
      OrderRow(
        order: id, customer: customer.id, orderedAt: at, loadedAt: loadedAt,
        isCancelled: isCancelled, amount: amount, category: category, channel: channel)
    }
    rows.append(row(loadedAt, false, amount))
    let fate = draws.uniform()
    let later = loadedAt + Customer.days(draws.exponential(mean: 3)) + Seasons.hour
    if fate < Self.cancelledShare {
      rows.append(row(later, true, amount))
      orders.append(Order(at: at, amount: nil, send: send))
    } else if fate < Self.cancelledShare + Self.amendedShare {
      let kept = Self.pence(amount * draws.uniform(0.5, 1))
      rows.append(row(later, false, kept))
      orders.append(Order(at: at, amount: kept, send: send))
    } else {
      orders.append(Order(at: at, amount: amount, send: send))
    }
  }

  /// Minutes on the web, a night or more from the shops, and now and then days.
  private mutating func delay(_ channel: Int) -> Int64 {
    let hours = channel == 2 ? draws.uniform(4, 30) : draws.uniform(1.0 / 60, 0.5)
    let extra = draws.happens(0.01) ? draws.exponential(mean: 6 * 24) : 0
    return Int64((hours + extra) * 3600) * Seasons.second
  }

  private static func pence(_ amount: Double) -> Double {
    max(0.01, (amount * 100).rounded() / 100)
  }
}
