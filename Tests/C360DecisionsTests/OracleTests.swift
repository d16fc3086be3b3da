import CKernels
import Testing

@testable import C360Decisions

extension Problem {
  /// docs/choices.md, row by row and candidate by candidate.
  func decideSlowly() -> [Decided] { values.indices.map { decideSlowly($0) } }

  private func decideSlowly(_ row: Int) -> Decided {
    var candidates: [Double?] = (0..<actionCount).map { action in
      let isForbidden = rules.contains { $0[row][action] }
      guard !isForbidden, let value = values[row][action], !value.isNaN else { return nil }
      return value
    }
    let actions = candidates.indices.filter { candidates[$0] != nil }
    if hasNoOp { candidates.append(0) }
    let eligible = candidates.indices.filter { candidates[$0] != nil }
    func best(_ among: [Int]) -> Int? {
      among.min { left, right in
        let (a, b) = (candidates[left] ?? 0, candidates[right] ?? 0)
        return a > b || (a == b && left < right)
      }
    }
    func result(_ chosen: Int, _ odds: [Double], isFallback: Bool) -> Decided {
      let value = candidates[chosen]
      var expected = 0.0
      for index in odds.indices where odds[index] > 0 {
        expected += odds[index] * (candidates[index] ?? .nan)
      }
      let before = eligible.filter { index in
        guard let value, let other = candidates[index] else { return false }
        return other > value || (other == value && index < chosen)
      }
      return Decided(
        chosen: chosen, propensity: odds[chosen], value: value,
        expected: expected.isNaN ? nil : expected, rank: value.map { _ in before.count + 1 },
        eligible: eligible.count, isFallback: isFallback)
    }
    func point(_ index: Int) -> [Double] { candidates.indices.map { $0 == index ? 1 : 0 } }

    var odds: [Double]?
    if !actions.isEmpty {
      switch base {
      case .greedy: odds = best(eligible).map(point)
      case .softmax(let temperature):
        let most = eligible.compactMap { candidates[$0] }.max() ?? 0
        let weights = candidates.map { value in
          guard let value else { return 0.0 }
          return value == most ? 1 : c360_exp((value - most) / temperature)
        }
        let total = weights.reduce(0, +)
        odds = weights.map { $0 / total }
      case .threshold:
        odds = (best(actions.filter { passes?[row][$0] ?? false }) ?? noOp).map(point)
      }
    }
    guard var odds else {
      let isForbidden = fallback < actionCount && rules.contains { $0[row][fallback] }
      let acting = isForbidden ? noOp ?? fallback : fallback
      return result(acting, point(acting), isFallback: true)
    }
    if explore > 0 {
      for index in eligible {
        odds[index] = (1 - explore) * odds[index] + explore / Double(eligible.count)
      }
    }
    var sum = 0.0
    let chosen = odds.indices.first { index in
      sum += odds[index]
      return sum > draws?[row] ?? 0
    }
    return result(chosen ?? odds.lastIndex { $0 > 0 } ?? 0, odds, isFallback: false)
  }

  private var noOp: Int? { hasNoOp ? actionCount : nil }
}

@Suite struct OracleTests {
  @Test(arguments: 0..<60)
  func tilesDecideAsTheRulesSay(_ seed: Int) {
    var random = Sequence(UInt64(seed))
    let actions = Int(random.below(12)) + (seed % 2 == 0 ? 1 : 60 * (seed % 3))
    let rows = 1 + Int(random.below(90))
    let odds = 1 + random.below(6)
    func matrix() -> [[Bool]] {
      (0..<rows).map { _ in (0..<actions).map { _ in random.below(odds) == 0 } }
    }
    var problem = Problem(values: [])
    problem.values = (0..<rows).map { _ in
      (0..<actions).map { _ in
        switch random.below(10) {
        case 0: nil
        case 1: [.infinity, -.infinity, .nan, 1e308, -1e308][Int(random.below(5))]
        case 2, 3: random.unit() * 4 - 2
        default: Double(random.below(7)) / 4 - 0.75
        }
      }
    }
    problem.rules = (0..<Int(random.below(4))).map { _ in matrix() }
    switch random.below(3) {
    case 0: problem.base = .greedy
    case 1:
      problem.base = .softmax(
        temperature: [.leastNonzeroMagnitude, 0.01, 0.5, 1e300][Int(random.below(4))])
    default:
      problem.base = .threshold
      problem.passes = matrix()
    }
    problem.explore = [0, 0, 0.1, 1][Int(random.below(4))]
    problem.hasNoOp = actions == 0 || random.below(2) == 0
    problem.fallback = Int(random.below(UInt64(problem.rule.candidateCount)))
    problem.draws = (0..<rows).map { _ in random.unit() }
    let expected = problem.decideSlowly()
    for tileRows in [1, 5, 128] {
      let isSame = problem.decide(tileRows: tileRows) == expected
      #expect(isSame, "tiles of \(tileRows) rows")
    }
  }
}
