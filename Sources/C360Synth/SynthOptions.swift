import C360Columns

/// What population is made, and how.
public struct SynthOptions: Sendable {
  /// At least 1.
  public var customers = 10_000
  public var seed: UInt64 = 1
  /// Events a customer, as a multiple of the usual; more than 0.
  public var scale = 1.0
  /// µs UTC, the first day and the end of the last one; whole days, at least 60 apart.
  public var from: Int64 = 1_704_067_200_000_000
  public var through: Int64 = 1_775_001_600_000_000
  /// At least 1.
  public var threads = 1
  /// Whether an earlier shop in the folder gives way.
  public var replaces = false
  public var cancellation = Cancellation()
  /// Told of the customers that are written, out of all.
  public var progress: (@Sendable (_ done: Int, _ total: Int) -> Void)?

  public init() {}

  /// Why these options make no population; nil when they do.
  public var problem: String? {
    let day = Seasons.day
    if customers < 1 || customers > 1_000_000_000 {
      return "customers are 1 to 1,000,000,000, not \(customers)"
    }
    if !(scale > 0 && scale <= 1000) { return "the scale is above 0 and at most 1000" }
    if from % day != 0 || through % day != 0 { return "the period is made of whole days" }
    if through - from < 60 * day { return "the period is at least 60 days long" }
    if from < 0 || through > 40_000 * day { return "the period lies between 1970 and 2079" }
    if threads < 1 { return "threads are at least 1" }
    return nil
  }
}

/// Options that make no population.
public struct InvalidSynthOptions: Error, CustomStringConvertible {
  public let problem: String
  public var description: String { problem }
}

/// A folder that holds data already.
public struct OccupiedFolder: Error {
  public let folder: String
  /// The first file that would be replaced.
  public let file: String
  /// Whether it is of an earlier shop, which may be replaced on demand.
  public let isShop: Bool
}
