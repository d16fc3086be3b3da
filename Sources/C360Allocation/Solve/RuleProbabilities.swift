import CKernels

/// The probabilities of candidates at given prices, under the full mixture.
struct RuleProbabilities: Sendable {
  let engine: PassEngine
  let setting: PassSetting
  let explore: Double
  /// By decision: probabilities before exploration that stand instead.
  let overrides: [Int: [Double]]

  /// Writes probabilities of a block that has been read, candidate by candidate; 0 where not
  /// eligible. May be called on several threads at once.
  func write(
    _ range: Range<Int>, _ block: AllocationBlock, _ target: UnsafeMutablePointer<Double>
  ) {
    let rows = range.count
    let worker = PassWorker(engine, capacity: rows, block: block)
    worker.choose(range, setting)
    write(range, worker, target)
  }

  /// The same from a worker that has chosen at this setting.
  func write(
    _ range: Range<Int>, _ worker: PassWorker, _ target: UnsafeMutablePointer<Double>
  ) {
    let rows = range.count
    let candidates = engine.problem.candidateCount
    for row in 0..<rows {
      let replaced = overrides.isEmpty ? nil : overrides[range.lowerBound + row]
      var eligible = 0
      if explore > 0 {
        for candidate in 0..<candidates
        where worker.isEligible(candidate, row, rows: rows) {
          eligible += 1
        }
      }
      let even = eligible > 0 ? explore / Double(eligible) : 0
      for candidate in 0..<candidates {
        let place = candidate * rows + row
        var probability: Double
        if let replaced {
          probability = replaced[candidate]
        } else if setting.temperature > 0 {
          probability = worker.values[place]
        } else {
          probability = worker.chosen[row] == Int64(candidate) ? 1 : 0
        }
        if explore > 0 {
          let isEligible = worker.isEligible(candidate, row, rows: rows)
          probability = isEligible ? (1 - explore) * probability + even : 0
        }
        target[place] = probability
      }
    }
  }
}

/// How far the exact part of a solution may go.
struct SolverLimits: Sendable {
  /// Decisions of the first remainder, and of the greatest.
  var remainder = 1500
  var mostRemainder = 24_000
  /// Coupling rows of a linear program.
  var rows = 800
  var rounds = 8
  var pivots = 200_000
  var tieTemperature = 1e-3
  /// Temperature at which the smooth dual ends before the exact part; of the typical range of values.
  var lastSmoothing = 0.003
  /// Passes at the last temperature.
  var patience = 25
  /// Passes where the choice itself is smooth.
  var smoothPatience = 200
  /// Problems with at most so many decisions are solved by one linear program.
  var small = 1500
  /// Temperatures of softmax below this, of the typical range of values, are taken for greedy.
  var greedyBelow = 1e-7
  /// Part of the bound that whole decisions may lack without a search for better ones.
  var negligible = 1e-7
  /// Candidates beside one of each decision that branch and bound may choose among.
  var branchingColumns = 400
  /// Arithmetic that branch and bound may take.
  var branching = 20_000_000
}
