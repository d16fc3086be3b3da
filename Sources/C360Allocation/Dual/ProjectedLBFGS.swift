/// Limited-memory BFGS within a box: the two-loop recursion (Nocedal and Wright, *Numerical
/// Optimization*, algorithm 7.4) over the variables that are not held at a bound, and a backtracking
/// search along the projected path (Bertsekas 1982, projected Newton methods).
struct ProjectedLBFGS {
  /// Least and greatest values.
  let lower: [Double]
  let upper: [Double]
  /// Pairs of steps and changes of gradient that are remembered.
  var memory = 12

  struct Point {
    var x: [Double]
    var value: Double
    var gradient: [Double]
  }

  private var steps: [[Double]] = []
  private var changes: [[Double]] = []
  /// Of the greatest component of a first step.
  private var reach = firstReach

  /// A tenth of the typical price.
  private static let firstReach = 0.1
  /// A gradient that changes by a smaller part of itself is that of a plane.
  private static let flatChange = 1e-6

  /// - Parameter lower: nil: 0.
  init(lower: [Double]? = nil, upper: [Double]) {
    self.lower = lower ?? [Double](repeating: 0, count: upper.count)
    self.upper = upper
  }

  /// - Parameters:
  ///   - tolerance: of the greatest component of the projected gradient.
  ///   - evaluate: value and gradient of a convex function.
  /// - Returns: the best point found, and whether the tolerance was reached.
  mutating func minimise(
    from start: [Double], evaluations: Int, tolerance: Double,
    evaluate: ([Double]) throws -> Point
  ) rethrows -> (point: Point, converged: Bool) {
    var point = try evaluate(project(start))
    var left = evaluations - 1
    steps = []
    changes = []
    reach = Self.firstReach
    while true {
      if projectedGradient(point) <= tolerance { return (point, true) }
      if left <= 0 { return (point, false) }
      let direction = descent(point)
      guard
        let next = try search(from: point, along: direction, left: &left, evaluate: evaluate)
      else {
        // A bad model of the curvature: once more along the gradient, else this is all.
        if steps.isEmpty { return (point, false) }
        steps = []
        changes = []
        continue
      }
      remember(point, next)
      point = next
    }
  }

  /// Greatest component of the gradient that a bound does not hold back.
  func projectedGradient(_ point: Point) -> Double {
    var greatest = 0.0
    for j in point.x.indices where !isHeld(point, j) {
      greatest = max(greatest, abs(point.gradient[j]))
    }
    return greatest
  }

  private func isHeld(_ point: Point, _ j: Int) -> Bool {
    (point.x[j] <= lower[j] && point.gradient[j] >= 0)
      || (point.x[j] >= upper[j] && point.gradient[j] <= 0)
  }

  private func project(_ x: [Double]) -> [Double] {
    x.indices.map { max(lower[$0], min(upper[$0], x[$0])) }
  }

  private func descent(_ point: Point) -> [Double] {
    let free = point.x.indices.map { !isHeld(point, $0) }
    var direction = point.x.indices.map { free[$0] ? -point.gradient[$0] : 0 }
    let steepest = direction
    var shares: [Double] = []
    var used: [(step: [Double], change: [Double], curvature: Double)] = []
    for (step, change) in zip(steps, changes).reversed() {
      var curvature = 0.0
      for j in free.indices where free[j] { curvature += step[j] * change[j] }
      guard curvature > 0 else { continue }
      var share = 0.0
      for j in free.indices where free[j] { share += step[j] * direction[j] }
      share /= curvature
      for j in free.indices where free[j] { direction[j] -= share * change[j] }
      shares.append(share)
      used.append((step, change, curvature))
    }
    if let last = used.first {
      var square = 0.0
      for j in free.indices where free[j] { square += last.change[j] * last.change[j] }
      let scale = last.curvature / square
      for j in free.indices { direction[j] *= scale }
    } else {
      let greatest = steepest.map(abs).max() ?? 0
      if greatest > 0 { for j in free.indices { direction[j] *= reach / greatest } }
    }
    for (share, pair) in zip(shares.reversed(), used.reversed()) {
      var back = 0.0
      for j in free.indices where free[j] { back += pair.change[j] * direction[j] }
      back /= pair.curvature
      for j in free.indices where free[j] { direction[j] += (share - back) * pair.step[j] }
    }
    var slope = 0.0
    for j in free.indices { slope += direction[j] * point.gradient[j] }
    return slope < 0 && slope.isFinite ? direction : steepest
  }

  private func search(
    from point: Point, along direction: [Double], left: inout Int,
    evaluate: ([Double]) throws -> Point
  ) rethrows -> Point? {
    var length = 1.0
    while left > 0 {
      let x = project(point.x.indices.map { point.x[$0] + length * direction[$0] })
      var slope = 0.0
      for j in x.indices { slope += point.gradient[j] * (x[j] - point.x[j]) }
      if !(slope < 0) { return nil }
      let next = try evaluate(x)
      left -= 1
      if next.value <= point.value + 1e-4 * slope { return next }
      // Rounding hides differences this small; the gradient still tells.
      if next.value <= point.value + 1e-14 * abs(point.value),
        projectedGradient(next) < projectedGradient(point)
      {
        return next
      }
      let parabola = -slope / (2 * (next.value - point.value - slope))
      length *= parabola.isFinite ? max(0.1, min(0.5, parabola)) : 0.1
      if length < 1e-12 { return nil }
    }
    return nil
  }

  private mutating func remember(_ old: Point, _ new: Point) {
    let step = new.x.indices.map { new.x[$0] - old.x[$0] }
    let change = new.x.indices.map { new.gradient[$0] - old.gradient[$0] }
    var curvature = 0.0
    var square = 0.0
    var size = 0.0
    for j in step.indices {
      curvature += step[j] * change[j]
      square += change[j] * change[j]
      if !isHeld(new, j) { size += new.gradient[j] * new.gradient[j] }
    }
    if square <= Self.flatChange * Self.flatChange * size {
      // Down a plane, such as far from where a row of great penalty binds: further each time.
      steps = []
      changes = []
      reach *= 8
      return
    }
    reach = Self.firstReach
    guard curvature > 1e-14 * square, curvature > 0 else { return }
    steps.append(step)
    changes.append(change)
    if steps.count > memory {
      steps.removeFirst()
      changes.removeFirst()
    }
  }
}
