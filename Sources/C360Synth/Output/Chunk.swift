import C360Columns

/// The rows of some neighbouring blocks, made on one thread. Rows of a chunk stand in the order in
/// which they arrived, as in a log; a file is one chunk after another.
struct Chunk: Sendable {
  /// Customers of a chunk: a bound of what is in memory, and part of what the files look like.
  static let customers = 1024
  private static let blocks = customers / Block.size

  /// In the order of `Tables`.
  let batches: [Batch]
  let tally: Tally

  static func count(_ options: SynthOptions) -> Int {
    (options.customers + customers - 1) / customers
  }

  init(number: Int, _ options: SynthOptions, _ seasons: Seasons, _ tables: Tables) {
    var rows = ChunkRows()
    let first = number * Self.blocks
    let all = (options.customers + Block.size - 1) / Block.size
    for block in first..<min(all, first + Self.blocks) {
      rows.add(Block(number: block, options: options, seasons: seasons), options, seasons)
    }
    batches = rows.batches(tables)
    tally = rows.tally
  }
}

private struct ChunkRows {
  var accounts: [AccountRow] = []
  var consents: [ConsentRow] = []
  var links: [LinkRow] = []
  var orders: [OrderRow] = []
  var clicks: [ClickRow] = []
  var contacts: [ContactRow] = []
  var sends: [SendRow] = []
  var customers: [Customer] = []
  var devices: [Device] = []
  var truths: [SendTruth] = []
  var tally = Tally()

  mutating func add(_ block: Block, _ options: SynthOptions, _ seasons: Seasons) {
    let sendMaker = SendMaker(options: options, seasons: seasons)
    for customer in block.customers {
      let versions = Accounts.versions(of: customer, options, seasons)
      let agreed = Accounts.consents(of: customer, options, seasons)
      let sent = sendMaker.sends(to: customer, accounts: versions, consents: agreed)
      let ordered = OrderMaker.made(by: customer, sends: sent, options, seasons)
      let truth = SendTruth.all(
        of: customer, sends: sent, orders: ordered.orders, seasons)
      accounts += versions
      consents += agreed
      sends += sent
      orders += ordered.rows
      contacts += Clicks.contacts(
        of: customer, sends: sent, consents: agreed, options, seasons)
      truths += truth
      customers.append(customer)
      tally.add(customer)
      for one in truth { tally.add(one) }
      tally.cancelledOrders += ordered.orders.count { $0.amount == nil }
    }
    for device in block.devices {
      devices.append(device)
      links += device.links.filter { $0.linkedAt < seasons.through }
        .map { LinkRow(device: device.id, link: $0) }
      clicks += Clicks.clicks(on: device, block.customers, options, seasons)
      tally.add(device)
    }
  }

  func batches(_ tables: Tables) -> [Batch] {
    [
      tables.accounts.batch(ordered(accounts, by: \.since)),
      tables.consents.batch(ordered(consents, by: \.grantedAt)),
      tables.links.batch(ordered(links, by: \.link.linkedAt)),
      tables.orders.batch(ordered(orders, by: \.loadedAt)),
      tables.clicks.batch(ordered(clicks, by: \.at)),
      tables.contacts.batch(ordered(contacts, by: \.at)),
      tables.sends.batch(ordered(sends, by: \.at)),
      tables.trueCustomers.batch(customers),
      tables.trueDevices.batch(devices),
      tables.trueSends.batch(ordered(truths, by: \.send.at)),
    ]
  }

  /// Equal times stay as they were made: an order that hangs on nothing.
  private func ordered<Row>(_ rows: [Row], by time: (Row) -> Int64) -> [Row] {
    let keys = rows.enumerated().map { (time($0.element), $0.offset) }.sorted { $0 < $1 }
    return keys.map { rows[$0.1] }
  }
}
