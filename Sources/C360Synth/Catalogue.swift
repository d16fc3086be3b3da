import CKernels

/// What is sold, offered and asked, the same in every population.
enum Catalogue {
  static let categories = ["home", "fashion", "beauty", "food", "wine", "toys", "sport", "books"]
  static let regions = [
    "london", "south", "midlands", "north", "scotland", "wales", "northern ireland",
  ]
  static let regionShares = [0.15, 0.24, 0.19, 0.23, 0.09, 0.06, 0.04]
  static let genders = ["f", "m", "x"]
  static let orderChannels = ["web", "app", "store"]
  static let purposes = ["marketing", "browsing", "purchases", "profiling"]

  struct Offer: Sendable {
    let name: String
    let channel: String
    /// A position in `categories`.
    let category: Int
    let brand: String
    /// In pounds.
    let cost: Double
    let margin: Double
    let minimumAge: Int
    /// Added to the log odds of the effect.
    let push: Double
  }

  static let offers: [Offer] = [
    Offer(
      name: "home_email", channel: "email", category: 0, brand: "core", cost: 0.05, margin: 6,
      minimumAge: 0, push: 0),
    Offer(
      name: "fashion_email", channel: "email", category: 1, brand: "core", cost: 0.05, margin: 8.5,
      minimumAge: 0, push: 0.1),
    Offer(
      name: "beauty_push", channel: "push", category: 2, brand: "new", cost: 0.01, margin: 5,
      minimumAge: 0, push: -0.2),
    Offer(
      name: "food_push", channel: "push", category: 3, brand: "core", cost: 0.01, margin: 3,
      minimumAge: 0, push: 0.1),
    Offer(
      name: "wine_phone", channel: "phone", category: 4, brand: "core", cost: 2.5, margin: 14,
      minimumAge: 18, push: 0.9),
    Offer(
      name: "toys_email", channel: "email", category: 5, brand: "new", cost: 0.05, margin: 5.5,
      minimumAge: 0, push: -0.1),
    Offer(
      name: "sport_banner", channel: "banner", category: 6, brand: "core", cost: 0.02, margin: 7,
      minimumAge: 0, push: -0.5),
    Offer(
      name: "books_banner", channel: "banner", category: 7, brand: "new", cost: 0.02, margin: 4,
      minimumAge: 0, push: -0.5),
  ]
  static let noAction = "no_contact"
  /// The offers, then doing nothing.
  static let actionNames = offers.map(\.name) + [noAction]

  /// A kind of customer, which the data do not show.
  struct Segment: Sendable {
    let name: String
    let share: Double
    /// Orders in 30 average days.
    let orders: Double
    /// Years until the customer leaves, on average.
    let years: Double
    /// Log odds that an offer of a category of average liking brings an order.
    let effect: Double
    let meanLogAmount: Double
  }

  static let segments: [Segment] = [
    Segment(
      name: "loyal", share: 0.2, orders: 1.6, years: 6, effect: -3.6, meanLogAmount: 3.3),
    Segment(
      name: "casual", share: 0.35, orders: 0.5, years: 2.5, effect: -2.4, meanLogAmount: 3.1),
    Segment(
      name: "bargain", share: 0.25, orders: 0.7, years: 2, effect: -1.9, meanLogAmount: 2.8),
    Segment(
      name: "dormant", share: 0.2, orders: 0.12, years: 1, effect: -4.2, meanLogAmount: 3.0),
  ]

  /// How much each age band (to 34, to 54, older) likes each category, before anything personal.
  static let tastes: [[Double]] = [
    [-0.2, 0.8, 0.6, 0.2, -0.4, -0.3, 0.6, -0.2],
    [0.5, 0.2, 0.1, 0.2, 0.2, 0.7, 0.1, 0.0],
    [0.5, -0.4, -0.1, 0.4, 0.6, -0.1, -0.5, 0.6],
  ]

  // MARK: Items

  static let dimensions = 16
  static let itemsPerCategory = 40
  static let itemCount = categories.count * itemsPerCategory

  /// Item `number` of its category, which is `number / itemsPerCategory`.
  static func itemName(_ number: Int) -> String {
    let place = number % itemsPerCategory + 1
    return "\(categories[number / itemsPerCategory])-\(place < 10 ? "0" : "")\(place)"
  }

  /// What an item or a category is like, as directions of length about 1: the vectors of
  /// `itemCount` items, then those of the categories in whose neighbourhood they lie, each of
  /// `dimensions` multiples of 2^−10, which a 32-bit float holds too.
  static let embeddings: [Double] = {
    var items: [Double] = []
    var centres: [Double] = []
    for category in categories.indices {
      var draws = DrawStream(seed: 360, .items, key: Int64(category))
      let centre = (0..<dimensions).map { _ in draws.normal() }
      centres += unit(centre)
      for _ in 0..<itemsPerCategory { items += unit(centre.map { $0 + 0.35 * draws.normal() }) }
    }
    return items + centres
  }()

  private static func unit(_ vector: [Double]) -> [Double] {
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return vector.map { ($0 / length * 1024).rounded() / 1024 }
  }

  /// Running sums of the weights of a category's items: the popular ones are clicked most.
  static let popularity: [Double] = {
    var sum = 0.0
    return (0..<itemsPerCategory).map {
      sum += 1 / c360_pow(Double($0 + 1), 0.8)
      return sum
    }
  }()
}
