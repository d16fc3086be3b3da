/// Round durations: seconds, minutes and hours as clocks divide them, and 1, 2 or 5 of others.
struct DurationSteps {
  private static let second: Double = 1e6
  /// µs.
  private static let steps: [Double] =
    [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5]
    + [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200]
    .map { $0 * second }
    + [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 1e8]
    .map { $0 * 86_400 * second }

  let low: Double
  let high: Double
  private let step: Double

  init(_ low: Double, _ high: Double, most: Int) {
    self.low = low
    self.high = high
    let most = Double(max(most, 2))
    step =
      Self.steps.first { step in
        (high / step).rounded(.down) - (low / step).rounded(.up) + 1 <= most
      } ?? 1e20
  }

  var ticks: [Axis.Tick] {
    let first = (low / step).rounded(.up)
    let last = (high / step).rounded(.down)
    guard first <= last else { return [] }
    return stride(from: first, through: last, by: 1).map { multiple in
      let value = multiple * step
      return Axis.Tick(
        value: value, label: ValueText.duration(Int64(exactly: value) ?? (value < 0 ? .min : .max)))
    }
  }

  var edges: [Double] {
    let first = (low / step).rounded(.down)
    let last = max((high / step).rounded(.up), first + 1)
    return stride(from: first, through: last, by: 1).map { $0 * step }
  }
}
