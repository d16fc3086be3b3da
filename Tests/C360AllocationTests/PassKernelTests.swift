import CKernels
import Testing

@Suite("Kernels of a pass")
struct PassKernelTests {
  private let rows = 37
  private let candidates = 5

  private func numbers(_ seed: UInt64, missing: Double = 0) -> [Double] {
    var random = Random(seed: seed)
    return (0..<rows * candidates).map { _ in
      random.next() < missing ? .nan : random.next() * 6 - 3
    }
  }

  @Test("the first of the greatest, as a plain loop finds it")
  func choose() {
    var values = numbers(1, missing: 0.3)
    for candidate in 0..<candidates { values[candidate * rows + 3] = 2 }
    for candidate in 0..<candidates { values[candidate * rows + 4] = .nan }
    var best = [Double](repeating: 0, count: rows)
    var chosen = [Int64](repeating: 0, count: rows)
    var margins = best
    c360_allocate_choose(values, candidates, rows, &best, &chosen)
    c360_allocate_margins(values, best, chosen, candidates, rows, &margins)
    for row in 0..<rows {
      var expected = -1
      for candidate in 0..<candidates where !values[candidate * rows + row].isNaN {
        if expected < 0 || values[candidate * rows + row] > values[expected * rows + row] {
          expected = candidate
        }
      }
      #expect(chosen[row] == Int64(expected))
      let others = (0..<candidates).filter { $0 != expected }.map { values[$0 * rows + row] }
        .filter { !$0.isNaN }
      // Two equal infinities are no tie that prices could break.
      let margin = best[row] - (others.max() ?? -.infinity)
      #expect(margins[row] == (margin.isNaN ? .infinity : margin))
    }
    #expect(chosen[3] == 0)
    #expect(chosen[4] == -1)
  }

  @Test("probabilities, levels and entropies have the bits of the plain loop")
  func softmax() {
    let values = numbers(2, missing: 0.2)
    let temperature = 0.3
    var best = [Double](repeating: 0, count: rows)
    var chosen = [Int64](repeating: 0, count: rows)
    c360_allocate_choose(values, candidates, rows, &best, &chosen)
    var pairs = values
    var scratch = values
    var (sums, levels, entropies) = (best, best, best)
    c360_allocate_softmax(
      &pairs, best, temperature, candidates, rows, &scratch, &sums, &levels, &entropies)
    for row in 0..<rows where chosen[row] >= 0 {
      let exponents = (0..<candidates).map { candidate -> Double in
        let exponent = (values[candidate * rows + row] - best[row]) / temperature
        return exponent > -760 ? exponent : -760
      }
      let weights = exponents.map { c360_exp($0) }
      var (sum, mean) = (0.0, 0.0)
      for candidate in 0..<candidates {
        sum += weights[candidate]
        mean += weights[candidate] * exponents[candidate]
      }
      let share = 1 / sum
      for candidate in 0..<candidates {
        #expect(pairs[candidate * rows + row] == weights[candidate] * share)
      }
      #expect(levels[row] == best[row] + temperature * c360_ln(sum))
      #expect(entropies[row] == c360_ln(sum) - mean * share)
    }
  }

  @Test("sums are taken in eight lanes")
  func sum() {
    let values = numbers(3)
    var lanes = [Double](repeating: 0, count: 8)
    for (place, value) in values.enumerated() { lanes[place % 8] += value }
    let left = (lanes[0] + lanes[4]) + (lanes[2] + lanes[6])
    let right = (lanes[1] + lanes[5]) + (lanes[3] + lanes[7])
    #expect(c360_allocate_sum(values, values.count) == left + right)
  }

  @Test("prices are charged, infinite values are bounded, a forced candidate stands alone")
  func load() {
    var values = numbers(4, missing: 0.1)
    values[0] = .infinity
    var forced = [Int32](repeating: -1, count: rows)
    forced[5] = 2
    forced[6] = 5
    values[2 * rows + 5] = .nan
    let constants = [0.5, 0, 1, 0, 2.0]
    var adjusted = [Double](repeating: 9, count: rows * (candidates + 1))
    c360_allocate_load(
      values, forced, 2, constants, candidates, candidates + 1, rows, &adjusted)
    #expect(adjusted[0] == 0x1p1001 - 0.5)
    #expect(adjusted[2 * rows + 5] == -1)
    #expect(adjusted[candidates * rows + 6] == 0)
    for candidate in 0...candidates {
      #expect(adjusted[candidate * rows + 5].isNaN == (candidate != 2))
      #expect(adjusted[candidate * rows + 6].isNaN == (candidate != candidates))
    }
    let prices = (0..<rows).map { Double($0) / 8 }
    let before = adjusted
    c360_allocate_charge_pairs(numbers(5), prices, candidates, rows, &adjusted)
    let quantities = numbers(5)
    for place in 0..<rows * candidates where !before[place].isNaN {
      #expect(adjusted[place] == before[place] - prices[place % rows] * quantities[place])
    }
  }
}
