import C360Columns

/// How busy each hour between two days is: weekday, hour and month. Events are drawn by inverting
/// the cumulative intensity, and its difference is the expected number of events, so that what is
/// drawn and what is stated as true come from one table.
struct Seasons: Sendable {
  static let second: Int64 = 1_000_000
  static let hour: Int64 = 3600 * second
  static let day: Int64 = 24 * hour

  /// µs UTC, starts of days; what is drawn lies in `from..<through`.
  let from: Int64
  let through: Int64
  /// Cumulative intensity at the start of each hour; an average hour has 1/24, so that a mass of 30
  /// is about a month.
  private let cumulative: [Double]

  /// Monday first; the mean is 1.
  private static let weekdays = [0.90, 0.90, 0.95, 1.00, 1.15, 1.20, 0.90]
  private static let months = [
    0.85, 0.90, 0.95, 1.00, 1.00, 0.95, 0.90, 0.90, 1.00, 1.05, 1.25, 1.40,
  ]
  /// The mean is 1.
  private static let hours: [Double] = {
    let raw = [
      2.0, 1, 1, 1, 1, 2, 4, 7, 10, 12, 13, 14, 15, 14, 13, 13, 14, 16, 19, 22, 22, 18, 11, 5,
    ]
    let mean = raw.reduce(0, +) / 24
    return raw.map { $0 / mean }
  }()

  init(from: Int64, through: Int64) {
    self.from = from
    self.through = through
    var sums = [0.0]
    var sum = 0.0
    for day in Int(from / Self.day)..<Int(through / Self.day) {
      let month = CivilDate(daysSince1970: day).month
      // 1970-01-01 was a Thursday.
      let weekday = ((day + 3) % 7 + 7) % 7
      let weight = Self.weekdays[weekday] * Self.months[month - 1] / 24
      for hour in 0..<24 {
        sum += weight * Self.hours[hour]
        sums.append(sum)
      }
    }
    cumulative = sums
  }

  /// Intensity from the start to a time; times outside count as the nearest end.
  func mass(until time: Int64) -> Double {
    let offset = min(max(time, from), through) - from
    let index = Int(offset / Self.hour)
    guard index + 1 < cumulative.count else { return cumulative[cumulative.count - 1] }
    let part = Double(offset % Self.hour) / Double(Self.hour)
    return cumulative[index] + part * (cumulative[index + 1] - cumulative[index])
  }

  func mass(_ start: Int64, _ end: Int64) -> Double {
    max(0, mass(until: end) - mass(until: start))
  }

  /// The time, in whole seconds, up to which the intensity is `mass`.
  func time(at mass: Double) -> Int64 {
    var low = 0
    var high = cumulative.count - 1
    while high - low > 1 {
      let middle = (low + high) / 2
      if cumulative[middle] <= mass { low = middle } else { high = middle }
    }
    guard high > low else { return from }
    let width = cumulative[high] - cumulative[low]
    let part = width > 0 ? min(max((mass - cumulative[low]) / width, 0), 1) : 0
    let seconds = min(3599, Int64(part * 3600))
    return from + Int64(low) * Self.hour + seconds * Self.second
  }

  /// Times of a process of `rate` a unit of mass between two times, in no order.
  func times(rate: Double, _ start: Int64, _ end: Int64, _ draws: inout DrawStream) -> [Int64] {
    let first = mass(until: start)
    let size = mass(until: end) - first
    guard size > 0, rate > 0 else { return [] }
    let count = draws.poisson(mean: rate * size)
    return (0..<count).map { _ in time(at: first + size * draws.uniform()) }
  }
}
