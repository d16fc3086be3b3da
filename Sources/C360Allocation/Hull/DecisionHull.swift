/// The upper convex hull of one decision's (cost, value) pairs, from its baseline up: no mixture of
/// other candidates is worth more at the same cost than what is on the hull, and what is off it no
/// optimum of the relaxed problem takes (Zemel, "An O(n) algorithm for the linear multiple choice
/// knapsack problem", Information Processing Letters 18, 1984). Memory of one thread.
struct DecisionHull {
  private struct Point {
    var cost: Double
    var value: Double
    var candidate: Int32
    /// Of the edge that leads here.
    var slope: Double
  }
  private var points: [Point] = []
  private var hull: [Point] = []

  /// Candidates come in order of declaration; costs are finite and ≥ 0, values finite.
  mutating func clear() { points.removeAll(keepingCapacity: true) }

  mutating func add(_ candidate: Int32, cost: Double, value: Double) {
    points.append(Point(cost: cost, value: value, candidate: candidate, slope: .infinity))
  }

  /// The cheapest candidate (ties: of greatest value, then the first); nil: there is none.
  mutating func startAtCheapest() -> (candidate: Int32, cost: Double, value: Double)? {
    guard var best = points.first else { return nil }
    for point in points.dropFirst()
    where point.cost < best.cost || (point.cost == best.cost && point.value > best.value) {
      best = point
    }
    return (best.candidate, best.cost, best.value)
  }

  /// Appends the edges of the hull that begins at a baseline: ascending in cost and value, slopes
  /// strictly falling. Equal costs: the greater value stays, then the first declared.
  mutating func appendIncrements(
    baseCost: Double, baseValue: Double, decision: Int32, to increments: inout [HullIncrement]
  ) {
    narrow(baseCost, baseValue)
    points.sort {
      if $0.cost != $1.cost { return $0.cost < $1.cost }
      return $0.value != $1.value ? $0.value > $1.value : $0.candidate < $1.candidate
    }
    hull.removeAll(keepingCapacity: true)
    hull.append(Point(cost: baseCost, value: baseValue, candidate: -1, slope: .infinity))
    for point in points {
      guard point.value > hull[hull.count - 1].value else { continue }
      var slope = Self.slope(from: hull[hull.count - 1], to: point)
      while hull.count > 1 && slope >= hull[hull.count - 1].slope {
        hull.removeLast()
        slope = Self.slope(from: hull[hull.count - 1], to: point)
      }
      var added = point
      added.slope = slope
      hull.append(added)
    }
    for place in 1..<max(1, hull.count) {
      let (point, before) = (hull[place], hull[place - 1])
      increments.append(
        HullIncrement(
          slope: point.slope, cost: point.cost - before.cost, gain: point.value - before.value,
          decision: decision, candidate: point.candidate))
    }
  }

  /// Leaves the steepest point seen from the baseline, the point of greatest value, and what stands
  /// above the line between them, which is little, so that sorting is cheap with many candidates.
  private mutating func narrow(_ baseCost: Double, _ baseValue: Double) {
    guard points.count > 8 else { return }
    let base = Point(cost: baseCost, value: baseValue, candidate: -1, slope: .infinity)
    var (steepest, highest) = (base, base)
    var greatest = 0.0
    for point in points where point.value > baseValue {
      let slope = Self.slope(from: base, to: point)
      if slope > greatest || (slope == greatest && point.value > steepest.value) {
        (greatest, steepest) = (slope, point)
      }
      if point.value > highest.value || (point.value == highest.value && point.cost < highest.cost)
      {
        highest = point
      }
    }
    let edge = Self.slope(from: steepest, to: highest)
    points.removeAll { point in
      if point.candidate == steepest.candidate || point.candidate == highest.candidate {
        return false
      }
      return point.cost <= steepest.cost || point.cost >= highest.cost
        || point.value <= steepest.value + edge * (point.cost - steepest.cost)
    }
  }

  @inline(__always)
  private static func slope(from one: Point, to other: Point) -> Double {
    other.cost > one.cost ? (other.value - one.value) / (other.cost - one.cost) : .infinity
  }
}
