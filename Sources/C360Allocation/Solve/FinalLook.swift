import CKernels

/// The last pass: propensities, expected values, and what is used in expectation and in fact.
struct FinalLook {
  let propensities: [Double]
  let expectedValues: [Double]
  /// By row.
  let expected: [Double]
  let realized: [Double]
  /// Σ of what was chosen and of what is expected, weighted.
  let value: Double
  let expectedValue: Double
  /// Σ before exploration.
  let entropy: Double
  /// Σ under the full mixture, what was repaired being certain; 0 where nothing bounds them.
  let mixtureEntropy: Double
  let mixtureDivergence: Double

  init(
    _ dual: DualFunction, _ rule: RuleProbabilities, _ chosen: [Int32], isDeterministic: Bool,
    repaired: [Int]
  ) throws {
    let engine = dual.engine
    let count = engine.problem.decisionCount
    let cells = engine.map.cellCount
    let memory = FinalMemory(count: count)
    let weight = dual.survey.weight
    let isMeasured =
      engine.problem.rule.entropyFloor != nil || engine.problem.rule.divergenceCeiling != nil
    let certain = isMeasured ? Set(repaired) : []
    let totals = try engine.run(rule.setting, extras: 2 * cells + 4) { range, worker, sums in
      let rows = range.count
      let pairs = DoubleBuffer(isDeterministic ? 0 : rows * engine.problem.candidateCount)
      if !isDeterministic { rule.write(range, worker, pairs.start) }
      for row in 0..<rows {
        let decision = range.lowerBound + row
        let candidate = Int(chosen[decision])
        let likely =
          candidate < 0 ? .nan : isDeterministic ? 1 : pairs.start[candidate * rows + row]
        memory.propensities[decision] = likely
        var mean = 0.0
        if isDeterministic {
          mean = candidate < 0 ? 0 : worker.known(candidate, row, rows: rows)
        } else {
          for other in 0..<engine.problem.candidateCount {
            let probability = pairs.start[other * rows + row]
            if probability > 0 { mean += probability * worker.known(other, row, rows: rows) }
          }
        }
        memory.expectedValues[decision] = mean
        if candidate >= 0 {
          sums[2 * cells] += weight * worker.value(candidate, row, rows: rows)
        }
        sums[2 * cells + 1] += mean.isNaN ? 0 : weight * mean
        if isMeasured {
          worker.measure(
            isDeterministic || certain.contains(decision) ? nil : pairs.start, candidate, row,
            rows: rows, into: sums + 2 * cells + 2)
        }
      }
      worker.tally(
        range, chosen, isDeterministic ? nil : pairs.start, realized: sums, expected: sums + cells)
    }
    propensities = memory.array(memory.propensities)
    expectedValues = memory.array(memory.expectedValues)
    realized = engine.map.usages(Array(totals.extras[0..<cells]))
    expected =
      isDeterministic ? realized : engine.map.usages(Array(totals.extras[cells..<2 * cells]))
    value = totals.extras[2 * cells]
    expectedValue = totals.extras[2 * cells + 1]
    entropy = totals.entropy
    mixtureEntropy = totals.extras[2 * cells + 2]
    mixtureDivergence = totals.extras[2 * cells + 3]
  }
}

private final class FinalMemory: @unchecked Sendable {
  let count: Int
  let propensities: UnsafeMutablePointer<Double>
  let expectedValues: UnsafeMutablePointer<Double>

  init(count: Int) {
    self.count = count
    propensities = .allocate(capacity: max(1, count))
    expectedValues = .allocate(capacity: max(1, count))
  }

  deinit {
    propensities.deallocate()
    expectedValues.deallocate()
  }

  func array(_ values: UnsafeMutablePointer<Double>) -> [Double] {
    Array(UnsafeBufferPointer(start: values, count: count))
  }
}

extension PassWorker {
  /// As `value`, but NaN where a forced candidate has no value.
  fileprivate func known(_ candidate: Int, _ row: Int, rows: Int) -> Double {
    candidate < problem.actionCount ? block.values[candidate * rows + row] : 0
  }

  /// Adds the entropy of a decision, and its divergence from the prior.
  /// - Parameter probabilities: nil: `chosen` has probability 1.
  fileprivate func measure(
    _ probabilities: UnsafeMutablePointer<Double>?, _ chosen: Int, _ row: Int, rows: Int,
    into sums: UnsafeMutablePointer<Double>
  ) {
    for candidate in 0..<problem.candidateCount {
      let probability =
        probabilities.map { $0[candidate * rows + row] } ?? (candidate == chosen ? 1 : 0)
      guard probability > 0 else { continue }
      let level = c360_ln(probability)
      sums[0] -= probability * level
      if let prior = block.prior {
        sums[1] += probability * (level - c360_ln(prior[candidate * rows + row]))
      }
    }
  }

  fileprivate func tally(
    _ range: Range<Int>, _ chosen: [Int32], _ probabilities: UnsafeMutablePointer<Double>?,
    realized: UnsafeMutablePointer<Double>, expected: UnsafeMutablePointer<Double>
  ) {
    let rows = range.count
    for (place, meter) in problem.meters.enumerated() where meter.cellCount > 0 {
      let start = cellStart(place)
      for row in 0..<rows {
        let decision = range.lowerBound + row
        let cell = meter.cells.map { Int($0[decision]) } ?? 0
        if cell < 0 { continue }
        func quantity(_ action: Int) -> Double {
          switch meter.quantity {
          case .perAction(let quantities): quantities[action]
          case .pairs(let pair): block.quantities[pair][action * rows + row]
          }
        }
        let candidate = Int(chosen[decision])
        if candidate >= 0, candidate < problem.actionCount {
          realized[start + cell] += quantity(candidate)
        }
        guard let probabilities else { continue }
        var mean = 0.0
        for action in 0..<problem.actionCount {
          let probability = probabilities[action * rows + row]
          if probability > 0 { mean += probability * quantity(action) }
        }
        expected[start + cell] += mean
      }
    }
  }
}
