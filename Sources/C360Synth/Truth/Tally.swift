/// Sums of the truth over sends; chunks are added in order, so that threads change no bit.
struct Tally: Sendable {
  /// Policies whose true value is told.
  static let policies =
    ["logging", "uniform", "best"] + Catalogue.actionNames.map { "always \($0)" }

  struct Value: Sendable {
    var converted = 0.0
    var revenue = 0.0

    static func += (left: inout Value, right: Value) {
      left.converted += right.converted
      left.revenue += right.revenue
    }
  }

  /// Sends that are summed: all whose window is observed, or the kept ones among them.
  struct Sends: Sendable {
    var count = 0
    var values = [Value](repeating: Value(), count: Tally.policies.count)
  }

  struct Segment: Sendable {
    var customers = 0
    var preferences = [Double](repeating: 0, count: Catalogue.categories.count)
    var sends = 0
    /// Sums over the observed sends, one an action.
    var actions = [Value](repeating: Value(), count: Catalogue.actionNames.count)
  }

  var observed = Sends()
  var kept = Sends()
  var segments = [Segment](repeating: Segment(), count: Catalogue.segments.count)
  /// By kind of device, as `Device.Kind` lists them.
  var devices = [Int](repeating: 0, count: Device.Kind.allCases.count)
  var anonymousDevices = 0
  var cancelledOrders = 0

  mutating func add(_ customer: Customer) {
    segments[customer.segment].customers += 1
    for (index, share) in customer.preferences.enumerated() {
      segments[customer.segment].preferences[index] += share
    }
  }

  mutating func add(_ device: Device) {
    if let index = Device.Kind.allCases.firstIndex(of: device.kind) { devices[index] += 1 }
    if device.owner == nil { anonymousDevices += 1 }
  }

  mutating func add(_ truth: SendTruth) {
    guard truth.isObserved else { return }
    let values = Self.values(truth)
    add(values, to: &observed)
    if truth.isKept { add(values, to: &kept) }
    segments[truth.segment].sends += 1
    for action in Catalogue.actionNames.indices {
      segments[truth.segment].actions[action] += Value(
        converted: truth.converted[action], revenue: truth.revenue[action])
    }
  }

  private func add(_ values: [Value], to sends: inout Sends) {
    sends.count += 1
    for (index, value) in values.enumerated() { sends.values[index] += value }
  }

  /// One value a policy. What is not allowed gives way to doing nothing.
  private static func values(_ truth: SendTruth) -> [Value] {
    let propensities = truth.send.propensities
    let none = propensities.count - 1
    let allowed = propensities.indices.filter { propensities[$0] > 0 }
    func value(_ weight: (Int) -> Double) -> Value {
      var sum = Value()
      for action in allowed {
        sum.converted += weight(action) * truth.converted[action]
        sum.revenue += weight(action) * truth.revenue[action]
      }
      return sum
    }
    let best = allowed.max { truth.converted[$0] < truth.converted[$1] } ?? none
    return [
      value { propensities[$0] }, value { _ in 1 / Double(allowed.count) },
      value { $0 == best ? 1 : 0 },
    ]
      + propensities.indices.map { always in
        let done = propensities[always] > 0 ? always : none
        return value { $0 == done ? 1 : 0 }
      }
  }

  static func += (left: inout Tally, right: Tally) {
    add(right.observed, to: &left.observed)
    add(right.kept, to: &left.kept)
    for index in left.segments.indices {
      left.segments[index].customers += right.segments[index].customers
      left.segments[index].sends += right.segments[index].sends
      for (place, share) in right.segments[index].preferences.enumerated() {
        left.segments[index].preferences[place] += share
      }
      for (place, value) in right.segments[index].actions.enumerated() {
        left.segments[index].actions[place] += value
      }
    }
    for index in left.devices.indices { left.devices[index] += right.devices[index] }
    left.anonymousDevices += right.anonymousDevices
    left.cancelledOrders += right.cancelledOrders
  }

  private static func add(_ right: Sends, to left: inout Sends) {
    left.count += right.count
    for (index, value) in right.values.enumerated() { left.values[index] += value }
  }
}
