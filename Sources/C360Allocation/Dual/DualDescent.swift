/// Minimises the dual over a falling schedule of temperatures, first on a sample of the blocks.
struct DualDescent {
  let dual: DualFunction
  var best: DualFunction.Evaluation?
  /// The least value of the dual at any point visited on all decisions.
  private(set) var bound = Double.infinity

  /// The least temperature before none.
  private static let lastRung = 0.003

  /// Decisions of the sample, about.
  static let sampled = 1 << 15

  init(_ dual: DualFunction) {
    self.dual = dual
  }

  enum Outcome {
    /// Prices; whether the projected gradient is within its tolerance.
    case prices([Double], converged: Bool)
    /// A dual value below anything an allocation can be worth: the prices prove it.
    case infeasible([Double])
  }

  private struct Unbounded: Error {
    let x: [Double]
  }

  /// - Parameters:
  ///   - start: a place to begin at; nil: no prices.
  ///   - final: temperature at which to end; 0 for a choice whose own temperature is enough.
  mutating func run(from start: [Double]?, to final: Double, patience: Int) throws -> Outcome {
    var x = start ?? [Double](repeating: 0, count: dual.upper.count)
    do {
      let stride = sampleStride()
      let ladder = Self.ladder(to: final)
      if stride > 1, start == nil {
        for smoothing in ladder {
          x = try minimise(x, smoothing: smoothing, stride: stride, evaluations: 25).point.x
        }
      }
      var converged = true
      let rungs = stride > 1 || start != nil ? ladder.suffix(1) : ladder[...]
      for (place, smoothing) in rungs.enumerated() {
        let isLast = place == rungs.count - 1
        if smoothing == 0 { dual.warm(&x, to: Self.lastRung) }
        let end = try minimise(
          x, smoothing: smoothing, stride: 1, evaluations: isLast ? patience : 20)
        x = end.point.x
        converged = end.converged
      }
      return .prices(x, converged: converged)
    } catch let proof as Unbounded {
      return .infeasible(proof.x)
    }
  }

  /// 0.1, 0.03, 0.01 … down to the final temperature.
  static func ladder(to final: Double) -> [Double] {
    let rungs = [0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001]
    return rungs.filter { $0 > final * 1.5 && (final > 0 || $0 >= lastRung) } + [final]
  }

  private func sampleStride() -> Int {
    let count = dual.engine.problem.decisionCount
    // Rows of few decisions would be badly seen by a sample.
    if dual.rowCount > Self.sampled / 64 { return 1 }
    return max(1, count / Self.sampled)
  }

  private mutating func minimise(
    _ x: [Double], smoothing: Double, stride: Int, evaluations: Int
  ) throws -> (point: ProjectedLBFGS.Point, converged: Bool) {
    var descent = ProjectedLBFGS(lower: dual.lower, upper: dual.upper)
    var lowest = bound
    let least = dual.leastValue()
    let dual = dual
    // On a sample, and while smoothing, nobody needs the last digits.
    let tolerance = stride > 1 ? 1e-4 : smoothing > 0 ? max(1e-7, smoothing * 1e-2) : 1e-11
    let end = try descent.minimise(from: x, evaluations: evaluations, tolerance: tolerance) {
      let evaluation = try dual.evaluate($0, smoothing: smoothing, stride: stride)
      if stride == 1 {
        lowest = min(lowest, evaluation.dual)
        if evaluation.dual < least { throw Unbounded(x: $0) }
      }
      return evaluation.point
    }
    bound = lowest
    return end
  }
}
