import C360Columns

/// The codes of all texts that tables hold. They are few and known beforehand, so that no table
/// grows the pool.
struct Vocabulary: Sendable {
  let pool: TextPool
  let categories: [Int32]
  let regions: [Int32]
  let genders: [Int32]
  let orderChannels: [Int32]
  let purposes: [Int32]
  let actions: [Int32]
  let items: [Int32]
  let segments: [Int32]
  let deviceKinds: [String: Int32]
  let contactChannels: [String: Int32]

  init() {
    pool = TextPool()
    categories = pool.intern(Catalogue.categories)
    regions = pool.intern(Catalogue.regions)
    genders = pool.intern(Catalogue.genders)
    orderChannels = pool.intern(Catalogue.orderChannels)
    purposes = pool.intern(Catalogue.purposes)
    actions = pool.intern(Catalogue.actionNames)
    items = pool.intern((0..<Catalogue.itemCount).map(Catalogue.itemName))
    segments = pool.intern(Catalogue.segments.map(\.name))
    var kinds: [String: Int32] = [:]
    for kind in Device.Kind.allCases { kinds[kind.rawValue] = pool.intern(kind.rawValue) }
    deviceKinds = kinds
    var channels: [String: Int32] = [:]
    for offer in Catalogue.offers { channels[offer.channel] = pool.intern(offer.channel) }
    contactChannels = channels
  }
}

/// A link as it is written.
struct LinkRow: Sendable {
  let device: Int64
  let link: Device.Link
}

/// Every table, in the order in which they are told of.
struct Tables: Sendable {
  let accounts: SynthTable<AccountRow>
  let consents: SynthTable<ConsentRow>
  let links: SynthTable<LinkRow>
  let orders: SynthTable<OrderRow>
  let clicks: SynthTable<ClickRow>
  let contacts: SynthTable<ContactRow>
  let sends: SynthTable<SendRow>
  let trueCustomers: SynthTable<Customer>
  let trueDevices: SynthTable<Device>
  let trueSends: SynthTable<SendTruth>

  init(_ words: Vocabulary) {
    accounts = SynthTable(
      path: "accounts.parquet",
      fields: [
        Field("customer_id", .int, .int { $0.customer }),
        Field("since", .time, .int { $0.since }),
        Field("birth_year", .int, .optionalInt { $0.birthYear.map(Int64.init) }),
        Field("gender", .text, .optionalText { $0.gender.map { words.genders[$0] } }),
        Field("region", .text, .text { words.regions[$0.region] }),
      ])
    consents = SynthTable(
      path: "consents.parquet",
      fields: [
        Field("customer_id", .int, .int { $0.customer }),
        Field("purpose", .text, .text { words.purposes[$0.purpose] }),
        Field("granted_at", .time, .int { $0.grantedAt }),
        Field("revoked_at", .time, .optionalInt { $0.revokedAt }),
      ])
    links = SynthTable(
      path: "device_links.parquet",
      fields: [
        Field("device_id", .int, .int { $0.device }),
        Field("customer_id", .int, .int { $0.link.customer }),
        Field("confidence", .float, .float { $0.link.confidence }),
        Field("linked_at", .time, .int { $0.link.linkedAt }),
      ])
    orders = Self.orders(words)
    clicks = SynthTable(
      path: "clicks.parquet",
      fields: [
        Field("device_id", .int, .int { $0.device }),
        Field("clicked_at", .time, .int { $0.at }),
        Field("item_id", .text, .text { words.items[$0.item] }),
        Field(
          "category", .text, .text { words.categories[$0.item / Catalogue.itemsPerCategory] }),
        Field("embedding", .vector(Catalogue.dimensions), .embedding { $0.item }),
      ])
    contacts = SynthTable(
      path: "contacts.parquet",
      fields: [
        Field("customer_id", .int, .int { $0.customer }),
        Field("sent_at", .time, .int { $0.at }),
        Field("channel", .text, .text { words.contactChannels[$0.channel] ?? 0 }),
      ])
    sends = SynthTable(
      path: "sends.parquet",
      fields: [
        Field("customer_id", .int, .int { $0.customer.id }),
        Field("sent_at", .time, .int { $0.at }),
        Field("offer_id", .text, .text { words.actions[$0.action] }),
        Field("p", .float, .float { $0.propensities[$0.action] }),
      ])
    trueCustomers = Self.trueCustomers(words)
    trueDevices = SynthTable(
      path: "truth/devices.parquet",
      fields: [
        Field("device_id", .int, .int { $0.id }),
        Field("kind", .text, .text { words.deviceKinds[$0.kind.rawValue] ?? 0 }),
        Field("owner", .int, .optionalInt { $0.owner }),
      ])
    trueSends = Self.trueSends(words)
  }

  private static func orders(_ words: Vocabulary) -> SynthTable<OrderRow> {
    SynthTable(
      path: "orders.parquet",
      fields: [
        Field("order_id", .int, .int { $0.order }),
        Field("customer_id", .int, .int { $0.customer }),
        Field("ordered_at", .time, .int { $0.orderedAt }),
        Field("loaded_at", .time, .int { $0.loadedAt }),
        Field("cancelled", .bool, .bool { $0.isCancelled }),
        Field("amount", .money("GBP"), .float { $0.amount }),
        Field("category", .text, .text { words.categories[$0.category] }),
        Field("channel", .text, .text { words.orderChannels[$0.channel] }),
      ])
  }

  private static func trueCustomers(_ words: Vocabulary) -> SynthTable<Customer> {
    SynthTable(
      path: "truth/customers.parquet",
      fields: [
        Field("customer_id", .int, .int { $0.id }),
        Field("segment", .text, .text { words.segments[$0.segment] }),
        Field("joined", .time, .int { $0.joined }),
        Field("left", .time, .int { $0.left }),
        Field("orders_per_day", .float, .float { $0.orderRate }),
        Field("mean_amount", .money("GBP"), .float { $0.meanAmount }),
      ]
        + Catalogue.categories.indices.map { category in
          Field(
            "likes_\(Catalogue.categories[category])", .float,
            .float { $0.preferences[category] })
        })
  }

  private static func trueSends(_ words: Vocabulary) -> SynthTable<SendTruth> {
    let actions = Catalogue.actionNames.indices
    return SynthTable(
      path: "truth/sends.parquet",
      fields: [
        Field("customer_id", .int, .int { $0.send.customer.id }),
        Field("sent_at", .time, .int { $0.send.at }),
        Field("segment", .text, .text { words.segments[$0.segment] }),
      ]
        + actions.map { action in
          Field(
            "p_\(Catalogue.actionNames[action])", .float, .float { $0.send.propensities[action] })
        }
        + actions.map { action in
          Field(
            "converted_\(Catalogue.actionNames[action])", .float, .float { $0.converted[action] })
        }
        + actions.map { action in
          Field(
            "revenue_\(Catalogue.actionNames[action])", .money("GBP"),
            .float { $0.revenue[action] })
        })
  }
}
