import Testing

@testable import C360Synth

@Suite("draws: numbers of the population")
struct DrawTests {
  private func mean(_ count: Int, _ draw: (inout DrawStream) -> Double) -> (Double, Double) {
    var draws = DrawStream(seed: 5, .orders, key: 9)
    var sum = 0.0
    var squares = 0.0
    for _ in 0..<count {
      let value = draw(&draws)
      sum += value
      squares += value * value
    }
    let mean = sum / Double(count)
    return (mean, squares / Double(count) - mean * mean)
  }

  @Test("the same seed, purpose and key give the same numbers; another of them gives others")
  func streams() {
    func first(_ seed: UInt64, _ purpose: DrawStream.Purpose, _ key: Int64) -> UInt64 {
      var draws = DrawStream(seed: seed, purpose, key: key)
      return draws.bits()
    }
    #expect(first(1, .orders, 2) == first(1, .orders, 2))
    #expect(
      Set([first(1, .orders, 2), first(2, .orders, 2), first(1, .clicks, 2), first(1, .orders, 3)])
        .count == 4)
  }

  @Test("uniform, normal, exponential, gamma and Poisson have their mean and variance")
  func moments() {
    let count = 200_000
    let expected: [(String, Double, Double, (inout DrawStream) -> Double)] = [
      ("uniform", 0.5, 1.0 / 12, { $0.uniform() }),
      ("normal", 0, 1, { $0.normal() }),
      ("exponential", 3, 9, { $0.exponential(mean: 3) }),
      ("gamma", 2.5, 2.5, { $0.gamma(shape: 2.5) }),
      ("gamma below 1", 0.3, 0.3, { $0.gamma(shape: 0.3) }),
      ("poisson", 4, 4, { Double($0.poisson(mean: 4)) }),
      ("geometric", 4, 12, { Double($0.geometric(mean: 4)) }),
    ]
    for (name, mean, variance, draw) in expected {
      let found = self.mean(count, draw)
      let error = 5 * (variance / Double(count)).squareRoot()
      #expect(abs(found.0 - mean) < error, "\(name): mean \(found.0), not \(mean)")
      #expect(
        abs(found.1 - variance) < 0.05 * variance, "\(name): variance \(found.1), not \(variance)")
    }
  }

  @Test("seasons: the drawn times have the intensity that is stated")
  func seasons() {
    let options = SynthOptions()
    let seasons = Seasons(from: options.from, through: options.through)
    let start = options.from + 3 * Seasons.day + 17 * Seasons.second
    let end = start + 200 * Seasons.day
    var draws = DrawStream(seed: 1, .orders)
    let times = seasons.times(rate: 100, start, end, &draws)
    let expected = 100 * seasons.mass(start, end)
    #expect(abs(Double(times.count) - expected) < 5 * expected.squareRoot())
    #expect(times.allSatisfy { $0 >= start - Seasons.second && $0 < end })
    let half = times.count { $0 < start + 100 * Seasons.day }
    let expectedHalf = 100 * seasons.mass(start, start + 100 * Seasons.day)
    #expect(abs(Double(half) - expectedHalf) < 5 * expectedHalf.squareRoot())
    #expect(seasons.mass(until: options.from - 1) == 0)
    #expect(seasons.mass(options.through, options.through + Seasons.day) == 0)
  }
}
