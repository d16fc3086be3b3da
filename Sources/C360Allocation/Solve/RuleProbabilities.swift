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
