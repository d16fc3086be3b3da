/// A few neighbours with their devices. Whatever one customer's data depend on lies within its
/// block, so blocks are made one by one, in any order, on any thread.
struct Block: Sendable {
  static let size = 8

  let number: Int
  let customers: [Customer]
  let devices: [Device]

  /// Block `number` has the customers `8 · number + 1` and on.
  init(number: Int, options: SynthOptions, seasons: Seasons) {
    self.number = number
    var draws = DrawStream(seed: options.seed, .household, key: Int64(number))
    let count = min(Self.size, options.customers - number * Self.size)
    var customers: [Customer] = []
    var households: [Range<Int>] = []
    while customers.count < count {
      let size = 1 + draws.position([0.35, 0.35, 0.15, 0.15])
      let region = draws.position(Catalogue.regionShares)
      let first = customers.count
      let end = min(count, first + size)
      for place in first..<end {
        let id = Int64(number * Self.size + place + 1)
        customers.append(
          Customer(id: id, region: region, options: options, seasons: seasons))
      }
      households.append(first..<end)
    }
    self.customers = customers
    devices = DeviceMaker(
      block: number, customers: customers, households: households, options: options,
      seasons: seasons
    ).devices()
  }
}
