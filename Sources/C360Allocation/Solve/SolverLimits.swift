/// How far the exact part of a solution may go.
struct SolverLimits: Sendable {
  /// Decisions of the first remainder, and of the greatest.
  var remainder = 1500
  var mostRemainder = 24_000
  /// Coupling rows of a linear program.
  var rows = 300
  var rounds = 8
  /// Pivots of one program, and how many numbers of its inverse they may touch.
  var pivots = 200_000
  var pivotWork = 2_000_000_000
  var tieTemperature = 1e-3
  /// Temperature at which the smooth dual ends before the exact part; of the typical range of values.
  var lastSmoothing = 0.003
  /// Passes at the last temperature.
  var patience = 25
  /// Passes where the choice itself is smooth.
  var smoothPatience = 200
  /// Greatest slope of the dual, of the typical range of values and a decision, at which a search that began
  /// at given prices has come as far as one without.
  var settledSlope = 1e-9
  /// Times that more entropy, or less divergence, is asked for than the bound says.
  var tightenings = 12
  /// Problems with at most so many decisions are solved by one linear program.
  var small = 1500
  /// Temperatures of softmax below this, of the typical range of values, are taken for greedy.
  var greedyBelow = 1e-7
  /// Part of the bound that whole decisions may lack without a search for better ones.
  var negligible = 1e-7
  /// Candidates beside one of each decision that branch and bound may choose among.
  var branchingColumns = 400
  /// With more pairs than this one budget alone is solved by the hulls of its decisions, which takes two
  /// passes instead of dozens.
  var hullPairs = 30_000_000
  /// Prices above this, in scaled units, are looked at once more, of so many rows at most.
  var steepPrice = 20.0
  var mostSteep = 8
  /// Arithmetic that branch and bound may take.
  var branching = 20_000_000

  func pivotLimit(rows: Int) -> Int {
    min(pivots, pivotWork / (rows * rows + 1))
  }
}
