import C360Columns

/// A chart as a value: what is drawn, on which axes, and what was left out. `text` draws it in a
/// terminal, `svg` for documents; both say the same.
///
/// The rules: nulls, NaN and infinite values are left out and counted. Rows in another order give the
/// same drawing, except bars, which stand in the order of the rows. Series of `by` are in the order of
/// their values, at most `Chart.mostSeries` of them, those with most points; the others are counted.
public struct Chart: Sendable {
  public static let mostSeries = 8

  public let kind: ChartKind
  public let title: String
  /// What was left out, a sentence each.
  public let notes: [String]
  let content: Content

  enum Content: Sendable {
    case bins(Histogram)
    case points(PointChart)
    case bars(BarChart)
    /// Not one value to draw.
    case nothing
  }

  /// - Parameter title: overrides that of the request; nil for what the columns say.
  init(kind: ChartKind, title: String, notes: [String], content: Content) {
    self.kind = kind
    self.title = title
    self.notes = notes
    self.content = content
  }
}

/// Points of one or several series, joined or not.
struct PointChart: Sendable {
  struct Point: Hashable, Sendable {
    let x: Double
    let y: Double
  }

  struct Series: Sendable {
    /// nil where there is only one.
    let name: String?
    /// Ascending by x, then y.
    let points: [Point]
  }

  let isJoined: Bool
  let x: Axis
  let y: Axis
  let series: [Series]
}

/// How many values there are, by size.
struct Histogram: Sendable {
  struct Series: Sendable {
    let name: String?
    /// Ascending; at least one.
    let values: [Double]
  }

  /// From the least to the greatest value.
  let axis: Axis
  /// Whether values are whole, so that a bin is a run of numbers.
  let isWhole: Bool
  let series: [Series]

  /// Bins of all series: edges, one more than bins, ascending.
  func edges(most: Int) -> [Double] {
    let wanted = min(max(most, 1), Self.usualBins(series.reduce(0) { $0 + $1.values.count }))
    let low = series.reduce(Double.infinity) { min($0, $1.values[0]) }
    let high = series.reduce(-Double.infinity) { max($0, $1.values[$1.values.count - 1]) }
    if isWhole {
      // Edges stand between numbers: `[-0.5, 0.5, …]` for single ones.
      let steps = NumberSteps(low, high + 1, most: wanted + 1, isWhole: true)
      if let edges = steps.edges { return edges.map { $0 - 0.5 } }
      return [axis.low, axis.high]
    }
    if low == high { return [axis.low, axis.high] }
    let found: [Double]? =
      switch axis.quantity {
      case .number, .count: NumberSteps(low, high, most: wanted + 1, isWhole: false).edges
      case .duration: DurationSteps(low, high, most: wanted + 1).edges
      case .time(let zone): CalendarSteps(low, high, most: wanted + 1, zone: zone).edges
      case .date: CalendarSteps(days: low, high + 1, most: wanted + 1).edges
      }
    guard var found, found.count > 1 else { return [low, high] }
    // No calendar reaches to the last of all times.
    if found[0] > low { found.insert(low, at: 0) }
    if found[found.count - 1] < high { found.append(high) }
    return found
  }

  /// Values in each bin: those at an edge are in the bin above it, the greatest in the last.
  static func counts(_ values: [Double], _ edges: [Double]) -> [Int] {
    var counts = [Int](repeating: 0, count: edges.count - 1)
    var bin = 0
    for value in values {
      while bin < counts.count - 1, value >= edges[bin + 1] { bin += 1 }
      counts[bin] += 1
    }
    return counts
  }

  /// Rice's rule, 2 ∛n, from 5 to 60.
  static func usualBins(_ count: Int) -> Int {
    var root = 1
    while root < 30, (root + 1) * (root + 1) * (root + 1) <= count { root += 1 }
    return max(5, 2 * root)
  }
}

/// A bar a label, or several side by side.
struct BarChart: Sendable {
  struct Bar: Sendable {
    let label: String
    /// A length for each series; nil where there is none.
    let values: [Double?]
  }

  /// What the labels are values of.
  let labelName: String
  /// The lengths, 0 included.
  let axis: Axis
  let money: Bool
  /// One without a name where nothing divides the bars.
  let series: [String?]
  let bars: [Bar]

  func valueText(_ value: Double) -> String {
    if case .duration = axis.quantity {
      return ValueText.duration(Int64(exactly: value.rounded()) ?? (value < 0 ? .min : .max))
    }
    if money { return ValueText.fixed(value, 2) }
    if value == value.rounded(), abs(value) < 1e15 { return ValueText.grouped(Int(value)) }
    return CellText.float(value)
  }
}
