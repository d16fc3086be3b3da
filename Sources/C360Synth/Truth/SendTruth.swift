import CKernels

/// What would follow from each action at one send, given everything else that happened: orders that
/// stand, within the 14 days after it.
final class SendTruth: Sendable {
  let send: SendRow
  let segment: Int
  /// The probability of an order, one an action.
  let converted: [Double]
  /// Expected pounds, one an action.
  let revenue: [Double]
  /// The window ends within the period.
  let isObserved: Bool
  /// At least 14 days after the last such send of the customer.
  let isKept: Bool

  private init(
    send: SendRow, converted: [Double], revenue: [Double], isObserved: Bool, isKept: Bool
  ) {
    self.send = send
    segment = send.customer.segment
    self.converted = converted
    self.revenue = revenue
    self.isObserved = isObserved
    self.isKept = isKept
  }

  /// The truth of all sends to a customer. Orders that other sends brought are taken as they
  /// happened; no decision depends on them, so conditioning on them biases nothing.
  static func all(
    of customer: Customer, sends: [SendRow], orders: [Order], _ seasons: Seasons
  ) -> [SendTruth] {
    let standing = 1 - OrderMaker.cancelledShare
    let amount = customer.meanAmount * OrderMaker.standingAmount
    var lastKept: Int64?
    return sends.enumerated().map { index, send in
      let end = send.at + OrderMaker.window
      var carried: Double?
      for order in orders {
        guard let other = order.send, other != index, order.at > send.at, order.at <= end,
          let amount = order.amount
        else { continue }
        carried = (carried ?? 0) + amount
      }
      let own =
        customer.orderRate
        * seasons.mass(max(send.at, customer.joined), min(end, customer.left))
      let none = carried == nil ? c360_exp(-own * standing) : 0
      let isKept = lastKept.map { send.at - $0 >= OrderMaker.window } ?? true
      if isKept { lastKept = send.at }
      return SendTruth(
        send: send,
        converted: send.effects.map { 1 - none * (1 - $0 * standing) },
        revenue: send.effects.map { (carried ?? 0) + (own + $0) * amount },
        isObserved: end <= seasons.through, isKept: isKept)
    }
  }
}
