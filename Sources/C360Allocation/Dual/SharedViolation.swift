import CKernels

/// Soft rows of which only the greatest violation is charged.
struct SharedViolation {
  let rows: [Int]
  /// Of one unit of violation, weighted: what the prices of the rows come to at most.
  let penalty: Double
  /// No choice violates any of the rows by more.
  private let most: Double

  /// - Returns: nil where nothing can be charged.
  init?(
    _ rows: [Int], upper: [Double], _ units: [Double], _ bounds: [Double], _ survey: Survey,
    _ problem: AllocationProblem
  ) {
    let counted = rows.filter { upper[$0] > 0 }
    guard counted.count > 1 else { return nil }
    self.rows = counted
    penalty = upper[counted[0]] * units[counted[0]]
    // By Cauchy and Schwarz, and since the greatest of a decision's squares is not above their sum.
    let candidates = Double(problem.candidateCount).squareRoot()
    most = counted.reduce(0) {
      max($0, survey.rowNormScale * survey.rowNorms[$1] * candidates + abs(bounds[$1]))
    }
  }

  /// most · max(0, Σ λ − penalty).
  /// - Parameters:
  ///   - multipliers: λ, by row of the problem.
  ///   - blur: of the edge; 0: none.
  /// - Returns: also with the edge smoothed, which is not less, and the slope of that in each λ.
  func cost(
    _ multipliers: [Double], blur: Double
  ) -> (exact: Double, smooth: Double, slope: Double) {
    let excess = rows.reduce(-penalty) { $0 + multipliers[$1] }
    let exact = most * max(0, excess)
    guard blur > 0, penalty > 0 else { return (exact, exact, excess > 0 ? most : 0) }
    let width = blur * penalty
    // ln(1 + e^z), with the greater part outside of the exponential.
    let level = c360_exp(-abs(excess) / width)
    let slope = excess > 0 ? 1 / (1 + level) : level / (1 + level)
    return (exact, exact + most * width * c360_ln(1 + level), most * slope)
  }
}
