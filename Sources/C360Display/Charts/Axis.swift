import C360Columns

/// A direction of a chart: what it measures and from where to where.
struct Axis: Sendable {
  enum Quantity: Sendable {
    case number
    /// Whole numbers, so that no tick stands between two of them.
    case count
    /// Microseconds, at the clock of a zone.
    case time(Zone)
    /// Days since 1970.
    case date
    /// Microseconds.
    case duration
  }

  struct Tick: Equatable, Sendable {
    let value: Double
    let label: String
    /// What the label leaves out because it is the same as at the tick before: `2026-03` of `14`.
    var context: String?
  }

  let label: String
  let quantity: Quantity
  /// Finite, and below `high`.
  let low: Double
  let high: Double

  /// From the least to the greatest of some values; room is made around a single one.
  init(_ label: String, _ quantity: Quantity, low: Double, high: Double) {
    self.label = label
    self.quantity = quantity
    if low < high {
      (self.low, self.high) = (low, high)
      return
    }
    let around: Double =
      switch quantity {
      case .number: abs(low) * 0.5 > 0 ? abs(low) * 0.5 : 1
      // One more where floats can tell.
      case .count, .date: max(1, abs(low) * 1e-9)
      case .time, .duration: 1_000_000
      }
    self.low = max(low - around, -.greatestFiniteMagnitude)
    self.high = min(high + around, .greatestFiniteMagnitude)
  }

  /// Where a value stands, 0 at `low` and 1 at `high`.
  func fraction(_ value: Double) -> Double {
    // Of huge ranges the difference is beyond all floats.
    let scale = (high - low).isFinite ? 1.0 : 0.25
    let whole = high * scale - low * scale
    return whole > 0 ? min(1, max(0, (value * scale - low * scale) / whole)) : 0.5
  }

  /// At most so many round values within the axis, ascending; at least one where `most` is 2 or more
  /// and there is any.
  func ticks(most: Int) -> [Tick] {
    let most = max(1, most)
    return switch quantity {
    case .number: NumberSteps(low, high, most: most, isWhole: false).ticks
    case .count: NumberSteps(low, high, most: most, isWhole: true).ticks
    case .duration: DurationSteps(low, high, most: most).ticks
    case .time(let zone): CalendarSteps(low, high, most: most, zone: zone).ticks
    case .date: CalendarSteps(days: low, high, most: most).ticks
    }
  }

  /// The axis from round value to round value where it measures numbers, and its ticks.
  func rounded(most: Int) -> (axis: Axis, ticks: [Tick]) {
    let steps: NumberSteps
    switch quantity {
    case .number: steps = NumberSteps(low, high, most: most, isWhole: false)
    case .count: steps = NumberSteps(low, high, most: most, isWhole: true)
    case .time, .date, .duration: return (self, ticks(most: most))
    }
    let outer = steps.outer
    return (Axis(label, quantity, low: outer.low, high: outer.high), outer.ticks)
  }

  /// The name with what its values are measured by.
  var caption: String {
    if case .time(let zone) = quantity { return "\(label), \(zone.name)" }
    return label
  }
}
